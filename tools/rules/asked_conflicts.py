"""What was asked for by name and cannot be had, or not together: planning refuses these."""

from collections.abc import Iterator

from tools.endpoint import ENDPOINT_OPTIONS
from tools.rules.asked import CONFIG_PAGE
from tools.rules.asked import RULES as ASKED_RULES
from tools.rules.case import Case
from tools.rules.compiling import COMPILATION_CONFLICTS
from tools.rules.exclusion import JUDGED, exclusions
from tools.rules.rule import MATRIX_PAGE, Rule

VPC_PAGE = "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_VpcConfig.html"
TARGET_PAGE = "https://docs.aws.amazon.com/autoscaling/application/APIReference/API_RegisterScalableTarget.html"

#: The need behind each rule that excludes an option, where it is one that people name.
BEHIND = {
    "REC-101": "request_payload_bytes",
    "REC-102": "processing_time_s",
    "REC-103": "streaming",
    "REC-104": "gpu",
    "REC-105": "model_size_bytes",
    "REC-106": "model_size_bytes",
    "REC-107": "model_count",
    "REC-108": "peak_requests_per_second",
    "REC-109": "data_sensitivity",
    "REC-110": "region",
    "REC-111": "budget_usd_per_month",
    "REC-201": "request_payload_bytes",
    "REC-202": "processing_time_s",
    "REC-203": "processing_time_s",
    "REC-205": "model_size_bytes",
    "REC-206": "budget_usd_per_month",
    "REC-301": "request_payload_bytes",
    "REC-302": "processing_time_s",
    "REC-303": "streaming",
    "REC-304": "latency_p95_ms",
    "REC-305": "model_count",
    "REC-306": "budget_usd_per_month",
    "REC-401": "request_payload_bytes",
    "REC-402": "processing_time_s",
    "REC-403": "interactive",
    "REC-404": "latency_p95_ms",
    "REC-405": "region",
    "REC-411": "subnets",
    "REC-412": "network_isolation",
    "REC-413": "data_capture_percent",
    "REC-414": "challenger_source",
    "REC-415": "shadow_source",
    "REC-416": "shadow_source",
    "REC-417": "inference_components",
    "REC-418": "instance_type",
    "REC-419": "max_capacity",
    "REC-420": "memory_size_in_mb",
    "REC-421": "min_capacity",
    "REC-422": "success_topic_arn",
    "REC-423": "output_uri",
    "REC-424": "instance_type",
    "REC-425": "instance_type",
    "REC-426": "instance_type",
    "REC-427": "scaling_metric",
    "REC-428": "scaling_metric",
    "REC-429": "scaling_metric",
    "REC-430": "scaling_metric",
    "REC-431": "scaling_metric",
    "REC-432": "instance_type",
    "REC-434": "capacity_schedules",
    "REC-433": "compilation",
}


def _named_but_excluded(case: Case) -> bool:
    wanted = case.needs.inference_option
    if wanted is None:
        return False
    return wanted not in JUDGED or bool(exclusions(case)[wanted])


def _why_excluded(case: Case) -> str:
    wanted = case.needs.inference_option
    if wanted is None or wanted not in JUDGED:
        return f"{wanted} was asked for, and SageMaker hosts nothing of that kind."
    reasons = _quoted(exclusions(case)[wanted][:3], case)
    return f"{wanted} was asked for by name, and cannot be had: {reasons}"


def _quoted(rules: tuple[Rule, ...], case: Case) -> str:
    return " ".join(f"{rule.says(case).rstrip('.')} ({rule.id})." for rule in rules)


def source_of(rule: Rule, case: Case) -> str:
    """Return where the fact behind a conflict stands: of the rule that it quotes, if it does."""
    wanted = case.needs.inference_option
    quoted: tuple[Rule, ...] = ()
    if rule.id == "REC-920" and wanted is not None and wanted in JUDGED:
        quoted = exclusions(case)[wanted]
    elif rule.id == "REC-925":
        quoted = tuple(_by_feature(case))
    return quoted[0].source_url if quoted else rule.source_url


def behind(rule: Rule, case: Case) -> tuple[str, ...]:
    """Return the needs that exclude what was asked for; only those that were said."""
    wanted = case.needs.inference_option
    excluded = exclusions(case)
    if rule.id == "REC-920" and wanted in JUDGED:
        rules = excluded[wanted]
    elif rule.id == "REC-925":
        rules = tuple(_by_feature(case))
    else:
        return ()
    found = (BEHIND.get(one.id) for one in rules)
    return tuple(name for name in found if name and getattr(case.needs, name) is not None)


