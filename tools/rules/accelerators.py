"""Advice on AWS's own chips and on compiling; the choice is `tools.recommending.compilation`."""

from tools.endpoint import Framework
from tools.neo import NEO_NAMES, SUPPORTED_PAGE
from tools.recommending.sizing import InstanceSizing, size_neuron
from tools.rules.case import Case
from tools.rules.rule import ASYNCHRONOUS, REAL_TIME, Rule

OPTIMIZATION_PAGE = "https://docs.aws.amazon.com/sagemaker/latest/dg/model-optimize.html"
_DEEP = frozenset({Framework.PYTORCH, Framework.TENSORFLOW, Framework.HUGGINGFACE})
_NEO = frozenset(NEO_NAMES)


def _on_gpu(case: Case) -> InstanceSizing | None:
    """The real-time size when it is a GPU type."""
    sizing = case.real_time
    if sizing is None or "NVIDIA" not in (sizing.instance.accelerator or ""):
        return None
    return sizing


def _neuron(case: Case) -> InstanceSizing | None:
    """A cheaper type with AWS's own chips, for models that can be compiled for it."""
    gpu, workload = _on_gpu(case), case.workload
    deep = workload.framework in _DEEP or workload.large_language_model
    if gpu is None or not deep or gpu.usd_per_hour is None:
        return None
    neuron = size_neuron(workload, case.catalog)
    if neuron is None or neuron.usd_per_hour is None or neuron.usd_per_hour >= gpu.usd_per_hour:
        return None
    return neuron


def _neuron_advice(case: Case) -> str:
    gpu, neuron = _on_gpu(case), _neuron(case)
    if gpu is None or neuron is None:
        return ""
    return (
        f"{neuron.instance.name} ({neuron.instance.accelerator}) costs {neuron.usd_per_hour} USD "
        f"an hour, {gpu.instance.name} {gpu.usd_per_hour}: worth a trial if the model can "
        "be compiled with Neuron."
    )


def _family(case: Case) -> str:
    sizing = case.real_time
    return f"the family {sizing.instance.family}" if sizing else "one family of instances"


def _on_neuron(case: Case) -> bool:
    sizing = case.real_time
    return sizing is not None and sizing.instance.neuron_cores > 0


RULES = (
    Rule(
        id="REC-661",
        title="Inferentia or Trainium is cheaper",
        source_url=OPTIMIZATION_PAGE,
        warns=(REAL_TIME, ASYNCHRONOUS),
        when=lambda case: _neuron(case) is not None,
        says=_neuron_advice,
    ),
    Rule(
        id="REC-662",
        title="A model for Inferentia must be compiled",
        source_url=OPTIMIZATION_PAGE,
        warns=(REAL_TIME,),
        when=_on_neuron,
        says=lambda case: (
            f"{case.real_time.instance.name if case.real_time else ''} "
            f"{'was asked for' if case.needs.instance_type else 'fits where a GPU does not'}, but "
            "the model must be compiled with Neuron and needs a Neuron image."
        ),
    ),
    Rule(
        id="REC-664",
        title="Neo was asked for",
        source_url=SUPPORTED_PAGE,
        warns=(REAL_TIME, ASYNCHRONOUS),
        when=lambda case: case.needs.compilation == "neo",
        says=lambda case: (
            f"Neo compiles the model for {_family(case)} and for requests of one fixed shape; "
            "compare it with the plain model before keeping it."
        ),
    ),
    Rule(
        id="REC-663",
        title="Neo takes old framework versions only",
        source_url=SUPPORTED_PAGE,
        warns=(REAL_TIME,),
        when=lambda case: (
            case.workload.framework in _NEO
            and not case.workload.large_language_model
            and case.needs.latency_p95_ms is not None
            and case.needs.compilation is None
            and case.synchronous_p95_ms > case.needs.latency_p95_ms / 2
        ),
        says=lambda _: (
            "Neo could make the model faster on c5, m5 and g4dn, but it takes PyTorch up to 2.0, "
            "TensorFlow up to 2.9, ONNX 1.7 and XGBoost 1.3.3 only."
        ),
    ),
)
