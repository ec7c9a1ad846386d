"""Accelerator and compilation: what the chosen instance has, and whether compiling pays."""

from typing import Literal

from tools import neo
from tools.endpoint import InferenceOption
from tools.recommending.choice import Choice
from tools.recommending.sizing import InstanceSizing

Accelerator = Literal["none", "gpu", "inferentia", "trainium"]
Compilation = Literal["none", "neo", "neuron"]

#: Neo is worth its old versions only where the estimate takes more than this part of the latency.
TIGHT_SHARE = 0.5


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
    """Return Neo or none where that was said; else Neuron, Neo or none by what is served.

    Neuron is for AWS's own chips. Neo is advised only when framework and family match and a latency
    was named that is near or below the estimate: it takes old framework versions only, so that it
    must be worth it.
    """
    if accelerator(choice) in ("inferentia", "trainium"):
        return "neuron"
    asked = choice.case.needs.compilation
    if asked is not None:
        runs_on_instances = isinstance(choice.sizing, InstanceSizing)
        return asked if runs_on_instances else "none"
    advised = choice.option is InferenceOption.REAL_TIME and _possible(choice) and _tight(choice)
    return "neo" if advised else "none"


def _possible(choice: Choice) -> bool:
    sizing, workload = choice.sizing, choice.case.workload
    return (
        isinstance(sizing, InstanceSizing)
        and sizing.instance.family in neo.families()
        and workload.framework in neo.NEO_NAMES
        and not workload.large_language_model
    )


def _tight(choice: Choice) -> bool:
    wanted = choice.case.workload.latency_p95_ms
    return wanted is not None and choice.case.synchronous_p95_ms > TIGHT_SHARE * wanted


def compilation_basis(choice: Choice) -> str:
    """Return in a sentence or two why the model is compiled, by what, or why not."""
    workload, made = choice.case.workload, compilation(choice)
    if made == "neuron":
        return (
            "AWS's own chips run what the Neuron SDK compiled, for fixed sizes of batch and "
            "sequence; Neo does not compile for Inferentia2 and Trainium."
        )
    if made == "neo":
        if choice.case.needs.compilation == "neo":
            return "Neo was asked for: the model is compiled for the instances' family."
        return (
            f"The estimated {choice.case.synchronous_p95_ms:.0f} ms take more than half of the "
            "latency that was named; Neo compiles such a model for this family."
        )
    if choice.case.needs.compilation == "none":
        return "No compilation was asked for."
    return _why_none(choice) if not workload.large_language_model else (
        "A language model is not compiled by Neo: a GPU serves it as it is, and an inference "
        "optimization job quantizes it, or compiles it for GPUs, Inferentia2 or Trainium."
    )  # fmt: skip


def _why_none(choice: Choice) -> str:
    sizing, workload = choice.sizing, choice.case.workload
    if not isinstance(sizing, InstanceSizing):
        return "What Neo compiles runs on instances of one family, not serverless."
    if workload.framework is not None and workload.framework not in neo.NEO_NAMES:
        return f"Neo compiles no {workload.framework} models; they are served as they are."
    if sizing.instance.family not in neo.families():
        known = ", ".join(sorted(neo.families()))
        return (
            f"Neo does not compile for {sizing.instance.name} (only {known}), and a newer type is "
            "the simpler way to be faster."
        )
    return (
        "Nothing that was said calls for it: the estimate keeps well within the latency, and Neo "
        "takes old framework versions only."
    )
