"""Place and protection: Regions, and what regulated data asks for."""

from tools.requirements import DataSensitivity
from tools.rules.case import Case
from tools.rules.rule import (
    ASYNCHRONOUS,
    BATCH_TRANSFORM,
    HOSTING_LIST,
    MATRIX_PAGE,
    REAL_TIME,
    SERVERLESS,
    SERVERLESS_PAGE,
    Rule,
)


def _regulated(case: Case) -> bool:
    return case.workload.data_sensitivity is DataSensitivity.REGULATED


RULES = (
    Rule(
        id="REC-109",
        title="Regulated data on serverless",
        source_url=SERVERLESS_PAGE,
        rules_out=(SERVERLESS,),
        when=_regulated,
        says=lambda _: (
            "Regulated data asks for a VPC and network isolation; a serverless endpoint has "
            "neither."
        ),
    ),
    Rule(
        id="REC-110",
        title="Region without serverless",
        source_url=SERVERLESS_PAGE,
        rules_out=(SERVERLESS,),
        when=lambda case: case.workload.region not in case.catalog.serverless_regions(),
        says=lambda case: (
            f"Serverless inference is not in the price list of {case.workload.region} (it is in "
            f"{len(case.catalog.serverless_regions())} Regions)."
        ),
    ),
    Rule(
        id="REC-405",
        title="Region without hosting",
        source_url=HOSTING_LIST,
        rules_out=(REAL_TIME, ASYNCHRONOUS, BATCH_TRANSFORM),
        when=lambda case: not case.has_region,
        says=lambda case: f"SageMaker hosting is not listed in the Region {case.workload.region}.",
    ),
    Rule(
        id="REC-641",
        title="Protect regulated data",
        source_url=MATRIX_PAGE,
        warns=(REAL_TIME, ASYNCHRONOUS, BATCH_TRANSFORM),
        when=_regulated,
        says=lambda _: (
            "For regulated data set VpcConfig (subnets in two zones), EnableNetworkIsolation and a "
            "KMS key for volumes and output."
        ),
    ),
)
