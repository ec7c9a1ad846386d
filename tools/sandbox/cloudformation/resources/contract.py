"""What a resource type does for a stack."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from botocore.exceptions import ClientError

from tools.sandbox.cloudformation.aws_calls import AwsCalls

Properties = Mapping[str, Any]


class HandlerError(Exception):
    """A resource could not be made, changed or deleted.

    Attributes:
        message: What happened.
        code: CloudFormation's HandlerErrorCode, such as `NotStabilized`.
    """

    def __init__(self, message: str, code: str = "GeneralServiceException") -> None:
        super().__init__(message)
        self.message = message
        self.code = code


@dataclass(frozen=True)
class Site:
    """Where a resource type works: a region's services, and a pause that may be broken off."""

    calls: AwsCalls
    region: str
    pause: Callable[[], None]

    def call(self, operation: str, **parameters: Any) -> dict[str, Any]:  # noqa: ANN401
        """Make a call such as `sagemaker.create_model` in this region."""
        return self.calls.call(self.region, operation, **parameters)

    def found(self, operation: str, **parameters: Any) -> dict[str, Any] | None:  # noqa: ANN401
        """The same, but None when what it is about does not exist."""
        try:
            return self.call(operation, **parameters)
        except ClientError as error:
            if is_missing(error):
                return None
            raise


class ResourceType(Protocol):
    """One resource type; physical IDs are what Ref answers."""

    @property
    def type_name(self) -> str:
        """Such as `AWS::SageMaker::Model`."""

    @property
    def attributes(self) -> tuple[str, ...]:
        """What Fn::GetAtt knows."""

    @property
    def name_property(self) -> str | None:
        """The property that names it, if one does."""

    @property
    def name_length(self) -> int:
        """Longest generated name."""

    @property
    def served(self) -> frozenset[str] | None:
        """The properties that are carried out; None: all of the schema's."""

    def create(self, site: Site, properties: Properties, name: str) -> str:
        """Ask for the resource and return its physical ID; it need not be ready."""

    def settle(self, site: Site, physical_id: str, properties: Properties) -> None:
        """Wait until it is ready; raises `HandlerError` when it will not be."""

    def update(self, site: Site, physical_id: str, old: Properties, new: Properties) -> None:
        """Change it in place and wait until that is done."""

    def delete(self, site: Site, physical_id: str, properties: Properties) -> None:
        """Delete it and wait until it is gone; what is gone already is no error."""

    def read(self, site: Site, physical_id: str, properties: Properties) -> dict[str, Any] | None:
        """Its present state in CloudFormation's spelling, or None when it is gone."""

    def identity(self, site: Site, properties: Properties, name: str) -> str:
        """The physical ID that a resource of this name has."""

    def get_att(self, site: Site, physical_id: str, properties: Properties) -> dict[str, Any]:
        """The values of `attributes`."""


class InstantType:
    """Base of the types that are ready at once and whose physical ID is their name."""

    type_name = ""
    attributes: tuple[str, ...] = ()
    name_property: str | None = None
    name_length = 64
    served: frozenset[str] | None = None

    def settle(self, site: Site, physical_id: str, properties: Properties) -> None:
        """Ready at once."""

    def identity(self, site: Site, properties: Properties, name: str) -> str:
        """The name."""
        _ = site, properties
        return name


_MISSING = (
    "NoSuchEntity", "ObjectNotFoundException", "ResourceNotFoundException", "NotFound",
    "NoSuchBucket", "ResourceNotFound", "404", "NotFoundException",
)  # fmt: skip


def is_missing(error: ClientError) -> bool:
    """Whether a service says that what was asked about does not exist."""
    found = error.response.get("Error", {})
    message = str(found.get("Message", ""))
    return found.get("Code") in _MISSING or message.startswith("Could not find ")


def without(properties: Properties, *names: str) -> dict[str, Any]:
    """The properties but those."""
    return {name: value for name, value in properties.items() if name not in names}


def tag_changes(
    old: Iterable[Mapping[str, str]], new: Iterable[Mapping[str, str]]
) -> tuple[list[dict[str, str]], list[str]]:
    """The tags to add, and the keys to remove."""
    before = {tag["Key"]: tag["Value"] for tag in old}
    after = {tag["Key"]: tag["Value"] for tag in new}
    added = [{"Key": k, "Value": v} for k, v in after.items() if before.get(k) != v]
    return added, [key for key in before if key not in after]
