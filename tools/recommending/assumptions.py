"""Requirements with every gap filled: what a decision is made on when little was said.

What was said is never changed. What is filled in is kept as an `Assumption` with its reason, so
that it can be shown, asked about and corrected. None of these defaults is an AWS figure.
"""

import re
from dataclasses import replace
from typing import TypeVar

from tools.endpoint import Framework, InferenceOption
from tools.recommending.workload import (
    SUB_SECOND_MS,
    TRANSFER_BYTES_PER_S,
    Assumption,
    Workload,
)
from tools.requirements import (
    DataSensitivity,
    Environment,
    GpuNeed,
    ModelSourceKind,
    Requirements,
    TrafficPattern,
)

T = TypeVar("T")

#: Peak over mean rate, by pattern: the peak to plan for when only the mean is known.
PEAK_FACTOR = {
    TrafficPattern.STEADY: 1.5,
    TrafficPattern.DIURNAL: 3.0,
    TrafficPattern.SPIKY: 10.0,
    TrafficPattern.INTERMITTENT: 20.0,
    TrafficPattern.BATCH: 1.0,
}
#: Share of the time without a request, by pattern.
IDLE_SHARE = {
    TrafficPattern.STEADY: 0.0,
    TrafficPattern.DIURNAL: 0.3,
    TrafficPattern.SPIKY: 0.5,
    TrafficPattern.INTERMITTENT: 0.8,
    TrafficPattern.BATCH: 0.9,
}
#: Mean rate, by pattern, when no rate was said.
AVERAGE_REQUESTS_PER_SECOND = {
    TrafficPattern.STEADY: 1.0,
    TrafficPattern.DIURNAL: 1.0,
    TrafficPattern.SPIKY: 0.2,
    TrafficPattern.INTERMITTENT: 0.01,
    TrafficPattern.BATCH: 0.01,
}
DEFAULT_REGION = "us-east-1"
DEFAULT_MODEL_BYTES = 500_000_000
DEFAULT_PAYLOAD_BYTES = 10_000
BYTES_PER_PARAMETER = 2  # half precision, as language models are served
LARGE_MODEL_PARAMETERS = 1_000_000_000
TOLERATED_COLD_START_MS = 30_000.0
#: Whoever is said to wait stays with it for about so long
#: (nngroup.com/articles/response-times-3-important-limits).
PATIENCE_MS = 10_000.0
LONGEST_WAIT_MS = 60_000.0
#: No model is quicker; keeps capacities finite.
SHORTEST_PROCESSING_S = 1e-6
#: The limit `realtime_payload_max_documented`; a test holds them together.
SYNCHRONOUS_PAYLOAD_BYTES = 25_000_000
#: "8b" or "1.5b" as a word of its own; of "3-8b" the last number counts.
_BILLIONS = re.compile(r"(?<![a-z0-9])(\d{1,4}(?:\.\d{1,2})?)b(?![a-z0-9])")
_QUEUED = (InferenceOption.ASYNCHRONOUS, InferenceOption.BATCH_TRANSFORM)
_PROCESSING_S = {
    Framework.SKLEARN: 0.02,
    Framework.XGBOOST: 0.02,
    Framework.LIGHTGBM: 0.02,
    Framework.CATBOOST: 0.02,
    Framework.ONNX: 0.05,
}


class _Gaps:
    """Collects assumptions while the gaps of one `Requirements` are filled."""

    def __init__(self, needs: Requirements) -> None:
        self.needs = needs
        self.made: list[Assumption] = []

    def fill(self, field: str, value: T, text: str) -> T:
        """Return what was said for the field, else the value, which is noted as assumed."""
        said: T | None = getattr(self.needs, field)
        if said is not None:
            return said
        self.made.append(Assumption(field, value, text))
        return value


def _payloads(gaps: _Gaps) -> tuple[int, int]:
    text = "A {} is small (10 KB)."
    return (
        gaps.fill("request_payload_bytes", DEFAULT_PAYLOAD_BYTES, text.format("request")),
        gaps.fill("response_payload_bytes", DEFAULT_PAYLOAD_BYTES, text.format("response")),
    )


