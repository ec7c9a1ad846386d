"""Whatever a specification can say is in every rendering, and each of its values decides something.

A field that is added to the specification fails here until a maximal specification sets it.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel

from tests.integration.renderings.conftest import plan_by_calls
from tests.unit.renderers.maximal import MAXIMAL
from tests.unit.renderers.specs import ACCOUNT, ROLE
from tools.endpoint import EndpointSpec
from tools.planners.api import steps_for
from tools.planners.cloudformation import template_for
from tools.planners.rendering import script_of, sdk_script_of, terraform_of

NONCE = "0123456789abcdef"
Path = tuple[str | int, ...]
#: A job of its own before the endpoint, proven where compilations are.
JOBS = {"compilation"}
#: Known when it is planned, and no part of any request.
NOT_RENDERED = {"archive_size_bytes", "size_bytes"}


def fields(value: Any, path: Path = ()) -> Iterator[tuple[type[BaseModel], str, Path, Any]]:
    """Yield the noun, name, path and value of every field that is set."""
    match value:
        case BaseModel():
            for name, field in type(value).model_fields.items():
                held = getattr(value, name)
                if held != field.get_default(call_default_factory=True):
                    yield type(value), name, (*path, name), held
                    yield from fields(held, (*path, name))
        case tuple():
            for index, member in enumerate(value):
                yield from fields(member, (*path, index))
        case _:
            return


def nouns(kind: Any) -> Iterator[type[BaseModel]]:
    """Yield every noun that a specification is made of."""
    for name, field in kind.model_fields.items():
        for inner in _models(field.annotation) if name not in JOBS else ():
            yield inner
            yield from nouns(inner)


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in getattr(annotation, "__args__", ()):
        yield from _models(inner)


def test_the_maximal_specifications_set_everything() -> None:
    said = {(kind, name) for spec in MAXIMAL.values() for kind, name, _, _ in fields(spec)}
    there = {
        (kind, name) for kind in {EndpointSpec, *nouns(EndpointSpec)} for name in kind.model_fields
    }
    missing = {f"{kind.__name__}.{name}" for kind, name in there - said if name not in JOBS}
    assert missing == set()


def changed(value: Any, path: Path) -> Any:
    """The value with what lies at the path said otherwise."""
    if not path:
        return _otherwise(value)
    if isinstance(path[0], int):
        return tuple(
            changed(member, path[1:]) if index == path[0] else member
            for index, member in enumerate(value)
        )
    return value.model_copy(update={path[0]: changed(getattr(value, path[0]), path[1:])})


def _otherwise(value: Any) -> Any:
    match value:
        case bool():
            return not value
        case int() | float():
            return value + 1
        case str():
            return f"{value}z"
        case tuple():
            return value[:-1]
        case dict():
            return dict(list(value.items())[:-1])
        case None:  # the role is made: name another one
            return ROLE
        case _:
            return None


def leaves(spec: EndpointSpec) -> Iterator[Path]:
    """Yield the path of every value that can be said otherwise by itself."""
    for _, name, path, held in fields(spec):
        whole = isinstance(held, BaseModel) or (
            isinstance(held, tuple) and any(isinstance(m, BaseModel) for m in held)
        )
        if not whole and name not in NOT_RENDERED:
            yield path


RENDERINGS = {
    "calls": lambda spec: steps_for(spec, account=ACCOUNT, bucket_exists=False),
    "cloudformation": lambda spec: template_for(spec, ACCOUNT).document,
    "python": lambda spec: script_of(plan_by_calls(spec, NONCE)).replace(
        plan_by_calls(spec, NONCE).digest, ""
    ),
    "python-sdk": lambda spec: sdk_script_of(plan_by_calls(spec, NONCE)).replace(
        plan_by_calls(spec, NONCE).digest, ""
    ),
    "terraform": lambda spec: terraform_of(plan_by_calls(spec, NONCE)).replace(
        plan_by_calls(spec, NONCE).digest, ""
    ),
}
#: Names that CloudFormation gives in their place, and uploads that no template makes.
BY_CLOUDFORMATION = {"suffix", "archive_sha256", "models"}
#: One template serves every region: nothing in it names one.
NOT_IN_A_TEMPLATE = {*BY_CLOUDFORMATION, "region"}


CASES = [
    (language, name)
    for language in RENDERINGS
    for name in MAXIMAL
    if (language, name) != ("terraform", "components")  # refused: the provider has none
]


@pytest.mark.parametrize(("language", "name"), CASES)
def test_each_value_said_otherwise_is_rendered_otherwise(language: str, name: str) -> None:
    spec, render = MAXIMAL[name], RENDERINGS[language]
    same = render(spec)
    unmoved = set()
    for path in leaves(spec):
        if path[-1] in {"inference_option", "policy_type"}:
            continue  # a word of a closed set: other fields would have to change with it
        if language == "cloudformation" and NOT_IN_A_TEMPLATE & {path[-1], *path[-3:-2]}:
            continue
        if render(changed(spec, path)) == same:
            unmoved.add(".".join(map(str, path)))
    assert unmoved == set()
