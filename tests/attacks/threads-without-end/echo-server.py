import threading
import time

deadline = time.monotonic() + 20


def spin():
    while time.monotonic() < deadline:
        pass


for _ in range(500):
    try:
        threading.Thread(target=spin).start()
    except RuntimeError:
        break
spin()
