"""What the catalogue lists, in the file formats that the SageMaker SDK reads.

Manifest and specification fields: sagemaker-core 2.27.0 `core/jumpstart/types.py`. The ids say what
each model is; those that JumpStart has too (`sklearn-classification-linear`,
`xgboost-regression-model`) are trained here on data sets that ship with scikit-learn.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tools.sandbox.images import registries

VERSION = "1.0.0"
CONTENT_BUCKET = "jumpstart-cache-prod-"
GATED_BUCKET = "jumpstart-private-cache-prod-"
MANIFEST_KEY = "models_manifest.json"
PROPRIETARY_MANIFEST_KEY = "proprietary-sdk-manifest.json"
EULA_KEY = "fmhMetadata/eula/sandboxEula.txt"
EULA = """Licence of the sandbox's gated model.
The model is a regression on the diabetes data set that ships with scikit-learn. It may be used to
try out how gated models are deployed, and for nothing else. It comes without any warranty.
"""
_CPU = ("ml.m5.large", "ml.m5.xlarge", "ml.m5.2xlarge", "ml.c5.large", "ml.c5.xlarge",
        "ml.c5.2xlarge", "ml.m6i.large", "ml.m6i.xlarge", "ml.c6i.large", "ml.c6i.xlarge",
        "ml.t2.medium", "ml.t2.large")  # fmt: skip
_GPU = (
    "ml.g5.xlarge",
    "ml.g6.2xlarge",
    "ml.g6e.2xlarge",
    "ml.g5.2xlarge",
    "ml.g5.12xlarge",
    "ml.g6.xlarge",
    "ml.g6e.xlarge",
)


@dataclass(frozen=True)
class Image:
    """An ECR image; its account differs by region."""

    registry: Mapping[str, str]
    name: str

    def uri(self, region: str) -> str:
        """Return the image's URI in a region."""
        domain = "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
        return f"{self.registry[region]}.dkr.ecr.{region}.{domain}/{self.name}"


_SKLEARN = Image(registries.ALGORITHM, "sagemaker-scikit-learn:1.9-0-cpu-py3")
_XGBOOST = Image(registries.ALGORITHM, "sagemaker-xgboost:3.2-0")
_TRITON = Image(registries.DEEP_LEARNING, "sagemaker-tritonserver:26.05-py3-cpu")
_LMI = Image(registries.DEEP_LEARNING, "djl-inference:0.33.0-lmi15.0.0-cu128")


@dataclass(frozen=True)
class Listed:
    """One model of the catalogue.

    Attributes:
        compressed: One archive; else a folder of files under a key prefix.
        gated: Its data lies in the gated bucket and its licence must be accepted.
        deploy_options: As the SDK's `deploy_kwargs` spells them.
        ranked_instance_types: Of its first-ranked configuration, where it has several.
    """

    model_id: str
    keywords: tuple[str, ...]
    image: Image
    instance_types: tuple[str, ...] = _CPU
    environment: Mapping[str, str] = field(default_factory=dict)
    compressed: bool = True
    gated: bool = False
    deploy_options: Mapping[str, Any] = field(default_factory=dict)
    ranked_instance_types: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Key of its data: an archive, or a prefix that ends with a slash."""
        folder = f"models/{self.model_id}/v{VERSION}/"
        return f"{folder}model.tar.gz" if self.compressed else f"{folder}artifacts/"


_SCRIPT = {
    "SAGEMAKER_PROGRAM": "inference.py",
    "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code",
}
MODELS = (
    Listed(
        "sklearn-classification-linear",
        ("@task:classification", "@framework:sklearn", "@license:bsd-3-clause"),
        _SKLEARN,
        environment=_SCRIPT,
    ),
    Listed(
        "xgboost-regression-model",
        ("@task:regression", "@framework:xgboost", "@license:apache-2.0"),
        _XGBOOST,
        environment=_SCRIPT,
    ),
    Listed(
        "onnx-classification-iris",
        ("@task:classification", "@framework:onnx", "@license:bsd-3-clause"),
        _TRITON,
        environment={"SAGEMAKER_TRITON_DEFAULT_MODEL_NAME": "iris"},
        compressed=False,
    ),
    Listed(
        "sklearn-regression-gated",
        ("@task:regression", "@framework:sklearn", "@license:sandbox-eula"),
        _SKLEARN,
        environment=_SCRIPT,
        gated=True,
    ),
    Listed(
        "huggingface-llm-bigram-gpu",
        ("@task:text-generation", "@framework:huggingface", "@license:apache-2.0"),
        _LMI,
        instance_types=_GPU,
        environment={"HF_MODEL_ID": "/opt/ml/model", "OPTION_ROLLING_BATCH": "vllm"},
        compressed=False,
        deploy_options={
            "model_data_download_timeout": 1200,
            "container_startup_health_check_timeout": 1200,
        },
        ranked_instance_types=("ml.g6.2xlarge", "ml.g6e.2xlarge"),
    ),
)
#: Listed in the proprietary manifest: sold on AWS Marketplace, no data of its own here.
PROPRIETARY_ID = "marketplace-classification-sold"


def manifest(region: str) -> list[dict[str, Any]]:
    """Return the manifest of the region's open models."""
    return [
        {
            "model_id": listed.model_id,
            "version": VERSION,
            "min_version": "2.0.0",
            "spec_key": spec_key(listed.model_id),
            "search_keywords": list(listed.keywords),
        }
        for listed in MODELS
        if region in listed.image.registry
    ]


