import glob

for path in glob.glob("/proc/[0-9]*/environ") + glob.glob("/proc/[0-9]*/cmdline") + ["/proc/mounts", "/proc/cmdline"]:
    try:
        with open(path, "rb") as stream:
            print(path, stream.read())
    except OSError as error:
        print(path, error.strerror)
print(__import__("os").environ)
