"""People's words for what may be asked for by name, as the JSON values that options take."""

import json
import re
from collections.abc import Callable

from pydantic import JsonValue

from tools.reading.folding import fold
from tools.reading.vocabulary import NO, YES

_NUMBERS = {
    "one": 1, "a": 1, "an": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
    "eight": 8, "nine": 9, "ten": 10, "zero": 0, "no": 0, "none": 0,
    "mot": 1, "hai": 2, "ba": 3, "bon": 4, "nam": 5, "sau": 6, "bay": 7, "tam": 8, "chin": 9,
    "muoi": 10, "khong": 0,
}  # fmt: skip
_OPTIONS = (
    ("serverless", r"server-?less|khong may chu"),
    ("asynchronous", r"async(?:hronous(?:ly)?)?|bat dong bo|khong dong bo"),
    ("batch-transform", r"batch(?:[- ]transform(?:s|ation)?)?(?: jobs?)?|theo lo"),
    ("real-time", r"real-?\s?time|thoi gian thuc|synchronous|sync|dong bo"),
    ("edge", r"edge|on the device|bien"),
)
#: What people call a metric, as AWS names it.
METRICS = (
    ("CPUUtilization", r"cpu(?: ?utili[sz]ation| usage| load)?|(?:muc dung |tai )cpu"),
    ("GPUUtilization", r"gpu(?: ?utili[sz]ation| usage| load)?|(?:muc dung |tai )gpu"),
    ("GPUMemoryUtilization", r"gpu memory(?: ?utili[sz]ation| usage)?|bo nho gpu"),
    ("MemoryUtilization", r"(?:memory|ram)(?: ?utili[sz]ation| usage)?|bo nho"),
    (
        "SageMakerVariantInvocationsPerInstance",
        r"(?:invocations?|requests?|calls?)(?: per (?:minute and )?instance)?|"
        r"invocationsperinstance|(?:so )?(?:yeu cau|request)(?: moi instance)?",
    ),
    (
        "SageMakerVariantConcurrentRequestsPerModelHighResolution",
        r"concurren(?:cy|t requests?)(?: per model)?|yeu cau (?:dong thoi|song song)",
    ),
    (
        "ApproximateBacklogSizePerInstance",
        r"(?:the )?(?:backlog|queue)(?: ?(?:size|length|depth))?(?: per instance)?|"
        r"hang doi|(?:do dai )?hang cho",
    ),
    (
        "SageMakerVariantProvisionedConcurrencyUtilization",
        r"provisioned concurrency(?: utili[sz]ation)?|utili[sz]ation",
    ),
)  # fmt: skip
_COUNTS = frozenset(
    {
        "initial_instance_count", "max_concurrency", "provisioned_concurrency", "min_capacity",
        "max_capacity",
    }
)  # fmt: skip
_LISTS = frozenset({"subnets", "security_group_ids"})
_YES_NO = frozenset({"auto_scaling", "inference_components", "network_isolation"})
_AS_SAID = frozenset(
    {
        "kms_key_id", "success_topic_arn", "error_topic_arn", "alarm_topic_arn", "output_uri",
        "input_uri",
    }
)  # fmt: skip
_REMEDIES = {
    "inference_option": "Choose one of: real-time, serverless, asynchronous, batch-transform.",
    "instance_type": "Name an instance type, for example ml.m5.large.",
    "memory_size_in_mb": "Give the memory in whole gigabytes from 1 to 6, for example '2 GB'.",
    "scaling_metric": "Name a metric, for example 'CPU' or SageMakerVariantInvocationsPerInstance.",
    "scaling_target_value": "Give the value that the metric is held at, for example 60.",
    "capacity_schedules": "Give a schedule with its bounds, for example "
    "'cron(0 8 * * ? *) min 2 max 6 Asia/Ho_Chi_Minh'.",
    "compilation": "Say neo or none.",
    "challenger_share": "Give a share of the traffic, for example '10%'.",
    "data_capture_percent": "Give a share of the requests, for example '10%'.",
    "kms_key_id": "Give a KMS key by id, alias or ARN, for example alias/my-key.",
    "subnets": "List ids of subnets, for example subnet-0a1b2c3d, subnet-4e5f6a7b.",
    "security_group_ids": "List ids of security groups, for example sg-0a1b2c3d.",
    "tags": "Give tags as key=value, for example team=risk.",
    "challenger_source": "Give a local path or the s3:// URI of the second model's archive.",
    "shadow_source": "Give a local path or the s3:// URI of the shadow's archive.",
    "output_uri": "Give a place in S3, for example s3://my-bucket/results.",
    "input_uri": "Give a place in S3, a file or a folder, for example s3://my-bucket/rows.",
    "network_isolation": "Answer yes or no.",
    "auto_scaling": "Answer yes or no.",
    "inference_components": "Answer yes or no.",
}
#: Every field that this module reads; the places of models are read as sources are.
OPTION_FIELDS = frozenset({*_REMEDIES, *_COUNTS, *_AS_SAID})


