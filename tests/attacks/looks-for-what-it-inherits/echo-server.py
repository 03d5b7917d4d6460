import os

for number in [*range(3, 1024), *range(1 << 16, (1 << 16) + 64)]:
    try:
        os.fstat(number)
    except OSError:
        continue
    print("FO" + "UND", "descriptor", number)
try:
    os.open("/dev/tty", os.O_RDWR)
    print("FO" + "UND", "a terminal")
except OSError:
    pass
if any(os.isatty(number) for number in range(3)):
    print("FO" + "UND", "a terminal")
others = {int(name) for name in os.listdir("/proc") if name.isdigit()} - {1, os.getpid()}
if others:
    print("FO" + "UND", "processes", others)
try:
    os.listdir("/proc/1/fd")
    print("FO" + "UND", "the launcher's descriptors")
except OSError:
    pass
