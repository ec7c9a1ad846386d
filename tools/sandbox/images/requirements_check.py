# ruff: noqa: ANN401
# Arrays, fitted estimators and parsed JSON have no narrower type here.
"""What `pip install -r requirements.txt` at container start would do, without a network.

A requirement passes when the image has it; when the plan lets the container reach PyPI, one
that this machine has passes too, and becomes importable. The rest fails with pip's wording.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from tools.sandbox.images.packages import Packages, import_names

_OPTIONS_WITHOUT_EFFECT = (
    "-i", "--index-url", "--extra-index-url", "--trusted-host", "-f", "--find-links",
    "--no-binary", "--only-binary", "--prefer-binary", "--pre", "--no-index",
)  # fmt: skip


@dataclass(frozen=True)
class Outcome:
    """The end of an installation.

    Attributes:
        lines: What pip would have printed, and remarks that start with `[sandbox]`.
        failed: Whether pip would have ended with an error.
        modules: Top-level modules that became importable.
    """

    lines: tuple[str, ...]
    failed: bool
    modules: frozenset[str] = frozenset()


def check_requirements(file: Path, image: Packages, *, isolated: bool) -> Outcome:
    """Return what pip would do with a requirements file in an image.

    Args:
        file: requirements.txt.
        image: The image's packages and their versions.
        isolated: Whether the plan sets EnableNetworkIsolation.
    """
    lines: list[str] = []
    modules: set[str] = set()
    for text in _requirement_lines(file):
        step = _check_one(text, image, isolated)
        lines += step.lines
        modules |= step.modules
        if step.failed:
            return Outcome(tuple(lines), failed=True)
    return Outcome(tuple(lines), failed=False, modules=frozenset(modules))


def _requirement_lines(file: Path) -> Iterator[str]:
    text = file.read_text(encoding="utf-8", errors="replace").replace("\\\n", " ")
    for raw in text.splitlines():
        line = re.sub(r"(^|\s)#.*$", "", raw).strip()
        if not line or line.split("=")[0].split()[0] in _OPTIONS_WITHOUT_EFFECT:
            continue
        if line.startswith(("-r ", "--requirement ")):
            yield from _requirement_lines(file.parent / line.split(maxsplit=1)[1])
            continue
        yield re.sub(r"\s--hash=\S+", "", line)


def _check_one(text: str, image: Packages, isolated: bool) -> Outcome:
    from packaging.requirements import InvalidRequirement, Requirement
    from packaging.utils import canonicalize_name

    try:
        requirement = Requirement(text)
    except InvalidRequirement:
        remark = f"[sandbox] A worker installs no files or addresses: {text!r} is not installed."
        return Outcome((remark, f"ERROR: Could not install packages: {text}"), failed=True)
    if requirement.marker is not None and not requirement.marker.evaluate():
        return Outcome(
            (f"Ignoring {requirement.name}: markers don't match your environment",), False
        )
    name = canonicalize_name(requirement.name)
    if name in image and (image[name] is None or requirement.specifier.contains(str(image[name]))):
        return Outcome((f"Requirement already satisfied: {text}",), failed=False)
    if not isolated and (found := _installed_here(requirement)):
        remark = f"[sandbox] {text}: AWS would install it from PyPI at every start; here {found}"
        return Outcome((f"{remark} of this machine is used.",), False, _modules_of(name))
    return Outcome(_no_distribution(text, isolated), failed=True)


def _installed_here(requirement: Any) -> str | None:
    try:
        version = metadata.version(requirement.name)
    except metadata.PackageNotFoundError:
        return None
    return version if requirement.specifier.contains(version, prereleases=True) else None


def _no_distribution(text: str, isolated: bool) -> tuple[str, ...]:
    why = (
        "network isolation: the container cannot reach a package index"
        if isolated
        else "the sandbox has no network; AWS would have asked PyPI"
    )
    return (
        f"[sandbox] {why}.",
        f"ERROR: Could not find a version that satisfies the requirement {text}"
        " (from versions: none)",
        f"ERROR: No matching distribution found for {text}",
    )


def _modules_of(package: str) -> frozenset[str]:
    """Return the top-level modules of an installed package and of all it depends on."""
    from packaging.requirements import Requirement

    waiting, seen, modules = [package], set[str](), set[str]()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        try:
            distribution = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue
        modules |= _top_level(distribution) | import_names({name: None})
        for text in distribution.requires or ():
            needed = Requirement(text)
            if needed.marker is None or needed.marker.evaluate({"extra": ""}):
                waiting.append(needed.name)
    return frozenset(modules)


def _top_level(distribution: metadata.Distribution) -> set[str]:
    names = {file.parts[0] for file in distribution.files or ()}
    return {
        name.split(".")[0]
        for name in names
        if not name.endswith((".dist-info", ".pth")) and name != ".."
    }
