"""Requests to an endpoint: one and its answer, one that is only submitted, a whole folder."""

from tools.invocation.single import (
    Invocation,
    Request,
    Submission,
    async_output_path,
    invoke,
    invoke_now,
    is_asynchronous,
    result_of,
    submit,
)

__all__ = [
    "Invocation",
    "Request",
    "Submission",
    "async_output_path",
    "invoke",
    "invoke_now",
    "is_asynchronous",
    "result_of",
    "submit",
]
