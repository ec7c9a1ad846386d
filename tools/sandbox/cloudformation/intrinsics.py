"""Evaluates the functions of a template."""

import base64
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tools.sandbox.cloudformation.parameters import text
from tools.sandbox.cloudformation.parsing import validation_error
from tools.sandbox.cloudformation.references import Reference
from tools.sandbox.cloudformation.template import Template
from tools.sandbox.wire import ACCOUNT

_PLACEHOLDER = re.compile(r"\$\{(!?)([^}]*)\}")


class NoValue:
    """`AWS::NoValue`: the member that holds it is left out."""


@dataclass(frozen=True)
class Unknown:
    """A value that is known only when the resources that it comes from are there."""

    causes: tuple[Reference, ...]


#: What a resource answers to Ref (attribute None) or GetAtt.
Lookup = Callable[[str, str | None], Any]


@dataclass(frozen=True)
class Surroundings:
    """Where a template is evaluated: the stack and the exports of its region."""

    region: str
    stack_id: str
    stack_name: str
    notification_arns: tuple[str, ...] = ()
    exports: Mapping[str, str] = field(default_factory=dict)

    def pseudo(self) -> dict[str, Any]:
        """The pseudo parameters by name."""
        china = self.region.startswith("cn-")
        return {
            "AWS::NoValue": NoValue(),
            "AWS::Region": self.region,
            "AWS::AccountId": ACCOUNT,
            "AWS::Partition": "aws-cn" if china else "aws",
            "AWS::URLSuffix": "amazonaws.com.cn" if china else "amazonaws.com",
            "AWS::StackName": self.stack_name,
            "AWS::StackId": self.stack_id,
            "AWS::NotificationARNs": list(self.notification_arns),
        }


