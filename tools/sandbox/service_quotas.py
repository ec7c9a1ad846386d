"""Service Quotas for SageMaker: a small seeded table, answered as the service does.

The serverless figures are those of the developer guide (serverless-endpoints); quotas of instance
types vary by account, so the values here stand for an account that hosts a little.
"""

from typing import Any

from tools.sandbox.facts import limit
from tools.sandbox.service import Call, Operation, page
from tools.sandbox.wire import ACCOUNT, AwsError

#: Quota of `<type> for endpoint usage` and `.. for transform job usage`, by instance family.
_FAMILY_QUOTAS = {
    "t2": 20, "m4": 20, "m5": 20, "m5d": 20, "m6i": 20, "m6g": 20, "m7i": 20, "c4": 20, "c5": 20,
    "c5d": 20, "c6i": 20, "c6g": 20, "c7g": 20, "c7i": 20, "r5": 20, "r6i": 20, "r7i": 20,
    "inf1": 4, "inf2": 4, "g4dn": 4, "g5": 4, "g6": 4, "g6e": 2,
}  # fmt: skip
SERVERLESS_CONCURRENCY = "Total concurrency across all serverless endpoints"
SERVERLESS_ENDPOINTS = "Maximum number of serverless endpoints"
_SIZES = ("medium", "large", "xlarge", "2xlarge", "4xlarge")
_LARGE_REGIONS = frozenset(
    ("us-east-1", "us-east-2", "us-west-2", "ap-southeast-1", "ap-southeast-2", "ap-northeast-1",
     "eu-central-1", "eu-west-1")
)  # fmt: skip


def _quota(region: str, code: str, name: str, value: float) -> dict[str, Any]:
    return {
        "ServiceCode": "sagemaker",
        "ServiceName": "Amazon SageMaker",
        "QuotaArn": f"arn:aws:servicequotas:{region}:{ACCOUNT}:sagemaker/{code}",
        "QuotaCode": code,
        "QuotaName": name,
        "Value": float(value),
        "Unit": "None",
        "Adjustable": True,
        "GlobalQuota": False,
    }


def quotas(region: str) -> list[dict[str, Any]]:
    """Every seeded quota of a region, in AWS's shape."""
    size = "large" if region in _LARGE_REGIONS else "other"
    concurrency = limit(f"serverless_total_concurrency_{size}_regions")
    found = [
        _quota(
            region, "L-SANDBOX01", SERVERLESS_CONCURRENCY, concurrency
        ),
        _quota(
            region, "L-SANDBOX02", SERVERLESS_ENDPOINTS,
            limit("serverless_endpoints_per_region"),
        ),
    ]  # fmt: skip
    named = [
        (f"ml.{family}.{size}", value)
        for family, value in _FAMILY_QUOTAS.items()
        for size in _SIZES
    ]
    uses = [
        (f"{name} for {use}", value)
        for use in ("endpoint usage", "transform job usage")
        for name, value in named
    ]
    found += [
        _quota(region, f"L-SANDBOX{index:02d}", name, value)
        for index, (name, value) in enumerate(uses, start=10)
    ]
    return found


def quota_value(region: str, name: str) -> float | None:
    """The value of a quota by its name; None when the table has no such quota."""
    return next((quota["Value"] for quota in quotas(region) if quota["QuotaName"] == name), None)


class ServiceQuotas:
    """The read operations for service code `sagemaker`."""

    def operations(self) -> dict[str, Operation]:
        """The operations by AWS's name."""
        return {
            "ListServiceQuotas": self.list,
            "ListAWSDefaultServiceQuotas": self.list,
            "GetServiceQuota": self.get,
            "GetAWSDefaultServiceQuota": self.get,
        }

    @staticmethod
    def _of(call: Call) -> list[dict[str, Any]]:
        if call.params["ServiceCode"] != "sagemaker":
            raise AwsError(
                "NoSuchResourceException",
                f"The request failed because the specified service {call.params['ServiceCode']} is "
                "not served by the sandbox.",
            )
        return quotas(call.region)

    def list(self, call: Call) -> dict[str, Any]:
        """ListServiceQuotas and ListAWSDefaultServiceQuotas."""
        items, rest = page(self._of(call), call.params, default_size=100)
        return {"Quotas": items} | rest

    def get(self, call: Call) -> dict[str, Any]:
        """GetServiceQuota and GetAWSDefaultServiceQuota."""
        for quota in self._of(call):
            if quota["QuotaCode"] == call.params["QuotaCode"]:
                return {"Quota": quota}
        raise AwsError(
            "NoSuchResourceException",
            "The request failed because the specified quota does not exist.",
        )
