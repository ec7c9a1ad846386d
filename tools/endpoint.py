"""The nouns: what an endpoint is, in AWS's words."""

from enum import StrEnum


class InferenceOption(StrEnum):
    """How a model answers; the last three are honest ways of saying "no endpoint"."""

    REAL_TIME = "real-time"
    SERVERLESS = "serverless"
    ASYNCHRONOUS = "asynchronous"
    BATCH_TRANSFORM = "batch-transform"
    EDGE = "edge"
    NONE = "none"


#: The options that are deployed as an endpoint.
ENDPOINT_OPTIONS = (
    InferenceOption.REAL_TIME,
    InferenceOption.SERVERLESS,
    InferenceOption.ASYNCHRONOUS,
)


class DeploymentMethod(StrEnum):
    """A way to carry a specification out; `api` is plain boto3 calls."""

    API = "api"
    SDK = "sdk"
    JUMPSTART = "jumpstart"
    CLOUDFORMATION = "cloudformation"


class Framework(StrEnum):
    """What the model was trained with, as far as it decides the image."""

    SKLEARN = "sklearn"
    XGBOOST = "xgboost"
    PYTORCH = "pytorch"
    TENSORFLOW = "tensorflow"
    ONNX = "onnx"
    HUGGINGFACE = "huggingface"
    LIGHTGBM = "lightgbm"
    CATBOOST = "catboost"
    CUSTOM = "custom"
