"""Run a script in a process whose kernel refuses some calls, as a file system without them does.

Usage: refuse_calls.py flock=ENOSYS,chmod=EPERM CODE. A seccomp filter answers the calls with the errors,
below Python, so that whatever way the code makes them is met. Linux on x86-64 and ARM only.
"""

import ctypes
import errno
import os
import platform
import struct
import sys

NUMBERS = {
    "x86_64": {
        "flock": [73],
        "fsync": [74],
        "fdatasync": [75],
        "link": [86, 265],
        "chmod": [90, 91, 268, 452],
        "utime": [132, 235, 261, 280],
    },
    "aarch64": {
        "flock": [32],
        "fsync": [82],
        "fdatasync": [83],
        "link": [37],
        "chmod": [52, 53, 452],
        "utime": [88],
    },
}
LOAD, JUMP_IF_EQUAL, RETURN = 0x20, 0x15, 0x06
ALLOW, ERROR = 0x7FFF0000, 0x00050000
PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS, FILTER = 22, 38, 2


class Program(ctypes.Structure):
    """`struct sock_fprog` of the kernel."""

    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


def refuse(errors):
    """Let the kernel answer calls of this process and its children with errors.

    Args:
        errors: The error number of each call, by the call's name.
    """
    known = NUMBERS[platform.machine()]
    code = [(LOAD, 0, 0, 0)]
    for name, number in errors.items():
        for call in known[name]:
            code += [(JUMP_IF_EQUAL, 0, 1, call), (RETURN, 0, 0, ERROR | number)]
    code.append((RETURN, 0, 0, ALLOW))
    text = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in code))
    program = Program(len(code), ctypes.addressof(text))
    libc = ctypes.CDLL(None, use_errno=True)
    for call in ((PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), (PR_SET_SECCOMP, FILTER, ctypes.byref(program), 0, 0)):
        if libc.prctl(*call) != 0:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


if __name__ == "__main__":
    pairs = (pair.split("=") for pair in sys.argv[1].split(","))
    refuse({name: getattr(errno, error) for name, error in pairs})
    exec(compile(sys.argv[2], "code", "exec"), {"__name__": "__main__"})
