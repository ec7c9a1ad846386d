"""A CloudFormation template that Sagepilot made, as a specification; pure."""

import re
from typing import Any

import yaml

from tools.errors import InvalidInputError
from tools.importing.reading import Imported, Requests, imported
from tools.renderers.template_reading import read_document

_LONGEST = 1_000_000  # CloudFormation's own limit for a template in S3, in bytes
_REMEDY = "Give a template that `sagepilot plan --render cloudformation` wrote."


def spec_of_template(text: str, *, region: str, account: str) -> Imported:
    """Return the specification of a template's endpoint, parameters at their defaults.

    Args:
        text: YAML or JSON.
        region: Where it would be deployed.
        account: Twelve digits.

    Raises:
        InvalidInputError: It is no template with one endpoint, or cannot be worked out.
    """
    if len(text.encode(errors="replace")) > _LONGEST:
        raise InvalidInputError("The template is longer than CloudFormation takes.", remedy=_REMEDY)
    try:
        document = read_document(text)
        if not isinstance(document, dict) or not isinstance(document.get("Resources"), dict):
            raise InvalidInputError("This is no template: it has no Resources.", remedy=_REMEDY)
        return imported(_Worked(document, region, account).requests())
    except (yaml.YAMLError, RecursionError, LookupError, TypeError, ValueError,
            AttributeError) as error:  # fmt: skip
        raise InvalidInputError(
            f"This is no template that can be read: {_first_line(error)}", remedy=_REMEDY
        ) from error


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]


class _Worked:
    """A template with its functions worked out."""

    def __init__(self, document: dict[str, Any], region: str, account: str) -> None:
        self.region = region
        self.resources: dict[str, dict[str, Any]] = document["Resources"]
        defaults = {k: p["Default"] for k, p in document.get("Parameters", {}).items()}
        self.known = {**defaults, "AWS::Region": region, "AWS::AccountId": account,
                      "AWS::Partition": "aws"}  # fmt: skip
        self.endpoint_id = self._only("AWS::SageMaker::Endpoint")
        self.component_ids = self._all("AWS::SageMaker::InferenceComponent")

    def _only(self, type_name: str) -> str:
        found = [key for key, row in self.resources.items() if row["Type"] == type_name]
        if len(found) != 1:
            raise ValueError(f"it holds {len(found)} resources {type_name}, not one")
        return found[0]

    def requests(self) -> Requests:
        """Return what its resources would be made with."""
        endpoint = self._properties(self.endpoint_id)
        config_id = self._only("AWS::SageMaker::EndpointConfig")
        config = {"EndpointConfigName": config_id, **self._properties(config_id)}
        models = {key: self._properties(key) for key in self._all("AWS::SageMaker::Model")}
        targets = [self._properties(k)
                   for k in self._all("AWS::ApplicationAutoScaling::ScalableTarget")]  # fmt: skip
        keys = ("ResourceId", "ScalableDimension", "ServiceNamespace")
        of_target = {
            key: {k: v for k, v in self._properties(key).items() if k in keys}
            for key in self._all("AWS::ApplicationAutoScaling::ScalableTarget")
        }
        policies = [self._properties(k)
                    for k in self._all("AWS::ApplicationAutoScaling::ScalingPolicy")]  # fmt: skip
        made_roles = {f"<{key}.Arn>" for key in self._all("AWS::IAM::Role")}
        holders = (config, *models.values())
        role = next((r["ExecutionRoleArn"] for r in holders if r.get("ExecutionRoleArn")), None)
        return Requests(
            name=self._name(),
            region=self.region,
            config=config,
            models={f"<{key}.ModelName>": model for key, model in models.items()},
            targets=tuple(targets),
            policies=tuple({**p, **of_target[p["ScalingTargetId"][1:-1]]} for p in policies),
            actions=tuple(
                {**action, "ResourceId": target["ResourceId"]}
                for target in targets
                for action in target.get("ScheduledActions", ())
            ),
            alarms=tuple(self._properties(k) for k in self._all("AWS::CloudWatch::Alarm")),
            tags={row["Key"]: row["Value"] for row in endpoint.get("Tags", ())},
            role_arn=None if role in made_roles else role,
            components=tuple(
                {**self._properties(key), "InferenceComponentName": self._component_name(key)}
                for key in self.component_ids
            ),
        )

    def _all(self, type_name: str) -> list[str]:
        return [key for key, row in self.resources.items() if row["Type"] == type_name]

    def _properties(self, logical_id: str) -> dict[str, Any]:
        worked: dict[str, Any] = self._value(self.resources[logical_id].get("Properties", {}))
        return worked

    def _name(self) -> str:
        given = self.resources[self.endpoint_id].get("Properties", {}).get("EndpointName")
        return str(self._value(given)) if given else self.endpoint_id

    def _component_name(self, logical_id: str) -> str:
        given = self.resources[logical_id].get("Properties", {}).get("InferenceComponentName")
        return str(self._value(given)) if given else logical_id

    def _value(self, part: Any) -> Any:  # noqa: ANN401 - template data
        if isinstance(part, list):
            return [self._value(member) for member in part]
        if not isinstance(part, dict):
            return part
        name = next(iter(part), "")
        if len(part) == 1 and (name == "Ref" or str(name).startswith("Fn::")):
            return self._worked(name, part[name])
        return {key: self._value(member) for key, member in part.items()}

    def _worked(self, name: str, given: Any) -> Any:  # noqa: ANN401 - template data
        match name, given:
            case "Ref", str():
                return self._referred(given)
            case "Fn::GetAtt", [str(logical_id), "EndpointName"] if logical_id == self.endpoint_id:
                return self._name()
            case "Fn::GetAtt", [str(logical_id), str(attribute)]:
                return f"<{logical_id}.{attribute}>"
            case "Fn::Select", [index, {"Fn::Split": [str(delimiter), source]}]:
                return str(self._value(source)).split(delimiter)[int(index)]
            case "Fn::Sub", str():
                return self._filled(given, {})
            case "Fn::Sub", [str(pattern), dict(more)]:
                return self._filled(pattern, {k: self._value(v) for k, v in more.items()})
            case _:
                raise ValueError(f"the function {name} is not worked out here")

    def _referred(self, name: str) -> Any:  # noqa: ANN401 - a parameter's value
        """A parameter's value, a component's ARN, or else what stands for a resource."""
        if name in self.component_ids:
            where = f"arn:aws:sagemaker:{self.region}:{self.known['AWS::AccountId']}"
            return f"{where}:inference-component/{self._component_name(name)}"
        return self.known.get(name, f"<{name}>")

    def _filled(self, pattern: str, more: dict[str, Any]) -> str:
        known = {**self.known, **more, f"{self.endpoint_id}.EndpointName": self._name()}
        filled = re.sub(r"\$\{([^!}][^}]*)\}", lambda found: str(known[found[1]]), pattern)
        return filled.replace("${!", "${")
