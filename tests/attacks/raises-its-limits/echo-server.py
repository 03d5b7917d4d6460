import resource
import time

for name in ("CPU", "DATA", "AS", "FSIZE", "NPROC", "NOFILE", "CORE", "MSGQUEUE"):
    kind = getattr(resource, f"RLIMIT_{name}")
    before = resource.getrlimit(kind)
    try:
        resource.setrlimit(kind, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    except (OSError, ValueError):
        continue
    if resource.getrlimit(kind) != before:
        print("LIF" + "TED", name, flush=True)
deadline = time.monotonic() + 30
while time.monotonic() < deadline:
    pass