def _interactive(gaps: _Gaps, payload: int, streaming: bool) -> bool:
    needs = gaps.needs
    if streaming or needs.inference_option in _QUEUED:
        text = "Somebody reads the stream."
        if not streaming:
            text = f"Nobody waits, as {needs.inference_option} was asked for."
        return bool(gaps.fill("interactive", streaming, text))
    if needs.latency_p95_ms is not None:
        waits = needs.latency_p95_ms <= LONGEST_WAIT_MS
        text = "Somebody waits, as a latency was named." if waits else "Nobody waits that long."
        return bool(gaps.fill("interactive", waits, text))
    if needs.traffic_pattern is TrafficPattern.BATCH or _names_data(needs):
        return bool(gaps.fill("interactive", False, "Nobody waits for a batch."))
    if (needs.processing_time_s or 0) * 1000 > LONGEST_WAIT_MS:
        return bool(gaps.fill("interactive", False, "Nobody waits longer than a minute."))
    if payload > SYNCHRONOUS_PAYLOAD_BYTES:
        return bool(gaps.fill("interactive", False, "Nobody waits for so large a transfer."))
    return bool(gaps.fill("interactive", True, "Somebody waits for the answer."))


def _names_data(needs: Requirements) -> bool:
    """Whoever names the records to score, and no kind of endpoint, wants them scored as a batch."""
    return needs.input_uri is not None and needs.inference_option in {None, *_QUEUED[1:]}


def _pattern(gaps: _Gaps) -> TrafficPattern:
    needs = gaps.needs
    if _names_data(needs):
        text = "The records to score are named, so they come as a batch."
        return TrafficPattern(gaps.fill("traffic_pattern", TrafficPattern.BATCH, text))
    average, peak = needs.average_requests_per_second, needs.peak_requests_per_second
    if needs.idle_share is not None and needs.idle_share >= 0.5:
        pattern, text = TrafficPattern.INTERMITTENT, "Traffic is intermittent: mostly idle."
    elif average is not None and peak is not None and average > 0 and peak / average >= 8:
        pattern, text = TrafficPattern.SPIKY, "Traffic is spiky: the peak is far above the mean."
    elif (average if average is not None else (peak or 0.0) / 3) >= 0.05:
        pattern, text = TrafficPattern.DIURNAL, "Traffic follows the day."
    else:
        pattern, text = TrafficPattern.INTERMITTENT, "Traffic is occasional, with idle time."
    return TrafficPattern(gaps.fill("traffic_pattern", pattern, text))


def _rates(gaps: _Gaps, pattern: TrafficPattern, service_s: float) -> tuple[float, float, float]:
    """Return mean rate, peak rate and idle share; the peak is never below the mean.

    A rate that nobody named is kept so low that one instance could serve it in half of the active
    time: long requests are not assumed to come as often as short ones.
    """
    needs = gaps.needs
    idle = float(
        gaps.fill(
            "idle_share",
            IDLE_SHARE[pattern],
            f"Without any request {IDLE_SHARE[pattern]:.0%} of the time ({pattern}).",
        )
    )
    peak_said = needs.peak_requests_per_second
    mean = min(AVERAGE_REQUESTS_PER_SECOND[pattern], (1 - idle) * 0.5 / service_s)
    if peak_said is not None:
        mean = min(peak_said / PEAK_FACTOR[pattern], peak_said * (1 - idle))
    average = float(
        gaps.fill("average_requests_per_second", mean, f"On average {mean:.3g} requests a second.")
    )
    top = average * PEAK_FACTOR[pattern]
    if service_s <= 1:
        top = max(top, min(1.0, 100 * average))
    peak = float(
        gaps.fill("peak_requests_per_second", top, f"At most {top:.3g} requests a second.")
    )
    return average, max(peak, average), idle


def _model_bytes(gaps: _Gaps) -> int:
    parameters = gaps.needs.model_parameters or _parameters_in_name(gaps.needs)
    size, text = DEFAULT_MODEL_BYTES, "The model is about 500 MB or smaller."
    if parameters is not None:
        size = parameters * BYTES_PER_PARAMETER
        text = (
            f"The model has {size / 1e9:.3g} GB: {parameters:,} parameters of 2 bytes (half "
            "precision)."
        )
    return gaps.fill("model_size_bytes", size, text)


def _parameters_in_name(needs: Requirements) -> int | None:
    """Read "8b" out of the id of a published model, as their makers name them."""
    source = needs.model_source
    if source is None or source.kind not in (ModelSourceKind.JUMPSTART, ModelSourceKind.HUB):
        return None
    found = _BILLIONS.search(source.uri.lower())
    return int(float(found[1]) * 1e9) if found else None


def _is_large(needs: Requirements) -> bool:
    parameters = needs.model_parameters or _parameters_in_name(needs) or 0
    if parameters >= LARGE_MODEL_PARAMETERS:
        return True
    source = needs.model_source
    return (
        needs.model_parameters is None
        and source is not None
        and any(
            part in source.uri.lower() for part in ("textgeneration", "-llm-", "huggingface-llm")
        )
    )


