"""What an endpoint will cost and how fast it will answer: estimates that name their basis."""

from decimal import ROUND_HALF_UP, Context, Decimal

from pydantic import BaseModel, ConfigDict

from tools.catalog import Catalog
from tools.recommending.sizing import InstanceSizing, ServerlessSizing
from tools.recommending.workload import TRANSFER_BYTES_PER_S, Workload

HOURS_PER_MONTH = 730
SECONDS_PER_MONTH = HOURS_PER_MONTH * 3600
_CENT = Decimal("0.01")
_WIDE = Context(prec=80)  # absurd needs give absurd costs, not errors
#: Assumed share of SageMaker in an answer: routing and HTTP, without the model (milliseconds).
SYNCHRONOUS_OVERHEAD_MS = 20.0
#: Assumed least overhead of an asynchronous answer: S3, queue, S3 (milliseconds).
ASYNCHRONOUS_OVERHEAD_MS = 1000.0
#: p95 over the model's usual time, assumed.
P95_FACTOR = 1.3


class CostEstimate(BaseModel):
    """Monthly cost in US dollars; None when a price is not known, and `basis` says which.

    Attributes:
        usd_per_month: At the given traffic, compute only.
        if_forgotten_usd_per_month: The same endpoint a whole month without traffic.
        data_usd_per_month: Data in and out, on top; None when the price is not known.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    usd_per_month: Decimal | None
    if_forgotten_usd_per_month: Decimal | None
    data_usd_per_month: Decimal | None
    basis: str
    as_of: str | None = None

    @property
    def total_usd_per_month(self) -> Decimal | None:
        """Compute and known data cost together."""
        if self.usd_per_month is None:
            return None
        return self.usd_per_month + (self.data_usd_per_month or 0)


class LatencyEstimate(BaseModel):
    """Estimated 95th percentile of the answer time, milliseconds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    p95_ms: float
    basis: str


def cents(amount: Decimal) -> Decimal:
    """Round to cents."""
    return amount.quantize(_CENT, rounding=ROUND_HALF_UP, context=_WIDE)


def requests_per_month(workload: Workload) -> Decimal:
    """Return the requests of a month of 730 hours."""
    return Decimal(repr(workload.average_requests_per_second)) * SECONDS_PER_MONTH


def real_time_cost(workload: Workload, sizing: InstanceSizing, catalog: Catalog) -> CostEstimate:
    """Return hourly price x instances x 730 hours; an idle endpoint costs the same."""
    return _fleet_cost(
        workload, sizing, catalog, instances=Decimal(sizing.initial), idle=sizing.minimum
    )


def asynchronous_cost(workload: Workload, sizing: InstanceSizing, catalog: Catalog) -> CostEstimate:
    """Return the cost of the instance-hours in use.

    Scaled to zero, an instance is paid while requests come (the share that is not idle) and for at
    least the time the requests take.
    """
    instances = Decimal(sizing.initial)
    if sizing.minimum == 0:
        busy = Decimal(repr(min(1.0, workload.average_requests_per_second / sizing.capacity_rps)))
        instances *= max(1 - Decimal(repr(workload.idle_share)), busy)
    return _fleet_cost(workload, sizing, catalog, instances=instances, idle=sizing.minimum)


def _fleet_cost(
    workload: Workload,
    sizing: InstanceSizing,
    catalog: Catalog,
    *,
    instances: Decimal,
    idle: int,
) -> CostEstimate:
    name = sizing.instance.name
    data, data_text = _data_cost(workload, catalog)
    price = catalog.price(name, workload.region)
    if price is None:
        basis = f"The price of {name} in {workload.region} is not known. {data_text}"
        return CostEstimate(
            usd_per_month=None,
            if_forgotten_usd_per_month=Decimal(0) if idle == 0 else None,
            data_usd_per_month=data,
            basis=basis,
        )
    monthly = price.usd_per_hour * HOURS_PER_MONTH
    basis = (
        f"{price.usd_per_hour} USD/h ({name}, {workload.region}, {price.as_of}, {price.status}) x "
        f"{instances:.4g} instances on average x {HOURS_PER_MONTH} h. {data_text}"
    )
    return CostEstimate(
        usd_per_month=cents(monthly * instances),
        if_forgotten_usd_per_month=cents(monthly * idle),
        data_usd_per_month=data,
        basis=basis,
        as_of=price.as_of,
    )


