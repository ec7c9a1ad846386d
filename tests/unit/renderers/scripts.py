"""A rendered script carried out by a session that only records."""

import io
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

POLICY_ARN = (
    "arn:aws:autoscaling:us-east-1:123456789012:scalingPolicy:0:"
    "resource/sagemaker/0:policyName/{name}"
)


class Recorder:
    """A session whose clients record requests; nothing is there before it is made."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, dict[str, Any]]] = []
        self.waited: list[str] = []

    def client(self, service: str) -> "_Client":
        return _Client(service, self)


class _Client:
    def __init__(self, service: str, recorder: Recorder) -> None:
        self.service, self.recorder = service, recorder

    def __getattr__(self, method: str) -> Any:
        def called(**request: Any) -> dict[str, Any]:
            if "Body" in request:
                request = {**request, "Body": request["Body"].read()}
            if method == "describe_inference_component":
                return self._described(request["InferenceComponentName"])
            self.recorder.requests.append((f"{self.service}.{method}", request))
            return answer(f"{self.service}.{method}", request)

        return called

    def _described(self, name: str) -> dict[str, Any]:
        """In service from the moment it was made until it was deleted."""
        calls = [op for op, given in self.recorder.requests
                 if given.get("InferenceComponentName") == name]  # fmt: skip
        if calls[-1:] == ["sagemaker.delete_inference_component"]:
            gone = {"Code": "ValidationException", "Message": "Could not find it."}
            raise ClientError({"Error": gone}, "DescribeInferenceComponent")
        return {"InferenceComponentStatus": "InService"}

    def head_bucket(self, **_request: Any) -> None:
        raise ClientError({"Error": {"Code": "404", "Message": "Not Found"}}, "HeadBucket")

    def get_waiter(self, name: str) -> "_Waiter":
        return _Waiter(name, self.recorder)


class _Waiter:
    def __init__(self, name: str, recorder: Recorder) -> None:
        self.name, self.recorder = name, recorder

    def wait(self, **_given: Any) -> None:
        self.recorder.waited.append(self.name)


def answer(operation: str, request: dict[str, Any]) -> dict[str, Any]:
    """What AWS answers, as far as later calls look at it."""
    match operation:
        case "iam.create_role":
            arn = f"arn:aws:iam::123456789012:role/{request['RoleName']}"
            return {"Role": {"Arn": arn}}
        case "application-autoscaling.put_scaling_policy":
            return {"PolicyARN": POLICY_ARN.format(name=request["PolicyName"])}
        case _:
            return {}


class Upload:
    """Stands for an archive on disk."""

    def __init__(self, content: bytes) -> None:
        self.content = content

    def open(self, _mode: str) -> io.BytesIO:
        return io.BytesIO(self.content)


def functions(source: Any) -> dict[str, Any]:
    """What a script defines; it does nothing by being read."""
    namespace: dict[str, Any] = {"__name__": "rendered", "__doc__": ""}
    exec(compile(source, "deploy.py", "exec"), namespace)
    return namespace


def deploy(
    script: dict[str, Any], session: Any, archives: Mapping[str, Any], poll_s: float
) -> None:
    """Carry a script's `deploy` out, whether or not it uploads."""
    given = (archives,) if "ARCHIVES" in script else ()
    script["deploy"](session, *given, poll_s=poll_s)


def made_by(source: Any, archives: Mapping[str, Upload]) -> list[tuple[str, dict[str, Any]]]:
    """The requests that a script's `deploy` makes, in order."""
    recorder = Recorder()
    deploy(functions(source), recorder, archives, 1)
    assert recorder.waited == ["endpoint_in_service"]
    return recorder.requests
