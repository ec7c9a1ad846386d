"""A specification as a Python script in the SageMaker SDK's own words (sagemaker v3); pure.

What ModelBuilder can say is said by it (a catalogue model by its id); everything else by the
SDK's resources, `Model.create(...)`. Uploads, role and scaling are what the SDK has no words for:
they stay calls of boto3, as in `tools.renderers.python`.
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from tools.endpoint import EndpointSpec
from tools.renderers.comments import remarks
from tools.renderers.python import Script, waited
from tools.renderers.python_names import Head, ScriptStep
from tools.renderers.python_values import Source, call, literal
from tools.renderers.sdk_values import arguments, resource_of, unspeakable

_CONFIGS = "sagemaker.core.inference_config"
#: Where the SDK has what a builder is given (sagemaker 3.27).
_HOMES = {
    "Session": "sagemaker.core.helper.session_helper",
    "Networking": "sagemaker.core.training.configs",
    "Compute": "sagemaker.core.training.configs",
    "JumpStartConfig": "sagemaker.core.jumpstart.configs",
    "ServerlessInferenceConfig": _CONFIGS,
    "AsyncInferenceConfig": _CONFIGS,
    "DataCaptureConfig": "sagemaker.core.model_monitor.data_capture_config",
    "ModelBuilder": "sagemaker.serve.model_builder",
}
CONNECT = '''\
def connect():
    """Return a session of the account that this script was made for."""
    # The SDK makes sessions of its own, also while it is imported: they look here.
    os.environ["AWS_DEFAULT_REGION"] = REGION
    if os.environ.get("AWS_ENDPOINT_URL") and boto3.Session().get_credentials() is None:
        # A stand-in for AWS on this machine takes any credentials.
        os.environ |= {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local"}
    boto3.setup_default_session(region_name=REGION)
    session = boto3.Session(region_name=REGION)
    account = session.client("sts").get_caller_identity()["Account"]
    if account != ACCOUNT:
        sys.exit(f"This script is for account {ACCOUNT}, these credentials are of {account}.")
    return session
'''
_SDK_SESSION = '''\
def sdk_session(session):
    """Return the SDK's session.

    It asks AWS's own host who it is, whatever AWS_ENDPOINT_URL says: this one asks there.
    """
    from sagemaker.core.helper.session_helper import Session

    class OwnSession(Session):
        def account_id(self):
            return ACCOUNT

        def get_caller_identity_arn(self):
            return session.client("sts").get_caller_identity()["Arn"]

    return OwnSession(boto_session=session, default_bucket=DEFAULT_BUCKET)
'''


class Builder(NamedTuple):
    """A model as ModelBuilder's arguments.

    Attributes:
        given: Of ModelBuilder(), or of from_jumpstart_config() beside the model's id.
        catalogue: JumpStartConfig's arguments, for a catalogue model.
        deploy: Of deploy(); nested `Made` where the SDK has a class.
        model_name: Of build().
        bucket: The SDK's default bucket.
        tags: Of build(), as AWS spells them.
    """

    given: dict[str, Any]
    deploy: dict[str, Any]
    model_name: str
    bucket: str
    tags: list[dict[str, str]]
    catalogue: dict[str, Any] | None = None


class Made(NamedTuple):
    """An object of one of the SDK's classes."""

    kind: str
    given: dict[str, Any]


def render_sdk_script(
    spec: EndpointSpec,
    steps: Sequence[ScriptStep],
    undo: Sequence[ScriptStep],
    head: Head,
    sdk: tuple[str, Builder | None],
) -> str:
    """Return the script.

    Args:
        spec: What it makes.
        steps: Every request that makes it, in order.
        undo: Every request that takes it back, in the order they are made.
        head: What the script says of itself.
        sdk: The SDK's version, and the model in ModelBuilder's words if they can say it.
    """
    version, builder = sdk
    made = _SdkScript(spec, steps, undo, head)
    made.version, made.builder = version, builder
    text = "\n".join(made.lines()).rstrip("\n") + "\n"
    return text if "json." in text else text.replace("import json\n", "", 1)


