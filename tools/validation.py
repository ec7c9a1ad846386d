"""A request judged by botocore's own service model: no network, some ten microseconds a call.

Botocore's `ParamValidator` checks required members, unknown keys, types and minima; the walker here
adds what it leaves out (enumerations, patterns, maxima), worded as the services word it.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import botocore.session
from botocore import xform_name
from botocore.model import OperationModel, ServiceModel, Shape
from botocore.validate import ParamValidator


@cache
def _service(name: str) -> ServiceModel:
    return botocore.session.Session().get_service_model(name)


@cache
def operation_model(operation: str) -> OperationModel:
    """Return botocore's model of "service.boto3_method".

    Raises:
        KeyError: There is no such operation.
    """
    service, method = operation.split(".", 1)
    model = _service(service)
    names = {xform_name(name): name for name in model.operation_names}
    return model.operation_model(names[method])


def allowed_values(operation: str, *path: str) -> tuple[str, ...]:
    """Return the values that a member of a request may have, where it is an enumeration.

    Args:
        operation: "service.boto3_method".
        path: The member's names, outermost first.
    """
    shape: Any = operation_model(operation).input_shape
    for name in path:
        shape = shape.members[name]
    return tuple(shape.enum)


def violations(operation: str, parameters: dict[str, Any]) -> tuple[str, ...]:
    """Return what is wrong with a request, in the services' words; empty when nothing is.

    Args:
        operation: "service.boto3_method".
        parameters: In AWS's spelling, placeholders resolved or replaced by plausible values.
    """
    shape = operation_model(operation).input_shape
    if shape is None:
        return ()
    report = ParamValidator().validate(parameters, shape)
    found = [report.generate_report()] if report.has_errors() else []
    found += list(_walk(shape, parameters, ""))
    return tuple(found)


def _walk(shape: Shape, value: Any, path: str) -> Iterator[str]:  # noqa: ANN401
    match shape.type_name, value:
        case "structure", dict():
            for key, member in value.items():
                if key in shape.members:
                    yield from _walk(shape.members[key], member, _join(path, key))
        case "list", list() | tuple():
            for index, member in enumerate(value, 1):
                yield from _walk(shape.member, member, f"{path}.{index}.member")
        case "map", dict():
            for key, member in value.items():
                yield from _walk(shape.key, key, f"{path}.key")
                yield from _walk(shape.value, member, f"{path}.{key}")
        case "string", str():
            yield from _string(shape, value, path)
        case _:
            pass
    yield from _bounds(shape, value, path)


def _join(path: str, key: str) -> str:
    name = key[0].lower() + key[1:]
    return f"{path}.{name}" if path else name


def _string(shape: Shape, value: str, path: str) -> Iterator[str]:
    if shape.enum and value not in shape.enum:
        yield _said(value, path, f"Member must satisfy enum value set: [{', '.join(shape.enum)}]")
    pattern = shape.metadata.get("pattern")
    if pattern and not _matches(pattern, value):
        yield _said(value, path, f"Member must satisfy regular expression pattern: {pattern}")


def _bounds(shape: Shape, value: Any, path: str) -> Iterator[str]:  # noqa: ANN401
    sized = isinstance(value, str | list | tuple | dict)
    if isinstance(value, bool) or not (sized or isinstance(value, int | float)):
        return
    size = len(value) if sized else value
    what = "have length " if sized else "have value "
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if low is not None and size < low:
        yield _said(value, path, f"Member must {what}greater than or equal to {low}")
    if high is not None and size > high:
        yield _said(value, path, f"Member must {what}less than or equal to {high}")


def _matches(pattern: str, value: str) -> bool:
    try:
        return re.fullmatch(pattern, value) is not None
    except re.error:  # a few patterns use \p{..}, which `re` does not know
        return True


def _said(value: Any, path: str, constraint: str) -> str:  # noqa: ANN401
    return (
        f"1 validation error detected: Value '{value}' at '{path}' failed to satisfy constraint: "
        f"{constraint}"
    )
