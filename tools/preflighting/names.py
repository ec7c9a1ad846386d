"""Names that a plan gives are free, and not longer than AWS takes (PRE-5xx)."""

from tools.preflighting.probe import FAILED, PASSED, Found, Subject, probe

#: Operation that gives a name: the read that finds it taken, its parameter, and what it is.
_READS = {
    "sagemaker.create_endpoint": ("sagemaker.describe_endpoint", "EndpointName", "endpoint"),
    "sagemaker.create_endpoint_config": (
        "sagemaker.describe_endpoint_config", "EndpointConfigName", "endpoint configuration",
    ),
    "sagemaker.create_model": ("sagemaker.describe_model", "ModelName", "model"),
    "sagemaker.create_inference_component": (
        "sagemaker.describe_inference_component", "InferenceComponentName", "inference component",
    ),
    "sagemaker.create_transform_job": (
        "sagemaker.describe_transform_job", "TransformJobName", "transform job",
    ),
    "sagemaker.create_compilation_job": (
        "sagemaker.describe_compilation_job", "CompilationJobName", "compilation job",
    ),
    "iam.create_role": ("iam.get_role", "RoleName", "role"),
}  # fmt: skip


def _free(subject: Subject) -> Found | None:
    names = [(operation, name) for operation, name in subject.seen.made
             if operation in _READS and not name.startswith("<")]  # fmt: skip
    if not names:
        return None
    taken = [
        f"{_READS[operation][2]} {name}"
        for operation, name in names
        if subject.clients.exists(_READS[operation][0], {_READS[operation][1]: name})
    ]
    if taken:
        return Found(
            FAILED, f"There is already: {', '.join(taken)}.",
            "Choose another endpoint name, or delete what has it.",
        )  # fmt: skip
    return Found(PASSED, f"All {len(names)} names are free.")


NAME_PROBES = (
    probe(
        "PRE-501",
        _free,
        (
            "sagemaker:DescribeEndpoint",
            "sagemaker:DescribeEndpointConfig",
            "sagemaker:DescribeModel",
            "iam:GetRole",
        ),
    ),
)
