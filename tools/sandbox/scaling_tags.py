"""TagResource, UntagResource and ListTagsForResource on scalable targets."""

from typing import Any

from tools.sandbox.hosting_state import HostingState, ScalableTarget, Tags
from tools.sandbox.service import Call, Operation
from tools.sandbox.tagging import set_tags
from tools.sandbox.wire import AwsError


class ScalingTags:
    """The three operations; a tag of this service is a mapping, not a list."""

    def __init__(self, state: HostingState) -> None:
        self._state = state

    def operations(self) -> dict[str, Operation]:
        """The operations by AWS's name."""
        return {
            "TagResource": self.add,
            "UntagResource": self.remove,
            "ListTagsForResource": self.list,
        }

    def add(self, call: Call) -> dict[str, Any]:
        """TagResource."""
        self.keep(call.region, self._existing(call), call.params["Tags"])
        return {}

    def keep(self, region: str, arn: str, tags: dict[str, str]) -> None:
        """Add tags to a target that is there."""
        listed = [{"Key": key, "Value": value} for key, value in tags.items()]
        set_tags(self._state, region, arn, listed)

    def remove(self, call: Call) -> dict[str, Any]:
        """UntagResource: a key that is not there is no error."""
        held = self._state.get(Tags, call.region, self._existing(call))
        if held is not None:
            gone = set(call.params["TagKeys"])
            kept = {key: value for key, value in held.tags.items() if key not in gone}
            self._state.save(held.model_copy(update={"tags": kept}))
        return {}

    def list(self, call: Call) -> dict[str, Any]:
        """ListTagsForResource."""
        held = self._state.get(Tags, call.region, self._existing(call))
        return {"Tags": dict(held.tags) if held else {}}

    def _existing(self, call: Call) -> str:
        arn = str(call.params["ResourceARN"])
        if all(target.arn != arn for target in self._state.all(ScalableTarget, call.region)):
            raise AwsError("ResourceNotFoundException", f"The resource {arn} was not found.", 400)
        return arn
