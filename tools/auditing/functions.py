"""CloudFormation's functions, worked out as far as the template alone allows; pure.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
What needs an answer from AWS stands as a mark:
`unknown` or, for what AWS names, `generated`.
"""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from tools.rules.declared.node import UNKNOWN, undecided, unknown

#: Stands for AWS::NoValue: what it is given to is not there.
NOTHING = object()
_LONGEST_TEXT = 100_000
_HOLE = re.compile(r"\$\{([^!}][^}]*)\}")


class Working:
    """Values of one template.

    Attributes:
        named: Parameters and pseudo parameters by name.
        reference: Gives `Ref` of a resource, or None when there is none.
        attribute: Gives `Fn::GetAtt` of a resource, or None when there is none.
        missing: Logical ids that are referred to and not there, in order.
    """

    def __init__(
        self,
        document: Mapping[str, Any],
        named: Mapping[str, Any],
        reference: Callable[[str], str | None],
        attribute: Callable[[str, str], str | None],
    ) -> None:
        self.named = named
        self.reference = reference
        self.attribute = attribute
        self.missing: list[str] = []
        self._mappings = document.get("Mappings") or {}
        self._conditions = document.get("Conditions") or {}
        self._held: dict[str, bool | None] = {}

    def value(self, part: Any) -> Any:  # noqa: ANN401 - template data
        """Return `part` with its functions worked out."""
        if isinstance(part, list):
            members = [self.value(member) for member in part]
            return [member for member in members if member is not NOTHING]
        if not isinstance(part, dict):
            return part
        if len(part) == 1:
            name, given = next(iter(part.items()))
            if name in {"Ref", "Condition"} or str(name).startswith("Fn::"):
                return self._worked(str(name), given)
        worked = {str(key): self.value(member) for key, member in part.items()}
        return {key: member for key, member in worked.items() if member is not NOTHING}

    def holds(self, condition: str) -> bool | None:
        """Return whether a condition holds; None when that cannot be said."""
        if condition not in self._conditions:
            return None
        if condition not in self._held:
            self._held[condition] = None  # one that asks for itself cannot be said
            worked = self.value(self._conditions[condition])
            self._held[condition] = worked if isinstance(worked, bool) else None
        return self._held[condition]

    def _worked(self, name: str, given: Any) -> Any:  # noqa: ANN401, PLR0911 - one a function
        match name, given:
            case "Ref", str():
                return self._ref(given)
            case "Fn::GetAtt", str() if "." in given:
                return self._get(*given.split(".", 1))
            case "Fn::GetAtt", [str(logical_id), str(attribute)]:
                return self._get(logical_id, attribute)
            case "Fn::Sub", str():
                return self._filled(given, {})
            case "Fn::Sub", [str(pattern), dict(more)]:
                return self._filled(pattern, {k: self.value(v) for k, v in more.items()})
            case "Fn::If", [str(condition), yes, no]:
                holds = self.holds(condition)
                return undecided(condition) if holds is None else self.value(yes if holds else no)
            case "Condition", str():
                return self.holds(given)
            case (("Fn::Equals" | "Fn::And" | "Fn::Or" | "Fn::Not"), [*members]):
                return _truth(name, [self.value(member) for member in members])
            case _:
                return self._made(name, self.value(given))

    def _ref(self, name: str) -> Any:  # noqa: ANN401 - template data
        if name in self.named:
            return self.named[name]
        found = self.reference(name)
        if found is None:
            self.missing.append(name)
        return unknown(name) if found is None else found

    def _get(self, logical_id: str, attribute: str) -> str:
        found = self.attribute(logical_id, attribute)
        if found is None:
            self.missing.append(logical_id)
        return unknown(f"{logical_id}.{attribute}") if found is None else found

    def _filled(self, pattern: str, more: dict[str, Any]) -> str:
        def fill(found: re.Match[str]) -> str:
            name = found[1].strip()
            known = more[name] if name in more else self._named_in_text(name)
            return known if isinstance(known, str) else _text(known)

        return _bounded(_HOLE.sub(fill, pattern).replace("${!", "${"))

    def _named_in_text(self, name: str) -> Any:  # noqa: ANN401 - template data
        if "." in name and name not in self.named:
            return self._get(*name.split(".", 1))
        return self._ref(name)

    def _made(self, name: str, given: Any) -> Any:  # noqa: ANN401, PLR0911 - one a function
        match name, given:
            case "Fn::Join", [str(between), list(parts)]:
                return _bounded(between.join(_text(part) for part in parts))
            case "Fn::Split", [str(between), str(whole)] if between and UNKNOWN[0] not in whole:
                return whole.split(between)
            case "Fn::Select", [index, list(parts)] if _index(index) in range(len(parts)):
                return parts[_index(index)]
            case "Fn::FindInMap", [str(mapping), str(top), str(second), *_]:
                row = self._mappings.get(mapping, {}).get(top, {})
                return row.get(second, unknown(mapping)) if isinstance(row, dict) else row
            case "Fn::Length", list():
                return len(given)
            case "Fn::ToJsonString", _:
                return _bounded(json.dumps(given, ensure_ascii=False))
            case _:
                return unknown(name)


def _index(given: Any) -> int:  # noqa: ANN401 - template data
    return int(given) if str(given).isdigit() else -1


def _text(value: Any) -> str:  # noqa: ANN401 - template data
    match value:
        case bool():
            return "true" if value else "false"
        case str() | int() | float():
            return str(value)
        case _:
            return unknown("list")


def _bounded(text: str) -> str:
    if len(text) > _LONGEST_TEXT:
        raise ValueError("a text in it grows too long")
    return text


def _truth(name: str, members: list[Any]) -> bool | str:
    """Three-valued: what is not known stays unknown unless the known parts decide."""
    if name == "Fn::Equals":
        one, other = (_text(m) for m in (members * 2)[:2])
        return unknown(name) if UNKNOWN[0] in one + other and one != other else one == other
    known = [m for m in members if isinstance(m, bool)]
    if name == "Fn::Not":
        return not known[0] if known else unknown(name)
    decides = name == "Fn::Or"
    if decides in known:
        return decides
    return (not decides) if len(known) == len(members) else unknown(name)