def option_remedy(field: str) -> str:
    """Say how a value for a field is written, in one imperative sentence."""
    if field in _COUNTS:
        return "Give a whole number, for example 3."
    if field.endswith("_arn"):
        return "Give a topic's ARN, for example arn:aws:sns:eu-west-1:123456789012:told."
    return _REMEDIES[field]


def option_value(field: str, text: str) -> JsonValue:
    """Read people's words for a field of `DeploymentOptions`.

    Args:
        field: One of `OPTION_FIELDS`.
        text: What was said, stripped.

    Returns:
        A JSON value; whether it is within the field's range is for `Requirements` to say.

    Raises:
        ValueError: The words do not say it.
    """
    if field in _AS_SAID:
        return text.strip("\"'`")
    if field in _LISTS:
        return [part for part in re.split(r"[\s,;]+(?:and\s+|va\s+)?", text.strip("[] ")) if part]
    if field in _WRITTEN:
        return _WRITTEN[field](text)
    plain = fold(text).text.strip(" .!")
    reader = _truth if field in _YES_NO else count_of if field in _COUNTS else _READ.get(field)
    return reader(plain) if reader else plain


def _option(plain: str) -> str:
    return _named(_OPTIONS, re.sub(r"^(?:an? |the )| (?:endpoint|inference)$", "", plain))


def _metric(text: str) -> str:
    camel = re.search(r"[a-z][A-Z]", text)
    return text if camel else _named(METRICS, fold(text).text.strip(" .!"))


def _share(plain: str) -> float:
    return percent(plain) / 100


def _percent(plain: str) -> float:
    found = percent(plain)
    return round(found) if found.is_integer() else found


def _target(plain: str) -> float:
    return float(_first(r"\d+(?:\.\d+)?", plain))


def count_of(plain: str) -> int:
    """Read "3", "three", "ba", "3 instances"; folded text."""
    found = re.fullmatch(r"(\d+|[a-z]+)(?: [a-z]+)*", plain)
    if found is None:
        raise ValueError("no number")
    word = found[1]
    return int(word) if word.isdigit() else _number(word)


def _number(word: str) -> int:
    if word not in _NUMBERS:
        raise ValueError("no number")
    return _NUMBERS[word]


def percent(plain: str) -> float:
    """Read "10%", "10 percent", "0.1" or "a tenth" as percent; folded text."""
    named = {"a tenth": 10.0, "half": 50.0, "all": 100.0, "everything": 100.0, "a quarter": 25.0,
             "mot nua": 50.0, "tat ca": 100.0}  # fmt: skip
    if plain in named:
        return named[plain]
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(%|percent|phan tram|per cent)?(?: of .*)?", plain)
    if found is None:
        raise ValueError("no share")
    number = float(found[1])
    return number * 100 if not found[2] and number < 1 else number


