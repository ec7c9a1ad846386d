"""How the script toolkit brings a user's code into the container before it serves.

The folder named by SAGEMAKER_SUBMIT_DIRECTORY is copied to /opt/ml/code and pip installs it
with its requirements.txt. Source: github.com/aws/sagemaker-containers `_modules.py`, `_files.py`.
"""

import shutil
import sys
import tarfile
from pathlib import Path

from tools.sandbox.images.packages import Packages
from tools.sandbox.images.requirements_check import Outcome, check_requirements
from tools.sandbox.images.serving import ContainerExitError, Place

_FALSE_WORDS = ("0", "false", "no", "off")


def copy_code(submitted: str | None, place: Place) -> None:
    """Fill /opt/ml/code from SAGEMAKER_SUBMIT_DIRECTORY; without it the folder stays empty.

    Raises:
        ContainerExitError: There is no such folder or archive.
    """
    place.code_dir.mkdir(parents=True, exist_ok=True)
    if submitted is None:
        return
    if submitted.startswith("s3://"):
        message = f"[sandbox] {submitted}: a worker has no network to fetch the code with"
        raise ContainerExitError(message)
    source = Path(place.real(submitted))
    if source.is_dir():
        shutil.copytree(source, place.code_dir, dirs_exist_ok=True)
    elif source.is_file() and tarfile.is_tarfile(source):
        with tarfile.open(source) as archive:
            archive.extractall(place.code_dir, filter="data")
    elif source.is_file():
        shutil.copy(source, place.code_dir)
    else:
        message = f"FileNotFoundError: [Errno 2] No such file or directory: '{submitted}'"
        raise ContainerExitError(message)


def install(
    place: Place, packages: Packages, *, isolated: bool, build_needs_index: bool, switch: str | None
) -> frozenset[str]:
    """Do what `pip install . [-r requirements.txt]` would do; return modules made importable.

    Args:
        place: Where /opt/ml/code is.
        packages: The image's packages.
        isolated: Whether the plan sets EnableNetworkIsolation.
        build_needs_index: Whether pip in this image needs an index even to build the script.
        switch: PIP_NO_BUILD_ISOLATION of the plan's Environment; "0" turns isolation off.

    Raises:
        ContainerExitError: pip fails, so the container's start command does.
    """
    requirements = place.code_dir / "requirements.txt"
    command = "/usr/bin/python3 -m pip install . "
    command += "-r requirements.txt" if requirements.is_file() else ""
    _log("Installing module with the following command:", command)
    if isolated and build_needs_index and (switch or "").lower() not in _FALSE_WORDS:
        # Measured with pip 26.1, setuptools 80.10.2 and no wheel package (containers.md, 3).
        _log(
            "ERROR: Could not find a version that satisfies the requirement setuptools>=40.8.0"
            " (from versions: none)",
            "ERROR: No matching distribution found for setuptools>=40.8.0",
            "ERROR: Failed to build 'file:///opt/ml/code' when installing build dependencies",
        )
        raise ContainerExitError(_install_error(command))
    outcome = Outcome((), failed=False)
    if requirements.is_file():
        outcome = check_requirements(requirements, packages, isolated=isolated)
    _log(*outcome.lines)
    if outcome.failed:
        raise ContainerExitError(_install_error(command))
    return outcome.modules


def _install_error(command: str) -> str:
    return (
        f'sagemaker_containers._errors.InstallModuleError: InstallModuleError: Command "{command}"'
    )


def _log(*lines: str) -> None:
    for line in lines:
        print(line, file=sys.stderr)  # noqa: T201 - the worker's log
