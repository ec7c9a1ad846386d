"""The one seam to AWS: clients are made here, from an `AwsTarget`, and passed down.

Only `endpoint_url` tells AWS from the sandbox. Botocore's errors become ours in `aws_errors`.
"""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, Literal

import boto3
import botocore.session
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    HTTPClientError,
    NoCredentialsError,
    NoRegionError,
    ParamValidationError,
    PartialCredentialsError,
    ProfileNotFound,
    TokenRetrievalError,
    UnauthorizedSSOTokenError,
)
from botocore.exceptions import (
    ConnectionError as BotoConnectionError,
)
from botocore.loaders import Loader
from pydantic import BaseModel, ConfigDict

from tools import errors

logger = logging.getLogger(__name__)

#: An invocation may take 60 s; InvokeEndpoint's page advises a read time-out of 70 s.
READ_TIMEOUT_S = 70


class AwsTarget(BaseModel):
    """Where calls go: AWS itself, or the sandbox when `endpoint_url` is set."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Literal["sandbox", "aws"]
    region_name: str
    endpoint_url: str | None = None
    profile: str | None = None


class AwsClients:
    """Clients of one target, made on first use and kept. Safe to share between threads."""

    def __init__(self, target: AwsTarget, session: botocore.session.Session) -> None:
        self.target = target
        with aws_errors("session"):
            self._session = boto3.Session(botocore_session=session, region_name=target.region_name)
        self._clients: dict[str, Any] = {}
        self._identity: dict[str, str] | None = None
        self._lock = threading.Lock()

    def client(self, service: str) -> Any:  # noqa: ANN401 - boto3's clients are made at run time
        """Return the client of `service` ("sagemaker", "s3", ...)."""
        with self._lock:
            if service not in self._clients:
                self._clients[service] = self._session.client(
                    service, endpoint_url=self.target.endpoint_url, config=_config(self.target)
                )
            return self._clients[service]

    def call(self, operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
        """Make one call; `operation` is "service.boto3_method".

        Raises:
            UserError: AWS refused.
            AwsUnavailableError: No answer came; whether the call took effect is not known.
        """
        service, method = operation.split(".", 1)
        with aws_errors(operation):
            answer: dict[str, Any] = getattr(self.client(service), method)(**parameters)
        metadata = answer.get("ResponseMetadata", {})
        logger.info(
            "aws.call", extra={"operation": operation, "request_id": metadata.get("RequestId")}
        )
        return answer

    def exists(self, operation: str, parameters: dict[str, Any]) -> bool:
        """Say whether a read finds something.

        Raises:
            UserError: AWS refused for another reason than "not found".
            AwsUnavailableError: No answer.
        """
        try:
            self.call(operation, parameters)
        except errors.NotFoundError:
            return False
        return True

    @property
    def account(self) -> str:
        """The twelve-digit account id of the caller."""
        return self._caller()["Account"]

    @property
    def caller_arn(self) -> str:
        """The caller's ARN."""
        return self._caller()["Arn"]

    def _caller(self) -> dict[str, str]:
        if self._identity is None:
            answer = self.call("sts.get_caller_identity", {})
            self._identity = {key: answer[key] for key in ("Account", "Arn")}
        return self._identity


def _config(target: AwsTarget) -> Config:
    attempts = 2 if target.endpoint_url else 4
    return Config(
        connect_timeout=5,
        read_timeout=READ_TIMEOUT_S,
        retries={"mode": "standard", "total_max_attempts": attempts},
        s3={"addressing_style": "path"} if target.endpoint_url else None,
    )


class _ServiceModels(Loader):  # type: ignore[misc] # botocore has no types
    """Botocore's models, read once in a process: clients of a new session take 0.01 s, not 0.1."""

    @property
    def search_paths(self) -> list[str]:
        """A copy: boto3 adds a folder to it with every session, whose resources nobody uses."""
        return list(self._search_paths)


@cache
def _service_models() -> Loader:
    return _ServiceModels()


def new_session(target: AwsTarget) -> botocore.session.Session:
    """Return a botocore session of its own, so that a guard on it touches nobody else.

    Raises:
        UserError: The profile does not exist.
    """
    with aws_errors("session"):
        session = botocore.session.Session(profile=target.profile)
        session.register_component("data_loader", _service_models())
        if target.endpoint_url:
            session.set_credentials("sandbox", "sandbox")
        session.set_config_variable("region", target.region_name)
    return session


def connect(target: AwsTarget) -> AwsClients:
    """Return clients of `target`; nothing is sent yet."""
    return AwsClients(target, new_session(target))