def spec_key(model_id: str) -> str:
    """Return the key of a model's specification."""
    return f"community_models/{model_id}/specs_v{VERSION}.json"


def specification(listed: Listed, region: str, payload: Mapping[str, str]) -> dict[str, Any]:
    """Return a model's specification.

    Args:
        listed: The model.
        region: Its images are this region's.
        payload: `content_type` and `body` of a request that the model answers.
    """
    families = sorted({name.split(".")[1] for name in listed.instance_types})
    image = {"regional_properties": {"image_uri": "$ecr_uri_1"}}
    spec: dict[str, Any] = {
        "model_id": listed.model_id,
        "version": VERSION,
        "min_sdk_version": "2.0.0",
        "url": "",
        "incremental_training_supported": False,
        "training_supported": False,
        "hosting_artifact_key": listed.key,
        "hosting_prepacked_artifact_key": listed.key,
        "hosting_use_script_uri": False,
        "inference_environment_variables": _variables(listed.environment),
        "inference_vulnerable": False,
        "inference_dependencies": [],
        "inference_vulnerabilities": [],
        "training_vulnerable": False,
        "deprecated": False,
        "default_inference_instance_type": listed.instance_types[0],
        "supported_inference_instance_types": list(listed.instance_types),
        "inference_enable_network_isolation": False,
        "model_kwargs": {},
        "deploy_kwargs": dict(listed.deploy_options),
        "gated_bucket": listed.gated,
        "default_payloads": {"example": dict(payload)} if payload else None,
        "hosting_instance_type_variants": {
            "regional_aliases": {region: {"ecr_uri_1": listed.image.uri(region)}},
            "variants": dict.fromkeys(families, image),
        },
        "dynamic_container_deployment_supported": False,
    }
    if listed.gated:
        spec["hosting_eula_key"] = EULA_KEY
    return spec | _configurations(listed)


def _configurations(listed: Listed) -> dict[str, Any]:
    """Ranked deployment configurations, as language models have them; the first is taken."""
    if not listed.ranked_instance_types:
        return {}
    return {
        "inference_configs": {
            "first": {"component_names": ["first-component"]},
            "second": {"component_names": []},
        },
        "inference_config_components": {
            "first-component": {
                "component_name": "first-component",
                "default_inference_instance_type": listed.ranked_instance_types[0],
                "supported_inference_instance_types": list(listed.ranked_instance_types),
                "inference_environment_variables": _variables(
                    {**listed.environment, "OPTION_MAX_MODEL_LEN": "64"}
                ),
            }
        },
        "inference_config_rankings": {"overall": {"description": "", "rankings": ["first"]}},
    }


def _variables(environment: Mapping[str, str]) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "type": "text",
            "default": value,
            "scope": "container",
            "required_for_model_class": True,
        }
        for name, value in environment.items()
    ]


def proprietary_manifest() -> list[dict[str, Any]]:
    """Return the manifest of what is sold on AWS Marketplace."""
    return [
        {
            "model_id": PROPRIETARY_ID,
            "version": VERSION,
            "min_version": "2.0.0",
            "spec_key": f"proprietary-models/{PROPRIETARY_ID}/proprietary_specs_{VERSION}.json",
            "search_keywords": ["@task:classification", "@license:proprietary"],
        }
    ]


def proprietary_specification(region: str) -> dict[str, Any]:
    """Return the specification of a model that needs a subscription."""
    return {
        "model_id": PROPRIETARY_ID,
        "version": VERSION,
        "min_sdk_version": "2.0.0",
        "training_supported": False,
        "default_inference_instance_type": "ml.m5.xlarge",
        "supported_inference_instance_types": ["ml.m5.xlarge"],
        "hosting_model_package_arns": {
            region: f"arn:aws:sagemaker:{region}:865070037744:model-package/{PROPRIETARY_ID}"
        },
        "model_subscription_link": "https://aws.amazon.com/marketplace/",
    }
