"""What the rules have against needs, before there is a plan: only what was asked for by name."""

from collections.abc import Iterator
from fnmatch import fnmatchcase

from tools.endpoint import DeploymentMethod
from tools.policy.rules import Policy, Rule
from tools.requirements import Conflict, Requirements

_PAGE = "docs/policy.md"


def conflicts_with(policy: Policy, needs: Requirements) -> tuple[Conflict, ...]:
    """Return what an organisation does not allow of what was asked for, in the rules' own words."""
    return tuple(
        Conflict(
            fields=(field,),
            text=f"{rule.message.rstrip('.')}. {seen}" if rule.message else seen,
            rule_id=f"policy.{name}",
            source_url=_PAGE,
        )
        for rule, name, field, seen in _against(policy, needs)
        if rule.holds_in(needs.environment)
    )


def _against(policy: Policy, needs: Requirements) -> Iterator[tuple[Rule, str, str, str]]:
    """Yield (rule, its name, the field, what is against it)."""
    regions, types = policy.regions, policy.instance_types
    if regions and needs.region and not any(fnmatchcase(needs.region, g) for g in regions.allowed):
        yield regions, "regions", "region", _not_among(needs.region, regions.allowed)
    if types and needs.instance_type and not types.allows(needs.instance_type):
        seen = _not_among(needs.instance_type, types.allowed)
        yield types, "instance_types", "instance_type", seen
    options = policy.inference_options
    if options and needs.inference_option and needs.inference_option not in options.allowed:
        seen = _not_among(needs.inference_option, options.allowed)
        yield options, "inference_options", "inference_option", seen
    methods, way = policy.methods, needs.deployment_preference
    if methods and way and DeploymentMethod(way.value) not in methods.allowed:
        yield methods, "methods", "deployment_preference", _not_among(way, methods.allowed)
    most = policy.instances
    asked = max(needs.initial_instance_count or 0, needs.max_capacity or 0)
    if most and asked > most.max:
        field = "max_capacity" if needs.max_capacity == asked else "initial_instance_count"
        yield most, "instances", field, f"At most {most.max} instances are allowed, not {asked}."


def _not_among(value: str, allowed: tuple[str, ...]) -> str:
    return f"{value} is not among what is allowed: {', '.join(allowed)}."
