"""First sizing: instance type and count, serverless memory and concurrency.

Starting points, to be corrected by a load test. Where AWS names a formula or limit it is used; the
other factors are assumptions and are written into each `basis`.
"""

import math
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, lru_cache

from tools.catalog import Catalog, InstanceType
from tools.recommending.workload import Workload
from tools.requirements import Environment, GpuNeed, TrafficPattern

GIB = 1024**3
MIB = 1024**2
#: Serverless memory: the model, a quarter more to load it, and the runtime.
SERVERLESS_MODEL_FACTOR = 1.25
SERVERLESS_RUNTIME_MB = 512
#: Instance memory: the model one and a half times, and the system with the model server.
INSTANCE_MODEL_FACTOR = 1.5
INSTANCE_SYSTEM_GIB = 2.0
#: Accelerator memory: weights, a fifth more for activations or cache, and the runtime.
ACCELERATOR_MODEL_FACTOR = 1.2
ACCELERATOR_RUNTIME_GIB = 1.0
#: Requests that a language model on accelerators answers side by side (continuous batching).
LANGUAGE_MODEL_PARALLEL = 8
MODELS_IN_MEMORY = 5  # of a multi-model endpoint, at the same time
CONCURRENCY_HEADROOM = 1.5
GROWTH_MONTHS = 3
MANY_INSTANCES = 10
#: Share of "Up to n Gigabit" that lasts.
SUSTAINED_BURST_SHARE = 1 / 16
#: Families with x86 processors that framework images run on, and the handicap of their age.
CPU_FAMILIES = {
    **dict.fromkeys(("m7i", "c7i", "r7i"), Decimal("1.00")),
    **dict.fromkeys(("m6i", "c6i", "r6i"), Decimal("1.07")),
    **dict.fromkeys(("m5", "c5", "r5"), Decimal("1.15")),
}
GPU_FAMILIES = frozenset({"g4dn", "g5", "g6", "g6e", "g7", "g7e", "p4d", "p4de", "p5", "p5en"})
NEURON_FAMILIES = frozenset({"inf2", "trn1"})


@dataclass(frozen=True, slots=True)
class InstanceSizing:
    """An instance type with the counts to start with.

    Attributes:
        usd_per_hour: Price of one instance, None when it is not known.
        capacity_rps: Requests per second that one instance carries at its limit (MAX_RPS).
        minimum: Lower bound of auto scaling; for real-time also the initial count.
        maximum: Upper bound of auto scaling, with room for growth.
    """

    instance: InstanceType
    usd_per_hour: Decimal | None
    capacity_rps: float
    parallel: int
    minimum: int
    initial: int
    maximum: int
    basis: str


@dataclass(frozen=True, slots=True)
class ServerlessSizing:
    """A serverless configuration; `provisioned_concurrency` 0 is on demand."""

    memory_size_in_mb: int
    max_concurrency: int
    provisioned_concurrency: int
    basis: str


def concurrency(workload: Workload) -> float:
    """Return the requests in flight at the peak: rate times duration (Little's law)."""
    return workload.peak_requests_per_second * workload.processing_time_s


def serverless_memory_need_mb(workload: Workload) -> float:
    """Return the memory a serverless environment needs, in MB of 2**20 bytes."""
    return workload.model_size_bytes / MIB * SERVERLESS_MODEL_FACTOR + SERVERLESS_RUNTIME_MB


def cold_start_ms(workload: Workload) -> float:
    """Estimate a cold start: 2 s for container and imports, and loading at 250 MB/s.

    Assumed figures: AWS publishes none. Measure it as the metric ModelSetupTime.
    """
    return 2000 + workload.model_size_bytes / 2.5e8 * 1000


def size_serverless(workload: Workload, catalog: Catalog) -> ServerlessSizing:
    """Return the smallest memory step that holds the model; the largest when none does."""
    steps = catalog.serverless_memory_sizes_mb()
    need = serverless_memory_need_mb(workload)
    memory = next((step for step in steps if step >= need), steps[-1])
    ceiling = int(catalog.limit_number("serverless_max_concurrency_max"))
    in_flight = concurrency(workload)
    growth = _growth(workload)
    top = min(ceiling, max(5, math.ceil(in_flight * CONCURRENCY_HEADROOM * growth)))
    warm = 0
    if cold_start_ms(workload) > workload.cold_start_tolerance_ms:
        warm = min(ceiling, max(1, math.ceil(in_flight)))
    basis = (
        f"{need:,.0f} MB needed (model x {SERVERLESS_MODEL_FACTOR} + {SERVERLESS_RUNTIME_MB} MB, "
        f"assumed); {in_flight:.3g} requests in flight at the peak, x {CONCURRENCY_HEADROOM} "
        "headroom"
    )
    return ServerlessSizing(memory, top, warm, basis)


Chosen = tuple[InstanceType, Decimal | None]


def choose_instance(
    workload: Workload, catalog: Catalog, *, within: frozenset[str] | None = None
) -> Chosen | None:
    """Return the cheapest fitting type with its price, or None when none is big enough.

    Args:
        workload: What it is for.
        catalog: Types and prices.
        within: The families to choose from, where not all will do.
    """
    families = GPU_FAMILIES if workload.gpu is GpuNeed.REQUIRED else frozenset(CPU_FAMILIES)
    return _cheapest(workload, catalog, families if within is None else families & within)


def size_real_time(workload: Workload, chosen: Chosen | None) -> InstanceSizing | None:
    """Return the counts of a real-time endpoint on that type."""
    return chosen and _counts(workload, *chosen, asynchronous=False)