@contextmanager
def aws_errors(operation: str) -> Iterator[None]:
    """Turn botocore's errors into ours, most specific first.

    Raises:
        UserError: Somebody can mend it.
        AwsUnavailableError: No answer came.
    """
    try:
        yield
    except ClientError as error:
        raise _from_client_error(operation, error) from error
    except ParamValidationError as error:
        raise errors.RequestRefusedError(
            f"{operation}: {error}", remedy="Correct the parameters named in the message."
        ) from error
    except (NoCredentialsError, PartialCredentialsError, TokenRetrievalError,
            UnauthorizedSSOTokenError) as error:  # fmt: skip
        raise errors.AccessDeniedError(
            f"There are no usable AWS credentials: {error}",
            remedy="Configure credentials (for example `aws configure` or `aws sso login`), "
            "or use the sandbox.",
        ) from error
    except (ProfileNotFound, NoRegionError) as error:
        raise errors.InvalidInputError(
            str(error), remedy="Name a profile and a region that exist in your AWS configuration."
        ) from error
    except (BotoConnectionError, HTTPClientError) as error:
        raise errors.AwsUnavailableError(
            f"{operation}: no answer from AWS or the sandbox ({type(error).__name__}).",
            remedy="Check that the network or the sandbox is up, then try the same thing again.",
        ) from error
    except BotoCoreError as error:
        raise errors.AwsUnavailableError(
            f"{operation}: {error}", remedy="Try the same thing again."
        ) from error


_BY_CODE: dict[str, tuple[type[errors.UserError], str]] = {
    "AccessDenied": (
        errors.AccessDeniedError,
        "Grant the permission that the message names; `sagepilot doctor` prints the policy.",
    ),
    "ResourceLimitExceeded": (
        errors.QuotaExceededError,
        "Ask for a higher quota in Service Quotas, or choose another instance type or region.",
    ),
    "LimitExceeded": (errors.QuotaExceededError, "Remove what is no longer used, or ask for more."),
    "ResourceNotFound": (errors.NotFoundError, "Check the name and the region."),
    "NoSuchEntity": (errors.NotFoundError, "Check the name."),
    "NoSuchBucket": (errors.NotFoundError, "Check the bucket's name and region."),
    "NoSuchKey": (errors.NotFoundError, "Check the object's key."),
    "404": (errors.NotFoundError, "Check the name."),
    "ObjectNotFoundException": (errors.NotFoundError, "Check the name."),
    "InvalidChangeSetStatus": (errors.NameInUseError, "Wait until the stack is at rest."),
    "BucketAlreadyOwnedByYou": (errors.NameInUseError, "Use the bucket as it is."),
    "BucketAlreadyExists": (errors.NameInUseError, "Choose another bucket name."),
    "EntityAlreadyExists": (errors.NameInUseError, "Choose another name."),
    "ResourceInUse": (errors.NameInUseError, "Wait until it is free, or choose another name."),
}
_ALIASES = {
    "AccessDeniedException": "AccessDenied",
    "UnauthorizedOperation": "AccessDenied",
    "ExpiredToken": "AccessDenied",
    "ExpiredTokenException": "AccessDenied",
    "InvalidClientTokenId": "AccessDenied",
    "UnrecognizedClientException": "AccessDenied",
    "403": "AccessDenied",
    "LimitExceededException": "LimitExceeded",
    "ResourceNotFoundException": "ResourceNotFound",
}
_RETRYABLE = {"Throttling", "ThrottlingException", "TooManyRequestsException", "ServiceUnavailable",
              "InternalFailure", "InternalServerError", "RequestTimeout", "SlowDown",
              "ConcurrentUpdateException", "503", "500"}  # fmt: skip


def _from_client_error(operation: str, error: ClientError) -> errors.SagepilotError:
    code = str(error.response.get("Error", {}).get("Code", ""))
    text = str(error.response.get("Error", {}).get("Message", "")) or code
    message = f"{operation}: {text} ({code})"
    if code in _RETRYABLE:
        return errors.AwsUnavailableError(message, remedy="Wait a moment and try again.")
    known = _BY_CODE.get(_ALIASES.get(code, code))
    if known is None:
        known = _from_wording(text)
    kind, remedy = known
    return kind(message, remedy=remedy)


def _from_wording(text: str) -> tuple[type[errors.UserError], str]:
    """Judge a ValidationException, the code under which SageMaker says nearly everything."""
    lowered = text.lower()
    if "already exist" in lowered:
        return errors.NameInUseError, "Choose another name."
    if "could not find" in lowered or "does not exist" in lowered:
        return errors.NotFoundError, "Check the name and the region."
    if "could not access model data" in lowered or "could not assume role" in lowered:
        return errors.AccessDeniedError, "Give the execution role the access the message names."
    return errors.RequestRefusedError, "Change what the message names, then plan again."
