"""Limits, instance types and prices, each with its source and date.

The figures stand in `tools/data/*.json`; this module only reads them. A figure that is not known is
None: nothing is guessed, scaled or carried over from another Region.
"""

import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import cache, cached_property
from importlib.resources import files
from typing import Any

from pydantic import BaseModel, ConfigDict

from tools.errors import NotFoundError

LimitValue = int | float | Decimal | str | tuple[int, ...]

#: Bytes in one unit of a limit. "MB" is read as the decimal megabyte: AWS's pages do not say which
#: one they mean, and whoever keeps to 10**6 keeps to both. "bytes" limits are taken as they stand.
BYTES_PER_UNIT: Mapping[str, int] = {
    "bytes": 1,
    "bytes (1 GB)": 1,
    "KB": 1000,
    "MB": 1000**2,
    "GB": 1000**3,
}


class Fact(BaseModel):
    """One figure with its origin.

    Attributes:
        value: An int, a Decimal, text, or a tuple where several values are allowed.
        source_url: Where it stands.
        source: The place in that source, or several sources.
        as_of: ISO date, month or year of the source.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    value: LimitValue
    unit: str
    source_url: str
    source: str
    as_of: str


class InstanceType(BaseModel):
    """A hosting instance type; memory in GiB, None where the source is silent."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    vcpu: int | None = None
    memory_gib: Decimal | None = None
    accelerator: str | None = None
    accelerator_count: int = 0
    accelerator_memory_gib_each: Decimal | None = None
    neuron_cores: int = 0
    network: str | None = None
    local_ssd_gb: int | None = None
    cpu_arch: str | None = None
    ec2_current_generation: bool | None = None
    regions: tuple[str, ...] = ()

    @property
    def family(self) -> str:
        """The part between the dots: `m5` of `ml.m5.large`."""
        return self.name.split(".")[1]


