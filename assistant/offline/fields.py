"""The requirement fields in people's words: names, questions, values with units."""

from collections.abc import Callable, Mapping
from typing import Any

from assistant.messages import N_, Translator, as_decimal

LABELS: dict[str, str] = {
    "latency_p95_ms": N_("answer time (p95)"),
    "interactive": N_("someone waits for the answer"),
    "cold_start_tolerance_ms": N_("acceptable cold start"),
    "request_payload_bytes": N_("request size"),
    "response_payload_bytes": N_("response size"),
    "processing_time_s": N_("processing time per request"),
    "traffic_pattern": N_("traffic pattern"),
    "average_requests_per_second": N_("average traffic"),
    "peak_requests_per_second": N_("peak traffic"),
    "idle_share": N_("share of idle time"),
    "growth_per_month": N_("growth per month"),
    "budget_usd_per_month": N_("budget per month"),
    "framework": N_("framework"),
    "model_source": N_("model"),
    "model_size_bytes": N_("model size"),
    "model_parameters": N_("model parameters"),
    "model_count": N_("number of models"),
    "gpu": N_("GPU"),
    "streaming": N_("streamed answers"),
    "environment": N_("environment"),
    "deployment_preference": N_("way of deploying"),
    "region": N_("region"),
    "data_sensitivity": N_("data sensitivity"),
    "endpoint_name": N_("endpoint name"),
    "sample_path": N_("sample request"),
    "inference_option": N_("kind of endpoint"),
    "instance_type": N_("instance type"),
    "initial_instance_count": N_("number of instances"),
    "memory_size_in_mb": N_("memory"),
    "max_concurrency": N_("requests at a time"),
    "provisioned_concurrency": N_("environments kept warm"),
    "auto_scaling": N_("auto scaling"),
    "min_capacity": N_("least capacity"),
    "max_capacity": N_("most capacity"),
    "scaling_metric": N_("metric to scale by"),
    "scaling_target_value": N_("value the metric is held at"),
    "capacity_schedules": N_("capacity by schedule"),
    "compilation": N_("compilation"),
    "inference_components": N_("inference components"),
    "challenger_source": N_("second model"),
    "challenger_share": N_("second model's share of the traffic"),
    "shadow_source": N_("shadow model"),
    "data_capture_percent": N_("captured requests"),
    "kms_key_id": N_("KMS key"),
    "subnets": N_("subnets"),
    "security_group_ids": N_("security groups"),
    "network_isolation": N_("network isolation"),
    "success_topic_arn": N_("topic for results"),
    "error_topic_arn": N_("topic for failures"),
    "alarm_topic_arn": N_("topic for alarms"),
    "tags": N_("tags"),
    "input_uri": N_("data to score"),
    "output_uri": N_("place for the results"),
}

QUESTIONS: dict[str, str] = {
    "model_source": N_(
        "Where is your model: a file or folder, an s3:// address, or shall I take the sample model?"
    ),
    "latency_p95_ms": N_("How quickly must an answer come (p95, say 200 ms)?"),
    "interactive": N_("Does someone wait for each answer?"),
    "cold_start_tolerance_ms": N_("After a quiet spell, how long may the first answer take?"),
    "request_payload_bytes": N_("How big is one request (say 20 KB)?"),
    "response_payload_bytes": N_("How big is one response?"),
    "processing_time_s": N_("How long does the model work on one request?"),
    "traffic_pattern": N_(
        "How does the traffic come: steady, by day, in spikes, now and then, or in batches?"
    ),
    "average_requests_per_second": N_("How many requests come on average (per second or per day)?"),
    "peak_requests_per_second": N_("How many requests per second come at the peak?"),
    "idle_share": N_("For what share of the time does nothing come at all?"),
    "growth_per_month": N_("How fast does the traffic grow a month?"),
    "budget_usd_per_month": N_("What may it cost a month?"),
    "framework": N_("What was the model made with (scikit-learn, XGBoost, PyTorch, ONNX, ...)?"),
    "model_size_bytes": N_("How big is the model file?"),
    "model_parameters": N_("How many parameters does the model have?"),
    "model_count": N_("How many models shall share the endpoint?"),
    "gpu": N_("Does the model need a GPU?"),
    "streaming": N_("Shall the answer be streamed as it is made?"),
    "environment": N_("Is it for development or for production?"),
    "data_sensitivity": N_("Is the data public, internal or regulated?"),
    "region": N_("Which AWS region?"),
    "input_uri": N_(
        "Where do the records lie that are to be scored: an s3:// address, or a CSV or JSON lines "
        "file or folder of yours?"
    ),
}

