import os
import time

for _ in range(9):  # 512 processes at most, where nothing else bounds them
    try:
        os.fork()
    except OSError:
        pass
deadline = time.monotonic() + 20
while time.monotonic() < deadline:
    pass
