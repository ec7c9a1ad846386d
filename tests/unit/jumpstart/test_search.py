"""Search over the catalogue."""

from decimal import Decimal

import pytest

from tests.unit.jumpstart.builders import listing, model
from tools.catalog import load_catalog
from tools.jumpstart.search import Criteria, search

ROWS = [
    listing("sklearn-classification-linear", keywords=("@license:bsd-3-clause",)),
    listing("huggingface-llm-tiny-7b"),
    listing("meta-textgeneration-llama-70b"),
    listing("sold-classification-x", proprietary=True),
]
GPU = {"supported_inference_instance_types": ["ml.g5.2xlarge"],
       "default_inference_instance_type": "ml.g5.2xlarge"}  # fmt: skip
CHANGES = {
    "huggingface-llm-tiny-7b": GPU,
    "meta-textgeneration-llama-70b": GPU | {"gated_bucket": True, "hosting_eula_key": "e"},
    "sold-classification-x": {"supported_inference_instance_types": []},
}


def load(model_id):
    row = next(row for row in ROWS if row.model_id == model_id)
    return model(row, **CHANGES.get(model_id, {}))


def found(**criteria):
    return [hit.model_id for hit in search(Criteria(**criteria), ROWS, load, load_catalog())]


def test_everything_is_found_cheapest_first():
    assert found()[0] in {"sklearn-classification-linear", "sold-classification-x"}
    assert len(found()) == 4


@pytest.mark.parametrize(
    ("criteria", "ids"),
    [
        ({"task": "text generation"}, {"huggingface-llm-tiny-7b", "meta-textgeneration-llama-70b"}),
        ({"task": "text-generation", "max_parameters": 10**10}, {"huggingface-llm-tiny-7b"}),
        ({"words": "llama"}, {"meta-textgeneration-llama-70b"}),
        ({"framework": "sklearn"}, {"sklearn-classification-linear"}),
        ({"licence": "gated"}, {"meta-textgeneration-llama-70b"}),
        ({"licence": "proprietary"}, {"sold-classification-x"}),
        ({"licence": "bsd"}, {"sklearn-classification-linear"}),
        ({"instance_type": "ml.g5.2xlarge", "licence": "open"}, {"huggingface-llm-tiny-7b"}),
        ({"serverless": True}, {"sklearn-classification-linear"}),
        ({"max_usd_per_hour": Decimal("0.5"), "licence": "open"},
         {"sklearn-classification-linear"}),
        ({"words": "nothing like it"}, set()),
    ],
)  # fmt: skip
def test_each_criterion_narrows(criteria, ids):
    assert set(found(**criteria)) == ids


def test_hits_tell_price_region_and_access():
    hit = search(Criteria(words="linear"), ROWS, load, load_catalog())[0]
    assert hit.usd_per_hour > 0
    assert hit.offered is True
    assert (hit.access, hit.serverless, hit.gpu_only) == ("open", True, False)


def test_the_limit_holds():
    assert len(found(limit=2)) == 2
