import time

for _ in range(100):
    print(end=".", flush=True)
    time.sleep(0.5)