def _truth(plain: str) -> bool:
    if re.fullmatch(rf"{YES}|true|on|enabled?|with", plain):
        return True
    if re.fullmatch(rf"{NO}|false|off|disabled?|without|none", plain):
        return False
    raise ValueError("neither yes nor no")


def _named(table: tuple[tuple[str, str], ...], plain: str) -> str:
    for name, pattern in table:
        if plain == name.lower() or re.fullmatch(pattern, plain):
            return name
    raise ValueError("no such name")


def _compilation(plain: str) -> str:
    if re.search(r"\bneo\b", plain) and not re.match(r"(?:no|without|khong)\b", plain):
        return "neo"
    if re.fullmatch(rf"{NO}|none|(?:no|without|khong) .*", plain):
        return "none"
    if re.fullmatch(YES, plain):
        return "neo"
    raise ValueError("neither neo nor none")


def _memory(plain: str) -> int:
    """AWS counts serverless memory in steps of 1024 MB; people say gigabytes."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(gb|gib|g|gigs?|gigabytes?|mb|mib|megabytes?)?", plain)
    if found is None:
        raise ValueError("no memory size")
    number, unit = float(found[1]), found[2] or "mb"
    if unit.startswith("g"):
        return round(number * 1024)
    return round(number / 1000) * 1024 if number % 1000 == 0 and number else round(number)


def _first(pattern: str, plain: str) -> str:
    found = re.findall(pattern, plain)
    if len(found) != 1:
        raise ValueError("not one number")
    return str(found[0])


def tags_of(text: str) -> dict[str, JsonValue]:
    """Read "team=risk, cost-centre=42"."""
    if text.lstrip().startswith("{"):
        given = json.loads(text)
        return {str(key): str(value) for key, value in given.items()}
    parts = [part for part in re.split(r"[,;\n]+|\s+(?:and|va|và)\s+", text) if part.strip()]
    pairs = [re.split(r"\s*[=:]\s*", part.strip(), maxsplit=1) for part in parts]
    if not pairs or any(len(pair) != 2 or not all(pair) for pair in pairs):
        raise ValueError("no tags")
    return {pair[0]: pair[1] for pair in pairs}


def schedules_of(text: str) -> list[JsonValue]:
    """Read "cron(0 8 * * ? *) min 2 max 6 Asia/Ho_Chi_Minh", several apart by semicolons."""
    found: list[JsonValue] = []
    for number, part in enumerate(filter(str.strip, text.split(";")), 1):
        when = re.search(r"\b(?:at|rate|cron)\([^)]+\)", part)
        if when is None:
            raise ValueError("no schedule")
        rest = part[: when.start()] + " " + part[when.end() :]
        low = re.search(r"\bmin(?:imum)?\s*[=:]?\s*(\d+)", rest, re.IGNORECASE)
        high = re.search(r"\bmax(?:imum)?\s*[=:]?\s*(\d+)", rest, re.IGNORECASE)
        zone = re.search(r"\b[A-Z][A-Za-z]+/[A-Za-z_]+(?:/[A-Za-z_]+)?\b|\bUTC\b", rest)
        row: dict[str, JsonValue] = {"name": f"schedule-{number}", "schedule": when[0]}
        row |= {"min_capacity": int(low[1])} if low else {}
        row |= {"max_capacity": int(high[1])} if high else {}
        row |= {"timezone": zone[0]} if zone else {}
        found.append(row)
    return found


#: Readers of the words as they were written, and of folded ones.
_WRITTEN: dict[str, Callable[[str], JsonValue]] = {
    "tags": tags_of,
    "capacity_schedules": schedules_of,
    "scaling_metric": _metric,
}
_READ: dict[str, Callable[[str], JsonValue]] = {
    "inference_option": _option,
    "scaling_target_value": _target,
    "compilation": _compilation,
    "memory_size_in_mb": _memory,
    "challenger_share": _share,
    "data_capture_percent": _percent,
}
