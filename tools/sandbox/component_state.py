"""Inference components as values: a model on shared instances, in so many copies."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

ComponentStatus = Literal["InService", "Creating", "Updating", "Failed", "Deleting"]


class Blueprint(BaseModel):
    """What a copy is made of, as it was when it was deployed.

    Attributes:
        specification: As given to CreateInferenceComponent.
        container: Image, ModelDataUrl and Environment.
        role_arn: The role that reads the model data.
        isolated: EnableNetworkIsolation.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    specification: dict[str, Any]
    container: dict[str, Any]
    role_arn: str
    isolated: bool

    @property
    def requirements(self) -> dict[str, Any]:
        """ComputeResourceRequirements."""
        return dict(self.specification.get("ComputeResourceRequirements", {}))


class ComponentFields(BaseModel):
    """Everything about an inference component but its name and region."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    arn: str
    endpoint_name: str
    variant_name: str
    created_at: datetime
    modified_at: datetime
    status: ComponentStatus
    failure_reason: str | None = None
    live: Blueprint | None = None
    pending: Blueprint | None = None
    current_copies: int = 0
    desired_copies: int
    deployment_config: dict[str, Any] | None = None
