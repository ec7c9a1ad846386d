"""Cut a worker process off from this machine as far as the machine allows.

Every measure reports whether it holds; none is taken for granted. Called once, at the start of
the process, while it has a single thread (a user namespace asks for that).
"""

import ctypes
import os
import resource
import signal
import socket
import struct
import sys
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_PR_SET_NO_NEW_PRIVS = 38
_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000
_SIOCGIFFLAGS = 0x8913
_SIOCSIFFLAGS = 0x8914
_IFF_UP = 0x1


def confine() -> dict[str, bool]:
    """Confine the running process; return which measures hold."""
    os.umask(0o077)
    held = {"no_core_dump": _no_core_dump()}
    if not sys.platform.startswith("linux"):
        return held | {
            "parent_death": False,
            "no_new_privileges": False,
            "network_namespace": False,
        }
    libc = ctypes.CDLL(None, use_errno=True)
    held["parent_death"] = libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0) == 0
    held["network_namespace"] = _leave_network(libc)
    held["no_new_privileges"] = libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
    return held


def _no_core_dump() -> bool:
    try:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (OSError, ValueError):
        return False
    return True


def _leave_network(libc: ctypes.CDLL) -> bool:
    """Enter an own network namespace that has nothing but its loopback."""
    uid, gid = os.geteuid(), os.getegid()
    if libc.unshare(_CLONE_NEWNET) != 0:
        if libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET) != 0:
            return False
        _map_identity(uid, gid)
    _loopback_up()
    return True


def _map_identity(uid: int, gid: int) -> None:
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{uid} {uid} 1"),
        ("gid_map", f"{gid} {gid} 1"),
    ):
        try:
            Path("/proc/self", name).write_text(text)
        except OSError:  # the namespace works unmapped too; files then show another owner
            continue


def _loopback_up() -> None:
    """Bring up `lo`, which some libraries need to talk to their own processes."""
    import fcntl

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        request = struct.pack("16sH14x", b"lo", 0)
        try:
            answer = fcntl.ioctl(control, _SIOCGIFFLAGS, request)
            flags = struct.unpack_from("H", answer, 16)[0] | _IFF_UP
            fcntl.ioctl(control, _SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", flags))
        except OSError:  # no loopback is more cut off, not less
            return