class _SdkScript(Script):
    file_name = "deploy_sdk.py"
    connect = CONNECT
    version = ""
    builder: Builder | None = None

    def _dependencies(self) -> list[str]:
        return [f"sagemaker=={self.version}", *super()._dependencies()]

    def _settings(self) -> Iterator[str]:
        yield from super()._settings()
        if self.builder is not None:
            yield f"DEFAULT_BUCKET = {literal(self.builder.bucket)}"

    def _tools(self) -> Iterator[str]:
        yield from super()._tools()
        if self.builder is not None:
            yield ""
            yield _SDK_SESSION

    def _function(self, stage: str, steps: list[tuple[int, ScriptStep]]) -> Iterator[str]:
        if stage != "make_endpoint":
            yield from super()._function(stage, steps)
            return
        yield f"def {stage}({', '.join(self._arguments(stage))}):"
        yield '    """Make models, configuration and endpoint, and wait until it serves."""'
        yield from self._built(self.builder) if self.builder else self._created(steps)
        yield ""

    def _created(self, steps: list[tuple[int, ScriptStep]]) -> Iterator[str]:
        """Each request by the resource that it makes."""
        body: list[str] = []
        classes: set[str] = set()
        kinds: set[str] = set()
        for number, step in steps:
            operation, parameters = step.call.operation, step.call.parameters
            misspelt = unspeakable(operation, parameters)
            if misspelt is not None:
                why = f"By boto3: sagemaker {self.version} would misspell {misspelt}."
                body += [*remarks([step.why, why], 4), *self._made(number, step)]
                continue
            made, named = self._resource(step)
            body += made
            classes |= named
            kinds.add(resource_of(operation))
        yield f"    from sagemaker.core.resources import {', '.join(sorted(kinds))}"
        yield from _imported("sagemaker.core.shapes", sorted(classes))
        yield ""
        yield '    sagemaker = session.client("sagemaker")'
        yield from body

    def _resource(self, step: ScriptStep) -> tuple[list[str], set[str]]:
        operation = step.call.operation
        given = self.names.filled(step.call.parameters)
        tags = given.pop("Tags", None)
        lines, classes = arguments(operation, given, 8)
        if isinstance(tags, Source):
            rows = "[Tag(key=row['Key'], value=row['Value']) for row in TAGS]".replace("'", '"')
            lines.append(f"        tags={rows},")
            classes.add("Tag")
        elif tags:
            more, named = arguments(operation, {"Tags": tags}, 8)
            lines, classes = lines + more, classes | named
        callee = f"{resource_of(operation)}.create"
        patient = operation == "sagemaker.create_model" and self.names.role
        first = [f"        {callee},"] if patient else []
        last = ["        session=session,", "        region=REGION,", "    )"]
        opening = "    patiently(" if patient else f"    {callee}("
        return [*remarks([step.why], 4), opening, *first, *lines, *last, *waited(step)], classes

    def _built(self, builder: Builder) -> Iterator[str]:
        """The model in ModelBuilder's own words."""
        classes = {"ModelBuilder", *_classes(builder.given), *_classes(builder.deploy)}
        given = self.names.filled({k: _source(v) for k, v in builder.given.items()})
        if self.names.role:
            given["role_arn"] = Source("role_arn")
        given["sagemaker_session"] = Source("sdk_session(session)")
        callee, first = "ModelBuilder", None
        if builder.catalogue is not None:
            classes.add("JumpStartConfig")
            callee = "ModelBuilder.from_jumpstart_config"
            first = _source(Made("JumpStartConfig", builder.catalogue))
        for home in sorted({_HOMES[kind] for kind in classes}):
            yield from _imported(home, sorted(k for k in classes if _HOMES[k] == home))
        yield ""
        yield call(f"builder = {callee}", given, 4, first=first)
        tags = {"tags": builder.tags} if builder.tags else {}
        named = {"model_name": builder.model_name, **tags}
        if self.names.role:
            yield call("patiently", named, 4, first="builder.build")
        else:
            yield call("builder.build", named, 4)
        deploy = {k: _source(v) for k, v in builder.deploy.items()}
        deploy = {"endpoint_name": Source("ENDPOINT_NAME"), **deploy, "wait": False}
        yield call("builder.deploy", deploy, 4)
        yield '    wait(session.client("sagemaker"), "endpoint_in_service", poll_s)'


def _imported(home: str, names: Sequence[str]) -> Iterator[str]:
    if not names:
        return
    flat = f"    from {home} import {', '.join(names)}"
    if len(flat) <= 96:
        yield flat
        return
    yield f"    from {home} import ("
    yield from (f"        {name}," for name in names)
    yield "    )"


def _classes(value: Any) -> Iterator[str]:  # noqa: ANN401 - nested arguments
    if isinstance(value, Made):
        yield value.kind
        yield from _classes(value.given)
    elif isinstance(value, dict):
        for member in value.values():
            yield from _classes(member)


def _source(value: Any) -> Any:  # noqa: ANN401 - nested arguments
    if not isinstance(value, Made):
        return value
    given = ", ".join(f"{k}={literal(_source(v))}" for k, v in value.given.items())
    return Source(f"{value.kind}({given})")
