"""Where two answers differ that should be alike: keys, types, statuses and wordings."""

import re
from collections.abc import Iterator
from typing import Any

#: What is another in every account and at every time, and what stands for it.
_OWN = (
    (re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"), "REQUEST"),
    (re.compile(r"\b\d{12}\b"), "ACCOUNT"),
    (re.compile(r"\bsample-[0-9a-f]{8}\b"), "ENDPOINT"),
    (re.compile(r"\b[0-9a-f]{8,64}\b"), "DIGEST"),
)
#: Text that must be equal, beside the errors'; any other text may differ.
_EQUAL = re.compile(r"(Status|Code|Message|ContentType|InstanceType|VariantName|body|statuses)$")


def neutral(text: str) -> str:
    """Return `text` without what is another in every account and at every time."""
    for pattern, word in _OWN:
        text = pattern.sub(word, text)
    return text


def differences(here: Any, there: Any, path: str = "") -> Iterator[str]:
    """Yield a line for each place where `here` (sandbox) and `there` (AWS) differ.

    Compared are keys, types, the lengths and members of lists, and the text of statuses, codes and
    messages with names, accounts and request ids made alike. Other values may differ.
    """
    if type(here) is not type(there):
        yield f"{path}: {type(here).__name__} in the sandbox, {type(there).__name__} on AWS"
        return
    match here:
        case dict():
            yield from _of_objects(here, there, path)
        case list():
            if len(here) != len(there):
                yield f"{path}: {len(here)} in the sandbox, {len(there)} on AWS"
            for number, (one, other) in enumerate(zip(here, there, strict=False)):
                yield from differences(one, other, f"{path}[{number}]")
        case str() if _EQUAL.search(re.sub(r"\[\d+\]$", "", path)):
            if neutral(here) != neutral(there):
                yield f"{path}: {neutral(here)!r} in the sandbox, {neutral(there)!r} on AWS"


def _of_objects(here: dict[str, Any], there: dict[str, Any], path: str) -> Iterator[str]:
    for key in sorted({*here, *there}):
        where = f"{path}.{key}".lstrip(".")
        if key not in there:
            yield f"{where}: only in the sandbox"
        elif key not in here:
            yield f"{where}: only on AWS"
        else:
            yield from differences(here[key], there[key], where)
