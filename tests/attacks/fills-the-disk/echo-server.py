import os

for folder in (".", "/tmp", "/dev/shm", "/var/tmp", "/run", "/"):
    try:
        for number in range(8):
            with open(os.path.join(folder, f"filler-{number}"), "wb") as out:
                for _ in range(8):
                    out.write(bytes(1 << 20))
    except OSError as error:
        print(folder, error.strerror)
with open("last-straw", "wb") as out:
    out.write(bytes(1 << 20))
