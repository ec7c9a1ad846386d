"""Any exception as the failure that a person sees: never a traceback."""

from typing import Protocol, runtime_checkable

from assistant.events import Failed


@runtime_checkable
class _Mendable(Protocol):
    """An error that was written for people."""

    message: str
    remedy: str


def failed(error: Exception) -> Failed:
    """What to show: an error's own message and remedy, or that the fault is ours."""
    if isinstance(error, _Mendable):
        return Failed(type=type(error).__name__, message=error.message, remedy=error.remedy)
    return Failed(
        type="InternalError",
        message="Something went wrong inside Sagepilot. Nothing you approved is lost.",
        remedy="Try it again; if it stays, run `sagepilot doctor` and look into the log.",
    )
