"""Request parameters as the SageMaker SDK's own shapes, as Python source; pure.

`sagemaker.core.resources` and `sagemaker.core.shapes` (sagemaker 3.27) are generated from the same
service model as botocore's: a shape's name is the class's, a member's name its argument in snake
case.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

from botocore import xform_name
from botocore.loaders import Loader
from botocore.model import ServiceModel, Shape, StructureShape

from tools.renderers.python_values import Source, literal

_WIDTH = 96
_STEP = 4


class Shaped(NamedTuple):
    """Source, and the classes of `sagemaker.core.shapes` that it names."""

    source: str
    classes: frozenset[str]


@cache
def _sagemaker() -> ServiceModel:
    return ServiceModel(Loader().load_service_model("sagemaker", "service-2"), "sagemaker")


def resource_of(operation: str) -> str:
    """Return the resource class that a call makes: "EndpointConfig"."""
    method = operation.partition(".")[2]
    return "".join(word.capitalize() for word in method.split("_")[1:])


#: The SDK spells a member back from its argument's name, each word with a capital; this it knows.
_SPELT = {"VolumeSizeInGB"}


def unspeakable(operation: str, given: dict[str, Any]) -> str | None:
    """Return a member of a request that the SDK would misspell when it sends it, or None.

    `snake_to_pascal` (sagemaker-core 2.27.0, core/utils/utils.py) makes MemorySizeInMb of
    memory_size_in_mb, and botocore refuses that.
    """
    model = _sagemaker().operation_model(f"Create{resource_of(operation)}")
    return next(_misspelt(given, model.input_shape), None)


def _misspelt(value: Any, shape: Shape) -> Iterator[str]:  # noqa: ANN401 - nested JSON
    if isinstance(shape, StructureShape) and isinstance(value, dict):
        for key, member in value.items():
            again = "".join(word.title() for word in xform_name(key).split("_"))
            if again != key and key not in _SPELT:
                yield key
            yield from _misspelt(member, shape.members[key])
    elif shape.type_name == "list" and isinstance(value, list):
        for member in value:
            yield from _misspelt(member, shape.member)


def arguments(operation: str, given: dict[str, Any], indent: int) -> tuple[list[str], set[str]]:
    """Return a create call's arguments, a line or more each, and the shapes that they name.

    Args:
        operation: "sagemaker.create_endpoint_config".
        given: Its parameters; a `Source` stands as it is.
        indent: Columns that they are indented by.
    """
    model = _sagemaker().operation_model(f"Create{resource_of(operation)}")
    lines: list[str] = []
    classes: set[str] = set()
    for key, value in given.items():
        name = xform_name(key)
        shaped = _shaped(value, model.input_shape.members[key], indent, len(name) + 2)
        lines.append(f"{' ' * indent}{name}={shaped.source},")
        classes |= shaped.classes
    return lines, classes


def _shaped(value: Any, shape: Shape, indent: int, used: int) -> Shaped:  # noqa: ANN401
    if isinstance(shape, StructureShape) and isinstance(value, dict):
        rows = {xform_name(k): (v, shape.members[k]) for k, v in value.items()}
        return _written(f"{shape.name}(", ")", rows, indent, used, {shape.name})
    if shape.type_name == "list" and isinstance(value, list):
        members = {number: (member, shape.member) for number, member in enumerate(value)}
        return _written("[", "]", members, indent, used, set())
    return Shaped(literal(value, indent, used), frozenset())


def _written(
    opening: str,
    closing: str,
    rows: dict[Any, tuple[Any, Shape]],
    indent: int,
    used: int,
    named: set[str],
) -> Shaped:
    """On one line when it fits, else a line for each member; members without a name in a list."""
    inner = indent + _STEP
    parts, classes = [], set(named)
    for key, (value, shape) in rows.items():
        start = f"{key}=" if isinstance(key, str) else ""
        shaped = _shaped(value, shape, inner, len(start) + 1)
        parts.append(f"{start}{shaped.source}")
        classes |= shaped.classes
    flat = f"{opening}{', '.join(parts)}{closing}"
    if "\n" not in flat and len(flat) + indent + used <= _WIDTH:
        return Shaped(Source(flat), frozenset(classes))
    lines = "".join(f"{' ' * inner}{part},\n" for part in parts)
    return Shaped(Source(f"{opening}\n{lines}{' ' * indent}{closing}"), frozenset(classes))
