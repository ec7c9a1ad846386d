"""One worker process: unpack the model, become the image, serve on a Unix socket.

Started as `python -I -m tools.sandbox.worker`. Its orders are one JSON line on standard input;
when standard input ends, the parent is gone and so is the worker.
"""

import json
import os
import shutil
import sys
import threading
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.sandbox.images.archive import ArchiveRefusedError, unpack
from tools.sandbox.images.confinement import confine, drop_capabilities, lay_image_paths
from tools.sandbox.images.containers import Setting, Surroundings, make_container, surroundings
from tools.sandbox.images.http_server import serve
from tools.sandbox.images.image_packages import packages_of
from tools.sandbox.images.neo_onnx import SCRIPT_ARCHIVE
from tools.sandbox.images.packages import import_names
from tools.sandbox.images.serving import (
    CODE_PATH,
    MODEL_PATH,
    Container,
    ContainerExitError,
    Place,
)
from tools.sandbox.images.toolkit_modules import provide_toolkit
from tools.sandbox.images.visible_modules import VisibleModules, hide_product

_EXIT_CONTAINER = 1
_EXIT_ARCHIVE = 65


@dataclass(frozen=True)
class Orders:
    """What the parent wants of this process; see `process.py`."""

    family: str
    version: str
    not_executed_reason: str
    archive: str | None
    directory: str
    socket: str
    environment: dict[str, str]
    isolated: bool
    script: str | None = None


def main() -> None:
    """Serve until the parent ends or the container does."""
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]  # it is a TextIOWrapper
    held = confine()
    line = sys.stdin.readline()
    if not line:
        return
    told: dict[str, Any] = json.loads(line)
    if told.pop("probe", False):
        _tell(held, Path(told["directory"]))
        return
    try:
        _run(Orders(**told))
    except ContainerExitError as error:
        _end(_EXIT_CONTAINER, str(error))
    except ArchiveRefusedError as error:
        _end(_EXIT_ARCHIVE, str(error))
    except BaseException:  # noqa: BLE001 - the process edge: the parent reads log and status
        traceback.print_exc()
        _end(_EXIT_CONTAINER, "")


def _end_with_parent() -> None:
    while os.read(sys.stdin.fileno(), 4096):
        pass
    os._exit(0)


def _end(status: int, reason: str) -> None:
    if reason:
        print(reason, file=sys.stderr)  # noqa: T201 - the worker's log
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


def _tell(held: dict[str, bool], directory: Path) -> None:
    """Answer the parent's question how far this process is cut off."""
    held["aws_variables_removed"] = not any(name.startswith("AWS_") for name in os.environ)
    place = _make_folders(directory)
    held["image_paths"] = lay_image_paths(place.model_dir, place.code_dir, ())
    held["capabilities_dropped"] = drop_capabilities()
    print(json.dumps(held))  # noqa: T201 - the answer


def _make_folders(directory: Path) -> Place:
    place = Place(directory / "model", directory / "code")
    for folder in (place.model_dir, place.code_dir, directory / "root", directory / "tmp"):
        folder.mkdir(parents=True, exist_ok=True)
    return place


def _run(orders: Orders) -> None:
    directory = Path(orders.directory)
    place = _make_folders(directory)
    if orders.script is not None:
        shutil.copy(orders.script, place.code_dir / SCRIPT_ARCHIVE)
    needed = (directory, Path(orders.socket), Path(orders.archive or directory))
    if lay_image_paths(place.model_dir, place.code_dir, needed):
        place = Place(Path(MODEL_PATH), Path(CODE_PATH))
    drop_capabilities()
    threading.Thread(target=_end_with_parent, daemon=True).start()
    if orders.archive is not None:
        unpack(Path(orders.archive), place.model_dir)
    around = surroundings(orders.family, place)
    environment = _set_environment(orders.environment, around, place, directory)
    container = _make(orders, place, environment, around)
    os.chdir(around.working_directory or directory / "root")
    container.start()
    slots = int(environment.get("SAGEMAKER_MODEL_SERVER_WORKERS") or os.cpu_count() or 1)
    serve(container, orders.socket, max(slots, 1)).serve_forever(poll_interval=0.5)


def _set_environment(
    planned: dict[str, str], around: Surroundings, place: Place, directory: Path
) -> dict[str, str]:
    """Make the plan's Environment this process's, over the image's own; return the plan's."""
    mapped = {name: place.real(value) for name, value in planned.items()}
    own = {name: place.real(value) for name, value in (around.environment or {}).items()}
    base = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": "/root"}
    os.environ.clear()
    os.environ.update(base | {"TMPDIR": str(directory / "tmp")} | own | mapped)
    sys.dont_write_bytecode = bool(os.environ.get("PYTHONDONTWRITEBYTECODE"))  # -I ignores it
    return mapped


def _make(
    orders: Orders, place: Place, environment: dict[str, str], around: Surroundings
) -> Container:
    further = [entry for entry in environment.get("PYTHONPATH", "").split(os.pathsep) if entry]
    inside = (str(place.model_dir), str(place.code_dir))
    further = [entry for entry in further if entry.startswith(inside)]
    sys.path[:0] = further
    folders = [*map(str, around.code_folders), *further]
    allowed = import_names(packages_of(orders.family, orders.version))
    guard = VisibleModules(allowed, lambda: folders, missing_here=allowed)
    container = make_container(
        Setting(
            family=orders.family,
            version=orders.version,
            not_executed_reason=orders.not_executed_reason,
            place=place,
            environment=environment,
            isolated=orders.isolated,
            allow=guard.allow,
        )
    )
    hide_product()
    provide_toolkit(orders.family)
    sys.meta_path.insert(0, guard)
    return container


if __name__ == "__main__":
    main()