def _by_feature(case: Case) -> Iterator[Rule]:
    """For each kind of endpoint the first named feature that it does not have."""
    excluded = exclusions(case)
    for option in ENDPOINT_OPTIONS:
        yield from [rule for rule in excluded[option] if rule.id in _FEATURE_IDS][:1]


def _nothing_has_all(case: Case) -> bool:
    """Each kind of endpoint lacks a named feature, and no batch transform is meant."""
    if case.needs.inference_option is not None or case.needs.input_uri is not None:
        return False
    return len(tuple(_by_feature(case))) == len(ENDPOINT_OPTIONS)


def _why_nothing(case: Case) -> str:
    reasons = _quoted(tuple(dict.fromkeys(_by_feature(case))), case)
    return f"No kind of endpoint has all that was asked for: {reasons}"


_FEATURE_IDS = frozenset(rule.id for rule in ASKED_RULES if rule.rules_out)
ASKED_CONFLICTS = (
    Rule(
        id="REC-920",
        title="Option asked for by name that is excluded",
        source_url=MATRIX_PAGE,
        contradicts=("inference_option",),
        when=_named_but_excluded,
        says=_why_excluded,
    ),
    Rule(
        id="REC-921",
        title="Minimum above maximum",
        source_url=TARGET_PAGE,
        contradicts=("min_capacity", "max_capacity"),
        when=lambda case: (
            case.needs.min_capacity is not None
            and case.needs.max_capacity is not None
            and case.needs.min_capacity > case.needs.max_capacity
        ),
        says=lambda case: (
            f"The minimum capacity {case.needs.min_capacity} is above the maximum "
            f"{case.needs.max_capacity}."
        ),
    ),
    Rule(
        id="REC-922",
        title="Half of a VPC",
        source_url=VPC_PAGE,
        contradicts=("subnets", "security_group_ids"),
        when=lambda case: (case.needs.subnets is None) != (case.needs.security_group_ids is None),
        says=lambda case: (
            "A VPC needs subnets and security groups; "
            + ("security groups" if case.needs.subnets else "subnets")
            + " are missing."
        ),
    ),
    Rule(
        id="REC-923",
        title="No scaling, and how to scale",
        source_url=TARGET_PAGE,
        contradicts=(
            "auto_scaling",
            "min_capacity",
            "max_capacity",
            "scaling_metric",
            "scaling_target_value",
        ),
        when=lambda case: (
            case.needs.auto_scaling is False
            and any(
                getattr(case.needs, name) is not None
                for name in (
                    "min_capacity",
                    "max_capacity",
                    "scaling_metric",
                    "scaling_target_value",
                )
            )
        ),
        says=lambda _: "No auto scaling was asked for, and yet bounds or a metric for it.",
    ),
    Rule(
        id="REC-924",
        title="Share for a second model that is not named",
        source_url=MATRIX_PAGE,
        contradicts=("challenger_share", "challenger_source"),
        when=lambda case: (
            case.needs.challenger_share is not None and case.needs.challenger_source is None
        ),
        says=lambda case: (
            f"{case.needs.challenger_share:.0%} of the traffic is to go to a second model, which "
            "was not named."
        ),
    ),
    Rule(
        id="REC-925",
        title="Features that no endpoint has together",
        source_url=MATRIX_PAGE,
        contradicts=("inference_option",),
        when=_nothing_has_all,
        says=_why_nothing,
    ),
    Rule(
        id="REC-926",
        title="Start outside the bounds",
        source_url=TARGET_PAGE,
        contradicts=("initial_instance_count", "min_capacity", "max_capacity"),
        when=lambda case: (
            case.needs.initial_instance_count is not None
            and not (
                (case.needs.min_capacity or 0)
                <= case.needs.initial_instance_count
                <= (case.needs.max_capacity or 10**9)
            )
        ),
        says=lambda case: (
            f"{case.needs.initial_instance_count} instances to start with are outside the bounds "
            "of its scaling."
        ),
    ),
    Rule(
        id="REC-927",
        title="More warm environments than concurrency",
        source_url=CONFIG_PAGE,
        contradicts=("provisioned_concurrency", "max_concurrency"),
        when=lambda case: (
            (case.needs.provisioned_concurrency or 0) > (case.needs.max_concurrency or 10**9)
        ),
        says=lambda case: (
            f"{case.needs.provisioned_concurrency} warm environments are above the maximum "
            f"concurrency of {case.needs.max_concurrency}."
        ),
    ),
    *COMPILATION_CONFLICTS,
)
ASKED_IDS = frozenset(rule.id for rule in ASKED_CONFLICTS)
