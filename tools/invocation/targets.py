"""What can answer behind one endpoint: its inference components, or the models of one container."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from tools.aws import AwsClients
from tools.errors import InvalidInputError

_SHOWN = 5


class Targets(NamedTuple):
    """What a request has to choose from.

    Attributes:
        kind: In words.
        field: The field of `Request` that names one.
        option: How the command line calls it.
        names: All of them; archives are keys below their prefix.
    """

    kind: str
    field: str
    option: str
    names: tuple[str, ...]

    def only_one(self, endpoint_name: str) -> str:
        """Return the one that there is.

        Raises:
            InvalidInputError: There are several, or none.
        """
        if len(self.names) == 1:
            return self.names[0]
        listed = ", ".join(self.names[:_SHOWN]) + (", ..." if len(self.names) > _SHOWN else "")
        if not self.names:
            raise InvalidInputError(
                f"Endpoint {endpoint_name} has no {self.kind} that could answer.",
                remedy="Add one, then send the request again.",
            )
        raise InvalidInputError(
            f"Endpoint {endpoint_name} has {len(self.names)} {self.kind}s: {listed}.",
            remedy=f"Name the one that is to answer with {self.option}.",
        )


def targets_of(endpoint_name: str, clients: AwsClients) -> Targets | None:
    """Return what a request has to choose from; None for an endpoint that serves one model.

    Raises:
        NotFoundError: There is no such endpoint.
        UserError: AWS refused a read.
        AwsUnavailableError: No answer.
    """
    endpoint = clients.call("sagemaker.describe_endpoint", {"EndpointName": endpoint_name})
    config = clients.call(
        "sagemaker.describe_endpoint_config",
        {"EndpointConfigName": endpoint["EndpointConfigName"]},
    )
    models = [variant.get("ModelName") for variant in config["ProductionVariants"]]
    if not all(models):
        names = component_names(endpoint_name, clients)
        return Targets("inference component", "inference_component", "--component", names)
    prefix = _prefix(models[0], clients)
    if prefix is None:
        return None
    return Targets("model", "target_model", "--target-model", tuple(_archives(prefix, clients)))


def component_names(endpoint_name: str, clients: AwsClients) -> tuple[str, ...]:
    """Return the names of an endpoint's inference components, in the order of their names."""
    rows = _pages(
        "sagemaker.list_inference_components",
        {"EndpointNameEquals": endpoint_name},
        ("InferenceComponents", "NextToken", "NextToken"),
        clients,
    )
    return tuple(sorted(row["InferenceComponentName"] for row in rows))


def _prefix(model_name: str, clients: AwsClients) -> str | None:
    """The S3 URI below which a container finds its models, when it serves several."""
    model = clients.call("sagemaker.describe_model", {"ModelName": model_name})
    containers = [model.get("PrimaryContainer") or {}, *model.get("Containers", ())]
    several = (row for row in containers if row.get("Mode") == "MultiModel")
    return next((row["ModelDataUrl"].rstrip("/") + "/" for row in several), None)


def _archives(prefix: str, clients: AwsClients) -> Iterator[str]:
    bucket, _, key = prefix.removeprefix("s3://").partition("/")
    rows = _pages(
        "s3.list_objects_v2",
        {"Bucket": bucket, "Prefix": key},
        ("Contents", "NextContinuationToken", "ContinuationToken"),
        clients,
    )
    for row in rows:
        if row["Key"].endswith(".tar.gz"):
            yield row["Key"].removeprefix(key)


def _pages(
    operation: str, parameters: dict[str, Any], keys: tuple[str, str, str], clients: AwsClients
) -> Iterator[dict[str, Any]]:
    rows, answered, asked = keys
    token: dict[str, str] = {}
    while True:
        answer = clients.call(operation, {**parameters, **token})
        yield from answer.get(rows, ())
        if not answer.get(answered):
            return
        token = {asked: answer[answered]}
