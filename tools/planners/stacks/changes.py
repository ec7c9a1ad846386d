"""What a change set must hold when a stack goes from one revision to another; pure.

Replacement is told as CloudFormation tells it before it knows what will come of references: a
property that decides the physical resource and follows one that changes makes it `Conditional`
(user guide, "change sets"; API_ResourceChange).
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from tools.planners.stacks.revision import Revision

#: Properties whose change makes a new physical resource (createOnlyProperties of the resource
#: schemas as cfn-lint 1.58.0 ships them); for the first two it is all but the tags.
_ALL_BUT_TAGS = frozenset({"AWS::SageMaker::Model", "AWS::SageMaker::EndpointConfig"})
_CREATE_ONLY: dict[str, frozenset[str]] = {
    "AWS::SageMaker::Endpoint": frozenset({"EndpointName"}),
    "AWS::ApplicationAutoScaling::ScalableTarget": frozenset(
        {"ResourceId", "ScalableDimension", "ServiceNamespace"}
    ),
    "AWS::ApplicationAutoScaling::ScalingPolicy": frozenset(
        {"PolicyName", "ServiceNamespace", "ResourceId", "ScalableDimension", "ScalingTargetId"}
    ),
    "AWS::IAM::Role": frozenset({"RoleName", "Path"}),
    "AWS::CloudWatch::Alarm": frozenset({"AlarmName"}),
}
_PLACE = re.compile(r"\$\{([^!}][^}]*)\}")
#: (logical id, attribute); the attribute is None for a `Ref`.
Reference = tuple[str, str | None]


def expected_changes(before: Revision, after: Revision) -> tuple[dict[str, Any], ...]:
    """Return the rows: what is removed first, then what is added or changed.

    Returns:
        `logical_id`, `type`, `action` ("Add", "Modify", "Remove") and `replacement` ("True",
        "Conditional", "False"; None where there is nothing to replace).
    """
    gone = [
        _row(key, row["Type"], "Remove", None)
        for key, row in before.resources.items()
        if key not in after.resources
    ]
    compared = _Comparison(before, after)
    changed = [row for key in after.resources if (row := compared.row(key)) is not None]
    return (*gone, *changed)


def _row(logical_id: str, kind: str, action: str, replacement: str | None) -> dict[str, Any]:
    return {"logical_id": logical_id, "type": kind, "action": action, "replacement": replacement}


class _Comparison:
    def __init__(self, before: Revision, after: Revision) -> None:
        self._before, self._after = before, after
        self._rows: dict[str, dict[str, Any] | None] = {}

    def row(self, logical_id: str) -> dict[str, Any] | None:
        """Return what happens to a resource of the later revision, or None."""
        if logical_id not in self._rows:
            self._rows[logical_id] = self._compared(logical_id)
        return self._rows[logical_id]

    def _compared(self, logical_id: str) -> dict[str, Any] | None:
        resource = self._after.resources[logical_id]
        kind, old = resource["Type"], self._before.resources.get(logical_id)
        if old is None:
            return _row(logical_id, kind, "Add", None)
        replacements = list(
            self._of_properties(kind, old.get("Properties", {}), resource.get("Properties", {}))
        )
        if not replacements:
            return None
        most = next(r for r in ("True", "Conditional", "False") if r in replacements)
        return _row(logical_id, kind, "Modify", most)

    def _of_properties(
        self, kind: str, old: Mapping[str, Any], new: Mapping[str, Any]
    ) -> Iterator[str]:
        """Yield the replacement that each changed property brings."""
        for key in old.keys() | new.keys():
            was = settled(old.get(key), self._before.parameters)
            now = settled(new.get(key), self._after.parameters)
            open_ = any(self._is_open(reference) for reference in references(now))
            if was == now and not open_:
                continue
            decides = key in _CREATE_ONLY.get(kind, ()) or (kind in _ALL_BUT_TAGS and key != "Tags")
            yield "False" if not decides else "Conditional" if open_ else "True"

    def _is_open(self, reference: Reference) -> bool:
        """Whether what a reference answers may be another value afterwards."""
        name, attribute = reference
        row = self.row(name) if name in self._after.resources else None
        if row is None:
            return False
        return attribute is not None or row["replacement"] != "False"


def settled(value: Any, parameters: Mapping[str, str]) -> Any:  # noqa: ANN401 - template data
    """Return a value with parameters filled in; references to resources stay, numbers are text."""
    match value:
        case dict() if len(value) == 1:
            return _worked(value, parameters)
        case dict():
            return {key: settled(member, parameters) for key, member in value.items()}
        case list():
            return [settled(member, parameters) for member in value]
        case int() | float() if not isinstance(value, bool):
            return str(value)
        case _:
            return value


def _worked(value: dict[str, Any], parameters: Mapping[str, str]) -> Any:  # noqa: ANN401
    """A function worked out as far as it can be; any other mapping of one member settled."""
    (name,) = value
    if name == "Ref":
        return parameters.get(value[name], value)
    if name == "Fn::Sub" and isinstance(value[name], str):
        return _filled(value[name], parameters)
    given = settled(value[name], parameters)
    match name, given:
        case "Fn::Sub", [str(pattern), dict(more)]:
            return _filled(pattern, {**parameters, **more})
        case "Fn::Split", [str(delimiter), str(text)]:
            return text.split(delimiter)
        case "Fn::Select", [str(index), list(rows)]:
            return rows[int(index)] if int(index) < len(rows) else ""
        case _:
            return {name: given}


def _filled(pattern: str, values: Mapping[str, Any]) -> Any:  # noqa: ANN401 - template data
    """A pattern with every text filled in; what is known later stays in it."""
    later: dict[str, Any] = {}

    def part(match: re.Match[str]) -> str:
        value = values.get(match[1])
        if isinstance(value, str):
            return value
        if value is not None:
            later[match[1]] = value
        return match[0]

    text = _PLACE.sub(part, pattern)
    if later:
        return {"Fn::Sub": [text, later]}
    return {"Fn::Sub": text} if _PLACE.search(text) else text


def references(value: Any) -> Iterator[Reference]:  # noqa: ANN401 - template data
    """Yield what a settled value refers to."""
    match value:
        case {"Ref": str(name)}:
            yield name, None
        case {"Fn::GetAtt": [str(name), str(attribute)]}:
            yield name, attribute
        case {"Fn::Sub": str(pattern)}:
            yield from map(_named, _PLACE.findall(pattern))
        case {"Fn::Sub": [str(pattern), dict(more)]}:
            yield from map(_named, _PLACE.findall(pattern))
            yield from references(more)
        case dict():
            for member in value.values():
                yield from references(member)
        case list():
            for member in value:
                yield from references(member)
        case _:
            return


def _named(place: str) -> Reference:
    name, dot, attribute = place.partition(".")
    return (name, attribute) if dot else (name, None)
