"""Catalogue entries from plain values."""

import json
from typing import Any

from tools.jumpstart.model import CatalogueModel, Listing, read_specification

BUCKETS = {"content": "jumpstart-cache-prod-us-east-1",
           "gated": "jumpstart-private-cache-prod-us-east-1"}  # fmt: skip
IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.9-0-cpu-py3"


def listing(model_id: str = "sklearn-classification-linear", **changes: Any) -> Listing:
    values = {"model_id": model_id, "version": "1.0.0", "spec_key": f"{model_id}.json"}
    return Listing(**{**values, **changes})


def specification(**changes: Any) -> dict[str, Any]:
    spec = {
        "hosting_artifact_key": "models/x/model.tar.gz",
        "hosting_use_script_uri": False,
        "hosting_prepacked_artifact_key": "models/x/packed.tar.gz",
        "default_inference_instance_type": "ml.m5.large",
        "supported_inference_instance_types": ["ml.m5.large", "ml.c5.large", "ml.p3.2xlarge"],
        "inference_environment_variables": [
            {"name": "A", "type": "text", "default": 1, "scope": "container",
             "required_for_model_class": True},
            {"name": "ONLY_FOR_BOTO3", "type": "text", "default": "x", "scope": "container"},
        ],
        "hosting_instance_type_variants": {
            "regional_aliases": {"us-east-1": {"image": IMAGE}},
            "variants": {"m5": {"regional_properties": {"image_uri": "$image"}},
                         "ml.c5.large": {"regional_properties": {"image_uri": "$image"}}},
        },
    }  # fmt: skip
    return {**spec, **changes}


def model(row: Listing | None = None, **changes: Any) -> CatalogueModel:
    text = json.dumps(specification(**changes))
    return read_specification(text, row or listing(), "us-east-1", BUCKETS)
