import ctypes
import errno
import platform

CALLS = {  # name: (x86-64, aarch64)
    "ptrace": (101, 117), "bpf": (321, 280), "perf_event_open": (298, 241), "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425), "io_uring_enter": (426, 426), "keyctl": (250, 219), "add_key": (248, 217),
    "process_vm_readv": (310, 270), "process_vm_writev": (311, 271), "pidfd_getfd": (438, 438), "kcmp": (312, 272),
    "open_by_handle_at": (304, 265), "name_to_handle_at": (303, 264), "mount": (165, 40), "fsopen": (430, 430),
    "pivot_root": (155, 41), "setns": (308, 268), "init_module": (175, 105), "finit_module": (313, 273),
    "kexec_load": (246, 104), "reboot": (169, 142), "swapon": (167, 224), "syslog": (103, 116), "acct": (163, 89),
    "settimeofday": (170, 170), "clock_settime": (227, 112), "sethostname": (170, 161), "vmsplice": (278, 75),
    "memfd_secret": (447, 447), "personality": (135, 92),
}  # fmt: skip
libc = ctypes.CDLL(None, use_errno=True)
column = {"x86_64": 0, "aarch64": 1}[platform.machine()]
for name, numbers in CALLS.items():
    ctypes.set_errno(0)
    result = libc.syscall(numbers[column], *([0] * 6))
    if result >= 0 or ctypes.get_errno() not in (errno.EPERM, errno.ENOSYS):
        print("FO" + "UND", name, result, errno.errorcode.get(ctypes.get_errno()))
print("tried")
