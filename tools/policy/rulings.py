"""What each rule of a policy has against a plan; one function a rule."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import NamedTuple

from tools.aws import AwsClients
from tools.catalog import Catalog
from tools.endpoint import DeploymentMethod
from tools.expiry import EXPIRES_TAG
from tools.footprint import Footprint
from tools.plan import DeploymentPlan
from tools.policy.costs import cost_of, running_cost
from tools.policy.rules import Policy, RequiredTag, Rule, Violation
from tools.requirements import Environment


class Bench(NamedTuple):
    """What a plan is judged with.

    Attributes:
        catalog: For prices.
        clients: For what the plan builds upon, and what runs; only read.
        now: Aware.
    """

    policy: Policy
    catalog: Catalog
    clients: AwsClients
    now: datetime


class Case(NamedTuple):
    """A plan before its judges."""

    plan: DeploymentPlan
    seen: Footprint
    bench: Bench
    environment: Environment | None


def rulings(case: Case) -> Iterator[Violation]:
    """Yield what the rules that hold here have against the plan, in their order."""
    policy = case.bench.policy
    rules: list[tuple[Rule | None, Iterator[Violation]]] = [
        (policy.regions, _regions(case)),
        (policy.methods, _methods(case)),
        (policy.inference_options, _options(case)),
        (policy.instance_types, _types(case)),
        (policy.instances, _instances(case)),
        (policy.images, _images(case)),
        *((tag, _tag(case, tag)) for tag in policy.tags),
        (policy.vpc, _vpc(case)),
        (policy.network_isolation, _isolation(case)),
        (policy.kms, _keys(case)),
        (policy.expiry, _expiry(case)),
        (policy.budget, _budget(case)),
    ]
    for rule, found in rules:
        if rule is not None and rule.holds_in(case.environment):
            yield from found


def _against(rule: Rule | None, name: str, seen: str, remedy: str) -> Violation:
    return Violation(rule=name, seen=seen, message=rule.message if rule else "", remedy=remedy)


def _regions(case: Case) -> Iterator[Violation]:
    rule = case.bench.policy.regions
    region = case.plan.region
    if rule and not any(fnmatchcase(region, glob) for glob in rule.allowed):
        allowed = ", ".join(rule.allowed)
        yield _against(
            rule,
            "regions",
            f"{region} is not among the allowed regions: {allowed}.",
            f"Choose one of the regions {allowed}.",
        )


def _methods(case: Case) -> Iterator[Violation]:
    rule = case.bench.policy.methods
    if rule and DeploymentMethod(case.plan.method) not in rule.allowed:
        allowed = ", ".join(rule.allowed)
        yield _against(
            rule,
            "methods",
            f"The method {case.plan.method} is not among the allowed: {allowed}.",
            f"Plan with the method {rule.allowed[0]}.",
        )


def _options(case: Case) -> Iterator[Violation]:
    rule = case.bench.policy.inference_options
    for option in case.seen.inference_options:
        if rule and option not in rule.allowed:
            allowed = ", ".join(rule.allowed)
            yield _against(
                rule,
                "inference_options",
                f"{option.capitalize()} inference is not among the allowed options: {allowed}.",
                f"Choose one of the options {allowed}.",
            )


def _types(case: Case) -> Iterator[Violation]:
    rule = case.bench.policy.instance_types
    kinds = dict.fromkeys(c.instance_type for c in case.seen.capacities if c.instance_type)
    for kind in kinds:
        if rule and not rule.allows(kind):
            allowed = ", ".join(rule.allowed)
            yield _against(
                rule,
                "instance_types",
                f"{kind} is not among the allowed instance types: {allowed}.",
                f"Choose one of the instance types {allowed}.",
            )


def _instances(case: Case) -> Iterator[Violation]:
    rule = case.bench.policy.instances
    most = case.seen.most_instances
    if rule and most > rule.max:
        yield _against(
            rule,
            "instances",
            f"The endpoint may have {most} instances, more than {rule.max}.",
            f"Plan with at most {rule.max} instances, scaled out.",
        )


def _images(case: Case) -> Iterator[Violation]:
    rule = case.bench.policy.images
    images = dict.fromkeys(image for model in case.seen.models for image in model.images)
    for image in images:
        if rule and not rule.allows(image):
            allowed = ", ".join(rule.registries)
            yield _against(
                rule,
                "images",
                f"The image {image} is of none of the registries {allowed}.",
                "Use an image of an allowed registry.",
            )


def _tag(case: Case, rule: RequiredTag) -> Iterator[Violation]:
    if not case.seen.inference_options or case.seen.tags is None:
        return
    name, value = f"tags.{rule.key}", case.seen.tags.get(rule.key)
    may = f" ({', '.join(rule.values) or rule.pattern})" if rule.values or rule.pattern else ""
    remedy = f"Give the endpoint the tag {rule.key}{may}."
    if value is None:
        yield _against(rule, name, f"The tag {rule.key} is missing.", remedy)
    elif not rule.accepts(value):
        yield _against(rule, name, f"The tag {rule.key} may not be {value!r}.", remedy)


def _vpc(case: Case) -> Iterator[Violation]:
    rule = case.bench.policy.vpc
    for model in case.seen.models:
        if rule and rule.required and not model.subnets:
            yield _against(
                rule,
                "vpc",
                f"The model {model.name} is not in a VPC.",
                "Name the subnets and security groups that the model runs in.",
            )
        foreign = [
            s
            for s in model.subnets
            if rule and rule.subnets and not any(fnmatchcase(s, glob) for glob in rule.subnets)
        ]
        if foreign:
            yield _against(
                rule,
                "vpc",
                f"{', '.join(foreign)} is none of the allowed subnets.",
                f"Use the subnets {', '.join(rule.subnets if rule else ())}.",
            )


def _isolation(case: Case) -> Iterator[Violation]:
    rule = case.bench.policy.network_isolation
    for model in case.seen.models:
        if rule and rule.required and not model.isolated:
            yield _against(
                rule,
                "network_isolation",
                f"The model {model.name} is not cut off from the network.",
                "Ask for network isolation.",
            )


def _keys(case: Case) -> Iterator[Violation]:
    rule = case.bench.policy.kms
    if rule is None:
        return
    keyless = _own_disks_only(case)
    for one in case.seen.encryptions:
        if one.key is None and rule.required and not (keyless and one.of == "the volumes"):
            yield _against(
                rule,
                "kms",
                f"There is no KMS key for {one.of}.",
                "Name the KMS key that encrypts the endpoint.",
            )
        elif one.key is not None and not rule.allows(one.key):
            yield _against(
                rule,
                "kms",
                f"{one.key} is not among the allowed keys.",
                f"Use one of the keys {', '.join(rule.keys)}.",
            )


def _own_disks_only(case: Case) -> bool:
    """Instances with their own disks take no key: the hardware encrypts.

    Source: API_CreateEndpointConfig, KmsKeyId.
    """
    found = [
        case.bench.catalog.instance(c.instance_type)
        for c in case.seen.capacities
        if c.instance_type
    ]
    return bool(found) and all(kind is not None and kind.local_ssd_gb for kind in found)


def _expiry(case: Case) -> Iterator[Violation]:
    rule = case.bench.policy.expiry
    applies = rule and rule.required_outside_production and case.seen.inference_options
    if not applies or rule is None or case.environment == Environment.PRODUCTION:
        return
    if case.seen.tags is None or "batch-transform" in case.seen.inference_options:
        return
    said = case.seen.tags.get(EXPIRES_TAG)
    remedy = f"Give the endpoint the tag {EXPIRES_TAG} with the moment at which it goes (ISO 8601)."
    try:
        moment = datetime.fromisoformat(said) if said else None
    except ValueError:
        moment = None
    now = case.bench.now
    if moment is None:
        yield _against(rule, "expiry", "The endpoint does not say when it goes.", remedy)
        return
    aware = moment if moment.tzinfo else moment.replace(tzinfo=now.tzinfo)
    days = rule.within_days
    if aware <= now or (days is not None and aware > now + timedelta(days=days)):
        late = "past" if aware <= now else f"more than {days} days off"
        yield _against(rule, "expiry", f"The endpoint goes at {said}, which is {late}.", remedy)


def _budget(case: Case) -> Iterator[Violation]:
    rule = case.bench.policy.budget
    if rule is None or not case.seen.capacities:
        return
    cost = cost_of(case.plan, case.seen, case.bench.catalog)
    if cost is None:
        yield _against(
            rule,
            "budget",
            "What the endpoint costs is not known.",
            "Choose a region and an instance type whose price is known.",
        )
        return
    alone, together = rule.usd_per_month_per_endpoint, rule.usd_per_month_together
    if alone is not None and cost > alone:
        yield _against(
            rule,
            "budget",
            f"About {cost:.2f} USD a month are more than {alone} USD.",
            "Choose smaller or fewer instances, or ask for a larger budget.",
        )
    if together is None:
        return
    running = running_cost(
        case.plan.endpoint_name, case.bench.clients, case.bench.catalog, case.bench.now
    )
    whole: Decimal = running + cost
    if whole > together:
        yield _against(
            rule,
            "budget",
            f"With what runs already ({running:.2f} USD) it makes about {whole:.2f} USD a month, "
            f"more than {together} USD.",
            "Delete or park an endpoint that is no longer needed, or ask for a larger budget.",
        )
