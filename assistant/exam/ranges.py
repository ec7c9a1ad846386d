"""Parameters that an option sets to what AWS refuses, by the limits of the catalogue."""

import re
from functools import lru_cache

from tools.catalog import load_catalog

#: API parameter to the limits of its value: lowest and highest, by name; None: no such limit.
_LIMITS: dict[str, tuple[str | None, str]] = {
    "MaxConcurrency": ("serverless_max_concurrency_min", "serverless_max_concurrency_max"),
    "ProvisionedConcurrency": (None, "serverless_provisioned_concurrency_max"),
    "InvocationTimeoutSeconds": ("async_invocation_timeout_min", "async_invocation_timeout_max"),
    "RequestTTLSeconds": ("async_request_ttl_min", "async_request_ttl_max"),
    "MaxConcurrentInvocationsPerInstance": (
        "async_max_concurrent_invocations_per_instance_min",
        "async_max_concurrent_invocations_per_instance_max",
    ),
    "MaxPayloadInMB": (None, "batch_max_payload_max"),
    "InvocationsTimeoutInSeconds": (None, "batch_invocation_timeout_max"),
    "InvocationsMaxRetries": (None, "batch_invocation_retries_max"),
    "ModelDataDownloadTimeoutInSeconds": (
        "model_download_timeout_min", "model_download_timeout_max",
    ),
    "ContainerStartupHealthCheckTimeoutInSeconds": (
        "container_startup_timeout_min", "container_startup_timeout_max",
    ),
    "VariantInstanceProvisionTimeoutInSeconds": (
        "instance_provision_timeout_min", "instance_provision_timeout_max",
    ),
    "VolumeSizeInGB": ("variant_volume_size_min", "variant_volume_size_max"),
    "CanarySize": (None, "canary_size_max"),
    "LinearStepSize": ("linear_step_min", "linear_step_max"),
    "MaximumBatchSize": ("rolling_batch_min", "rolling_batch_max"),
    "TerminationWaitInSeconds": (None, "blue_green_termination_wait_max"),
    "WaitIntervalInSeconds": (None, "deployment_wait_interval_max"),
    "InitialSamplingPercentage": ("data_capture_sampling_min", "data_capture_sampling_max"),
}  # fmt: skip
_VALUE = r"\b[^.;,\d]{{0,30}}?(?<![\w.])(\d[\d,]*(?:\.\d+)?)"


def out_of_range(text: str) -> str:
    """Say which parameter of a text has a value that is refused; empty when none has."""
    for name, pattern in _patterns():
        lowest, highest = _LIMITS[name]
        for match in pattern.finditer(text):
            value = float(match[1].replace(",", ""))
            most = load_catalog().limit_number(highest)
            least = load_catalog().limit_number(lowest) if lowest else 0.0
            if not least <= value <= most:
                return f"{name} may be {least:g} to {most:g}, not {value:g}."
    memory = re.search(r"\bMemorySizeInMB" + _VALUE.format(), text)
    sizes = load_catalog().serverless_memory_sizes_mb()
    if memory and float(memory[1].replace(",", "")) not in sizes:
        return f"MemorySizeInMB may be {', '.join(map(str, sizes))}, not {memory[1]}."
    return ""


@lru_cache(maxsize=1)
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((name, re.compile(rf"\b{name}" + _VALUE.format())) for name in _LIMITS)
