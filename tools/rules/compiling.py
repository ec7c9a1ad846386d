"""What Neo was asked to compile and cannot (REC-928 and on), and checks on it (CHK-7xx)."""

from collections.abc import Iterator

from tools import neo
from tools.endpoint import InferenceOption
from tools.rules.case import Case
from tools.rules.check import Check, Subject
from tools.rules.rule import Rule

OPTIMIZATION_PAGE = "https://docs.aws.amazon.com/sagemaker/latest/dg/model-optimize.html"
SCRIPT_PAGE = (
    "https://docs.aws.amazon.com/sagemaker/latest/dg/"
    "neo-deployment-hosting-services-prerequisites.html"
)
#: A framework that Neo does take, to ask about the target alone.
_ANY = "XGBOOST"


def _asked(case: Case) -> bool:
    return case.needs.compilation == "neo"


def _framework_refusal(case: Case) -> neo.Refusal | None:
    """Why Neo takes no model of that framework, whatever its version; None when it may."""
    framework = case.needs.framework
    if not _asked(case) or framework is None or framework in neo.NEO_NAMES:
        return None
    return neo.refusal(framework.value, None, "ml_c5")


def _target_refusal(case: Case) -> neo.Refusal | None:
    kind = case.needs.instance_type
    if not _asked(case) or kind is None:
        return None
    target = neo.target_of(kind)
    framework = case.needs.framework
    name = neo.NEO_NAMES.get(framework, _ANY) if framework else _ANY
    by_version = neo.processor_of(target) in {"cpu", "gpu"}
    return None if by_version else neo.refusal(name, None, target)


def _language_model(case: Case) -> bool:
    return _asked(case) and case.needs.model_parameters is not None


COMPILATION_CONFLICTS = (
    Rule(
        id="REC-928",
        title="Neo for a framework that it does not compile",
        source_url=neo.SUPPORTED_PAGE,
        contradicts=("compilation", "framework"),
        when=lambda case: _framework_refusal(case) is not None,
        says=lambda case: _said(_framework_refusal(case)),
    ),
    Rule(
        id="REC-929",
        title="Neo for a type that it does not compile for",
        source_url=neo.SUPPORTED_PAGE,
        contradicts=("compilation", "instance_type"),
        when=lambda case: _target_refusal(case) is not None,
        says=lambda case: _said(_target_refusal(case)),
    ),
    Rule(
        id="REC-930",
        title="Neo for a language model",
        source_url=OPTIMIZATION_PAGE,
        contradicts=("compilation", "model_parameters"),
        when=_language_model,
        says=lambda _: (
            "Neo compiles no language models: an inference optimization job does (TensorRT-LLM on "
            "GPUs, Neuron on Inferentia2 and Trainium), or quantization makes them smaller."
        ),
    ),
)


def _said(refused: neo.Refusal | None) -> str:
    return f"{refused.reason} {refused.remedy}" if refused else ""


def _compilation(subject: Subject) -> Iterator[str]:
    served = subject.variant.sagemaker_model
    wanted = served.compilation if served else None
    if wanted is not None:
        yield from (f"{fault.text} {fault.remedy}" for fault in neo.faults(wanted))


def _other_family(subject: Subject) -> Iterator[str]:
    served = subject.variant.sagemaker_model
    target = served.compilation.target_device if served and served.compilation else None
    if target is None:
        return
    kind = subject.variant.instance_type
    if subject.spec.inference_option is InferenceOption.SERVERLESS or kind is None:
        yield f"A model compiled for {target} runs on instances of that family, not serverless."
    elif neo.target_of(kind) != target:
        yield f"A model compiled for {target} does not run on {kind}."


def _isolated_script(subject: Subject) -> Iterator[str]:
    served = subject.variant.sagemaker_model
    wanted = served.compilation if served else None
    if wanted is not None and wanted.script_uri and subject.spec.network_isolation:
        yield (
            "Neo's image fetches its script from S3 by itself, which network isolation forbids: "
            "serve the model without Neo, or without isolation."
        )


def _unfit_data(subject: Subject) -> Iterator[str]:
    served = subject.variant.sagemaker_model
    if served is None or served.compilation is None:
        return
    uri = served.model_data_uri or ""
    if not uri.endswith(".tar.gz") or served.multi_model is not None or served.accept_eula:
        yield "Neo compiles one model in one tar.gz archive."


COMPILATION_CHECKS = (
    Check("CHK-701", "Compilation that Neo refuses", neo.SUPPORTED_PAGE, "error", _compilation,
          each_variant=True),
    Check("CHK-702", "Compiled for another family", neo.SUPPORTED_PAGE, "error", _other_family,
          each_variant=True),
    Check("CHK-703", "Script fetched under isolation", SCRIPT_PAGE, "error", _isolated_script,
          each_variant=True),
    Check("CHK-704", "Nothing that Neo can read", neo.SUPPORTED_PAGE, "error", _unfit_data,
          each_variant=True),
)  # fmt: skip
