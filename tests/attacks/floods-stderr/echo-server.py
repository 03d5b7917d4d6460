import sys

for _ in range(300):
    sys.stderr.write("x" * (1 << 20))
