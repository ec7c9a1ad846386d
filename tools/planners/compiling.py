"""A compilation by Neo as steps of a plan: after the uploads and the role, before the model; pure.

The result's place is fixed by the specification (`CompilationSpec.artifact_uri`), so that the model
can name it before there is one.
"""

from collections.abc import Iterator
from typing import Any

from tools.endpoint import CompilationSpec, EndpointSpec, ModelSpec
from tools.packaging import Package
from tools.plan import Step, UndoCall
from tools.planners import hosting
from tools.planners.names import bucket_of, compilation_job_name, key_of


def compilation_of(model: Package, folder: str) -> CompilationSpec | None:
    """Return what Neo is asked to make of a package; None for one that is served as it is.

    Args:
        model: The package.
        folder: S3 URI of what the plan uploads; its last two parts are the endpoint's name and
            the plan's suffix.
    """
    wanted = model.neo
    if wanted is None:
        return None
    script = wanted.script
    return CompilationSpec(
        job_name=compilation_job_name(folder),
        framework=wanted.framework,
        framework_version=wanted.framework_version,
        data_input_config=wanted.data_input_config,
        target_device=wanted.target_device,
        output_uri=f"{folder}/compiled",
        script_uri=f"{folder}/sourcedir.tar.gz" if script else None,
        script_sha256=script.sha256 if script else None,
        script_size_bytes=script.size_bytes if script else 0,
    )


def script_variables(wanted: CompilationSpec | None) -> dict[str, str]:
    """Return what names the script to the image (neo-ai-dlr, neo_template_mxnet_byom.py)."""
    if wanted is None or wanted.script_uri is None:
        return {}
    return {"SAGEMAKER_SUBMIT_DIRECTORY": wanted.script_uri}


def compiled_models(spec: EndpointSpec) -> tuple[ModelSpec, ...]:
    """Return the models that Neo compiles first, each job once."""
    wanted = {m.compilation.job_name: m for m in spec.served if m.compilation is not None}
    return tuple(wanted.values())


def compilation_steps(spec: EndpointSpec, account: str) -> Iterator[Step]:
    """Yield a job for every model that is compiled."""
    for served in compiled_models(spec):
        wanted = served.compilation
        if wanted is not None:
            yield Step(
                operation="sagemaker.create_compilation_job",
                parameters=_job(spec, served, wanted, account),
                why=f"Let Neo compile the model for {wanted.target_device} and wait for it; the "
                "result is served in its place.",
                wait_for="compilation_completed",
            )


def _job(
    spec: EndpointSpec, served: ModelSpec, wanted: CompilationSpec, account: str
) -> dict[str, Any]:
    """CreateCompilationJob's parameters."""
    given: dict[str, Any] = {"S3Uri": served.model_data_uri, "Framework": wanted.framework}
    if wanted.data_input_json is not None:
        given["DataInputConfig"] = wanted.data_input_json
    if wanted.framework_version is not None:
        given["FrameworkVersion"] = wanted.framework_version
    parameters: dict[str, Any] = {
        "CompilationJobName": wanted.job_name,
        "RoleArn": hosting.execution_role(spec, account),
        "InputConfig": given,
        "OutputConfig": _output(spec, wanted),
        "StoppingCondition": {"MaxRuntimeInSeconds": wanted.max_runtime_s},
    }
    if spec.vpc is not None:
        parameters["VpcConfig"] = {
            "Subnets": list(spec.vpc.subnets),
            "SecurityGroupIds": list(spec.vpc.security_group_ids),
        }
    tags = [{"Key": key, "Value": value} for key, value in sorted(spec.tags.items())]
    return parameters | ({"Tags": tags} if tags else {})


def _output(spec: EndpointSpec, wanted: CompilationSpec) -> dict[str, Any]:
    output: dict[str, Any] = {"S3OutputLocation": f"{wanted.output_uri}/"}
    platform = wanted.target_platform
    if platform is None:
        output["TargetDevice"] = wanted.target_device
    else:
        named = {"Os": platform.os, "Arch": platform.arch, "Accelerator": platform.accelerator}
        output["TargetPlatform"] = {key: value for key, value in named.items() if value}
    if wanted.compiler_options_json is not None:
        output["CompilerOptions"] = wanted.compiler_options_json
    if spec.kms_key_id:
        output["KmsKeyId"] = spec.kms_key_id
    return output


def compiled_anew(spec: EndpointSpec, suffix: str) -> EndpointSpec:
    """Return a specification whose jobs and results are its own: both are named by their plan."""
    if not compiled_models(spec):
        return spec
    variants = [
        v.model_copy(update={"sagemaker_model": _anew(v.sagemaker_model, suffix)})
        for v in spec.all_variants
    ]
    shadow = variants.pop() if spec.shadow else None
    return spec.model_copy(update={"variants": tuple(variants), "shadow": shadow})


def _anew(served: ModelSpec | None, suffix: str) -> ModelSpec | None:
    made = served.compilation if served is not None else None
    if served is None or made is None:
        return served
    folder = made.output_uri.removesuffix("/compiled")
    own = made.model_copy(
        update={
            "job_name": compilation_job_name(f"{made.job_name}/{suffix}"),
            "output_uri": f"{folder}/{suffix}/compiled",
        }
    )
    return served.model_copy(update={"compilation": own})


def compilation_undone(number: int, made: dict[str, Any]) -> tuple[UndoCall, ...]:
    """Return what takes a job back, made last first: the job is deleted, then its result.

    Args:
        number: Of the job's step, from 0.
        made: The job's parameters.
    """
    output = made["OutputConfig"]
    platform = output.get("TargetPlatform", {})
    target = output.get("TargetDevice") or "_".join(
        platform[key] for key in ("Os", "Arch", "Accelerator") if key in platform
    )
    result = f"{output['S3OutputLocation'].rstrip('/')}/model-{target}.tar.gz"
    return (
        UndoCall(
            operation="s3.delete_object",
            parameters={"Bucket": bucket_of(result), "Key": key_of(result)},
            for_step=number,
        ),
        UndoCall(
            operation="sagemaker.delete_compilation_job",
            parameters={"CompilationJobName": made["CompilationJobName"]},
            for_step=number,
        ),
    )
