"""The packaged figures: complete, sourced, exact."""

import json
from decimal import Decimal
from importlib.resources import files

import pytest

from tools.catalog import load_catalog
from tools.errors import NotFoundError

CATALOG = load_catalog()
PRICES = json.loads((files("tools") / "data" / "prices.json").read_text(encoding="utf-8"))


def test_every_limit_has_a_source_and_a_date() -> None:
    facts = [CATALOG.limit(name) for name in CATALOG.limit_names()]
    assert len(facts) > 150
    assert all(fact.source_url.startswith("https://") and fact.as_of for fact in facts)


def test_repeated_limits_become_one_list() -> None:
    assert CATALOG.serverless_memory_sizes_mb() == (1024, 2048, 3072, 4096, 5120, 6144)


def test_an_unknown_limit_is_an_error_with_a_remedy() -> None:
    with pytest.raises(NotFoundError) as caught:
        CATALOG.limit("payload_of_dreams")
    assert caught.value.remedy


def test_megabytes_are_decimal_and_bytes_stay_bytes() -> None:
    assert CATALOG.limit_bytes("serverless_payload_max") == 4_000_000
    assert CATALOG.limit_bytes("realtime_payload_max_documented") == 25_000_000
    assert CATALOG.limit_bytes("realtime_payload_max_api_model") == 6_291_456
    assert CATALOG.limit_bytes("async_payload_max") == 1_073_741_824


def test_prices_equal_the_data_to_the_last_digit() -> None:
    for region, table in PRICES["hosting"].items():
        for instance_type, (usd, source) in table.items():
            price = CATALOG.price(instance_type, region)
            assert price is not None
            assert price.usd_per_hour == Decimal(usd)
            assert price.as_of == PRICES["sources"][source]["as_of"]


def test_seven_regions_are_complete_and_the_others_say_so() -> None:
    complete = CATALOG.regions_with_complete_prices()
    assert len(complete) == 7
    assert "us-east-2" not in complete
    assert CATALOG.price("ml.m5.xlarge", "us-east-2") is not None
    assert CATALOG.price("ml.m5.large", "us-east-2") is None


def test_an_unknown_price_is_none() -> None:
    assert CATALOG.price("ml.m5.large", "sa-east-1") is None
    assert CATALOG.price("ml.imaginary.large", "us-east-1") is None
    assert CATALOG.serverless_price(2048, "cn-north-1") is None
    assert CATALOG.serverless_price(1000, "us-east-1") is None
    assert CATALOG.provisioned_concurrency_price(1024, "us-east-1") is None
    assert CATALOG.data_price("ap-south-1") is None


def test_serverless_price_is_a_multiple_of_the_gigabyte_figure() -> None:
    one = CATALOG.serverless_price(1024, "us-east-1")
    six = CATALOG.serverless_price(6144, "us-east-1")
    assert one is not None
    assert six is not None
    assert (one.usd_per_second, six.usd_per_second) == (Decimal("0.00002"), Decimal("0.00012"))
    assert len(CATALOG.serverless_regions()) == 21


def test_provisioned_concurrency_tells_warm_from_inference() -> None:
    price = CATALOG.provisioned_concurrency_price(2048, "us-east-1")
    assert price is not None
    assert price.usd_per_second_warm == Decimal("0.0000100")
    assert price.usd_per_second_inference == Decimal("0.0000233")


def test_instance_types_carry_their_size_and_regions() -> None:
    instance = CATALOG.instance("ml.g5.xlarge")
    assert instance is not None
    assert (instance.vcpu, instance.accelerator, instance.accelerator_count) == (
        4,
        "NVIDIA A10G",
        1,
    )
    assert CATALOG.offers("ml.g5.xlarge", "us-east-1")
    assert not CATALOG.offers("ml.p3.2xlarge", "us-east-1")
    assert not CATALOG.offers("ml.m6i.large", "us-east-1")
    assert CATALOG.instance("ml.t3.medium") is None
    assert len(CATALOG.instance_names()) == 277
