"""What a recommendation rule looks at: the needs, the filled-in workload, sizes and costs."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property

from tools.catalog import Catalog, InstanceType
from tools.endpoint import InferenceOption
from tools.estimation import (
    CostEstimate,
    asynchronous_cost,
    asynchronous_latency,
    real_time_cost,
    serverless_cost,
    synchronous_latency,
)
from tools.recommending.asked import asked_counts, asked_instance, asked_serverless
from tools.recommending.assumptions import fill_gaps
from tools.recommending.sizing import (
    Chosen,
    InstanceSizing,
    ServerlessSizing,
    concurrency,
    serverless_memory_need_mb,
    size_asynchronous,
    size_neuron,
    size_real_time,
    size_serverless,
)
from tools.recommending.workload import Workload
from tools.requirements import Environment, GpuNeed, Requirements


@dataclass(frozen=True)
class Case:
    """One question to the rules. Everything but the needs and the catalog is derived, once."""

    needs: Requirements
    catalog: Catalog

    @cached_property
    def workload(self) -> Workload:
        """The needs without gaps."""
        return fill_gaps(self.needs)

    @cached_property
    def serverless(self) -> ServerlessSizing:
        """First size of a serverless endpoint."""
        return asked_serverless(self._serverless, self.needs, self.catalog)

    @cached_property
    def _serverless(self) -> ServerlessSizing:
        return size_serverless(self.workload, self.catalog)

    @property
    def serverless_need_mb(self) -> float:
        """Estimated memory of a serverless environment."""
        return serverless_memory_need_mb(self.workload)

    @cached_property
    def _instance(self) -> Chosen | None:
        return asked_instance(self.needs, self.workload, self.catalog)

    @cached_property
    def real_time(self) -> InstanceSizing | None:
        """First size of a real-time endpoint.

        When an assumption alone makes the budget impossible, the assumption gives way: one instance
        instead of two where production was not said, Inferentia where a GPU was not said.
        """
        sizing = self._real_time(size_real_time(self.workload, self._instance))
        if sizing is None or not self._too_dear(sizing):
            return sizing
        for cheaper in map(self._real_time, self._cheaper_sizings()):
            if cheaper is not None and cheaper.usd_per_hour and not self._too_dear(cheaper):
                return cheaper
        return sizing

    def _real_time(self, sizing: InstanceSizing | None) -> InstanceSizing | None:
        return asked_counts(sizing, self.needs, self.workload, queued=False)

    def _too_dear(self, sizing: InstanceSizing) -> bool:
        return over_budget(self.needs, real_time_cost(self.workload, sizing, self.catalog))

    def _cheaper_sizings(self) -> Iterator[InstanceSizing | None]:
        single = replace(self.workload, environment=Environment.DEVELOPMENT)
        inferentia = (
            self.needs.gpu is None
            and self.needs.instance_type is None
            and self.needs.compilation != "neo"
            and self.workload.gpu is GpuNeed.REQUIRED
        )
        if inferentia:
            yield size_neuron(self.workload, self.catalog)
        if self.needs.environment is None:
            yield size_real_time(single, self._instance)
        if inferentia and self.needs.environment is None:
            yield size_neuron(single, self.catalog)

    @cached_property
    def asynchronous(self) -> InstanceSizing | None:
        """First size of an asynchronous endpoint."""
        sizing = size_asynchronous(self.workload, self._instance)
        return asked_counts(sizing, self.needs, self.workload, queued=True)

    @cached_property
    def costs(self) -> Mapping[InferenceOption, CostEstimate]:
        """Cost of every option that can be sized here."""
        costs = {
            InferenceOption.SERVERLESS: serverless_cost(
                self.workload, self.serverless, self.catalog
            )
        }
        if self.real_time is not None:
            costs[InferenceOption.REAL_TIME] = real_time_cost(
                self.workload, self.real_time, self.catalog
            )
        if self.asynchronous is not None:
            costs[InferenceOption.ASYNCHRONOUS] = asynchronous_cost(
                self.workload, self.asynchronous, self.catalog
            )
        return costs

    @cached_property
    def concurrency(self) -> float:
        """Requests in flight at the peak."""
        return concurrency(self.workload)

    @cached_property
    def synchronous_p95_ms(self) -> float:
        """Estimated warm p95 of real-time and serverless."""
        return synchronous_latency(self.workload).p95_ms

    @cached_property
    def asynchronous_p95_ms(self) -> float:
        """Estimated least p95 of an asynchronous answer."""
        return asynchronous_latency(self.workload).p95_ms

    @cached_property
    def named_instance(self) -> InstanceType | None:
        """The type that was asked for by name, where the Region has it."""
        return self._instance[0] if self.needs.instance_type and self._instance else None

    @property
    def has_region(self) -> bool:
        """SageMaker hosting is listed in the Region."""
        return self.workload.region in self.catalog.regions()

    @property
    def cold_start_unwelcome(self) -> bool:
        """On-demand serverless would start too slowly after idle time."""
        return self._serverless.provisioned_concurrency > 0

    def usd(self, option: InferenceOption) -> Decimal | None:
        """Monthly compute cost of the option, None when it is not known."""
        cost = self.costs.get(option)
        return cost.usd_per_month if cost else None

    def exceeds_budget(self, option: InferenceOption) -> bool:
        """The option is known to cost more than the budget."""
        cost = self.costs.get(option)
        return cost is not None and over_budget(self.needs, cost)

    def limit(self, name: str) -> float:
        """A limit's number, in its own unit."""
        return self.catalog.limit_number(name)

    def limit_bytes(self, name: str) -> int:
        """A size limit in bytes."""
        return self.catalog.limit_bytes(name)


def over_budget(needs: Requirements, cost: CostEstimate) -> bool:
    """Whether the known cost is above the budget; an unknown cost is not."""
    total = cost.total_usd_per_month
    return needs.budget_usd_per_month is not None and (
        total is not None and total > needs.budget_usd_per_month
    )
