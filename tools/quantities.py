"""People's values into the base units of `Requirements`.

Decisions:
    * 1 KB is 1000 bytes and 1 MB 10^6; KiB and MiB are binary. AWS's limits are at least their
      decimal
      reading, so "4 MB" never exceeds a limit of 4 MB.
    * Of a range the worse bound is taken: the larger for sizes, processing time, traffic and
      growth, the
      smaller for what the endpoint must keep to (latency, cold start, budget) and for idleness.
    * A month is 730 hours, as in AWS's price examples.
    * A number without a unit is accepted for requests per second, counts, shares and US dollars a
      month,
      which have one natural unit. "50" alone is no latency and no size.
"""

import math
import re
from typing import TypeVar

from pydantic import JsonValue, ValidationError

from tools.errors import InvalidInputError
from tools.reading.folding import fold
from tools.reading.measures import Measure, measures, tidy
from tools.reading.units import Dimension
from tools.reading.vocabulary import NO, YES, framework_pattern, region_names
from tools.reading.wording import OPTION_FIELDS, option_remedy, option_value
from tools.requirements import Requirements

T = TypeVar("T")
#: Field -> what it measures and how many of its unit the base unit of a measure is.
QUANTITIES: dict[str, tuple[Dimension, float]] = {
    "latency_p95_ms": (Dimension.DURATION, 1000.0),
    "cold_start_tolerance_ms": (Dimension.DURATION, 1000.0),
    "processing_time_s": (Dimension.DURATION, 1.0),
    "request_payload_bytes": (Dimension.BYTES, 1.0),
    "response_payload_bytes": (Dimension.BYTES, 1.0),
    "model_size_bytes": (Dimension.BYTES, 1.0),
    "average_requests_per_second": (Dimension.RATE, 1.0),
    "peak_requests_per_second": (Dimension.RATE, 1.0),
    "idle_share": (Dimension.SHARE, 1.0),
    "growth_per_month": (Dimension.SHARE_RATE, 1.0),
    "budget_usd_per_month": (Dimension.MONEY, 1.0),
    "model_parameters": (Dimension.PARAMETERS, 1.0),
    "model_count": (Dimension.PLAIN, 1.0),
}
#: Fields that take a bare number: they have one natural unit.
BARE_NUMBER_FIELDS = frozenset(
    {
        "average_requests_per_second",
        "peak_requests_per_second",
        "idle_share",
        "budget_usd_per_month",
        "model_parameters",
        "model_count",
    }
)
SMALLER_IS_WORSE = frozenset(
    {"latency_p95_ms", "cold_start_tolerance_ms", "budget_usd_per_month", "idle_share"}
)
_INTEGERS = frozenset(
    {
        "request_payload_bytes",
        "response_payload_bytes",
        "model_size_bytes",
        "model_parameters",
        "model_count",
    }
)
_BOOLEANS = frozenset({"interactive", "streaming"})
_REMEDIES = {
    Dimension.DURATION: "Give a time with its unit, for example '300 ms' or '18 minutes'.",
    Dimension.BYTES: "Give a size with its unit, for example '2 KB' or '1.5 GB'.",
    Dimension.RATE: "Give a rate, for example '20 rps' or '2 million a day'.",
    Dimension.SHARE: "Give a share of the time, for example '90%' or 0.9.",
    Dimension.SHARE_RATE: "Give growth for a period, for example '5% a month'.",
    Dimension.MONEY: "Give an amount in US dollars a month, for example '$200 a month'.",
    Dimension.PARAMETERS: "Give a number of parameters, for example '7B'.",
    Dimension.PLAIN: "Give a whole number, for example 3.",
}
_PERIODS_PER_MONTH = {
    "second": 2_628_000.0,
    "minute": 43_800.0,
    "hour": 730.0,
    "day": 730 / 24,
    "week": 730 / 168,
    "month": 1.0,
    "year": 1 / 12,
}