def _gpu(gaps: _Gaps, large: bool, size: int) -> GpuNeed:
    deep = gaps.needs.framework in (Framework.PYTORCH, Framework.HUGGINGFACE)
    if large:
        return GpuNeed(
            gaps.fill(
                "gpu", GpuNeed.REQUIRED, "A model of a billion parameters or more needs a GPU."
            )
        )
    if deep and size >= 5_000_000_000:
        return GpuNeed(gaps.fill("gpu", GpuNeed.REQUIRED, "A deep network of 5 GB needs a GPU."))
    return GpuNeed(gaps.fill("gpu", GpuNeed.NOT_NEEDED, "The model runs well on a CPU."))


def _processing_s(gaps: _Gaps, large: bool) -> float:
    framework, target = gaps.needs.framework, gaps.needs.latency_p95_ms
    if large:
        seconds = 5.0
    elif framework is None or framework not in _PROCESSING_S:
        seconds = 0.1
    else:
        seconds = _PROCESSING_S[framework]
    if target is not None:
        seconds = min(seconds, target / 3000)
    text = f"The model needs about {seconds * 1000:g} ms for a request; measure it."
    return float(gaps.fill("processing_time_s", seconds, text))


def _cold_start_tolerance(gaps: _Gaps, uneven: bool, interactive: bool, busy_ms: float) -> float:
    target = gaps.needs.latency_p95_ms
    if not interactive and target is not None:
        slack = max(0.0, target - busy_ms)
        text = f"A start after idle time may use what the latency leaves: {slack / 1000:g} s."
    elif not interactive:
        slack = 600_000.0
        text = "Nobody waits, so a start of several minutes after idle time does no harm."
    elif target is not None and target < SUB_SECOND_MS:
        slack = target
        text = f"A first answer after idle time must be as quick as any other ({target:g} ms)."
    elif gaps.needs.interactive:
        slack = min(PATIENCE_MS, target or PATIENCE_MS)
        text = f"Somebody waits, at a first answer after idle time up to {slack / 1000:g} s."
    else:
        slack = TOLERATED_COLD_START_MS
        text = "A first answer after idle time may take up to 30 seconds."
        if not uneven:
            text = "A slow first answer, up to 30 seconds, is rare enough to be accepted."
    return float(gaps.fill("cold_start_tolerance_ms", slack, text))


def fill_gaps(needs: Requirements) -> Workload:
    """Return the workload to decide on: what was said, and assumptions for the rest."""
    gaps = _Gaps(needs)
    region = gaps.fill("region", DEFAULT_REGION, "The Region is us-east-1.")
    environment = gaps.fill("environment", Environment.PRODUCTION, "It is for production.")
    request, response = _payloads(gaps)
    streaming = bool(gaps.fill("streaming", False, "The answer comes in one piece."))
    interactive = _interactive(gaps, max(request, response), streaming)
    pattern = _pattern(gaps)
    large = _is_large(needs)
    size = _model_bytes(gaps)
    gpu = _gpu(gaps, large, size)
    processing = max(_processing_s(gaps, large), SHORTEST_PROCESSING_S)
    service = processing + (request + response) / TRANSFER_BYTES_PER_S
    average, peak, idle = _rates(gaps, pattern, service)
    workload = Workload(
        interactive=interactive,
        latency_p95_ms=needs.latency_p95_ms,
        cold_start_tolerance_ms=0.0,
        request_payload_bytes=request,
        response_payload_bytes=response,
        processing_time_s=processing,
        traffic_pattern=pattern,
        average_requests_per_second=average,
        peak_requests_per_second=peak,
        idle_share=idle,
        growth_per_month=float(gaps.fill("growth_per_month", 0.0, "Traffic does not grow.")),
        framework=needs.framework,
        model_size_bytes=size,
        model_count=gaps.fill("model_count", 1, "One model."),
        large_language_model=large,
        gpu=gpu,
        streaming=streaming,
        environment=environment,
        region=region,
        data_sensitivity=gaps.fill(
            "data_sensitivity", DataSensitivity.INTERNAL, "The data is internal, not regulated."
        ),
    )
    tolerance = _cold_start_tolerance(gaps, workload.uneven, interactive, processing * 1000)
    return replace(workload, cold_start_tolerance_ms=tolerance, assumptions=tuple(gaps.made))
