"""What CreateCompilationJob refuses at once, beyond its shape; pure.

Sources: neo-supported-cloud (crawl 2026) for versions, API_OutputConfig and API_InputConfig
(botocore 1.44.5) for the rest.
"""

from collections.abc import Mapping
from typing import Any

from tools.sandbox.wire import AwsError, validation_exception

_CLOUD = frozenset(("ml_c4", "ml_c5", "ml_m4", "ml_m5", "ml_p2", "ml_p3", "ml_g4dn"))
#: FrameworkVersion is a field of these alone (API_InputConfig).
_VERSIONED = {
    "PYTORCH": ("1.4", "1.5", "1.6", "1.7", "1.8", "1.12", "1.13", "2.0"),
    "TENSORFLOW": ("1.15", "2.9"),
    "MXNET": ("1.8",),
    "TFLITE": ("1.15",),
}
_EDGE_ONLY = frozenset(("TFLITE", "DARKNET"))
_ONLY_IN = {"ml_inf2": "us-east-2", "ml_trn1": "us-east-1"}


def judge(params: Mapping[str, Any], region: str) -> None:
    """Refuse a request that no job could carry out.

    Raises:
        AwsError: `ValidationException`, or 501 for what the sandbox does not serve.
    """
    if "ModelPackageVersionArn" in params:
        raise AwsError(
            "UnsupportedOperation", "The sandbox compiles no models of the model registry.", 501
        )
    if "InputConfig" not in params:
        raise validation_exception(
            "Exactly one of InputConfig and ModelPackageVersionArn must be specified."
        )
    given, output = params["InputConfig"], params["OutputConfig"]
    if ("TargetDevice" in output) == ("TargetPlatform" in output):
        raise validation_exception(
            "Exactly one of TargetDevice and TargetPlatform must be specified in OutputConfig."
        )
    for name, url in (
        ("S3Uri", given["S3Uri"]),
        ("S3OutputLocation", output["S3OutputLocation"]),
    ):
        if not str(url).startswith("s3://"):
            raise validation_exception(f"{name} {url} is no S3 URI.")
    _judge_target(str(given["Framework"]), output.get("TargetDevice"), region)
    _judge_version(str(given["Framework"]), given.get("FrameworkVersion"))


def _judge_target(framework: str, device: str | None, region: str) -> None:
    if device is None:
        return
    if device == "ml_eia2":
        raise validation_exception("Target device ml_eia2 is no longer supported.")
    if _ONLY_IN.get(device, region) != region:
        raise validation_exception(
            f"Target device {device} is not supported in region {region}; use {_ONLY_IN[device]}."
        )
    if device in _CLOUD and framework in _EDGE_ONLY:
        raise validation_exception(
            f"Framework {framework} is not supported for target device {device}."
        )
    if device in _CLOUD and framework == "SKLEARN":
        raise validation_exception(
            f"Framework SKLEARN is not supported for target device {device}."
        )


def _judge_version(framework: str, version: str | None) -> None:
    if version is None:
        return
    known = _VERSIONED.get(framework)
    if known is None:
        raise validation_exception(
            f"FrameworkVersion is only supported for {', '.join(_VERSIONED)}, not for {framework}."
        )
    if not any(version == one or version.startswith(f"{one}.") for one in known):
        raise validation_exception(
            f"Framework version {version} is not supported for framework {framework}. "
            f"Supported versions: {', '.join(known)}."
        )
