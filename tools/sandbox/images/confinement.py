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

from tools.sandbox.images.serving import CODE_PATH, MODEL_PATH

_PR_SET_PDEATHSIG = 1
_PR_SET_NO_NEW_PRIVS = 38
_CLONE_NEWNS = 0x00020000
_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000
_MS_BIND = 4096
_MS_REC = 16384
_MS_PRIVATE = 1 << 18
_MS_NOSUID_NODEV = 2 | 4
_MNT_DETACH = 2
_CAPABILITY_VERSION_3 = 0x20080522
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
        if not _user_namespace_works(libc, uid, gid):
            return False
        if libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET) != 0 or not _map_identity(uid, gid):
            return False
    _loopback_up()
    return True


def _user_namespace_works(libc: ctypes.CDLL, uid: int, gid: int) -> bool:
    """Try it in a child: there is no way back, and one without our user id cannot write files."""
    child = os.fork()
    if child == 0:
        entered = libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET) == 0
        os._exit(0 if entered and _map_identity(uid, gid) else 1)
    return os.waitpid(child, 0)[1] == 0


def _map_identity(uid: int, gid: int) -> bool:
    """Keep the user and group id inside a new user namespace; return whether that held."""
    try:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{uid} {uid} 1")
        Path("/proc/self/gid_map").write_text(f"{gid} {gid} 1")
    except OSError:
        return False
    return True


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


def lay_image_paths(model_dir: Path, code_dir: Path, needed: tuple[Path, ...]) -> bool:
    """Make the folders appear as /opt/ml/model and /opt/ml/code, for this process alone.

    Args:
        model_dir: The folder to show as /opt/ml/model.
        code_dir: The folder to show as /opt/ml/code.
        needed: Paths that must stay visible; with one of them under /opt nothing is done.

    Returns:
        Whether it was done; the machine itself is unchanged either way.
    """
    opt = Path("/opt")
    used = (*needed, Path(sys.prefix), Path(sys.base_prefix), Path(__file__), model_dir, code_dir)
    hidden = any(path.resolve().is_relative_to(opt.resolve()) for path in used)
    if hidden or not opt.is_dir() or not sys.platform.startswith("linux"):
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(_CLONE_NEWNS) != 0:
        return False
    if libc.mount(None, b"/", None, _MS_REC | _MS_PRIVATE, None) != 0:
        return False
    if libc.mount(b"tmpfs", b"/opt", b"tmpfs", _MS_NOSUID_NODEV, b"mode=755") != 0:
        return False
    if _bind(libc, ((MODEL_PATH, model_dir), (CODE_PATH, code_dir))):
        return True
    libc.umount2(b"/opt", _MNT_DETACH)
    return False


def _bind(libc: ctypes.CDLL, folders: tuple[tuple[str, Path], ...]) -> bool:
    for shown, real in folders:
        try:
            Path(shown).mkdir(parents=True)
        except OSError:
            return False
        if libc.mount(os.fsencode(real), shown.encode(), None, _MS_BIND, None) != 0:
            return False
    return True


def drop_capabilities() -> bool:
    """Give up every capability, also for what this process starts; return whether it held."""
    if not sys.platform.startswith("linux"):
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    header = struct.pack("<Ii", _CAPABILITY_VERSION_3, 0)
    return bool(libc.capset(header, bytes(24)) == 0)
