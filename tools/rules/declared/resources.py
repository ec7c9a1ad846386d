"""What is declared, as AWS spells it, with references resolved, and how it belongs together."""

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from tools.endpoint import InferenceOption
from tools.rules.declared.node import Node, differ

Kind = Literal[
    "model", "config", "endpoint", "component", "target", "policy", "schedule", "alarm", "role",
    "role-policy",
]  # fmt: skip
_RESOURCE_ID = re.compile(r"endpoint/(?P<endpoint>[^/]+)/variant/(?P<variant>[^/]+)")
_COMPONENT_ID = re.compile(r"inference-component/(?P<component>[^/]+)")


class Resource(NamedTuple):
    """One declared resource.

    Attributes:
        id: Logical id, or its name.
        body: Its properties, or the parameters of the call that makes it.
        name: What others call it by; marked when AWS gives it.
        reference: What `Ref` or an answer gives: an ARN, or again the name.
        waits_for: Ids that are made before it.
    """

    kind: Kind
    id: str
    body: Node
    name: str
    reference: str
    waits_for: frozenset[str] = frozenset()


class Declared(NamedTuple):
    """Everything that is declared together.

    Attributes:
        complete: Kinds of which nothing else exists than what is here.
        is_template: Whether CloudFormation gives names and replaces resources.
        dangling: Names that are referred to and not declared, with where.
    """

    region: str
    resources: tuple[Resource, ...]
    complete: frozenset[Kind]
    is_template: bool = False
    dangling: tuple[Node, ...] = ()

    def of(self, kind: Kind) -> Iterator[Resource]:
        """Yield the resources of a kind, in order."""
        return (row for row in self.resources if row.kind == kind)

    def named(self, kind: Kind, name: str) -> Resource | None:
        """Return the resource of that name, or None."""
        return next((row for row in self.of(kind) if name and row.name == name), None)

    def referred(self, kind: Kind, reference: str) -> Resource | None:
        """Return the resource that a reference (`Ref`) means, or None."""
        return next(
            (row for row in self.of(kind) if reference and row.reference == reference), None
        )

    def config_of(self, endpoint: Resource) -> Resource | None:
        """Return an endpoint's configuration, when it is declared here."""
        given = endpoint.body.at("EndpointConfigName").raw
        return self.named("config", given) or self.referred("config", given)

    def endpoints_of(self, config: Resource) -> tuple[Resource, ...]:
        """Return the endpoints that a configuration is for."""
        return tuple(row for row in self.of("endpoint") if self.config_of(row) is config)

    def model_of(self, variant: Node) -> Resource | None:
        """Return a variant's model, when it is declared here."""
        given = variant.at("ModelName").raw
        return self.named("model", given) or self.referred("model", given)


def option_of(config: Resource) -> InferenceOption | None:
    """Return a configuration's inference type; None when a condition decides it."""
    variants = config.body.at("ProductionVariants").rows()
    queue = config.body.at("AsyncInferenceConfig")
    given = [row.at("ServerlessConfig") for row in variants]
    if queue.undecided or any(node.undecided for node in given):
        return None
    if any(node.given for node in given):
        return InferenceOption.SERVERLESS
    if queue.given:
        return InferenceOption.ASYNCHRONOUS
    return InferenceOption.REAL_TIME


class Variant(NamedTuple):
    """A variant where it stands."""

    config: Resource
    node: Node
    option: InferenceOption | None
    is_shadow: bool

    @property
    def label(self) -> str:
        """Its name for people."""
        return self.node.at("VariantName").text or self.node.path.rpartition(".")[2]

    @property
    def name(self) -> str:
        """Its name, marked where it is not known."""
        return self.node.at("VariantName").raw

    @property
    def instance_type(self) -> str:
        """Its instance type; empty when absent or not known."""
        return self.node.at("InstanceType").text or ""


def variants_of(config: Resource) -> tuple[Variant, ...]:
    """Return production variants, then shadows."""
    option = option_of(config)
    return tuple(
        Variant(config, row, option, is_shadow)
        for key, is_shadow in (("ProductionVariants", False), ("ShadowProductionVariants", True))
        for row in config.body.at(key).rows()
    )


class Scaled(NamedTuple):
    """What a scalable target's or policy's resource id names.

    Attributes:
        variant: The variant, when it is declared here.
        component: The inference component, when it is declared here.
    """

    endpoint: Resource | None = None
    variant: Variant | None = None
    component: Resource | None = None


def scaled_by(declared: Declared, resource_id: str) -> Scaled:
    """Return what a resource id names among what is declared."""
    found = _COMPONENT_ID.fullmatch(resource_id)
    if found:
        return Scaled(component=declared.named("component", found["component"]))
    found = _RESOURCE_ID.fullmatch(resource_id)
    if not found:
        return Scaled()
    endpoint = declared.named("endpoint", found["endpoint"])
    config = declared.config_of(endpoint) if endpoint else None
    rows = variants_of(config) if config else ()
    variant = next((row for row in rows if not differ(row.name, found["variant"])), None)
    return Scaled(endpoint, variant)


def variant_of_id(resource_id: str) -> tuple[str, str] | None:
    """Return the endpoint's and the variant's name of a resource id, or None."""
    found = _RESOURCE_ID.fullmatch(resource_id)
    return (found["endpoint"], found["variant"]) if found else None


def component_of_id(resource_id: str) -> str | None:
    """Return the inference component's name of a resource id, or None."""
    found = _COMPONENT_ID.fullmatch(resource_id)
    return found["component"] if found else None
