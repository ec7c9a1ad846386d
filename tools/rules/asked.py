"""What was asked for by name, and the inference options that do not have it."""

from collections.abc import Callable

from tools.endpoint import HOST_METRICS
from tools.neo import SUPPORTED_PAGE as NEO_PAGE
from tools.options import DeploymentOptions
from tools.recommending.scaling import PROVISIONED_UTILIZATION
from tools.recommending.sizing import fits
from tools.requirements import GpuNeed
from tools.rules.case import Case
from tools.rules.rule import (
    ASYNC_PAGE,
    ASYNCHRONOUS,
    BATCH_TRANSFORM,
    HOSTING_LIST,
    MATRIX_PAGE,
    METRICS_PAGE,
    PROVISIONED_PAGE,
    REAL_TIME,
    SERVERLESS,
    SERVERLESS_PAGE,
    Rule,
    megabytes,
)

CONFIG_PAGE = (
    "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpointConfig.html"
)
ZERO_PAGE = (
    "https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling-zero-instances.html"
)
QUEUE_METRICS = frozenset(
    {
        "ApproximateBacklogSize", "ApproximateBacklogSizePerInstance", "HasBacklogWithoutCapacity",
        "ApproximateAgeOfOldestRequest",
    }
)  # fmt: skip


def _asks(what: Callable[[DeploymentOptions], object]) -> Callable[[Case], bool]:
    return lambda case: bool(what(case.needs))


def _vpc(asked: DeploymentOptions) -> bool:
    return asked.subnets is not None or asked.security_group_ids is not None


def _serverless_named(asked: DeploymentOptions) -> bool:
    """Something that only a serverless endpoint has."""
    return bool(
        asked.inference_option is SERVERLESS
        or asked.memory_size_in_mb
        or asked.max_concurrency
        or asked.provisioned_concurrency
    )


def _instance_bounds(asked: DeploymentOptions) -> bool:
    bounds = asked.min_capacity or asked.max_capacity
    return bool(bounds) and not _serverless_named(asked)


def _serverless_numbers(asked: DeploymentOptions) -> bool:
    return bool(asked.memory_size_in_mb or asked.max_concurrency or asked.provisioned_concurrency)


def _zero(asked: DeploymentOptions) -> bool:
    schedules = asked.capacity_schedules or ()
    least = [asked.min_capacity, *(schedule.min_capacity for schedule in schedules)]
    return 0 in least and not asked.inference_components


def _not_offered(case: Case) -> bool:
    return case.needs.instance_type is not None and case.named_instance is None


def _use(case: Case) -> str:
    batch = case.needs.inference_option is BATCH_TRANSFORM
    return "batch transform" if batch else "hosting"


def _does_not_fit(case: Case) -> bool:
    """The size was said or seen; an assumed one excludes nothing that was named."""
    named, needs = case.named_instance, case.needs
    known = needs.model_size_bytes is not None or needs.model_parameters is not None
    return named is not None and known and not fits(named, case.workload)


def _no_accelerator(case: Case) -> bool:
    named = case.named_instance
    return named is not None and named.accelerator is None and case.needs.gpu is GpuNeed.REQUIRED


def _metric(case: Case) -> str:
    return case.needs.scaling_metric or ""


