"""Make the container that a worker process serves, from the image's family and version."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tools.sandbox.images import packages, scikit_learn
from tools.sandbox.images.script_container import ScriptContainer
from tools.sandbox.images.serving import Container, Place
from tools.sandbox.images.triton import TritonContainer

Allow = Callable[[frozenset[str]], None]


@dataclass(frozen=True)
class Setting:
    """All that a container is made of.

    Attributes:
        family: The image family.
        version: The framework version in the image's tag.
        place: Where /opt/ml/model and /opt/ml/code are.
        environment: The plan's Environment, paths mapped.
        isolated: Whether the plan sets EnableNetworkIsolation.
        allow: Makes further top-level modules importable.
    """

    family: str
    version: str
    place: Place
    environment: Mapping[str, str]
    isolated: bool
    allow: Allow


@dataclass(frozen=True)
class Surroundings:
    """What the image lays down around a container.

    Attributes:
        packages: The Python packages of the image.
        code_folders: Where a script's own modules are found.
        working_directory: Where the server runs; None is an empty folder.
        environment: Variables that the image sets itself.
    """

    packages: packages.Packages
    code_folders: tuple[Path, ...]
    working_directory: Path | None
    environment: Mapping[str, str]


def make_container(setting: Setting) -> Container:
    """Return the container of an executable image.

    Raises:
        LookupError: No worker can execute the image.
    """
    if setting.family == "scikit-learn":
        image = scikit_learn.IMAGES[setting.version]
        return ScriptContainer(
            setting.place,
            setting.environment,
            image,
            isolated=setting.isolated,
            allow=setting.allow,
        )
    if setting.family == "triton":
        return TritonContainer(setting.place, setting.environment)
    raise LookupError(f"the {setting.family} image is not executed in the sandbox")


def surroundings(family: str, version: str, place: Place) -> Surroundings:
    """Return what the image lays down around its container."""
    if family == "scikit-learn":
        return Surroundings(
            scikit_learn.IMAGES[version].packages, (place.code_dir,), None, _SCRIPT_VARIABLES
        )
    return Surroundings(_TRITON_PACKAGES, (), None, {})


# Triton itself runs no Python of the user's with the ONNX backend; what stands in for it does.
_TRITON_PACKAGES: packages.Packages = {
    "numpy": None, "onnxruntime": None, "flatbuffers": None, "protobuf": None, "packaging": None,
    "sympy": None, "mpmath": None, "coloredlogs": None, "humanfriendly": None,
}  # fmt: skip
_SCRIPT_VARIABLES = {
    "PYTHONUNBUFFERED": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
    "SM_MODEL_DIR": "/opt/ml/model",
}
