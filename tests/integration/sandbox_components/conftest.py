"""The sandbox with short minutes, shared with the tests of scaling."""

from tests.integration.sandbox_scaling.conftest import (
    bucket,
    client,
    closed_clients,
    hosting,
    role_arn,
    sandbox,
)

__all__ = ["bucket", "client", "closed_clients", "hosting", "role_arn", "sandbox"]
