"""Make the container that a worker process serves, from the image's family and version."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tools.sandbox.images import scikit_learn, xgboost_script
from tools.sandbox.images.image_packages import packages_of
from tools.sandbox.images.neo_onnx import NeoOnnxContainer
from tools.sandbox.images.pytorch import PyTorchContainer
from tools.sandbox.images.script_container import ScriptContainer
from tools.sandbox.images.serving import Container, Place
from tools.sandbox.images.triton import TritonContainer
from tools.sandbox.images.unexecuted import UnexecutedContainer
from tools.sandbox.images.xgboost_algorithm import AlgorithmContainer

_OLD_TORCHSERVE = ("1.12.0", "1.12.1")


@dataclass(frozen=True)
class Setting:
    """All that a container is made of.

    Attributes:
        family: The image family.
        version: The framework version in the image's tag.
        not_executed_reason: Why the image is not executed; empty when it is.
        place: Where /opt/ml/model and /opt/ml/code are.
        environment: The plan's Environment, paths mapped.
        isolated: Whether the plan sets EnableNetworkIsolation.
        allow: Makes further top-level modules importable.
    """

    family: str
    version: str
    not_executed_reason: str
    place: Place
    environment: Mapping[str, str]
    isolated: bool
    allow: Callable[[frozenset[str]], None]


@dataclass(frozen=True)
class Surroundings:
    """What the image lays down around a container.

    Attributes:
        code_folders: Where a script's own modules are found.
        working_directory: Where the server runs; None is an empty folder.
        environment: Variables that the image sets itself.
    """

    code_folders: tuple[Path, ...] = ()
    working_directory: Path | None = None
    environment: Mapping[str, str] | None = None


def make_container(setting: Setting) -> Container:
    """Return the container of an image; of one that is not executed, what says so."""
    place, environment = setting.place, setting.environment
    if setting.not_executed_reason:
        return UnexecutedContainer(
            setting.family, place, environment, setting.isolated, setting.not_executed_reason
        )
    if setting.family == "triton":
        return TritonContainer(place, environment)
    if setting.family == "neo-onnx":
        return NeoOnnxContainer(place, environment)
    if setting.family == "pytorch":
        return PyTorchContainer(
            place,
            environment,
            packages_of(setting.family, setting.version),
            isolated=setting.isolated,
            unhealthy_status=200 if setting.version in _OLD_TORCHSERVE else 500,
            allow=setting.allow,
        )
    if setting.family == "xgboost" and "SAGEMAKER_PROGRAM" not in environment:
        return AlgorithmContainer(place, environment)
    images = scikit_learn.IMAGES if setting.family == "scikit-learn" else xgboost_script.IMAGES
    return ScriptContainer(
        place,
        environment,
        images[setting.version],
        isolated=setting.isolated,
        allow=setting.allow,
    )


def surroundings(family: str, place: Place) -> Surroundings:
    """Return what the image lays down around its container."""
    variables = {
        "PYTHONUNBUFFERED": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "SM_MODEL_DIR": "/opt/ml/model",
    }
    match family:
        case "scikit-learn":
            return Surroundings((place.code_dir,), None, variables)
        case "xgboost":
            return Surroundings((place.code_dir,), None, variables | {"OMP_NUM_THREADS": "1"})
        case "neo-onnx":
            return Surroundings((place.code_dir,))
        case "pytorch":
            folders = (place.model_dir / "code", place.model_dir)
            return Surroundings(folders, place.model_dir, {"SM_MODEL_DIR": "/opt/ml/model"})
        case _:
            return Surroundings()