class Evaluator:
    """One template with its parameters in a stack."""

    def __init__(
        self,
        template: Template,
        parameters: Mapping[str, str],
        surroundings: Surroundings,
        lookup: Lookup,
    ) -> None:
        self.template = template
        self._surroundings = surroundings
        self._lookup = lookup
        self._parameters = {
            name: self._parameter(str(template.parameters[name]["Type"]), value)
            for name, value in parameters.items()
            if name in template.parameters
        }
        self._decided: dict[str, bool] = {}
        self.imported: set[str] = set()

    @staticmethod
    def _parameter(kind: str, value: str) -> str | list[str]:
        if kind == "CommaDelimitedList" or kind.startswith("List<"):
            return [item.strip() for item in value.split(",")] if value else []
        return value

    # --- conditions
    def holds(self, name: str) -> bool:
        """Whether a condition of the template is true."""
        if name not in self.template.conditions:
            raise validation_error(f"Template error: unresolved condition dependency {name}")
        if name not in self._decided:
            self._decided[name] = self._decide(self.template.conditions[name], 0)
        return self._decided[name]

    def _decide(self, value: Any, depth: int) -> bool:  # noqa: ANN401 - template data
        if depth > 50:
            raise validation_error("Template error: Circular dependencies between conditions")
        match value:
            case {"Condition": str(name)}:
                if name not in self.template.conditions:
                    raise validation_error(
                        f"Template error: unresolved condition dependency {name}"
                    )
                return self._decide(self.template.conditions[name], depth + 1)
            case {"Fn::Equals": [left, right]}:
                return text(self.value(left)) == text(self.value(right))
            case {"Fn::Not": [one]}:
                return not self._decide(one, depth + 1)
            case {"Fn::And": list(several)} if 2 <= len(several) <= 10:
                return all(self._decide(one, depth + 1) for one in several)
            case {"Fn::Or": list(several)} if 2 <= len(several) <= 10:
                return any(self._decide(one, depth + 1) for one in several)
            case _:
                pass
        raise validation_error(
            "Template format error: Conditions can only be boolean operations on parameters and "
            "other conditions"
        )

    def active(self, member: Mapping[str, Any]) -> bool:
        """Whether a resource or an output is there: it has no condition, or one that holds."""
        return "Condition" not in member or self.holds(str(member["Condition"]))

    # --- values
    def value(self, value: Any) -> Any:  # noqa: ANN401 - template data
        """`value` with every function carried out; may be or hold `Unknown`s.

        Raises:
            AwsError: `ValidationError`: a function is malformed or finds nothing.
        """
        match value:
            case dict() if len(value) == 1 and (name := next(iter(value))) in self._functions:
                return self._functions[name](self, value[name])
            case dict() if len(value) == 1 and (name := next(iter(value))).startswith("Fn::"):
                raise validation_error(f"Template error: encountered unsupported function: {name}")
            case dict():
                made = {key: self.value(item) for key, item in value.items()}
                return {k: v for k, v in made.items() if not isinstance(v, NoValue)}
            case list():
                items = [self.value(item) for item in value]
                return [item for item in items if not isinstance(item, NoValue)]
            case _:
                return value

    def _ref(self, name: Any) -> Any:  # noqa: ANN401 - template data
        if not isinstance(name, str):
            raise validation_error(
                "Template error: every Ref object must have a single String value."
            )
        if name in self._parameters:
            return self._parameters[name]
        pseudo = self._surroundings.pseudo()
        return pseudo[name] if name in pseudo else self._lookup(name, None)

    def _get_att(self, argument: Any) -> Any:  # noqa: ANN401 - template data
        match argument:
            case [str(name), attribute]:
                return self._lookup(name, text(self.value(attribute)))
            case _:
                raise validation_error(
                    "Template error: every Fn::GetAtt object requires two non-empty parameters, "
                    "the resource name and the resource attribute"
                )

    def _sub(self, argument: Any) -> Any:  # noqa: ANN401 - template data
        whole = isinstance(argument, list) and len(argument) == 2
        pattern, given = argument if whole else (argument, {})
        if not isinstance(pattern, str) or not isinstance(given, dict):
            raise validation_error(
                "Template error: One or more Fn::Sub intrinsic functions don't specify expected "
                "arguments. Specify a string as first argument, and an optional second argument "
                "to specify a mapping of values to replace in the string"
            )
        own = {name: self.value(item) for name, item in given.items()}
        parts: list[Any] = []
        at = 0
        for match in _PLACEHOLDER.finditer(pattern):
            parts.append(pattern[at : match.start()])
            at = match.end()
            name = match[2].strip()
            head, dot, rest = name.partition(".")
            if match[1]:
                parts.append("${" + match[2] + "}")
            elif name in own:
                parts.append(own[name])
            else:
                parts.append(self._lookup(head, rest) if dot else self._ref(name))
        return _joined("", [*parts, pattern[at:]])

    def _join(self, argument: Any) -> Any:  # noqa: ANN401 - template data
        match argument:
            case [str(delimiter), values]:
                items = self.value(values)
                if isinstance(items, Unknown):
                    return items
                if isinstance(items, list):
                    return _joined(delimiter, items)
            case _:
                pass
        raise validation_error(
            "Template error: every Fn::Join object requires two parameters, (1) a string "
            "delimiter and (2) a list of strings to be joined or a function that returns a list "
            "of strings (such as Fn::GetAZs) to be joined."
        )

    def _select(self, argument: Any) -> Any:  # noqa: ANN401 - template data
        match argument:
            case [index, values]:
                items, at = self.value(values), text(self.value(index))
                if isinstance(items, Unknown):
                    return items
                if isinstance(items, list) and at.isdecimal():
                    if int(at) >= len(items):
                        raise validation_error(
                            "Template error: Fn::Select cannot select nonexistent value at index "
                            f"{at}"
                        )
                    return items[int(at)]
            case _:
                pass
        raise validation_error(
            "Template error: Fn::Select requires a list argument with two elements: an integer "
            "index and a list"
        )

    def _split(self, argument: Any) -> Any:  # noqa: ANN401 - template data
        match argument:
            case [str(delimiter), source] if delimiter:
                whole = self.value(source)
                return whole if isinstance(whole, Unknown) else text(whole).split(delimiter)
        raise validation_error(
            "Template error: every Fn::Split object requires two parameters, (1) a string "
            "delimiter and (2) a string to be split or a function that returns a string to be "
            "split."
        )

    def _if(self, argument: Any) -> Any:  # noqa: ANN401 - template data
        match argument:
            case [str(name), when_true, when_false]:
                return self.value(when_true if self.holds(name) else when_false)
            case _:
                pass
        raise validation_error(
            "Template error: Fn::If requires a list argument with three elements"
        )

    def _find_in_map(self, argument: Any) -> Any:  # noqa: ANN401 - template data
        if not isinstance(argument, list) or len(argument) not in (3, 4):
            raise validation_error(
                "Template error: every Fn::FindInMap object requires three parameters, the map "
                "name, map key and the attribute for return value"
            )
        keys = [text(self.value(one)) for one in argument[:3]]
        found: Any = self.template.body.get("Mappings", {})
        for key in keys:
            if not isinstance(found, dict) or key not in found:
                if len(argument) == 4 and "DefaultValue" in argument[3]:
                    return self.value(argument[3]["DefaultValue"])
                raise validation_error(
                    f"Template error: Unable to get mapping for {'::'.join(keys)}"
                )
            found = found[key]
        return found

    def _import(self, argument: Any) -> Any:  # noqa: ANN401 - template data
        name = text(self.value(argument))
        if name not in self._surroundings.exports:
            raise validation_error(f"No export named {name} found.")
        self.imported.add(name)
        return self._surroundings.exports[name]

    def _base64(self, argument: Any) -> Any:  # noqa: ANN401 - template data
        whole = self.value(argument)
        if isinstance(whole, Unknown):
            return whole
        return base64.b64encode(text(whole).encode()).decode()

    def _zones(self, argument: Any) -> Any:  # noqa: ANN401 - template data
        region = text(self.value(argument)) or self._surroundings.region
        return [f"{region}{letter}" for letter in "abc"]

    _functions: Mapping[str, Callable[["Evaluator", Any], Any]] = {
        "Ref": _ref, "Fn::GetAtt": _get_att, "Fn::Sub": _sub, "Fn::Join": _join,
        "Fn::Select": _select, "Fn::Split": _split, "Fn::If": _if,
        "Fn::FindInMap": _find_in_map, "Fn::ImportValue": _import, "Fn::Base64": _base64,
        "Fn::GetAZs": _zones,
    }  # fmt: skip


def _joined(delimiter: str, items: list[Any]) -> str | Unknown:
    unknown = [item for item in items if isinstance(item, Unknown)]
    if unknown:
        return Unknown(tuple(cause for item in unknown for cause in item.causes))
    return delimiter.join(text(item) for item in items)


def causes(value: Any) -> tuple[Reference, ...]:  # noqa: ANN401 - template data
    """What the unknown parts of an evaluated value come from."""
    match value:
        case Unknown():
            return value.causes
        case dict():
            return tuple(cause for item in value.values() for cause in causes(item))
        case list():
            return tuple(cause for item in value for cause in causes(item))
        case _:
            return ()
