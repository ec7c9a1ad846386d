"""The model itself: memory, accelerators, several models on one endpoint."""

from tools.endpoint import Framework
from tools.recommending.sizing import MINUTES_TO_START_MS, serverless_memory_need_mb
from tools.requirements import GpuNeed, ModelSourceKind
from tools.rules.case import Case
from tools.rules.rule import (
    ASYNC_PAGE,
    ASYNCHRONOUS,
    HOSTING_LIST,
    MATRIX_PAGE,
    REAL_TIME,
    SERVERLESS,
    SERVERLESS_PAGE,
    Rule,
    megabytes,
)

DRIVER_PAGE = "https://docs.aws.amazon.com/sagemaker/latest/dg/inference-gpu-drivers.html"
#: From this size on the default start-up time-outs are a known cause of failed deployments.
SLOW_START_BYTES = 10_000_000_000


def _gpu(case: Case) -> bool:
    return case.workload.gpu is GpuNeed.REQUIRED


def _several(case: Case) -> bool:
    return case.workload.model_count > 1


def _largest_memory(case: Case) -> int:
    return case.catalog.serverless_memory_sizes_mb()[-1]


RULES = (
    Rule(
        id="REC-104",
        title="No GPU on serverless",
        source_url=SERVERLESS_PAGE,
        rules_out=(SERVERLESS,),
        when=_gpu,
        says=lambda _: "The model needs a GPU, which serverless endpoints do not have.",
    ),
    Rule(
        id="REC-105",
        title="Model over the serverless memory",
        source_url=SERVERLESS_PAGE,
        rules_out=(SERVERLESS,),
        when=lambda case: serverless_memory_need_mb(case.workload) > _largest_memory(case),
        says=lambda case: (
            f"A model of {megabytes(case.workload.model_size_bytes)} needs about "
            f"{serverless_memory_need_mb(case.workload):,.0f} MB to run (estimate), over the "
            f"{_largest_memory(case)} MB of the largest serverless endpoint."
        ),
    ),
    Rule(
        id="REC-106",
        title="Model over the serverless disk",
        source_url=SERVERLESS_PAGE,
        rules_out=(SERVERLESS,),
        when=lambda case: (
            case.workload.model_size_bytes > case.limit_bytes("serverless_ephemeral_disk")
        ),
        says=lambda case: (
            f"A model of {megabytes(case.workload.model_size_bytes)} is over the 5 GB disk of a "
            "serverless environment."
        ),
    ),
    Rule(
        id="REC-107",
        title="No multi-model endpoint on serverless",
        source_url=SERVERLESS_PAGE,
        rules_out=(SERVERLESS,),
        when=_several,
        says=lambda case: (
            f"{case.workload.model_count} models are to share the endpoint; a serverless endpoint "
            "holds one."
        ),
    ),
    Rule(
        id="REC-205",
        title="No instance type is big enough",
        source_url=HOSTING_LIST,
        rules_out=(REAL_TIME, ASYNCHRONOUS),
        when=lambda case: (
            case.has_region and case.real_time is None and case.needs.instance_type is None
        ),
        says=lambda case: (
            f"No {'GPU ' if _gpu(case) else ''}instance type offered in {case.workload.region} "
            f"holds a model of {megabytes(case.workload.model_size_bytes)}."
        ),
    ),
    Rule(
        id="REC-305",
        title="No multi-model endpoint on asynchronous",
        source_url=MATRIX_PAGE,
        rules_out=(ASYNCHRONOUS,),
        when=_several,
        says=lambda case: (
            f"{case.workload.model_count} models are to share the endpoint; an asynchronous "
            "endpoint holds one."
        ),
    ),
    Rule(
        id="REC-504",
        title="Several models on one endpoint",
        source_url=MATRIX_PAGE,
        prefers=(REAL_TIME,),
        weight=2,
        when=_several,
        says=lambda case: (
            f"A real-time multi-model endpoint holds {case.workload.model_count} models and loads "
            "them on demand."
        ),
    ),
    Rule(
        id="REC-523",
        title="A GPU that is mostly idle",
        source_url=ASYNC_PAGE,
        prefers=(ASYNCHRONOUS,),
        weight=4,
        when=lambda case: (
            _gpu(case)
            and case.workload.uneven
            and case.workload.cold_start_tolerance_ms >= MINUTES_TO_START_MS
        ),
        says=lambda case: (
            f"The GPU is idle {case.workload.idle_share:.0%} of the time and a start of minutes is "
            "tolerated: an asynchronous endpoint goes down to zero instances."
        ),
    ),
    Rule(
        id="REC-621",
        title="Slow start of a large model",
        source_url=DRIVER_PAGE,
        warns=(REAL_TIME, ASYNCHRONOUS),
        when=lambda case: case.workload.model_size_bytes > SLOW_START_BYTES,
        says=lambda case: (
            f"A model of {megabytes(case.workload.model_size_bytes)} loads slowly: raise "
            "ModelDataDownloadTimeoutInSeconds and ContainerStartupHealthCheckTimeoutInSeconds "
            "(up to 3600 s)."
        ),
    ),
    Rule(
        id="REC-622",
        title="Cold start of rare models",
        source_url=MATRIX_PAGE,
        warns=(REAL_TIME,),
        when=_several,
        says=lambda _: "Of several models the rarely used ones are loaded anew: a slow first call.",
    ),
    Rule(
        id="REC-623",
        title="Accelerator quota",
        source_url="https://docs.aws.amazon.com/general/latest/gr/sagemaker.html",
        warns=(REAL_TIME, ASYNCHRONOUS),
        when=_gpu,
        says=lambda _: (
            "New accounts often have a quota of 0 for GPU instances on endpoints: check Service "
            "Quotas before deploying."
        ),
    ),
    Rule(
        id="REC-624",
        title="No image of its own",
        source_url=MATRIX_PAGE,
        warns=(REAL_TIME, SERVERLESS, ASYNCHRONOUS),
        when=lambda case: (
            case.workload.framework in (Framework.ONNX, Framework.LIGHTGBM, Framework.CATBOOST)
            and case.needs.compilation != "neo"
            and (
                case.needs.model_source is None
                or case.needs.model_source.kind is not ModelSourceKind.IMAGE
            )
        ),
        says=lambda case: (
            f"SageMaker has no {case.workload.framework} inference image: another "
            "framework's image with a handler, Triton, or an image of your own serves the model."
        ),
    ),
)