def size_asynchronous(workload: Workload, chosen: Chosen | None) -> InstanceSizing | None:
    """As for real-time; the queue evens out peaks, and idle instances may go down to zero."""
    return chosen and _counts(workload, *chosen, asynchronous=True)


def size_neuron(workload: Workload, catalog: Catalog) -> InstanceSizing | None:
    """Return the cheapest Inferentia or Trainium type that holds the model, or None."""
    chosen = _cheapest(workload, catalog, NEURON_FAMILIES)
    return chosen and _counts(workload, *chosen, asynchronous=False)


def _cheapest(workload: Workload, catalog: Catalog, families: frozenset[str]) -> Chosen | None:
    """Smallest sensible type: the cheapest that fits and needs at most ten instances."""
    fitting = [
        pair for pair in _candidates(catalog, workload.region, families) if fits(pair[0], workload)
    ]
    if not fitting:
        return None
    priced = [pair for pair in fitting if pair[1] is not None] or fitting

    def rank(pair: Chosen) -> tuple[bool, Decimal, int, str]:
        instance, price = pair
        count = instances_needed(
            workload.peak_requests_per_second, _capacity(instance, workload)[0]
        )
        cost = price if price is not None else instance.memory_gib or Decimal(0)
        handicap = CPU_FAMILIES.get(instance.family, Decimal(1))
        crowded = count > MANY_INSTANCES
        return crowded, cost * handicap * (count if crowded else 1), count, instance.name

    return min(priced, key=rank)


@lru_cache(maxsize=256)
def _candidates(catalog: Catalog, region: str, families: frozenset[str]) -> tuple[Chosen, ...]:
    return tuple(pair for pair in catalog.offered_types(region) if pair[0].family in families)


def fits(instance: InstanceType, workload: Workload) -> bool:
    """Say whether the models that are in memory at a time, and what serves them, fit the type."""
    model_gib = workload.model_size_bytes / GIB * min(workload.model_count, MODELS_IN_MEMORY)
    memory = float(instance.memory_gib or 0)
    if instance.accelerator is None:
        return memory >= model_gib * INSTANCE_MODEL_FACTOR + INSTANCE_SYSTEM_GIB
    each = float(instance.accelerator_memory_gib_each or 0)
    need = model_gib * ACCELERATOR_MODEL_FACTOR + ACCELERATOR_RUNTIME_GIB
    return each * instance.accelerator_count >= need and memory >= model_gib + INSTANCE_SYSTEM_GIB


def _capacity(instance: InstanceType, workload: Workload) -> tuple[float, int, str]:
    """Return MAX_RPS of one instance, its parallel requests, and what bounds it."""
    if workload.large_language_model and instance.accelerator is not None:
        parallel, unit = LANGUAGE_MODEL_PARALLEL, "sequences side by side"
    elif instance.accelerator is not None:
        parallel, unit = instance.accelerator_count, "accelerators"
    else:
        parallel, unit = instance.vcpu or 1, "vCPU"
    by_compute = parallel / workload.processing_time_s
    data = workload.request_payload_bytes + workload.response_payload_bytes
    by_network = network_bytes_per_second(instance) / max(data, 1)
    if by_network < by_compute:
        return by_network, parallel, f"network ({instance.network})"
    return by_compute, parallel, f"{parallel} {unit} / {workload.processing_time_s:g} s"


def network_bytes_per_second(instance: InstanceType) -> float:
    """Return the bandwidth that lasts; 1 Gbit/s when the type's figure is in words."""
    return _bytes_per_second(instance.network or "")


@cache
def _bytes_per_second(network: str) -> float:
    words = network.replace("x", " ").split()
    numbers = [float(word) for word in words if word.replace(".", "", 1).isdigit()]
    if not numbers:
        return 1e9 / 8
    share = SUSTAINED_BURST_SHARE if words[0] == "Up" else 1.0
    return math.prod(numbers) * 1e9 / 8 * share


def instances_needed(rps: float, capacity_rps: float) -> int:
    """Return how many instances carry so many requests a second, at least one."""
    return max(1, math.ceil(rps / capacity_rps - 1e-9))


def _growth(workload: Workload) -> float:
    """Growth over the planning months; shrinking traffic is not planned for."""
    return float(max(1.0, min(100.0, (1 + workload.growth_per_month) ** GROWTH_MONTHS)))


def scales_to_zero(workload: Workload) -> bool:
    """Whether an asynchronous endpoint may go to zero: minutes of start-up are tolerated."""
    return workload.cold_start_tolerance_ms >= MINUTES_TO_START_MS


#: Several minutes: what starting an instance from zero takes.
MINUTES_TO_START_MS = 300_000.0


def _counts(
    workload: Workload, instance: InstanceType, price: Decimal | None, *, asynchronous: bool
) -> InstanceSizing:
    capacity, parallel, bound = _capacity(instance, workload)
    safe = capacity * 0.5
    average = instances_needed(workload.average_requests_per_second, safe)
    peak = instances_needed(workload.peak_requests_per_second, capacity)
    most = instances_needed(workload.peak_requests_per_second * _growth(workload), safe)
    if asynchronous:
        average = instances_needed(workload.average_requests_per_second, capacity)
        minimum = 0 if scales_to_zero(workload) else average
        initial = max(1, average)
        maximum = max(peak, initial, minimum + 1)
    else:
        floor = 2 if workload.environment is Environment.PRODUCTION else 1
        sudden = peak if workload.traffic_pattern is not TrafficPattern.DIURNAL else 1
        minimum = initial = max(floor, average, sudden)
        maximum = max(most, minimum + 1)
    basis = f"one {instance.name} carries {capacity:.3g} requests/s at its limit ({bound}, assumed)"
    return InstanceSizing(instance, price, capacity, parallel, minimum, initial, maximum, basis)
