"""Which resource types there are."""

from tools.sandbox.cloudformation.resources.contract import ResourceType
from tools.sandbox.cloudformation.resources.hosting import (
    EndpointConfigType,
    EndpointType,
    InferenceComponentType,
    SagemakerModelType,
)
from tools.sandbox.cloudformation.resources.scaling import ScalableTargetType, ScalingPolicyType

_ALL: tuple[ResourceType, ...] = (
    SagemakerModelType(), EndpointConfigType(), EndpointType(), InferenceComponentType(),
    ScalableTargetType(), ScalingPolicyType(),
)  # fmt: skip
RESOURCE_TYPES: dict[str, ResourceType] = {one.type_name: one for one in _ALL}
