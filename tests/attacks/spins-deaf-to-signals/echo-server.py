import signal
import time

for number in range(1, 65):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
deadline = time.monotonic() + 30
while time.monotonic() < deadline:
    pass
