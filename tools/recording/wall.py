"""The recording process's last wall, beneath botocore: where it may connect, what it may start.

The SDK also talks without botocore (usage data, the Hugging Face hub) and starts processes for some
kinds of models; an audit hook sees both, whoever makes them, and cannot be removed.
"""

import ipaddress
import sys
from collections.abc import Callable
from typing import Any

_PROCESSES = frozenset(
    {"subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "pty.spawn"}
)
#: Where the SDK sends usage data (sagemaker-core 2.27.0, telemetry_logging.py).
_USAGE_DATA = "sm-pysdk-t-"


class ForbiddenError(OSError):
    """Something outside the allowed hosts, or a process, was wanted. An OSError: callers cope."""


def install(allowed: Callable[[str], bool]) -> None:
    """Refuse look-ups of other hosts and every new program, from now until the process ends."""

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event in _PROCESSES:
            raise ForbiddenError(f"{event} is not allowed while recording")
        if event == "socket.getaddrinfo" and not allowed(_text(arguments[0])):
            raise ForbiddenError(f"{_text(arguments[0])} is not allowed while recording")
        if event == "socket.connect":
            _check_address(arguments[1], allowed)

    sys.addaudithook(hook)


def _check_address(address: object, allowed: Callable[[str], bool]) -> None:
    """Names were judged when they were looked up; a literal address must be this machine's."""
    if not isinstance(address, tuple):
        return
    host = _text(address[0])
    try:
        local = ipaddress.ip_address(host).is_loopback
    except ValueError:
        local = allowed(host)
    if not local and allowed("127.0.0.1"):  # the sandbox is meant: nothing else is reached
        raise ForbiddenError(f"{host} is not allowed while recording")


def allows(endpoint_url: str | None) -> Callable[[str], bool]:
    """Return which hosts may be looked up: the sandbox's alone, or AWS's service endpoints."""
    if endpoint_url is not None:
        return lambda host: host in {"127.0.0.1", "localhost", ""}
    return _is_aws


def _is_aws(host: str) -> bool:
    known = host.endswith((".amazonaws.com", ".amazonaws.com.cn", ".api.aws"))
    return known and not host.startswith(_USAGE_DATA)


def _text(host: object) -> str:
    return host.decode("ascii", "replace") if isinstance(host, bytes) else str(host or "")
