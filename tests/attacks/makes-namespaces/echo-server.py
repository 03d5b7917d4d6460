import ctypes
import os
import platform

libc = ctypes.CDLL(None, use_errno=True)
clone, clone3 = {"x86_64": (56, 435), "aarch64": (220, 435)}[platform.machine()]
for flag in (0x10000000, 0x20000000, 0x40000000, 0x20000, 0x2000000, 0x4000000, 0x8000000, 0x80):
    if libc.unshare(flag) == 0:
        print("FO" + "UND", "unshare", hex(flag))
child = libc.syscall(clone, 0x10000000 | 17, 0, 0, 0, 0)
if child == 0:
    os._exit(0)
if child > 0:
    print("FO" + "UND", "clone")
if libc.syscall(clone3, ctypes.create_string_buffer(88), 88) >= 0:
    print("FO" + "UND", "clone3")
if libc.mount(b"none", b"/tmp", b"tmpfs", 0, None) == 0:
    print("FO" + "UND", "mount")
if libc.chroot(b"/tmp") == 0:
    print("FO" + "UND", "chroot")
print("tried")
