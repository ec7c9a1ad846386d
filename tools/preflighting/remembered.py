"""Answers that stay true for a while, kept with the clients that they were read with."""

import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar, cast
from weakref import WeakKeyDictionary

from tools.aws import AwsClients

Answer = TypeVar("Answer")
#: Quotas and policies change by hand: five minutes are as good as now.
KEPT_S = 300.0

_kept: WeakKeyDictionary[AwsClients, dict[str, tuple[float, Any]]] = WeakKeyDictionary()
_lock = threading.Lock()


def remembered(clients: AwsClients, name: str, read: Callable[[], Answer]) -> Answer:
    """Return what `read` returned with these clients within the last minutes, else read it.

    Raises:
        SagepilotError: As `read`; nothing is kept then.
    """
    with _lock:
        at, answer = _kept.setdefault(clients, {}).get(name, (-KEPT_S, None))
    if time.monotonic() - at < KEPT_S:
        return cast("Answer", answer)
    fresh = read()
    with _lock:
        _kept.setdefault(clients, {})[name] = (time.monotonic(), fresh)
    return fresh
