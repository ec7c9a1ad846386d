"""What is asked of both sides: descriptions, one invocation, three wrong calls."""

from typing import Any

from botocore.exceptions import ClientError

from assistant.bootstrap import App
from tools.plan import DeploymentPlan

WRONG = {
    "no such endpoint": ("sagemaker", "describe_endpoint", {"EndpointName": "nobody-made-this"}),
    "no such configuration": ("sagemaker", "create_endpoint", {
        "EndpointName": "nobody-made-this", "EndpointConfigName": "nobody-made-this"}),
    "invoking nobody": ("sagemaker-runtime", "invoke_endpoint", {
        "EndpointName": "nobody-made-this", "Body": b"[[1]]", "ContentType": "application/json"}),
}  # fmt: skip


def descriptions(plan: DeploymentPlan, app: App) -> dict[str, Any]:
    """Return how a deployed endpoint is described, and what it answers to its sample."""
    clients, name = app.place.clients(plan.region), plan.endpoint_name
    endpoint = clients.call("sagemaker.describe_endpoint", {"EndpointName": name})
    config_name = {"EndpointConfigName": endpoint["EndpointConfigName"]}
    config = clients.call("sagemaker.describe_endpoint_config", config_name)
    model_name = {"ModelName": config["ProductionVariants"][0]["ModelName"]}
    answers = {
        "describe_endpoint": endpoint,
        "describe_endpoint_config": config,
        "describe_model": clients.call("sagemaker.describe_model", model_name),
    }
    for each in answers.values():
        each.pop("ResponseMetadata", None)
    body, content_type = app.sample_for(name) or (b"[[0]]", "application/json")
    answer = app.invoke(name, body, content_type=content_type)
    invoked = {
        "StatusCode": answer.status_code,
        "ContentType": answer.content_type,
        "body": answer.body.decode(),
    }
    return {**answers, "invoke": invoked}


def refusals(app: App) -> dict[str, Any]:
    """Make three wrong calls; return what each was answered."""
    told: dict[str, Any] = {}
    for name, (service, method, parameters) in WRONG.items():
        try:
            getattr(app.place.clients(app.region).client(service), method)(**parameters)
            told[name] = "not refused"
        except ClientError as error:
            told[name] = {key: error.response["Error"].get(key) for key in ("Code", "Message")}
    return told
