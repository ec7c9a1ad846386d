"""Whether the model fits: weights, cache and runtime, on GPU, CPU or serverless (PRE-41x).

Weights that are larger than the memory are refused. What also has room for loading, cache and the
model server is an estimate (its factors stand in `tools.recommending`), so it warns.
"""

from pydantic import ValidationError

from tools.catalog import InstanceType
from tools.errors import InvalidInputError
from tools.footprint import Capacity
from tools.plan import BLOB
from tools.planners.hub import language_model, sized_needs
from tools.preflighting.probe import FAILED, PASSED, WARNING, Found, Subject, probe, worst
from tools.recommending.language_models import (
    GIB,
    GPU_MEMORY_USED,
    RUNTIME_GIB_PER_GPU,
    LanguageModel,
    place,
)
from tools.recommending.sizing import (
    ACCELERATOR_MODEL_FACTOR,
    ACCELERATOR_RUNTIME_GIB,
    INSTANCE_MODEL_FACTOR,
    INSTANCE_SYSTEM_GIB,
    SERVERLESS_MODEL_FACTOR,
    SERVERLESS_RUNTIME_MB,
)
from tools.requirements import ModelSourceKind, Requirements

_LARGER = "Choose a larger instance type, or a smaller or quantised model."


def _fits(subject: Subject) -> Found | None:
    return worst(
        found for one in subject.seen.capacities if (found := _fit(subject, one)) is not None
    )


def _fit(subject: Subject, one: Capacity) -> Found | None:
    needs = _needs(subject)
    model = _language_model(needs)
    kind = subject.catalog.instance(one.instance_type) if one.instance_type else None
    if kind is not None and kind.accelerator_memory_gib_each and model is not None:
        return _on_gpus(model, kind)
    size = needs.model_size_bytes or _uploaded_bytes(subject)
    if not size:
        return None
    gib = size / GIB
    if one.memory_size_in_mb is not None:
        need = gib * SERVERLESS_MODEL_FACTOR + SERVERLESS_RUNTIME_MB / 1024
        return _told("the serverless memory", gib, need, one.memory_size_in_mb / 1024)
    if kind is None or kind.memory_gib is None:
        return None
    if kind.accelerator_memory_gib_each:
        whole = float(kind.accelerator_memory_gib_each) * kind.accelerator_count
        need = gib * ACCELERATOR_MODEL_FACTOR + ACCELERATOR_RUNTIME_GIB
        return _told(f"the {kind.accelerator_count} x {kind.accelerator} of {kind.name}", gib, need,
                     whole)  # fmt: skip
    need = gib * INSTANCE_MODEL_FACTOR + INSTANCE_SYSTEM_GIB
    return _told(kind.name, gib, need, float(kind.memory_gib))


def _needs(subject: Subject) -> Requirements:
    try:
        return Requirements.model_validate(subject.plan.requirements or {})
    except ValidationError:  # of another version
        return Requirements()


def _language_model(needs: Requirements) -> LanguageModel | None:
    source = needs.model_source
    if source is not None and source.kind is ModelSourceKind.HUB:
        try:
            return language_model(sized_needs(needs))
        except InvalidInputError:
            return None
    if needs.model_parameters and needs.gpu == "required":
        return LanguageModel(parameters=needs.model_parameters)
    return None


def _uploaded_bytes(subject: Subject) -> int:
    bodies = (step.parameters.get("Body") for step in subject.plan.steps)
    blobs = (body.get(BLOB) or {} for body in bodies if isinstance(body, dict))
    return max((int(blob.get("size_bytes") or 0) for blob in blobs), default=0)


def _on_gpus(model: LanguageModel, kind: InstanceType) -> Found:
    each = float(kind.accelerator_memory_gib_each or 0) * GPU_MEMORY_USED
    weights, count = model.weights_bytes / GIB, kind.accelerator_count
    room = (each - RUNTIME_GIB_PER_GPU) * count
    told = f"{weights:.1f} GiB of {model.dtype} weights"
    if weights > room:
        return Found(
            FAILED, f"{told} do not fit {count} x {kind.accelerator} of {kind.name}, which have "
            f"{room:.1f} GiB beside the runtime.", _LARGER,
        )  # fmt: skip
    placed = place(model, kind)
    if placed is None:
        return Found(
            WARNING, f"{told} leave too little of {kind.name} for the cache "
            f"({model.cache_bytes / GIB:.1f} GiB).", "Serve shorter or fewer sequences.",
        )  # fmt: skip
    return Found(PASSED, f"{placed.basis}.")


def _told(where: str, gib: float, need: float, has: float) -> Found:
    if gib > has:
        return Found(FAILED, f"The model has {gib:.2f} GiB, {where} {has:.1f} GiB.", _LARGER)
    if need > has:
        return Found(
            WARNING, f"The model and its server need about {need:.2f} GiB (estimate), {where} has "
            f"{has:.1f} GiB.", _LARGER,
        )  # fmt: skip
    return Found(
        PASSED, f"About {need:.2f} GiB of the {has:.1f} GiB of {where} are used (estimate)."
    )


MEMORY_PROBES = (probe("PRE-411", _fits),)