def parse_value(field: str, text: JsonValue) -> JsonValue:
    """Read a value for `field` of `Requirements`.

    Args:
        field: A field of `Requirements`.
        text: What was said, with its unit ("2 KB", "70 requests a minute"), or a JSON value that is
            already in the field's base unit.

    Returns:
        A JSON value in the base unit that `Requirements` accepts.

    Raises:
        InvalidInputError: No such field, no or the wrong unit, another currency, or a value out of
            range.
    """
    if field not in Requirements.model_fields:
        raise InvalidInputError(
            f"There is no requirement called {field!r}.",
            remedy=f"Use one of: {', '.join(Requirements.model_fields)}.",
        )
    value: JsonValue
    if field in QUANTITIES:
        value = _quantity(field, text)
    elif isinstance(text, str) and field in OPTION_FIELDS:
        value = _option(field, text.strip())
    elif isinstance(text, str):
        value = _choice(field, text.strip())
    else:
        value = text
    return validated(field, value)


def validated(field: str, value: T) -> T:
    """Return `value` when `Requirements` accepts it for `field`.

    Raises:
        InvalidInputError: It does not; the message names the range.
    """
    try:
        accepted = Requirements.model_validate({field: value})
    except ValidationError as error:
        reason = error.errors()[0]["msg"]
        raise InvalidInputError(
            f"{value!r} cannot be the {_words(field)}: {reason[0].lower()}{reason[1:]}.",
            remedy=_remedy(field),
        ) from error
    if field == "region" and accepted.region not in region_names():
        raise InvalidInputError(
            f"There is no AWS region {value!r}.",
            remedy="Name a region by code or city, for example 'eu-central-1' or 'Frankfurt'.",
        )
    return value


def value_of(field: str, measure: Measure) -> float:
    """The value of `measure` for `field`: its worse bound in the field's unit, checked.

    Raises:
        InvalidInputError: Wrong dimension, another currency, negative or out of range.
    """
    dimension, scale = QUANTITIES[field]
    if measure.dimension is Dimension.MONEY and measure.currency != "usd":
        raise InvalidInputError(
            f"The budget was given in {measure.currency}, and only US dollars are compared.",
            remedy="Give the budget in US dollars a month, for example '$200 a month'.",
        )
    bound = measure.low if field in SMALLER_IS_WORSE else measure.high
    if measure.dimension is Dimension.SHARE_RATE and measure.period:
        bound = monthly_growth(bound, measure.period)
    if measure.dimension is Dimension.PLAIN and field == "idle_share" and bound > 1:
        bound /= 100
    _require_finite(field, bound)
    value = tidy(bound * scale)
    return validated(field, round(value) if dimension and field in _INTEGERS else value)


def monthly_growth(growth: float, period: str) -> float:
    """Compound growth a month for `growth` (0.2 is a fifth) in each `period` ("year")."""
    try:
        return (1 + growth) ** _PERIODS_PER_MONTH[period] - 1 if growth > -1 else -1.0
    except OverflowError:
        return math.inf


def _require_finite(field: str, number: float) -> None:
    if not math.isfinite(number):
        raise InvalidInputError(f"{number} is no {_words(field)}.", remedy=_remedy(field))


def _quantity(field: str, text: object) -> float:
    if isinstance(text, bool) or not isinstance(text, int | float | str):
        raise InvalidInputError(f"{text!r} is no {_words(field)}.", remedy=_remedy(field))
    if not isinstance(text, str):
        _require_finite(field, math.inf if isinstance(text, int) and abs(text) > 10**300 else text)
        return round(text) if field in _INTEGERS and float(text).is_integer() else text
    found = measures(fold(text).text)
    if len(found) != 1:
        raise InvalidInputError(f"{text!r} is no {_words(field)}.", remedy=_remedy(field))
    measure = found[0]
    if not _fits(field, measure):
        raise InvalidInputError(f"{text!r} does not say a {_words(field)}.", remedy=_remedy(field))
    return value_of(field, measure)


def _fits(field: str, measure: Measure) -> bool:
    wanted = QUANTITIES[field][0]
    if measure.dimension is wanted:
        return True
    if measure.dimension is Dimension.PLAIN:
        return field in BARE_NUMBER_FIELDS
    return wanted is Dimension.SHARE_RATE and measure.dimension is Dimension.SHARE


