import sys

for _ in range(300):
    sys.stdout.write("x" * (1 << 20))
