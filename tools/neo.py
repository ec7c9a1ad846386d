"""What SageMaker Neo compiles, and for which targets: the matrix that is asked before a job.

Facts stand in `tools/data/neo.json` with source and date. Pure but for reading that file once.
"""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Literal, NamedTuple

from tools.endpoint import CompilationSpec, Framework

SUPPORTED_PAGE = "https://docs.aws.amazon.com/sagemaker/latest/dg/neo-supported-cloud.html"
#: Our frameworks in Neo's spelling; what is not here is no framework of Neo's at all.
NEO_NAMES: Mapping[Framework, str] = {
    Framework.ONNX: "ONNX",
    Framework.XGBOOST: "XGBOOST",
    Framework.PYTORCH: "PYTORCH",
    Framework.TENSORFLOW: "TENSORFLOW",
}
_TFLITE_REMEDY = "Serve it as it is; Neo compiles it for edge devices only."
_EXPORT = "Export the model to ONNX and compile that, or serve it without Neo."


class Refusal(NamedTuple):
    """Why Neo cannot compile something, and what would help."""

    reason: str
    remedy: str
    source_url: str


class Fault(NamedTuple):
    """One thing that is wrong with a compilation, in the words of a check."""

    text: str
    remedy: str


@cache
def facts() -> dict[str, Any]:
    """Return the matrix as it is stored."""
    loaded: dict[str, Any] = json.loads((files("tools") / "data" / "neo.json").read_text("utf-8"))
    return loaded


def families() -> frozenset[str]:
    """Return the hosting families that Neo compiles for, as in `ml.c5.large`: `c5`."""
    return frozenset(
        target.removeprefix("ml_")
        for target, row in facts()["targets"].items()
        if row["processor"] in {"cpu", "gpu"}
    )


def target_of(instance_type: str) -> str:
    """Return Neo's name for an instance type's family: `ml_c5` for `ml.c5.large`."""
    return f"ml_{instance_type.split('.')[1]}" if instance_type.count(".") == 2 else instance_type


def processor_of(target: str) -> Literal["cpu", "gpu", "inferentia"] | None:
    """Return what a hosting target computes on; None for one that Neo does not serve."""
    row = facts()["targets"].get(target)
    processor: Literal["cpu", "gpu", "inferentia"] | None = row["processor"] if row else None
    return processor


def refusal(framework: str, version: str | None, target: str) -> Refusal | None:
    """Return why Neo does not compile a model for a hosting target; None when it does.

    Args:
        framework: In Neo's spelling ("ONNX") or ours ("onnx").
        version: Of the framework that wrote the model; None when it is not known.
        target: Such as `ml_c5`, or an instance type.
    """
    name, target = framework.upper(), target_of(target)
    return _of_framework(name) or _of_target(target) or _of_version(name, version, target)


def _of_framework(name: str) -> Refusal | None:
    page = facts()["pages"]["supported"]
    if name in facts()["frameworks"]:
        return None
    if name in {"TFLITE", "DARKNET"}:
        return Refusal(f"Neo compiles {name} for edge devices, not for endpoints.",
                       _TFLITE_REMEDY, page)  # fmt: skip
    if name == "SKLEARN":
        return Refusal(
            "scikit-learn is in the API's list of frameworks, but Neo compiles none of its models "
            "for instances.",
            "Export the model to ONNX (skl2onnx) and compile that, or serve it without Neo.",
            page,
        )
    return Refusal(f"Neo does not know the framework {name.lower()}.", _EXPORT, page)


def _of_target(target: str) -> Refusal | None:
    page = facts()["pages"]["supported"]
    if target in facts()["targets"]:
        return None
    known = ", ".join(sorted(f"ml.{family}" for family in families()))
    neuron = target in {"ml_inf2", "ml_trn1"}
    if neuron:
        (region,) = facts()["refused_targets"][target]["regions"]
        return Refusal(
            f"{target.replace('_', '.')} is served by the Neuron SDK, not by Neo (the API lists it "
            f"as a target in {region} alone).",
            "Compile the model with Neuron and serve it on a Neuron image, or name a type of "
            f"{known}.",
            facts()["pages"]["api"],
        )
    if target in facts()["edge_devices"]:
        return Refusal(f"{target} is a device at the edge, not a place for an endpoint.",
                       f"Name a type of {known}.", page)  # fmt: skip
    if target == "ml_eia2":
        return Refusal("Elastic Inference is no longer available.", f"Name a type of {known}.",
                       facts()["pages"]["api"])  # fmt: skip
    return Refusal(
        f"Neo does not compile for {target.replace('_', '.')}.",
        f"Name an instance type of {known}.",
        page,
    )


