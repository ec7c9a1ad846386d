"""Accelerator and compilation: what the chosen instance has, and whether compiling pays."""

from typing import Literal

from tools.endpoint import Framework, InferenceOption
from tools.recommending.choice import Choice
from tools.recommending.sizing import InstanceSizing

Accelerator = Literal["none", "gpu", "inferentia", "trainium"]
Compilation = Literal["none", "neo", "neuron"]

#: Families that Neo compiles for and that still host (Neo's list of targets and the hosting list).
NEO_FAMILIES = frozenset({"m4", "m5", "c4", "c5", "m6g", "c6g", "g4dn"})
#: Frameworks that Neo takes for them.
NEO_FRAMEWORKS = frozenset(
    {Framework.PYTORCH, Framework.TENSORFLOW, Framework.ONNX, Framework.XGBOOST}
)


def accelerator(choice: Choice) -> Accelerator:
    """Return the kind of accelerator of the chosen instance type."""
    sizing = choice.sizing
    if not isinstance(sizing, InstanceSizing):
        return "none"
    match sizing.instance.family:
        case "inf1" | "inf2":
            return "inferentia"
        case "trn1" | "trn1n" | "trn2":
            return "trainium"
        case _:
            return "gpu" if sizing.instance.accelerator else "none"


def compilation(choice: Choice) -> Compilation:
    """Return Neuron for AWS's own chips, Neo where framework and family match, else none.

    Neo is advised only when a latency was named that is near or below the estimate: it takes old
    framework versions only, so that it must be worth it.
    """
    if accelerator(choice) in ("inferentia", "trainium"):
        return "neuron"
    sizing, workload = choice.sizing, choice.case.workload
    if (
        choice.option is InferenceOption.REAL_TIME
        and isinstance(sizing, InstanceSizing)
        and sizing.instance.family in NEO_FAMILIES
        and workload.framework in NEO_FRAMEWORKS
        and not workload.large_language_model
        and workload.latency_p95_ms is not None
        and choice.case.synchronous_p95_ms > 0.5 * workload.latency_p95_ms
    ):
        return "neo"
    return "none"
