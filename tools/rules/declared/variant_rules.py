"""Rules on endpoint configurations and their variants (CHK-525 to CHK-537)."""

import re
from collections.abc import Iterator

from tools.endpoint import InferenceOption
from tools.rules.declared import pages
from tools.rules.declared.node import Node, unknown
from tools.rules.declared.resources import Resource, variants_of
from tools.rules.declared.rule import REMOVE, DeclaredRule, Fault, Seen
from tools.rules.resource_checks import LOCAL_SSD

_KEY_ID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|mrk-[0-9a-f]{32}"
_KEY = re.compile(
    rf"({_KEY_ID}|alias/[a-zA-Z0-9/_-]+|"
    rf"arn:aws[a-z-]*:kms:(?P<region>[a-z0-9-]+):\d{{12}}:(key/({_KEY_ID})|alias/[a-zA-Z0-9/_-]+))"
)
_STRATEGIES = {"LEAST_OUTSTANDING_REQUESTS", "RANDOM", "PREFIX_AWARE"}
_KEY_PLACES = (
    ("KmsKeyId",),
    ("DataCaptureConfig", "KmsKeyId"),
    ("AsyncInferenceConfig", "OutputConfig", "KmsKeyId"),
)


def _offered(seen: Seen) -> Iterator[Fault]:
    region = seen.declared.region
    for variant in seen.variants:
        node, kind = variant.node.at("InstanceType"), variant.instance_type
        if not kind:
            continue
        if seen.catalog.instance(kind) is None:
            ours = f"ml.{kind}" if seen.catalog.instance(f"ml.{kind}") else None
            hint = f"; {ours} is" if ours else ""
            yield (
                Fault(f"{kind} is no hosting instance type{hint}.", (node,), ours)
                if ours
                else Fault(f"{kind} is no hosting instance type.", (node,))
            )
        elif not seen.catalog.offers(kind, region):
            yield Fault(f"{kind} is not offered for hosting in {region}.", (node,))


def _capacity(seen: Seen) -> Iterator[Fault]:
    for variant in seen.variants:
        node, count = variant.node, variant.node.at("InitialInstanceCount")
        if node.at("ServerlessConfig").given or node.at("InstancePools").given:
            continue
        if not node.at("InstanceType").given:
            yield Fault(
                f"Variant {variant.label} names neither an instance type nor ServerlessConfig.",
                (node.at("InstanceType"),),
            )
        if not count.given and not node.at("ManagedInstanceScaling").given:
            yield Fault(f"Variant {variant.label} has no InitialInstanceCount.", (count,))
        if count.number is not None and count.number < 1:
            yield Fault(
                f"Variant {variant.label} starts with {count.number:g} instances; at "
                "least one is needed.",
                (count,),
                1,
            )


def _ranges(seen: Seen) -> Iterator[Fault]:
    given = {
        "ModelDataDownloadTimeoutInSeconds": ("model_download_timeout", "download time-out", "s"),
        "ContainerStartupHealthCheckTimeoutInSeconds": (
            "container_startup_timeout",
            "health check time-out",
            "s",
        ),
        "VariantInstanceProvisionTimeoutInSeconds": (
            "instance_provision_timeout",
            "provisioning time-out",
            "s",
        ),
        "VolumeSizeInGB": ("variant_volume_size", "volume", "GB"),
    }
    for variant in seen.variants:
        for key, (limit, what, unit) in given.items():
            node = variant.node.at(key)
            allowed = seen.outside(node, limit)
            if allowed:
                yield Fault(f"The {what} is {allowed} {unit}, not {node.told}.", (node,))
        weight = variant.node.at("InitialVariantWeight")
        if weight.number is not None and weight.number < 0:
            yield Fault(f"A weight is not negative, as {weight.told} is.", (weight,))


def _volume(seen: Seen) -> Iterator[Fault]:
    for variant in seen.variants:
        node = variant.node.at("VolumeSizeInGB")
        if node.given and LOCAL_SSD.match(variant.instance_type):
            yield Fault(
                f"{variant.instance_type} has its own disk and takes no volume size.",
                (node, variant.node.at("InstanceType")),
                REMOVE,
            )


