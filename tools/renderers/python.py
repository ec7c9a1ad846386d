"""A specification as a Python script that needs boto3 alone; pure.

It is made from the same requests as a plan, so that running it makes the same endpoint. The
functions that make and remove are what `tests` call with a session that only records.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from tools.endpoint import EndpointSpec
from tools.renderers import script_text as text
from tools.renderers.comments import remarks
from tools.renderers.python_names import CONSTANTS, Head, Names, ScriptStep
from tools.renderers.python_values import Source, call, literal

_STAGE = {
    "s3": "upload", "iam": "make_role", "sagemaker": "make_endpoint",
    "application-autoscaling": "watch", "cloudwatch": "watch",
}  # fmt: skip
_SAID = {
    "upload": "Put what is served where SageMaker reads it.",
    "make_role": "Make the role that the endpoint acts in, and return its ARN.",
    "make_endpoint": "Make models, configuration and endpoint, and wait until it serves.",
    "watch": "Let capacity follow traffic, and ring when something is wrong.",
}
_CLIENTS = {"application-autoscaling": "autoscaling"}
#: A longer sample is not written into the script.
_LONGEST_SAMPLE = 16_384


def render_script(
    spec: EndpointSpec, steps: Sequence[ScriptStep], undo: Sequence[ScriptStep], head: Head
) -> str:
    """Return the script.

    Args:
        spec: What it makes.
        steps: Every request that makes it, in order; placeholders for uploads and earlier answers.
        undo: Every request that takes it back, in the order they are made.
        head: What the script says of itself.
    """
    script = "\n".join(Script(spec, steps, undo, head).lines()).rstrip("\n") + "\n"
    return script if "json." in script else script.replace("import json\n", "", 1)


class Script:
    """A script under way; each method yields lines of it."""

    file_name = "deploy.py"
    connect = text.CONNECT

    def __init__(
        self, spec: EndpointSpec, steps: Sequence[ScriptStep], undo: Sequence[ScriptStep],
        head: Head,
    ) -> None:  # fmt: skip
        self.spec, self.steps, self.undo, self.head = spec, steps, undo, head
        self.names = Names(spec, steps, undo)

    def lines(self) -> Iterator[str]:
        """Yield the whole script; a line may hold several."""
        yield from self._head()
        yield from (text.IMPORTS, *self._settings(), "", "", self.connect)
        for part in self._tools():
            yield from ("", part)
        for stage, steps in self._stages():
            yield ""
            yield from self._function(stage, steps)
        yield ""
        yield from self._deploy()
        yield ""
        yield from self._delete()
        yield from ("", self._trying(), "", self._main())

    def _trying(self) -> str:
        if self.spec.asynchronous is not None:
            return text.TRY_LATER
        return text.TRY_EACH if self._targets() else text.TRY_NOW

    def _targets(self) -> list[dict[str, str]]:
        """What a request names beside the endpoint: each component, or each of several models."""
        found = [{"InferenceComponentName": one.name} for one in self.spec.components]
        for served in self.spec.served:
            several = served.multi_model.models if served.multi_model else ()
            found += [{"TargetModel": one.name} for one in several]
        return found

    def _head(self) -> Iterator[str]:
        spec, archives = self.spec, " ARCHIVE" * len(self.names.uploads)
        eula = " --accept-eula" if self.names.licensed else ""
        yield "# /// script"
        yield '# requires-python = ">=3.11"'
        yield f"# dependencies = {literal(self._dependencies())}"
        yield "# ///"
        what = re.sub(r"[^\w.-]", " ", spec.name)
        where = re.sub(r"[^\w-]", " ", spec.region)
        yield f'"""Amazon SageMaker endpoint {what} ({spec.inference_option}), {where}.'
        yield from ("", "Make it and try it, then take everything back:", "")
        yield f"    python {self.file_name}{archives}{eula}"
        yield f"    python {self.file_name} --delete"
        yield from ('"""', "")
        origin = f"plan {self.head.digest}" if self.head.digest else "a specification"
        yield from remarks([f"Rendered by Sagepilot from {origin}."])
        if self.head.reasons:
            yield from ("#", "# Why it is as it is:")
            yield from remarks(f"- {reason}" for reason in self.head.reasons)
        yield ""

    def _dependencies(self) -> list[str]:
        return [f"boto3=={self.head.boto3_version}"]

    def _settings(self) -> Iterator[str]:
        yield f"REGION = {literal(self.spec.region)}"
        yield f"ACCOUNT = {literal(self.head.account)}"
        for key, name in CONSTANTS.items():
            if key in self.names.constants:
                yield f"{name} = {literal(self.names.constants[key])}"
        if self.names.tags:
            yield f"TAGS = {literal(self.names.tags, used=7)}"
        if self.names.uploads:
            yield "# SHA-256 of what is uploaded; `sha256sum model.tar.gz` shows a file's."
            shown = "".join(f"    {literal(s)},\n" for s in sorted(self.names.uploads))
            yield f"ARCHIVES = {{\n{shown}}}"
        yield "# A request that the endpoint is tried with."
        sample = self.head.sample
        embedded = sample if sample and len(sample.body) <= _LONGEST_SAMPLE else None
        yield f"SAMPLE = {_bytes(embedded.body) if embedded else None}"
        yield f"CONTENT_TYPE = {literal(sample.content_type if sample else 'application/json')}"
        yield f"ACCEPT = {literal(sample.accept if sample else None)}"
        if self._targets():
            yield "# What a request names beside the endpoint."
            yield f"TARGETS = {literal(self._targets())}"

    def _tools(self) -> Iterator[str]:
        if self.names.uploads:
            yield text.READ_ARCHIVES
        if any(s.call.operation == "s3.create_bucket" for s in self.steps):
            yield text.BUCKET_EXISTS
        if self.names.role:
            yield text.PATIENTLY
        yield text.REMOVE
        yield text.WAIT
        if any(step.waiter == "compilation_completed" for step in self.steps):
            yield text.WAIT_FOR_COMPILATION
        if self.spec.components:
            yield text.WAIT_FOR_COMPONENT

    def _stages(self) -> Iterator[tuple[str, list[tuple[int, ScriptStep]]]]:
        numbered = list(enumerate(self.steps))
        for stage, rows in groupby(numbered, lambda row: _STAGE[_service(row[1])]):
            yield stage, list(rows)

    def _arguments(self, stage: str) -> tuple[str, ...]:
        extra = {
            "upload": ("archives",) if self.names.uploads else (),
            "make_endpoint": (*(("role_arn",) if self.names.role else ()), "poll_s"),
        }
        return ("session", *extra.get(stage, ()))

    def _function(self, stage: str, steps: list[tuple[int, ScriptStep]]) -> Iterator[str]:
        yield f"def {stage}({', '.join(self._arguments(stage))}):"
        yield f'    """{_SAID[stage]}"""'
        yield from _clients(step for _, step in steps)
        for number, step in steps:
            yield from remarks([step.why], 4)
            yield from self._made(number, step)
        yield "    return role_arn\n" if stage == "make_role" else ""

    def _made(self, number: int, step: ScriptStep) -> Iterator[str]:
        operation, given = step.call.operation, self.names.filled(step.call.parameters)
        callee, indent = _callee(operation), 4
        if operation == "iam.create_role":
            yield call(f"role = {callee}", given, indent)
            yield '    role_arn = role["Role"]["Arn"]'
            return
        if operation == "s3.create_bucket":
            yield f"    if not bucket_exists(s3, {literal(given['Bucket'])}):"
            indent = 8
        if operation == "s3.put_object":
            sha256 = step.call.parameters["Body"]["$blob"]["sha256"]
            yield f"    archive = archives[{literal(sha256)}]"
            yield '    with archive.open("rb") as body:'
            given, indent = {**given, "Body": Source("body")}, 8
        if operation in _PATIENT and self.names.role:
            yield call("patiently", given, indent, first=callee)
        elif number in self.names.named_steps:
            yield call(f"answer_{number + 1} = {callee}", given, indent)
        else:
            yield call(callee, given, indent)
        yield from waited(step)

    def _deploy(self) -> Iterator[str]:
        archives = ", archives" if self.names.uploads else ""
        yield f"def deploy(session{archives}, poll_s=15):"
        yield '    """Make the endpoint and everything that belongs to it, in order."""'
        for stage, _ in self._stages():
            result = "role_arn = " if stage == "make_role" else ""
            yield f"    {result}{stage}({', '.join(self._arguments(stage))})"
        yield ""

    def _delete(self) -> Iterator[str]:
        yield "def delete(session, poll_s=15):"
        yield '    """Take everything back, what was made last first."""'
        yield from _clients(self.undo)
        for step in self.undo:
            given = self.names.filled(step.call.parameters)
            yield call("remove", given, 4, first=_callee(step.call.operation))
            yield from waited(step)
        yield ""

    def _main(self) -> str:
        options, checks = "", ""
        if self.names.uploads:
            options += (
                '    parser.add_argument("archives", nargs="*", type=Path, '
                'help="packaged models")\n'
            )
            checks += "    archives = archives_by_checksum(given.archives)\n"
        if self.names.licensed:
            options += (
                '    parser.add_argument("--accept-eula", action="store_true", '
                'help="accept the licence")\n'
            )
            checks += (
                "    if not given.accept_eula:\n"
                '        sys.exit("Read the model\'s licence, then say --accept-eula.")\n'
            )
        arguments = ", archives" if self.names.uploads else ""
        return text.MAIN.substitute(options=options, checks=checks, arguments=arguments)