def serverless_cost(workload: Workload, sizing: ServerlessSizing, catalog: Catalog) -> CostEstimate:
    """Return requests x seconds x price per second, and warm environments where there are any."""
    data, data_text = _data_cost(workload, catalog)
    memory, region = sizing.memory_size_in_mb, workload.region
    on_demand = catalog.serverless_price(memory, region)
    warm = catalog.provisioned_concurrency_price(memory, region)
    if on_demand is None or (sizing.provisioned_concurrency and warm is None):
        what = "serverless inference" if on_demand is None else "provisioned concurrency"
        basis = f"The price of {what} at {memory} MB in {region} is not known. {data_text}"
        idle = None if sizing.provisioned_concurrency else Decimal(0)
        return CostEstimate(
            usd_per_month=None,
            if_forgotten_usd_per_month=idle,
            data_usd_per_month=data,
            basis=basis,
        )
    seconds = requests_per_month(workload) * Decimal(repr(workload.processing_time_s))
    per_second, standing = on_demand.usd_per_second, Decimal(0)
    if sizing.provisioned_concurrency and warm is not None:
        per_second = warm.usd_per_second_inference
        standing = warm.usd_per_second_warm * sizing.provisioned_concurrency * SECONDS_PER_MONTH
    basis = (
        f"{requests_per_month(workload):,.0f} requests x {workload.processing_time_s:g} s x "
        f"{per_second} USD/s ({memory} MB, {region}, {on_demand.as_of}, {on_demand.status})"
        + (f" + {cents(standing)} USD for warm environments" if standing else "")
        + f". {data_text}"
    )
    return CostEstimate(
        usd_per_month=cents(seconds * per_second + standing),
        if_forgotten_usd_per_month=cents(standing),
        data_usd_per_month=data,
        basis=basis,
        as_of=on_demand.as_of,
    )


def _data_cost(workload: Workload, catalog: Catalog) -> tuple[Decimal | None, str]:
    price = catalog.data_price(workload.region)
    if price is None:
        return None, "Data and storage are not included: their price here is not known."
    size = workload.request_payload_bytes + workload.response_payload_bytes
    cost = cents(requests_per_month(workload) * size / 10**9 * price.usd)
    return cost, f"Not included: {cost} USD for data in and out ({price.usd} USD/GB), storage."


def break_even_requests_per_month(
    usd_per_month: Decimal, processing_time_s: float, usd_per_second: Decimal
) -> Decimal:
    """Return the monthly requests at which serverless costs as much as the instances."""
    return usd_per_month / (Decimal(repr(processing_time_s)) * usd_per_second)


def synchronous_latency(workload: Workload) -> LatencyEstimate:
    """Estimate the warm p95 of real-time and serverless: the model, transfer and overhead."""
    return _latency(workload, SYNCHRONOUS_OVERHEAD_MS, "SageMaker")


def asynchronous_latency(workload: Workload) -> LatencyEstimate:
    """Estimate the p95 of an asynchronous answer with an empty queue and a running instance."""
    return _latency(workload, ASYNCHRONOUS_OVERHEAD_MS, "S3 and the queue")


def _latency(workload: Workload, overhead_ms: float, where: str) -> LatencyEstimate:
    data = workload.request_payload_bytes + workload.response_payload_bytes
    model_ms = workload.processing_time_s * 1000 * P95_FACTOR
    transfer_ms = data / TRANSFER_BYTES_PER_S * 1000
    basis = (
        f"Estimate, not measured: model {workload.processing_time_s * 1000:g} ms x {P95_FACTOR}, "
        f"transfer {transfer_ms:.3g} ms, {where} {overhead_ms:g} ms (assumed)."
    )
    return LatencyEstimate(p95_ms=round(model_ms + transfer_ms + overhead_ms, 1), basis=basis)
