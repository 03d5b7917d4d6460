import os
import signal

for _ in range(8):
    if os.fork() == 0:
        hoard = bytearray(b"x") * (90 << 20)
        signal.pause()
signal.pause()
