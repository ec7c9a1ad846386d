"""What one run of a batch transform costs: instance-hours for the data's volume; pure."""

from decimal import Decimal
from typing import NamedTuple

from tools.catalog import Catalog
from tools.estimation import cents
from tools.planners.transform_input import InputLook
from tools.transform import TransformSpec

#: Starting instances, pulling the image and fetching the model: assumed, AWS publishes no figure.
START_UP_S = 300.0


class RunCost(NamedTuple):
    """One run.

    Attributes:
        usd: None when the price or the volume is not known.
        duration_s: Estimated; None when the volume is not known.
        basis: How it was reckoned, and from what.
    """

    usd: Decimal | None
    duration_s: float | None
    basis: str


def run_cost(
    spec: TransformSpec, look: InputLook, processing_time_s: float, catalog: Catalog
) -> RunCost:
    """Estimate one run.

    Args:
        spec: The job.
        look: Its data.
        processing_time_s: The model's time for one record.
        catalog: For the price of an instance-hour: jobs are billed by the second that their
            instances run (aws.amazon.com/sagemaker/pricing), at the hosting price where a price of
            both is known.
    """
    price = catalog.price(spec.instance_type, spec.region)
    if look.records is None:
        return RunCost(None, None, _volume_unknown(spec, None if price is None else price.as_of))
    working = min(spec.instance_count, look.objects) * (spec.max_concurrent_transforms or 1)
    duration_s = START_UP_S + look.records * processing_time_s / working
    hours = Decimal(repr(round(duration_s / 3600, 4)))
    exactly = "" if look.counted else "about "
    told = (
        f"{exactly}{look.records:,} records x {processing_time_s:g} s / {working} at a time + "
        f"{START_UP_S:g} s to start (assumed) = {hours} h"
    )
    if price is None:
        missing = f"the price of {spec.instance_type} in {spec.region} is not known"
        return RunCost(None, duration_s, f"{told}; {missing}.")
    usd = cents(price.usd_per_hour * spec.instance_count * hours)
    return RunCost(
        usd,
        duration_s,
        f"{told} x {spec.instance_count} x {price.usd_per_hour} USD/h ({spec.instance_type}, "
        f"{spec.region}, {price.as_of}, {price.status}).",
    )


def _volume_unknown(spec: TransformSpec, as_of: str | None) -> str:
    known = f"the price of {spec.instance_type} is of {as_of}" if as_of else "so is its price"
    return f"How many records there are cannot be told from compressed data; {known}."
