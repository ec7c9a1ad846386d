"""A rule on declared resources, and the faults that it finds; pure."""

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import Any, Literal, NamedTuple

from tools.catalog import Catalog
from tools.rules.declared.node import Node
from tools.rules.declared.resources import Declared, Resource, Variant, variants_of

Level = Literal["high", "medium", "low"]
#: A fault that names no better value.
NO_VALUE = object()
#: A fault that goes when what it points at is taken away.
REMOVE = object()


class Fault(NamedTuple):
    """One place where a rule is broken.

    Attributes:
        cause: What is wrong, in English with the numbers.
        at: Where it shows; the first is what has to change.
        better: A value for the first place, REMOVE, or NO_VALUE.
    """

    cause: str
    at: tuple[Node, ...]
    better: Any = NO_VALUE


class Seen:
    """What is declared, with the facts, and views that several rules share."""

    def __init__(self, declared: Declared, catalog: Catalog) -> None:
        self.declared = declared
        self.catalog = catalog

    @cached_property
    def variants(self) -> tuple[Variant, ...]:
        """Every variant of every configuration."""
        return tuple(v for config in self.declared.of("config") for v in variants_of(config))

    @cached_property
    def containers(self) -> tuple[tuple[Resource, Node], ...]:
        """Every container with its model (or inference component)."""
        found: list[tuple[Resource, Node]] = []
        for model in self.declared.of("model"):
            if model.body.at("PrimaryContainer").given:
                found.append((model, model.body.at("PrimaryContainer")))
            found += [(model, row) for row in model.body.at("Containers").rows()]
        for component in self.declared.of("component"):
            own = component.body.at("Specification", "Container")
            found += [(component, own)] if own.given else []
        return tuple(found)

    def containers_of(self, variant: Variant) -> tuple[Node, ...]:
        """Return a variant's containers, as far as its model is declared here."""
        model = self.declared.model_of(variant.node)
        return tuple(node for owner, node in self.containers if owner is model)

    def variants_of_model(self, model: Resource) -> tuple[Variant, ...]:
        """Return the variants that serve a model."""
        return tuple(v for v in self.variants if self.declared.model_of(v.node) is model)

    def limit(self, name: str) -> int:
        """Return a limit as a whole number."""
        return int(self.catalog.limit_number(name))

    def outside(self, node: Node, limit: str) -> str | None:
        """Return "60 to 3600" when a known number is outside `<limit>_min` to `<limit>_max`."""
        low, high = self.limit(f"{limit}_min"), self.limit(f"{limit}_max")
        if node.number is None or low <= node.number <= high:
            return None
        return f"{low} to {high}"


class DeclaredRule(NamedTuple):
    """One misconfiguration across declared resources; ids are never reused.

    Attributes:
        finds: Yields the faults.
        fix: What to do, in one imperative sentence.
        control_ids: Security Hub's controls for the same.
    """

    id: str
    title: str
    source_url: str
    severity: Level
    finds: Callable[[Seen], Iterator[Fault]]
    fix: str
    control_ids: tuple[str, ...] = ()


def found_in(
    rules: Iterable[DeclaredRule], declared: Declared, catalog: Catalog
) -> Iterator[tuple[DeclaredRule, Fault]]:
    """Yield what `rules` find, in their order; pure."""
    seen = Seen(declared, catalog)
    for rule in rules:
        for fault in rule.finds(seen):
            if not any(node.undecided for node in fault.at):
                yield rule, fault