RULES = (
    Rule(
        id="REC-411",
        title="VPC asked for",
        source_url=SERVERLESS_PAGE,
        rules_out=(SERVERLESS,),
        when=_asks(_vpc),
        says=lambda _: "A VPC was asked for; a serverless endpoint has no VPC configuration.",
    ),
    Rule(
        id="REC-412",
        title="Network isolation asked for",
        source_url=SERVERLESS_PAGE,
        rules_out=(SERVERLESS,),
        when=_asks(lambda asked: asked.network_isolation),
        says=lambda _: "Network isolation was asked for; a serverless endpoint has none.",
    ),
    Rule(
        id="REC-413",
        title="Data capture asked for",
        source_url=MATRIX_PAGE,
        rules_out=(SERVERLESS, ASYNCHRONOUS),
        when=_asks(lambda asked: asked.data_capture_percent),
        says=lambda _: "Data capture was asked for; of the endpoints only real-time has it.",
    ),
    Rule(
        id="REC-414",
        title="Two variants asked for",
        source_url=MATRIX_PAGE,
        rules_out=(SERVERLESS, ASYNCHRONOUS, BATCH_TRANSFORM),
        when=_asks(lambda asked: asked.challenger_source),
        says=lambda _: (
            "Traffic is to be shared with a second model; only a real-time endpoint has several "
            "variants."
        ),
    ),
    Rule(
        id="REC-415",
        title="Shadow test asked for",
        source_url=MATRIX_PAGE,
        rules_out=(SERVERLESS, ASYNCHRONOUS, BATCH_TRANSFORM),
        when=_asks(lambda asked: asked.shadow_source),
        says=lambda _: "A shadow test was asked for; only a real-time endpoint has a shadow.",
    ),
    Rule(
        id="REC-416",
        title="Second variant and shadow together",
        source_url=CONFIG_PAGE,
        rules_out=(REAL_TIME,),
        when=_asks(lambda asked: asked.challenger_source and asked.shadow_source),
        says=lambda _: "A shadow goes with exactly one production variant, not with two.",
    ),
    Rule(
        id="REC-417",
        title="Inference components asked for",
        source_url=ZERO_PAGE,
        rules_out=(SERVERLESS, ASYNCHRONOUS, BATCH_TRANSFORM),
        when=_asks(lambda asked: asked.inference_components),
        says=lambda _: "Inference components were asked for; only a real-time endpoint hosts them.",
    ),
    Rule(
        id="REC-418",
        title="Instances asked for",
        source_url=SERVERLESS_PAGE,
        rules_out=(SERVERLESS,),
        when=_asks(lambda asked: asked.instance_type or asked.initial_instance_count),
        says=lambda case: (
            f"{case.needs.instance_type or 'A number of instances'} was asked for; a serverless "
            "endpoint has no instances."
        ),
    ),
    Rule(
        id="REC-419",
        title="Bounds of instances asked for",
        source_url=PROVISIONED_PAGE,
        rules_out=(SERVERLESS,),
        when=_asks(_instance_bounds),
        says=lambda _: (
            "Bounds on capacity were asked for; on-demand serverless scales by itself, without any."
        ),
    ),
    Rule(
        id="REC-420",
        title="Serverless numbers asked for",
        source_url=SERVERLESS_PAGE,
        rules_out=(REAL_TIME, ASYNCHRONOUS, BATCH_TRANSFORM),
        when=_asks(_serverless_numbers),
        says=lambda _: (
            "A memory size or a concurrency was asked for; only a serverless endpoint is sized so."
        ),
    ),
    Rule(
        id="REC-421",
        title="Zero instances asked for",
        source_url=ZERO_PAGE,
        rules_out=(REAL_TIME,),
        when=_asks(_zero),
        says=lambda _: (
            "Capacity is to go down to zero; a real-time endpoint does so only with inference "
            "components."
        ),
    ),
    Rule(
        id="REC-422",
        title="Notification of results asked for",
        source_url=ASYNC_PAGE,
        rules_out=(REAL_TIME, SERVERLESS, BATCH_TRANSFORM),
        when=_asks(lambda asked: asked.success_topic_arn or asked.error_topic_arn),
        says=lambda _: (
            "A topic is to be told of results or failures; only an asynchronous endpoint does so."
        ),
    ),
    Rule(
        id="REC-423",
        title="Place for results asked for",
        source_url=ASYNC_PAGE,
        rules_out=(REAL_TIME, SERVERLESS),
        when=_asks(lambda asked: asked.output_uri),
        says=lambda _: (
            "Results are to be written to S3; real-time and serverless answer in the call itself."
        ),
    ),
    Rule(
        id="REC-424",
        title="Instance type not offered",
        source_url=HOSTING_LIST,
        rules_out=(REAL_TIME, ASYNCHRONOUS, BATCH_TRANSFORM),
        when=_not_offered,
        says=lambda case: (
            f"{case.needs.instance_type} is no instance type that is offered for "
            f"{_use(case)} in {case.workload.region}."
        ),
    ),
    Rule(
        id="REC-425",
        title="Model over the named instance type",
        source_url=HOSTING_LIST,
        rules_out=(REAL_TIME, ASYNCHRONOUS, BATCH_TRANSFORM),
        when=_does_not_fit,
        says=lambda case: (
            f"A model of {megabytes(case.workload.model_size_bytes)} does not fit into the memory "
            f"of {case.needs.instance_type} (estimate)."
        ),
    ),
    Rule(
        id="REC-426",
        title="Named instance type without a GPU",
        source_url=HOSTING_LIST,
        rules_out=(REAL_TIME, ASYNCHRONOUS, BATCH_TRANSFORM),
        when=_no_accelerator,
        says=lambda case: f"A GPU is required; {case.needs.instance_type} has none.",
    ),
    Rule(
        id="REC-427",
        title="Metric of a queue",
        source_url=METRICS_PAGE,
        rules_out=(REAL_TIME, SERVERLESS),
        when=lambda case: _metric(case) in QUEUE_METRICS,
        says=lambda case: f"Only an asynchronous endpoint publishes {_metric(case)}.",
    ),
    Rule(
        id="REC-428",
        title="Metric of provisioned concurrency",
        source_url=PROVISIONED_PAGE,
        rules_out=(REAL_TIME, ASYNCHRONOUS),
        when=lambda case: _metric(case) == PROVISIONED_UTILIZATION,
        says=lambda case: f"Only provisioned concurrency of serverless publishes {_metric(case)}.",
    ),
    Rule(
        id="REC-429",
        title="Metric of a real-time variant",
        source_url=METRICS_PAGE,
        rules_out=(SERVERLESS, ASYNCHRONOUS),
        when=lambda case: (
            _metric(case).startswith("SageMakerVariant")
            and _metric(case) != PROVISIONED_UTILIZATION
        ),
        says=lambda case: f"Only a real-time endpoint scales by {_metric(case)}.",
    ),
    Rule(
        id="REC-430",
        title="Metric of inference components",
        source_url=ZERO_PAGE,
        rules_out=(REAL_TIME, SERVERLESS, ASYNCHRONOUS),
        when=lambda case: (
            _metric(case).startswith("SageMakerInferenceComponent")
            and not case.needs.inference_components
        ),
        says=lambda case: f"Only copies of an inference component scale by {_metric(case)}.",
    ),
    Rule(
        id="REC-431",
        title="Metric of instances",
        source_url=METRICS_PAGE,
        rules_out=(SERVERLESS,),
        when=lambda case: _metric(case) in HOST_METRICS,
        says=lambda case: f"{_metric(case)} is of instances, which serverless has none of.",
    ),
    Rule(
        id="REC-432",
        title="Inferentia 1 asked for",
        source_url=MATRIX_PAGE,
        rules_out=(ASYNCHRONOUS, BATCH_TRANSFORM),
        when=_asks(lambda asked: (asked.instance_type or "").startswith("ml.inf1.")),
        says=lambda case: f"Only real-time endpoints run on {case.needs.instance_type}.",
    ),
    Rule(
        id="REC-433",
        title="Serverless runs nothing that Neo compiled",
        source_url=NEO_PAGE,
        rules_out=(SERVERLESS,),
        when=_asks(lambda asked: asked.compilation == "neo"),
        says=lambda _: (
            "Neo compiles for one family of instances, and a serverless endpoint names none."
        ),
    ),
    Rule(
        id="REC-434",
        title="Schedule for on-demand serverless",
        source_url=PROVISIONED_PAGE,
        rules_out=(SERVERLESS,),
        when=_asks(lambda asked: asked.capacity_schedules and not asked.provisioned_concurrency),
        says=lambda _: (
            "Schedules were asked for; of serverless only provisioned concurrency has bounds to "
            "move."
        ),
    ),
    Rule(
        id="REC-671",
        title="On-demand serverless scales by itself",
        source_url=PROVISIONED_PAGE,
        warns=(SERVERLESS,),
        when=lambda case: (
            case.needs.auto_scaling is True and not case.serverless.provisioned_concurrency
        ),
        says=lambda case: (
            "On-demand serverless scales by itself up to its maximum concurrency of "
            f"{case.serverless.max_concurrency}; a policy is for warm environments: say how many "
            "are to be kept."
        ),
    ),
    Rule(
        id="REC-672",
        title="Memory below the estimate",
        source_url=SERVERLESS_PAGE,
        warns=(SERVERLESS,),
        when=lambda case: (
            case.needs.memory_size_in_mb is not None
            and case.needs.memory_size_in_mb < case.serverless_need_mb
        ),
        says=lambda case: (
            f"{case.needs.memory_size_in_mb} MB were asked for; the model is estimated to need "
            f"{case.serverless_need_mb:,.0f} MB."
        ),
    ),
    Rule(
        id="REC-673",
        title="Named instance type small for what is assumed",
        source_url=HOSTING_LIST,
        warns=(REAL_TIME, ASYNCHRONOUS),
        when=lambda case: (
            case.named_instance is not None
            and not _does_not_fit(case)
            and not fits(case.named_instance, case.workload)
        ),
        says=lambda case: (
            f"A model of {megabytes(case.workload.model_size_bytes)} (assumed) would not fit into "
            f"{case.needs.instance_type}: say how large it is."
        ),
    ),
)
