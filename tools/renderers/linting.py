"""A template judged by cfn-lint, without AWS: 30 to 60 ms a template once it is loaded."""

from functools import cache
from typing import Any

_LONGEST = 200


@cache
def _runner(region: str) -> Any:  # noqa: ANN401 - cfn-lint is untyped
    from cfnlint.config import ConfigMixIn
    from cfnlint.runner import Runner

    # Without cli_args it would read the arguments of this process.
    return Runner(ConfigMixIn(cli_args=[], regions=[region]))


def findings(template_text: str, region: str) -> tuple[str, ...]:
    """Return what cfn-lint has against a template (YAML); empty is good."""
    from cfnlint.decode.decode import decode_str

    decoded, faults = decode_str(template_text)
    if not faults:
        faults = list(_runner(region).validate_template(decoded))
    return tuple(f"{fault.rule.id} {_path(fault)}: {_short(fault.message)}" for fault in faults)


def _short(message: str) -> str:
    """Cut long lists of what would have been allowed."""
    return message if len(message) <= _LONGEST else f"{message[:_LONGEST]} ..."


def _path(fault: Any) -> str:  # noqa: ANN401 - cfn-lint is untyped
    return "/".join(str(part) for part in (getattr(fault, "path", None) or ())) or "template"
