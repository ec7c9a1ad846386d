"""What the parent process knows about an image before a worker runs it."""

from pydantic import BaseModel, ConfigDict

from tools.errors import UserError


class UnknownImageError(UserError):
    """The URI names no image that AWS would find; the message is AWS's own wording."""


class ImageContract(BaseModel):
    """One inference image.

    Attributes:
        family: The image family, for example `scikit-learn`, `xgboost`, `triton`, `custom`.
        version: The framework version in the tag (`1.9-0`), or the whole tag of a custom image.
        repository: The ECR repository.
        executable: Whether a worker on this machine can serve it.
        not_executed_reason: Why it cannot; empty when `executable`.
        notes: What a run here does not prove (library versions), and past support with its date.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    family: str
    version: str
    repository: str
    executable: bool
    not_executed_reason: str = ""
    notes: tuple[str, ...] = ()