#: What botocore has no waiter for is waited for by a function of the script.
_OWN_WAITS = {
    "component_in_service": "wait_for_component",
    "component_deleted": "wait_until_gone",
    "compilation_completed": "wait_for_compilation",
}
_PATIENT = frozenset({"sagemaker.create_model", "sagemaker.create_compilation_job"})


def waited(step: ScriptStep) -> Iterator[str]:
    """Yield the line that waits for what a step began, if it is waited for."""
    if step.waiter in _OWN_WAITS:
        parameters = step.call.parameters
        own = parameters.get("CompilationJobName") or parameters["InferenceComponentName"]
        name = literal(own)
        yield f"    {_OWN_WAITS[step.waiter]}(sagemaker, {name}, poll_s)"
    elif step.waiter:
        yield f'    wait(sagemaker, "{step.waiter}", poll_s)'


def _service(step: ScriptStep) -> str:
    return step.call.operation.partition(".")[0]


def _client(service: str) -> str:
    return _CLIENTS.get(service, service)


def _callee(operation: str) -> str:
    service, method = operation.split(".", 1)
    return f"{_client(service)}.{method}"


def _clients(steps: Iterable[ScriptStep]) -> Iterator[str]:
    for service in dict.fromkeys(_service(step) for step in steps):
        yield f'    {_client(service)} = session.client("{service}")'


def _bytes(body: bytes) -> str:
    try:
        shown = body.decode("utf-8")
    except UnicodeDecodeError:
        return repr(body)
    return f"{literal(shown)}.encode()"
