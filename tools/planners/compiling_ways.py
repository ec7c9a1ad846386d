"""How the ways of deploying other than plain calls go with a compilation by Neo; pure."""

from tools.endpoint import EndpointSpec, ModelSpec, ProductionVariant
from tools.errors import InvalidInputError
from tools.plan import Step
from tools.planners import hosting
from tools.planners.api import role_steps
from tools.planners.compiling import compilation_steps, compiled_models


def refuse_by_sdk(compiled: bool) -> None:
    """Refuse a compilation where the SDK deploys: its third version compiles nothing.

    Raises:
        InvalidInputError: One is wanted.
    """
    if compiled:
        raise InvalidInputError(
            "The SageMaker SDK (version 3) has no way to compile a model with Neo.",
            remedy="Choose the method api or cloudformation, or leave the compilation out.",
        )


def before_stack(spec: EndpointSpec, account: str) -> tuple[Step, ...]:
    """Return the calls that must be made before a stack: the job, and the role that it runs by."""
    if not compiled_models(spec):
        return ()
    return (*role_steps(spec, account), *compilation_steps(spec, account))


def stack_spec(spec: EndpointSpec, account: str) -> EndpointSpec:
    """Return what is left for a stack: the compiled model by its result, the role by its ARN."""
    if not compiled_models(spec):
        return spec
    return spec.model_copy(
        update={
            "role_arn": hosting.execution_role(spec, account),
            "variants": tuple(map(_of_result, spec.variants)),
            "shadow": _of_result(spec.shadow) if spec.shadow else None,
        }
    )


def _of_result(variant: ProductionVariant) -> ProductionVariant:
    components = tuple(
        one.model_copy(update={"sagemaker_model": _result(one.sagemaker_model)})
        for one in variant.components
    )
    model = variant.sagemaker_model
    return variant.model_copy(
        update={"sagemaker_model": _result(model) if model else None, "components": components}
    )


def _result(model: ModelSpec) -> ModelSpec:
    if model.compilation is None:
        return model
    return model.model_copy(
        update={
            "model_data_uri": model.served_data_uri,
            "archive_sha256": None,
            "archive_size_bytes": 0,
            "compilation": None,
        }
    )