CHOICES: dict[str, str] = {
    "real-time": N_("real-time"),
    "serverless": N_("serverless"),
    "asynchronous": N_("asynchronous"),
    "batch-transform": N_("batch transform"),
    "neo": "Neo",
    "none": N_("none"),
    "steady": N_("steady"),
    "diurnal": N_("by day"),
    "spiky": N_("in spikes"),
    "intermittent": N_("now and then"),
    "batch": N_("in batches"),
    "required": N_("required"),
    "not-needed": N_("not needed"),
    "development": N_("development"),
    "staging": N_("staging"),
    "production": N_("production"),
    "public": N_("public"),
    "internal": N_("internal"),
    "regulated": N_("regulated"),
    "cloudformation": N_("CloudFormation template"),
    "sdk": N_("SageMaker Python SDK"),
    "jumpstart": N_("JumpStart"),
    "sklearn": "scikit-learn",
    "xgboost": "XGBoost",
    "pytorch": "PyTorch",
    "tensorflow": "TensorFlow",
    "onnx": "ONNX",
    "huggingface": "Hugging Face",
    "lightgbm": "LightGBM",
    "catboost": "CatBoost",
    "custom": N_("custom"),
}


def label(field: str, _: Translator) -> str:
    """Name a requirement field; one we do not know keeps its own name."""
    return _(LABELS[field]) if field in LABELS else field.replace("_", " ")


def labels(fields: list[str] | tuple[str, ...], _: Translator) -> str:
    """Name several fields in one phrase."""
    return _.join([label(field, _) for field in fields])


def shown(field: str, value: Any, _: Translator) -> str:  # noqa: PLR0911 - one line a kind
    """Write a field's JSON value (base units) for people."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, Mapping) and field == "tags":
        return ", ".join(f"{key}={text}" for key, text in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(_listed(one) for one in value)
    if isinstance(value, Mapping):
        if value.get("uri") == "sample":
            return _("the sample model")
        return str(value.get("uri") or value.get("kind") or "")
    number = as_decimal(value) if not isinstance(value, str) or field.startswith("budget") else None
    if number is None:
        return _(CHOICES[value]) if isinstance(value, str) and value in CHOICES else str(value)
    return _measured(field, float(number), _)


def _listed(value: Any) -> str:
    """A name, or a schedule with its bounds."""
    if not isinstance(value, Mapping):
        return str(value)
    bounds = {"min": value.get("min_capacity"), "max": value.get("max_capacity")}
    told = " ".join(f"{name} {number}" for name, number in bounds.items() if number is not None)
    return f"{value.get('schedule')} {told}".strip()


def known(values: Mapping[str, Any], _: Translator) -> str:
    """Write several fields as "name: value" pairs."""
    pairs = [f"{label(f, _)}: {shown(f, v, _)}" for f, v in values.items() if v is not None]
    return "; ".join(pairs)


def _measured(field: str, value: float, _: Translator) -> str:
    for ending, write in _BY_UNIT.items():
        if field.endswith(ending):
            return write(value, _)
    return _.number(value)


def bytes_shown(value: float, _: Translator) -> str:
    """Write a size in the unit it was most likely said in: MB is 10^6 or 2^20 bytes."""
    whole = int(value)
    base = 1024 if whole % 1024 == 0 and whole % 1000 else 1000
    power = 0
    while power < 4 and whole >= base ** (power + 1):
        power += 1
    return f"{_.number(whole / base**power)} {('B', 'KB', 'MB', 'GB', 'TB')[power]}"


def milliseconds_shown(value: float, _: Translator) -> str:
    """Write a time: below a second in ms, then s, min, h."""
    return f"{_.number(value)} ms" if value < 1000 else seconds_shown(value / 1000, _)


def seconds_shown(value: float, _: Translator) -> str:
    """Write a time in the largest unit that stays at or above one."""
    if value < 1:
        return f"{_.number(value * 1000)} ms"
    if value < 120:
        return f"{_.number(value)} s"
    return (
        _("{n} min", n=_.number(value / 60))
        if value < 7200
        else _("{n} h", n=_.number(value / 3600))
    )


def rate_shown(value: float, _: Translator) -> str:
    """Write requests per second in the unit that keeps the number readable."""
    if value == 0 or value >= 0.5:
        return _("{n} requests per second", n=_.number(value))
    if value * 3600 >= 10:
        return _("{n} requests per hour", n=_.number(value * 3600))
    return _("{n} requests per day", n=_.number(value * 86_400))


_BY_UNIT: dict[str, Callable[[float, Translator], str]] = {
    "_ms": milliseconds_shown,
    "_bytes": bytes_shown,
    "_requests_per_second": rate_shown,
    "_usd_per_month": lambda value, _: _.money(value),
    "_share": lambda value, _: _.percent(value),
    "_percent": lambda value, _: _.percent(value / 100),
    "_in_mb": lambda value, _: f"{_.number(value)} MB",
    "growth_per_month": lambda value, _: _.percent(value),
    "_time_s": seconds_shown,
}
