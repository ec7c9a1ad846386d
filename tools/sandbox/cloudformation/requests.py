"""Reads what CreateStack, UpdateStack and CreateChangeSet have in common."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from botocore.exceptions import ClientError

from tools.sandbox.cloudformation.aws_calls import AwsCalls
from tools.sandbox.cloudformation.evaluation import (
    Blueprint,
    capabilities_needed,
    check_types,
)
from tools.sandbox.cloudformation.intrinsics import Surroundings, Unknown
from tools.sandbox.cloudformation.parameters import check_definitions, parameter_values
from tools.sandbox.cloudformation.parsing import validation_error
from tools.sandbox.cloudformation.records import Options, Revision
from tools.sandbox.cloudformation.references import Reference
from tools.sandbox.cloudformation.template import Template, read_template
from tools.sandbox.wire import AwsError

_MAX_BODY = 51_200
_MAX_OBJECT = 1_000_000
_MAX_TAGS = 50
_NAME = re.compile(r"[a-zA-Z][-a-zA-Z0-9]*")
_CAPABILITIES = ("CAPABILITY_IAM", "CAPABILITY_NAMED_IAM")


def check_name(value: str, what: str) -> None:
    """Refuse a name that no stack or change set can have."""
    if _NAME.fullmatch(value) is None or len(value) > 128:
        raise validation_error(
            f"1 validation error detected: Value '{value}' at '{what}' failed to satisfy "
            "constraint: Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*"
        )


class TemplateSource:
    """Finds the template that a request names."""

    def __init__(self, calls: AwsCalls) -> None:
        self._calls = calls

    def text(self, params: Mapping[str, Any], region: str, previous: str | None = None) -> str:
        """The template's text: given, in S3, or the one that the stack has.

        Raises:
            AwsError: `ValidationError`.
        """
        body, url = params.get("TemplateBody"), params.get("TemplateURL")
        if body and url:
            raise validation_error("Only one of TemplateBody or TemplateURL may be specified.")
        if params.get("UsePreviousTemplate"):
            if body or url or previous is None:
                raise validation_error(
                    "UsePreviousTemplate cannot be combined with a template, or there is none."
                )
            return previous
        if body:
            if len(str(body).encode()) > _MAX_BODY:
                raise validation_error(
                    "1 validation error detected: Value at 'templateBody' failed to satisfy "
                    f"constraint: Member must have length less than or equal to {_MAX_BODY}"
                )
            return str(body)
        if url:
            return self._fetched(str(url), region)
        raise validation_error("Either Template URL or Template Body must be specified.")

    def _fetched(self, url: str, region: str) -> str:
        bucket, key = _bucket_and_key(url)
        try:
            found = self._calls.call(region, "s3.get_object", Bucket=bucket, Key=key)
        except ClientError as error:
            raise validation_error(f"S3 error: {error.response['Error']['Message']}") from error
        content = found["Body"].read()
        if len(content) > _MAX_OBJECT:
            raise validation_error(f"Template may not exceed {_MAX_OBJECT} bytes in size.")
        try:
            return str(content.decode())
        except UnicodeDecodeError as error:
            raise validation_error("Template format error: unsupported structure.") from error


def _bucket_and_key(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    host, path = parts.hostname or "", unquote(parts.path.lstrip("/"))
    hosted = re.fullmatch(r"(?P<bucket>.+)\.s3[.-].*amazonaws\.com(\.cn)?", host)
    if parts.scheme == "s3":
        return host, path
    if hosted:
        return hosted["bucket"], path
    bucket, _, key = path.partition("/")
    if parts.scheme not in ("http", "https") or not bucket or not key:
        raise validation_error("TemplateURL must be a supported URL.")
    return bucket, key


def tags_of(params: Mapping[str, Any]) -> dict[str, str]:
    """The stack tags of a request."""
    tags = params.get("Tags") or []
    keys = [tag["Key"] for tag in tags]
    if len(set(keys)) != len(keys):
        raise validation_error("Duplicate tag keys found.")
    if len(keys) > _MAX_TAGS:
        raise validation_error(f"A stack can have at most {_MAX_TAGS} tags.")
    if any(key.lower().startswith("aws:") for key in keys):
        raise validation_error("Tag keys must not start with aws:.")
    return {tag["Key"]: tag.get("Value", "") for tag in tags}


def options_of(params: Mapping[str, Any], held: Options | None = None) -> Options:
    """How to go about it."""
    if params.get("StackPolicyBody") or params.get("StackPolicyURL"):
        raise AwsError("UnsupportedOperation", "The sandbox does not serve stack policies.", 501)
    if "DisableRollback" in params and "OnFailure" in params and "ChangeSetName" not in params:
        raise validation_error("Either DisableRollback or OnFailure can be specified, not both.")
    before = held or Options()
    return Options(
        disable_rollback=bool(params.get("DisableRollback", False)),
        on_failure=params.get("OnFailure", params.get("OnStackFailure", "ROLLBACK")),
        timeout_minutes=params.get("TimeoutInMinutes"),
        role_arn=params.get("RoleARN", before.role_arn),
        notification_arns=tuple(params.get("NotificationARNs", before.notification_arns)),
        rollback_configuration=params.get("RollbackConfiguration", before.rollback_configuration),
        retain_except_on_create=bool(params.get("RetainExceptOnCreate", False)),
        client_token=params.get("ClientRequestToken"),
    )


def check_capabilities(template: Template, given: tuple[str, ...]) -> None:
    """Refuse IAM resources without consent.

    Raises:
        AwsError: `InsufficientCapabilitiesException`.
    """
    needed = capabilities_needed(template)
    accepted = _CAPABILITIES if needed == ("CAPABILITY_IAM",) else _CAPABILITIES[1:]
    if needed and not set(given) & set(accepted):
        raise AwsError(
            "InsufficientCapabilitiesException", f"Requires capabilities : [{', '.join(needed)}]"
        )


def read_revision(
    text: str,
    params: Mapping[str, Any],
    surroundings: Surroundings,
    previous: Revision | None = None,
) -> Revision:
    """The revision that a request asks for, checked as far as nothing has to be made for it.

    Raises:
        AwsError: `ValidationError` or `InsufficientCapabilitiesException`.
    """
    template = read_template(text)
    check_definitions(template.parameters)
    check_types(template)
    capabilities = tuple(params.get("Capabilities") or ())
    values = parameter_values(
        template.parameters,
        params.get("Parameters") or [],
        previous.parameters if previous else {},
    )
    check_capabilities(template, capabilities)
    tags = tags_of(params) if "Tags" in params or previous is None else previous.tags
    revision = Revision(template=text, parameters=values, tags=tags, capabilities=capabilities)
    blueprint = Blueprint(revision, surroundings, _unknown)
    for name in blueprint.order:
        blueprint.properties(name)
    blueprint.outputs()
    return revision


def _unknown(name: str, attribute: str | None) -> Unknown:
    return Unknown((Reference(name, attribute),))
