"""What a plan costs a month, worked out from its calls, and what runs beside it."""

from datetime import datetime
from decimal import Decimal

from tools.aws import AwsClients
from tools.catalog import Catalog
from tools.footprint import Capacity, Footprint
from tools.observation import HOURS_PER_MONTH, endpoint_rows
from tools.plan import DeploymentPlan

_SECONDS_PER_MONTH = HOURS_PER_MONTH * 3600


def cost_of(plan: DeploymentPlan, seen: Footprint, catalog: Catalog) -> Decimal | None:
    """Return US dollars a month: what the plan says, but no less than what its capacity costs.

    None when the price of a part of it is not known. A batch job is counted as if it ran on.
    """
    parts = [_standing(one, plan.region, catalog) for one in seen.capacities]
    if any(part is None for part in parts):
        return None
    standing = sum((part for part in parts if part is not None), Decimal(0))
    said = plan.cost_usd_per_month
    return standing if said is None else max(standing, said)


def _standing(one: Capacity, region: str, catalog: Catalog) -> Decimal | None:
    """What it costs without a request: instances, and environments that are kept warm."""
    if one.instance_type is not None:
        price = catalog.price(one.instance_type, region)
        return None if price is None else price.usd_per_hour * one.instances * HOURS_PER_MONTH
    if not one.provisioned_concurrency or one.memory_size_in_mb is None:
        return Decimal(0)
    warm = catalog.provisioned_concurrency_price(one.memory_size_in_mb, region)
    if warm is None:
        return None
    return warm.usd_per_second_warm * one.provisioned_concurrency * _SECONDS_PER_MONTH


def running_cost(besides: str, clients: AwsClients, catalog: Catalog, now: datetime) -> Decimal:
    """Return US dollars a month of the region's endpoints but one; unknown prices count nothing.

    Raises:
        UserError: AWS refused a read.
        AwsUnavailableError: No answer.
    """
    rows = endpoint_rows(clients, catalog, now)
    amounts = (row["cost_usd_per_month"] for row in rows if row["endpoint_name"] != besides)
    return sum((Decimal(str(amount)) for amount in amounts if amount is not None), Decimal(0))
