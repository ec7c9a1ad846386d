"""A folder of requests through an asynchronous endpoint: submitted, resumed, collected.

What was submitted is written down at once, so that a run that was stopped goes on where it was: a
file is submitted again only when its bytes have changed since.
"""

import hashlib
import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict

from tools.aws import AwsClients
from tools.errors import InvalidInputError
from tools.invocation.single import Request, Submission, result_of, submit

STATE_FILE = "submitted.jsonl"


class BatchItem(BaseModel):
    """One file of the folder and how far it is.

    Attributes:
        file: Its path inside the folder, POSIX.
        sha256: Of the bytes that were submitted.
        result: Path of the answer inside the results' folder; None while there is none.
        message: What the model said when it failed.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    file: str
    sha256: str
    status: Literal["submitted", "done", "failed"]
    submission: Submission
    result: str | None = None
    message: str = ""


class Batch(NamedTuple):
    """What is sent where.

    Attributes:
        folder: The requests, one a file.
        results: Where answers and the record of what was submitted go; made when absent.
        content_type: Of a file, by its path.
    """

    endpoint_name: str
    folder: Path
    results: Path
    content_type: Callable[[Path], str]


def run_batch(
    batch: Batch,
    clients: AwsClients,
    *,
    sleep: Callable[[float], None],
    wait_s: float,
    poll_s: float = 0.2,
) -> Iterator[BatchItem]:
    """Submit what was not submitted yet, collect what is done; yield each item as it changes.

    Ends when everything is collected, or after `wait_s` seconds: then the same call goes on later.

    Raises:
        InvalidInputError: There is no such folder, nothing in it, or the endpoint answers at once.
        UserError: The service refused a request; what was submitted before stays recorded.
        AwsUnavailableError: No answer; likewise.
    """
    items = recorded(batch)
    for path in _files(batch):
        name = path.relative_to(batch.folder).as_posix()
        body = path.read_bytes()
        checksum = hashlib.sha256(body).hexdigest()
        known = items.get(name)
        if known is None or known.sha256 != checksum:
            request = Request(body=body, content_type=batch.content_type(path))
            submission = submit(batch.endpoint_name, request, clients)
            items[name] = BatchItem(
                file=name, sha256=checksum, status="submitted", submission=submission
            )
            _record(batch, items[name])
            yield items[name]
    yield from _collected(batch, items, clients, sleep, (time.monotonic() + wait_s, poll_s))


def _collected(
    batch: Batch,
    items: dict[str, BatchItem],
    clients: AwsClients,
    sleep: Callable[[float], None],
    patience: tuple[float, float],
) -> Iterator[BatchItem]:
    deadline, poll_s = patience
    while True:
        for name, item in items.items():
            ended = _ended(batch, item, clients) if item.status == "submitted" else None
            if ended is not None:
                items[name] = ended
                _record(batch, ended)
                yield ended
        waiting = any(item.status == "submitted" for item in items.values())
        if not waiting or time.monotonic() > deadline:
            return
        sleep(poll_s)


def _ended(batch: Batch, item: BatchItem, clients: AwsClients) -> BatchItem | None:
    answer = result_of(item.submission, clients)
    if answer is None:
        return None
    if not answer.ok:
        said = answer.body[:500].decode("utf-8", errors="replace")
        return item.model_copy(update={"status": "failed", "message": said})
    result = f"{item.file}.out"
    path = batch.results / result
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    part.write_bytes(answer.body)
    part.replace(path)
    return item.model_copy(update={"status": "done", "result": result})


def _files(batch: Batch) -> list[Path]:
    if not batch.folder.is_dir():
        raise InvalidInputError(
            f"{batch.folder} is no folder.", remedy="Name a folder with one request a file."
        )
    found = sorted(
        path
        for path in batch.folder.rglob("*")
        if path.is_file()
        and not any(part.startswith(".") for part in path.relative_to(batch.folder).parts)
        and not path.is_relative_to(batch.results)
    )
    if not found:
        raise InvalidInputError(
            f"There is no file in {batch.folder}.", remedy="Put one request a file into it."
        )
    return found


def recorded(batch: Batch) -> dict[str, BatchItem]:
    """Return what was submitted before, by file; a last line cut off by a kill is left out."""
    path = batch.results / STATE_FILE
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    found: dict[str, BatchItem] = {}
    for line in lines:
        entry = _entry(line)
        if entry and entry.get("endpoint_name") == batch.endpoint_name:
            item = BatchItem.model_validate(entry["item"])
            found[item.file] = item
    return found


def _entry(line: str) -> Mapping[str, Any] | None:
    try:
        entry = json.loads(line)
    except ValueError:
        return None
    return entry if isinstance(entry, dict) else None


def _record(batch: Batch, item: BatchItem) -> None:
    batch.results.mkdir(parents=True, exist_ok=True)
    entry = {"endpoint_name": batch.endpoint_name, "item": item.model_dump(mode="json")}
    with (batch.results / STATE_FILE).open("ab+") as file:
        if file.tell() and (file.seek(-1, os.SEEK_END), file.read(1))[1] != b"\n":
            file.write(b"\n")  # the last line was cut off by a kill
        file.write(json.dumps(entry).encode() + b"\n")