def _names(seen: Seen) -> Iterator[Fault]:
    for config in seen.declared.of("config"):
        taken: list[str] = []
        for variant in variants_of(config):
            node = variant.node.at("VariantName")
            if node.raw and node.raw in taken:
                yield Fault(f"Two variants are named {node.raw}.", (node,))
            taken.append(node.raw)
            if not node.given:
                yield Fault("A variant has no name.", (node,))


def _weights(seen: Seen) -> Iterator[Fault]:
    for config in seen.declared.of("config"):
        rows = [v for v in variants_of(config) if not v.is_shadow]
        nodes = [v.node.at("InitialVariantWeight") for v in rows]
        served = [v for v in rows if not v.node.at("ServerlessConfig").given]
        if served and nodes and all(node.number == 0 for node in nodes):
            yield Fault("All weights are zero, so no variant would get traffic.", tuple(nodes), 1)


def _count(seen: Seen) -> Iterator[Fault]:
    most = seen.limit("production_variants_max")
    for config in seen.declared.of("config"):
        production, shadows = (
            config.body.at(k) for k in ("ProductionVariants", "ShadowProductionVariants")
        )
        count = len(production.rows())
        if not production.given or production.value == []:
            yield Fault(f"Configuration {config.id} has no variant.", (production,))
        if count > most:
            yield Fault(f"A configuration has up to {most} variants, not {count}.", (production,))
        if shadows.rows() and (len(shadows.rows()) != 1 or count != 1):
            yield Fault(
                "One shadow variant goes with exactly one production variant.",
                (shadows, production),
            )


def _replaceable(seen: Seen) -> Iterator[Fault]:
    for config in seen.declared.of("config"):
        node = config.body.at("EndpointConfigName")
        always = node.raw
        for pseudo in ("StackName", "AccountId"):
            always = always.replace(unknown(f"AWS::{pseudo}"), pseudo)
        if seen.declared.is_template and Node(always, node.path).text is not None:
            yield Fault(
                f"The configuration is always named {node.text}: it cannot be changed in place, "
                "and its replacement cannot take the same name.",
                (node,),
                REMOVE,
            )


def _keys(seen: Seen) -> Iterator[Fault]:
    for config in seen.declared.of("config"):
        for place in _KEY_PLACES:
            node = config.body.at(*place)
            if node.text is None:
                continue
            found = _KEY.fullmatch(node.text)
            if found is None:
                yield Fault(f"{node.text} is no key's id, ARN or alias.", (node,))
            elif found["region"] and found["region"] != seen.declared.region:
                yield Fault(
                    f"The key is in {found['region']}, the endpoint in {seen.declared.region}.",
                    (node,),
                )


def _routing(seen: Seen) -> Iterator[Fault]:
    for variant in seen.variants:
        node = variant.node.at("RoutingConfig", "RoutingStrategy")
        if node.text is not None and node.text not in _STRATEGIES:
            yield Fault(f"{node.text} is no routing strategy.", (node,))


def _components_of(seen: Seen, config: Resource) -> list[Resource]:
    names = {row.name for row in seen.declared.endpoints_of(config)}
    names |= {row.reference for row in seen.declared.endpoints_of(config)}
    return [c for c in seen.declared.of("component") if c.body.at("EndpointName").raw in names]


def _served_by_components(seen: Seen) -> Iterator[Fault]:
    for variant in seen.variants:
        model, role = variant.node.at("ModelName"), variant.config.body.at("ExecutionRoleArn")
        components = _components_of(seen, variant.config)
        own = [c for c in components if c.body.at("VariantName").raw in {"", variant.name}]
        if not model.given and not role.given:
            yield Fault(
                f"Variant {variant.label} names no model, so it serves inference components, and "
                "for them the configuration needs an execution role.",
                (role, model),
            )
        if model.given and own:
            yield Fault(
                f"Variant {variant.label} names a model and is to serve component {own[0].id}.",
                (model, own[0].body.at("VariantName")),
                REMOVE,
            )


