"""Requests to an endpoint: one and its answer, one that is only submitted, a whole folder."""

from tools.invocation.single import (
    Invocation,
    Request,
    Submission,
    aimed,
    async_output_path,
    invoke,
    invoke_now,
    is_asynchronous,
    result_of,
    submit,
)
from tools.invocation.targets import Targets, component_names, targets_of

__all__ = [
    "Invocation",
    "Request",
    "Submission",
    "Targets",
    "aimed",
    "async_output_path",
    "component_names",
    "invoke",
    "invoke_now",
    "is_asynchronous",
    "result_of",
    "submit",
    "targets_of",
]