class _Sourced(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    region: str
    source_url: str
    source: str
    as_of: str
    status: str


class Price(_Sourced):
    """On-demand hosting price of an instance type.

    Attributes:
        status: How sure the source is, e.g. "price-list extract"; "suspect" when it looks odd.
    """

    instance_type: str
    usd_per_hour: Decimal


class ServerlessPrice(_Sourced):
    """Price of one second of serverless inference at one memory size."""

    memory_size_in_mb: int
    usd_per_second: Decimal


class ProvisionedConcurrencyPrice(_Sourced):
    """Price of one warm environment: kept warm, and while it answers."""

    memory_size_in_mb: int
    usd_per_second_warm: Decimal
    usd_per_second_inference: Decimal


class UnitPrice(_Sourced):
    """Price per GB (data processed) or per GB-month (storage)."""

    usd: Decimal


class Catalog:
    """Everything known about limits, instance types and prices; read-only."""

    def __init__(
        self, limits: Mapping[str, Any], instances: Mapping[str, Any], prices: Mapping[str, Any]
    ) -> None:
        self._limits = limits["limits"]
        self._instances = instances
        self._prices = prices
        self._facts: dict[str, Fact] = {}
        self._types: dict[str, InstanceType] = {}

    # --- limits
    def limit_names(self) -> tuple[str, ...]:
        """Names of all limits."""
        return tuple(self._limits)

    def limit(self, name: str) -> Fact:
        """Return one limit.

        Raises:
            NotFoundError: There is no limit of that name.
        """
        if name not in self._facts:
            if name not in self._limits:
                raise NotFoundError(
                    f"There is no limit called {name!r}.", remedy="Use a name of limits.json."
                )
            entry = self._limits[name]
            self._facts[name] = Fact(name=name, **{**entry, "value": _limit_value(entry["value"])})
        return self._facts[name]

    def limit_number(self, name: str) -> float:
        """Return a single-valued limit as a number, in its own unit."""
        value = self.limit(name).value
        return float(value) if not isinstance(value, tuple) else float(max(value))

    def limit_bytes(self, name: str) -> int:
        """Return a size limit in bytes (see BYTES_PER_UNIT)."""
        fact = self.limit(name)
        return int(self.limit_number(name) * BYTES_PER_UNIT[fact.unit])

    def serverless_memory_sizes_mb(self) -> tuple[int, ...]:
        """The memory sizes a serverless endpoint may have, ascending."""
        value = self.limit("serverless_memory_size_option").value
        return tuple(sorted(value)) if isinstance(value, tuple) else (int(value),)

    # --- instance types and Regions
    def instance_names(self) -> tuple[str, ...]:
        """Names of all hosting instance types of the API."""
        return tuple(self._instances["types"])

    def instance(self, instance_type: str) -> InstanceType | None:
        """Return the type, or None when the API has none of that name."""
        if instance_type not in self._types:
            entry = self._instances["types"].get(instance_type)
            if entry is None:
                return None
            regions = self._instances["regions"]
            offered = tuple(regions[index] for index in entry["regions"])
            self._types[instance_type] = InstanceType(
                name=instance_type, **{**entry, "regions": offered}
            )
        return self._types[instance_type]

    def regions(self) -> tuple[str, ...]:
        """Regions with SageMaker hosting, sorted."""
        return tuple(self._instances["regions"])

    def serverless_regions(self) -> tuple[str, ...]:
        """Regions whose price list has serverless inference, sorted."""
        return tuple(sorted(self._prices["serverless_gb_second"]))

    def regions_with_complete_prices(self) -> tuple[str, ...]:
        """Regions in which every listed hosting type has a price here."""
        return tuple(self._prices["complete_regions"])

    def offers(self, instance_type: str, region: str) -> bool:
        """Whether the type is in the Region's hosting list (or in its price list)."""
        if instance_type in self._prices["hosting"].get(region, {}):
            return True
        return region in self._offered.get(instance_type, ())

    @cached_property
    def _offered(self) -> dict[str, frozenset[str]]:
        names = self._instances["regions"]
        return {
            name: frozenset(names[index] for index in entry["regions"])
            for name, entry in self._instances["types"].items()
        }

    def limited_to(self, instance_types: Iterable[str]) -> "Catalog":
        """Return the same catalog with these instance types alone."""
        wanted = set(instance_types)
        kept = {name: e for name, e in self._instances["types"].items() if name in wanted}
        return Catalog({"limits": self._limits}, {**self._instances, "types": kept}, self._prices)

    # --- prices
    def price(self, instance_type: str, region: str) -> Price | None:
        """Return the hourly hosting price, or None when it is not known."""
        entry = self._prices["hosting"].get(region, {}).get(instance_type)
        if entry is None:
            return None
        return Price(
            instance_type=instance_type,
            usd_per_hour=Decimal(entry[0]),
            **self._origin(region, entry),
        )

    def serverless_price(self, memory_mb: int, region: str) -> ServerlessPrice | None:
        """Return the price of one second at that memory size, or None when it is not known.

        The price list gives the 1 GB figure; the six sizes are exact multiples of it.
        """
        entry = self._prices["serverless_gb_second"].get(region)
        if entry is None or memory_mb not in self.serverless_memory_sizes_mb():
            return None
        return ServerlessPrice(
            memory_size_in_mb=memory_mb,
            usd_per_second=Decimal(entry[0]) * memory_mb / 1024,
            **self._origin(region, entry),
        )

    def provisioned_concurrency_price(
        self, memory_mb: int, region: str
    ) -> ProvisionedConcurrencyPrice | None:
        """Return the price of one warm environment, or None when it is not known."""
        entry = self._prices["provisioned_concurrency_second"].get(region, {}).get(str(memory_mb))
        if entry is None:
            return None
        return ProvisionedConcurrencyPrice(
            memory_size_in_mb=memory_mb,
            usd_per_second_warm=Decimal(entry["warm"][0]),
            usd_per_second_inference=Decimal(entry["duration"][0]),
            **self._origin(region, entry["warm"]),
        )

    def data_price(self, region: str) -> UnitPrice | None:
        """Return the price of a GB of data processed, each way, or None when it is not known."""
        return self._unit_price("data_gb", region)

    def _unit_price(self, table: str, region: str) -> UnitPrice | None:
        entry = self._prices[table].get(region)
        return entry and UnitPrice(usd=Decimal(entry[0]), **self._origin(region, entry))

    def _origin(self, region: str, entry: list[Any]) -> dict[str, str]:
        return {"region": region, **self._prices["sources"][entry[1]]}

    # --- choice
    @cached_property
    def _by_region(self) -> dict[str, tuple[tuple[InstanceType, Decimal | None], ...]]:
        return {}

    def offered_types(self, region: str) -> tuple[tuple[InstanceType, Decimal | None], ...]:
        """The Region's types of known size with their hourly price (None: not known)."""
        if region not in self._by_region:
            names = (name for name in self.instance_names() if self.offers(name, region))
            self._by_region[region] = tuple(_priced(self, names, region))
        return self._by_region[region]


def _priced(
    catalog: Catalog, names: Iterable[str], region: str
) -> Iterable[tuple[InstanceType, Decimal | None]]:
    for name in names:
        instance = catalog.instance(name)
        if instance is None or instance.vcpu is None or instance.memory_gib is None:
            continue
        price = catalog.price(name, region)
        yield instance, price.usd_per_hour if price else None


def _limit_value(value: int | str | list[int]) -> LimitValue:
    """Read a JSON value: decimals are kept as text there, so that no digit is lost."""
    if isinstance(value, list):
        return tuple(value)
    if isinstance(value, str) and value.replace(".", "", 1).isdigit():
        return Decimal(value)
    return value


@cache
def load_catalog() -> Catalog:
    """Read the packaged data once; later calls return the same catalog."""
    folder = files("tools") / "data"
    limits, instances, prices = (
        json.loads((folder / name).read_text(encoding="utf-8"))
        for name in ("limits.json", "instances.json", "prices.json")
    )
    return Catalog(limits, instances, prices)