def _component_numbers(seen: Seen) -> Iterator[Fault]:
    least = seen.limit("ic_min_memory_min")
    for component in seen.declared.of("component"):
        own = component.body.at("Specification")
        needs = own.at("ComputeResourceRequirements")
        memory, copies = (
            needs.at("MinMemoryRequiredInMb"),
            component.body.at("RuntimeConfig", "CopyCount"),
        )
        adapter = own.at("BaseInferenceComponentName").given
        if own.given and not needs.given and not adapter:
            yield Fault(f"Component {component.id} does not say what it needs.", (needs,))
        elif needs.given and not memory.given:
            yield Fault(
                f"Component {component.id} does not say how much memory it needs.", (memory,)
            )
        if memory.number is not None and memory.number < least:
            yield Fault(f"A component needs at least {least} MB, not {memory.told}.", (memory,))
        if copies.number is not None and copies.number < 1:
            yield Fault("A component begins with at least one copy.", (copies,), 1)


def _managed(seen: Seen) -> Iterator[Fault]:
    for variant in seen.variants:
        node = variant.node.at("ManagedInstanceScaling")
        low, high = node.at("MinInstanceCount"), node.at("MaxInstanceCount")
        first = variant.node.at("InitialInstanceCount")
        if not node.given:
            continue
        if low.number is not None and high.number is not None and low.number > high.number:
            yield Fault(f"The minimum {low.told} is above the maximum {high.told}.", (low, high))
        if high.number is not None and (first.number or 0) > high.number:
            yield Fault(
                f"It starts with {first.told} instances, above the maximum {high.told}.",
                (first, high),
            )
        if low.number == 0 and variant.node.at("ModelName").given:
            yield Fault(
                "Only a variant that serves inference components goes to zero instances.",
                (low, variant.node.at("ModelName")),
                1,
            )


def _several_variants(seen: Seen) -> Iterator[Fault]:
    """Several variants, and a shadow, are for real-time alone."""
    for config in seen.declared.of("config"):
        rows = variants_of(config)
        if len(rows) > 1 and rows[0].option not in {InferenceOption.REAL_TIME, None}:
            place: Node = config.body.at("ProductionVariants")
            yield Fault(f"A {rows[0].option} endpoint has one variant, not {len(rows)}.", (place,))


VARIANT_RULES = (
    DeclaredRule("CHK-525", "Instance type not offered", pages.HOSTING_LIST, "high", _offered,
                 "Choose a hosting instance type (ml.*) that the region offers."),
    DeclaredRule("CHK-526", "Capacity missing", pages.VARIANT, "high", _capacity,
                 "Give InstanceType with InitialInstanceCount, or ServerlessConfig."),
    DeclaredRule("CHK-527", "Variant's number out of range", pages.VARIANT, "high", _ranges,
                 "Keep the number within the range."),
    DeclaredRule("CHK-528", "Volume size on a local disk", pages.VARIANT, "high", _volume,
                 "Leave VolumeSizeInGB out."),
    DeclaredRule("CHK-529", "Variants without a name of their own", pages.CONFIG, "high", _names,
                 "Give every variant a name of its own."),
    DeclaredRule("CHK-530", "No weight at all", pages.VARIANT, "high", _weights,
                 "Give at least one variant a weight above zero."),
    DeclaredRule("CHK-531", "Number of variants", pages.CONFIG, "high", _count,
                 "Keep 1 to 10 production variants; one shadow beside one."),
    DeclaredRule("CHK-532", "Fixed name of what must be replaced", pages.CFN_CONFIG, "medium",
                 _replaceable, "Leave EndpointConfigName out and refer to it by Fn::GetAtt."),
    DeclaredRule("CHK-533", "Key that cannot be used", pages.CONFIG, "high", _keys,
                 "Name a key of this region by id, ARN or alias."),
    DeclaredRule("CHK-534", "Routing strategy", pages.VARIANT, "high", _routing,
                 "Choose LEAST_OUTSTANDING_REQUESTS, RANDOM or PREFIX_AWARE."),
    DeclaredRule("CHK-535", "Model or inference components", pages.ZERO, "high",
                 _served_by_components,
                 "Name a model, or give the configuration a role and serve components."),
    DeclaredRule("CHK-536", "Inference component's needs", pages.COMPONENT, "high",
                 _component_numbers, "Say how much memory a copy needs, and begin with one copy."),
    DeclaredRule("CHK-537", "Managed instance scaling", pages.MANAGED_SCALING, "high", _managed,
                 "Let the bounds agree; zero needs inference components."),
    DeclaredRule("CHK-538", "Several variants where there can be one", pages.MATRIX, "high",
                 _several_variants, "Keep one variant, or make the endpoint real-time."),
)  # fmt: skip
