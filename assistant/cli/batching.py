"""A folder of requests from the command line: progress, result, exit status."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assistant.cli.common import emit
from tools.invocation.batch import Batch, BatchItem, recorded, run_batch

if TYPE_CHECKING:
    from assistant.bootstrap import App


def run(
    made: "App",
    asked: tuple[str, Path, Path, Callable[[Path], str]],
    *,
    wait_s: float,
    as_json: bool,
) -> None:
    """Submit and collect a folder; the exit status is 1 when a request failed.

    What earlier runs submitted of the folder's files counts too: a failure stays one until its file
    is another.

    Args:
        made: The app.
        asked: Endpoint, folder, results' folder, and the content type of a file.
        wait_s: How long results are waited for; what is not there by then is collected next time.
        as_json: One JSON object at the end.
    """
    batch = Batch(*asked)
    clients = made.place.clients(made.region_of_endpoint(batch.endpoint_name))
    seen: dict[str, BatchItem] = {
        name: item for name, item in recorded(batch).items() if (batch.folder / name).is_file()
    }
    for item in run_batch(batch, clients, sleep=made.place.sleep, wait_s=wait_s):
        seen[item.file] = item
        click.echo(f"{item.status}: {item.file} {item.message}".rstrip(), err=True)
    counts = {status: sum(i.status == status for i in seen.values())
              for status in ("done", "failed", "submitted")}  # fmt: skip
    if as_json:
        told = {"endpoint_name": batch.endpoint_name, "results": str(batch.results), **counts}
        emit({**told, "items": [i.model_dump(mode="json") for i in seen.values()],
              "target": made.target})  # fmt: skip
    else:
        click.echo(f"{counts['done']} done, {counts['failed']} failed, {counts['submitted']} "
                   f"still waiting; answers are in {batch.results}")  # fmt: skip
    if counts["failed"]:
        sys.exit(1)
