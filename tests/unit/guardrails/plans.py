"""Plans made by hand, and an AWS that answers what a test gives it."""

from typing import Any

from tools.errors import NotFoundError, RequestRefusedError
from tools.plan import DeploymentPlan

ACCOUNT, REGION, NAME = "123456789012", "us-east-1", "churn"
IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/hosting"


class FakeClients:
    """Answers by operation: a value, or a function of the parameters; else there is nothing."""

    def __init__(self, **answers: Any) -> None:
        self.answers = {name.replace("__", "."): answer for name, answer in answers.items()}
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.account = ACCOUNT
        self.caller_arn = f"arn:aws:iam::{ACCOUNT}:user/ana"

    class target:  # noqa: N801 - an AwsTarget's attributes
        name, region_name, endpoint_url = "sandbox", REGION, None

    def call(self, operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
        self.asked.append((operation, parameters))
        if operation not in self.answers:
            raise NotFoundError(f"{operation}: nothing of that name", remedy="Check the name.")
        answer = self.answers[operation]
        if isinstance(answer, Exception):
            raise answer
        return answer(parameters) if callable(answer) else answer

    def exists(self, operation: str, parameters: dict[str, Any]) -> bool:
        try:
            self.call(operation, parameters)
        except NotFoundError:
            return False
        return True


def unserved(operation: str) -> RequestRefusedError:
    return RequestRefusedError(f"{operation}: not served (UnsupportedOperation)", remedy="-")


def model(name: str = NAME, **changes: Any) -> dict[str, Any]:
    container = {"Image": IMAGE, "ModelDataUrl": "s3://models/churn/model.tar.gz"}
    made = {"ModelName": name, "PrimaryContainer": container, "ExecutionRoleArn": ROLE}
    return {"operation": "sagemaker.create_model", "parameters": {**made, **changes}}


def variant(**changes: Any) -> dict[str, Any]:
    made = {"VariantName": "AllTraffic", "ModelName": NAME, "InstanceType": "ml.m5.large",
            "InitialInstanceCount": 1, "InitialVariantWeight": 1.0}  # fmt: skip
    return {key: value for key, value in {**made, **changes}.items() if value is not None}


def serverless(**changes: Any) -> dict[str, Any]:
    config = {"MemorySizeInMB": 2048, "MaxConcurrency": 5, **changes}
    return {"VariantName": "AllTraffic", "ModelName": NAME, "ServerlessConfig": config}


def config(*variants: dict[str, Any], **changes: Any) -> dict[str, Any]:
    made = {"EndpointConfigName": NAME, "ProductionVariants": list(variants or (variant(),))}
    return {"operation": "sagemaker.create_endpoint_config", "parameters": {**made, **changes}}


def endpoint(**tags: str) -> dict[str, Any]:
    rows = [{"Key": key, "Value": value} for key, value in tags.items()]
    made = {"EndpointName": NAME, "EndpointConfigName": NAME, **({"Tags": rows} if rows else {})}
    return {"operation": "sagemaker.create_endpoint", "parameters": made}


def target(most: int) -> dict[str, Any]:
    return {
        "operation": "application-autoscaling.register_scalable_target",
        "parameters": {
            "ServiceNamespace": "sagemaker",
            "ResourceId": f"endpoint/{NAME}/variant/AllTraffic",
            "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
            "MinCapacity": 1,
            "MaxCapacity": most,
        },
    }


def plan(*steps: dict[str, Any], **changes: Any) -> DeploymentPlan:
    made = {"target": "sandbox", "account": ACCOUNT, "region": REGION, "endpoint_name": NAME,
            "nonce": "12345678", "steps": steps or (model(), config(), endpoint())}  # fmt: skip
    return DeploymentPlan.model_validate({**made, **changes})