def _of_version(name: str, version: str | None, target: str) -> Refusal | None:
    row = facts()["frameworks"][name]
    inferentia = processor_of(target) == "inferentia"
    known: list[str] = row["inf1" if inferentia else "cloud"]
    page = facts()["pages"]["supported"]
    if not known:
        return Refusal(f"Neo does not compile {name} for {target.replace('_', '.')}.",
                       "Name an instance type with a CPU or a GPU.", page)  # fmt: skip
    or_earlier = row["cloud_or_earlier"] and not inferentia
    if version is None:
        if or_earlier:
            return None
        return Refusal(
            f"The version of {name} that wrote the model is not known, and Neo takes "
            f"{_listed(known)} only.",
            _EXPORT,
            page,
        )
    if or_earlier and _numbers(version) <= _numbers(known[-1]):
        return None
    if any(_same_release(version, listed) for listed in known):
        return None
    earlier = " or earlier" if or_earlier else ""
    return Refusal(
        f"Neo takes {name} {_listed(known)}{earlier} for {target.replace('_', '.')}; "
        f"this model is of {version}.",
        f"Save the model with one of these versions. {_EXPORT}",
        page,
    )


def _listed(versions: list[str]) -> str:
    return versions[0] if len(versions) == 1 else f"{', '.join(versions[:-1])} or {versions[-1]}"


def _numbers(version: str) -> tuple[int, ...]:
    found = []
    for part in version.split("."):
        digits = "".join(c for c in part if c.isdigit())
        if not digits:
            break
        found.append(int(digits))
    return tuple(found)


def _same_release(version: str, listed: str) -> bool:
    """One is the beginning of the other: 2.0.1 is of 2.0, and 1.15 may be 1.15.3."""
    one, other = _numbers(version), _numbers(listed)
    shorter = min(len(one), len(other), 3)
    return shorter >= 2 and one[:shorter] == other[:shorter]


def remedy_for(failure_reason: str) -> str | None:
    """Return what helps against a job's FailureReason; None for one that is not listed."""
    rows: list[list[str]] = facts()["failures"]
    return next((remedy for part, remedy in rows if part.lower() in failure_reason.lower()), None)


def newer_opset(opset: int | None) -> int | None:
    """Return the newest operator set that Neo's list covers, when the graph's is newer."""
    (newest,) = facts()["onnx_opset"].values()
    return int(newest) if opset is not None and opset > newest else None


def faults(wanted: CompilationSpec) -> tuple[Fault, ...]:
    """Return what AWS would have against a compilation's own values; pure."""
    return (*_target_faults(wanted), *_shape_faults(wanted), *_option_faults(wanted))


def _target_faults(wanted: CompilationSpec) -> tuple[Fault, ...]:
    if wanted.target_platform is None:
        refused = refusal(wanted.framework, wanted.framework_version, wanted.target_device or "")
        return (Fault(refused.reason, refused.remedy),) if refused else ()
    found = [
        Fault(f"{value} is no target {key} of Neo's; there are {', '.join(known)}.",
              "Name one of these.")
        for key, known in facts()["platforms"].items()
        if (value := getattr(wanted.target_platform, key)) is not None and value not in known
    ]  # fmt: skip
    return (
        *found,
        Fault("An endpoint serves what was compiled for an ml_ target, not for a platform.",
              "Name a target device such as ml_c5."),
    )  # fmt: skip


def _shape_faults(wanted: CompilationSpec) -> tuple[Fault, ...]:
    shapes = wanted.data_input_config
    if not shapes:
        if wanted.framework == "XGBOOST":
            return ()
        return (Fault("Neo needs the shape of every input.", "Name the inputs with their sizes."),)
    found = [
        Fault(f"Input {name} has an open dimension ({list(shape)}); Neo compiles for fixed sizes.",
              "Give a sample request: its shape is what the model is compiled for.")
        for name, shape in shapes.items()
        if not shape or any(size < 1 for size in shape)
    ]  # fmt: skip
    size = len(wanted.data_input_json or "")
    if size > 16384:
        found.append(Fault(f"The inputs take {size} characters; 16384 are allowed.",
                           "Shorten the inputs' names."))  # fmt: skip
    return tuple(found)


def _option_faults(wanted: CompilationSpec) -> tuple[Fault, ...]:
    options = wanted.compiler_options
    if not options:
        return ()
    allowed = {"mcpu", "mattr"} if processor_of(wanted.target_device or "") == "cpu" else set()
    allowed |= {"gpu-code", "trt-ver", "cuda-ver"} if not allowed else set()
    if wanted.framework == "PYTORCH":
        allowed.add("dtype")
    found = [
        Fault(f"{key} is no compiler option for {wanted.target_device}.",
              f"Leave it out; there are {', '.join(sorted(allowed))}.")
        for key in options
        if key not in allowed
    ]  # fmt: skip
    text = wanted.compiler_options_json or ""
    if len(text) > 1024:
        found.append(Fault(f"The compiler options take {len(text)} characters; 1024 are allowed.",
                           "Leave some out."))  # fmt: skip
    return tuple(found)