def _choice(field: str, text: str) -> JsonValue:  # noqa: PLR0911
    plain = fold(text).text
    match field:
        case "interactive" | "streaming":
            return _yes_no(field, plain)
        case "gpu":
            return _gpu(plain)
        case "framework":
            found = framework_pattern().fullmatch(plain)
            return found.lastgroup.lower() if found and found.lastgroup else plain
        case "region":
            return region_names().get(plain, plain)
        case "model_source":
            return source_of(text)
        case "environment":
            return {"dev": "development", "prod": "production"}.get(plain, plain)
        case "endpoint_name" | "sample_path" | "input_uri" | "output_uri":
            return text
        case _:
            return plain


def _option(field: str, text: str) -> JsonValue:
    if field in {"challenger_source", "shadow_source"}:
        return source_of(text)
    try:
        return option_value(field, text)
    except ValueError as error:
        words = _words(field)
        raise InvalidInputError(f"{text!r} is no {words}.", remedy=_remedy(field)) from error


def _yes_no(field: str, plain: str) -> bool:
    if re.fullmatch(YES, plain):
        return True
    if re.fullmatch(NO, plain):
        return False
    raise InvalidInputError(f"{plain!r} is neither yes nor no.", remedy=_remedy(field))


def _gpu(plain: str) -> str:
    if re.fullmatch(rf"{NO}|not-needed|cpu(?: only)?|no gpu|khong can gpu", plain):
        return "not-needed"
    if re.fullmatch(rf"{YES}|required|gpu|needs? (?:a )?gpu|can gpu", plain):
        return "required"
    return plain


def source_of(text: str) -> dict[str, JsonValue]:
    """Read a model source: an S3 URI, an image, a model package, a hub page, or a path."""
    uri = text.strip().strip("\"'`")
    if re.match(r"s3://", uri, re.IGNORECASE):
        return {"kind": "s3", "uri": uri}
    if re.match(r"arn:aws[\w-]*:sagemaker:[^:]*:\d{12}:model-package/", uri):
        return {"kind": "registry", "uri": uri}
    if re.match(r"\d{12}\.dkr\.ecr\.", uri):
        return {"kind": "image", "uri": uri}
    hub = re.match(r"(?:https?://)?huggingface\.co/([\w.-]+/[\w.-]+)", uri)
    return {"kind": "hub", "uri": hub[1]} if hub else {"kind": "local", "uri": uri}


def _words(field: str) -> str:
    plain = re.sub(r" (?:ms|s|bytes|in mb|arn|usd per month)$", "", field.replace("_", " "))
    return {"kms key id": "KMS key", "output uri": "place for results"}.get(plain, plain)


def _remedy(field: str) -> str:  # noqa: PLR0911 - one line a kind
    if field in OPTION_FIELDS:
        return option_remedy(field)
    if field in QUANTITIES:
        return _REMEDIES[QUANTITIES[field][0]]
    if field in _BOOLEANS:
        return "Answer yes or no."
    annotation = str(Requirements.model_fields[field].annotation)
    choices = _choices(field)
    if choices:
        return f"Choose one of: {', '.join(choices)}."
    if field == "region":
        return "Name a region by code or city, for example 'eu-central-1' or 'Frankfurt'."
    if field == "endpoint_name":
        return (
            "Use up to 63 letters, digits and single hyphens, beginning and ending with a "
            "letter or digit."
        )
    return f"Give a value of the type {annotation.removesuffix(' | None')}."


def _choices(field: str) -> tuple[str, ...]:
    """The members of the enumeration that `field` takes, if it takes one."""
    schema = Requirements.model_json_schema()
    for branch in schema["properties"][field].get("anyOf", ()):
        name = branch.get("$ref", "").rsplit("/", 1)[-1]
        values = schema.get("$defs", {}).get(name, {}).get("enum", ())
        if values:
            return tuple(values)
    return ()
