"""Which resource types there are."""

from tools.sandbox.cloudformation.resources.contract import ResourceType
from tools.sandbox.cloudformation.resources.hosting import (
    EndpointConfigType,
    EndpointType,
    InferenceComponentType,
    SagemakerModelType,
)
from tools.sandbox.cloudformation.resources.observing import AlarmType, LogGroupType
from tools.sandbox.cloudformation.resources.permissions import InlinePolicyType, RoleType
from tools.sandbox.cloudformation.resources.scaling import ScalableTargetType, ScalingPolicyType
from tools.sandbox.cloudformation.resources.storage import BucketType, TopicType

_ALL: tuple[ResourceType, ...] = (
    SagemakerModelType(), EndpointConfigType(), EndpointType(), InferenceComponentType(),
    ScalableTargetType(), ScalingPolicyType(), AlarmType(), LogGroupType(), RoleType(),
    InlinePolicyType(), BucketType(), TopicType(),
)  # fmt: skip
RESOURCE_TYPES: dict[str, ResourceType] = {one.type_name: one for one in _ALL}
