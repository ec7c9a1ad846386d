"""CreateModel, DescribeModel, ListModels and DeleteModel."""

from typing import Any

from tools.sandbox.artifacts import Artifacts
from tools.sandbox.hosting_state import HostingState, SagemakerModel, sagemaker_arn
from tools.sandbox.listing import list_summaries
from tools.sandbox.service import Call, Operation
from tools.sandbox.tagging import drop_tags, set_tags
from tools.sandbox.wire import AwsError, validation_exception


def require_model(state: HostingState, region: str, name: str) -> SagemakerModel:
    """The model of that name.

    Raises:
        AwsError: AWS's "Could not find model".
    """
    found = state.get(SagemakerModel, region, name)
    if found is None:
        raise validation_exception(
            f'Could not find model "{sagemaker_arn(region, "model", name)}".'
        )
    return found


def containers_of(definition: dict[str, Any]) -> list[dict[str, Any]]:
    """The containers of a model, the primary one alone or all in order."""
    primary = definition.get("PrimaryContainer")
    return [primary] if primary else list(definition.get("Containers", []))


class SagemakerModels:
    """The model operations."""

    def __init__(self, state: HostingState, artifacts: Artifacts) -> None:
        self._state = state
        self._artifacts = artifacts

    def operations(self) -> dict[str, Operation]:
        """The operations by AWS's name."""
        return {
            "CreateModel": self.create,
            "DescribeModel": self.describe,
            "ListModels": self.list,
            "DeleteModel": self.delete,
        }

    def create(self, call: Call) -> dict[str, Any]:
        """CreateModel: refused when the role, the image or the data cannot be used."""
        definition = {key: value for key, value in call.params.items() if key != "Tags"}
        name = str(definition["ModelName"])
        arn = sagemaker_arn(call.region, "model", name)
        if self._state.get(SagemakerModel, call.region, name) is not None:
            raise validation_exception(f'Cannot create already existing model "{arn}".')
        self._check(definition, call.region)
        with self._state.lock:
            if self._state.get(SagemakerModel, call.region, name) is not None:
                raise validation_exception(f'Cannot create already existing model "{arn}".')
            set_tags(self._state, call.region, arn, call.params.get("Tags", []))
            self._state.save(
                SagemakerModel(
                    region=call.region,
                    name=name,
                    arn=arn,
                    created_at=call.at,
                    definition=definition,
                )
            )
        return {"ModelArn": arn}

    def _check(self, definition: dict[str, Any], region: str) -> None:
        if bool(definition.get("PrimaryContainer")) == bool(definition.get("Containers")):
            raise validation_exception(
                "Exactly one of PrimaryContainer and Containers must be specified."
            )
        if len(containers_of(definition)) > 1:
            raise AwsError(
                "UnsupportedOperation", "The sandbox serves models of one container only.", 501
            )
        if "ExecutionRoleArn" not in definition:
            raise validation_exception(
                "1 validation error detected: Value null at 'executionRoleArn' failed to satisfy "
                "constraint: Member must not be null"
            )
        role = self._artifacts.assume(str(definition["ExecutionRoleArn"]))
        for container in containers_of(definition):
            self._artifacts.check_container(container, role, region)

    def describe(self, call: Call) -> dict[str, Any]:
        """DescribeModel: what was given, with defaults as AWS fills them in."""
        found = require_model(self._state, call.region, str(call.params["ModelName"]))
        return {
            "EnableNetworkIsolation": False,
            **found.definition,
            "CreationTime": found.created_at,
            "ModelArn": found.arn,
        }

    def list(self, call: Call) -> dict[str, Any]:
        """ListModels."""
        summaries = [
            {"ModelName": m.name, "ModelArn": m.arn, "CreationTime": m.created_at}
            for m in self._state.all(SagemakerModel, call.region)
        ]
        return list_summaries(summaries, call.params, result="Models", name_key="ModelName")

    def delete(self, call: Call) -> dict[str, Any]:
        """DeleteModel; AWS lets a model go that an endpoint still serves."""
        found = require_model(self._state, call.region, str(call.params["ModelName"]))
        self._state.drop(found)
        drop_tags(self._state, call.region, found.arn)
        return {}
