"""CreateEndpointConfig, DescribeEndpointConfig, ListEndpointConfigs and DeleteEndpointConfig."""

from typing import Any

from tools.sandbox.facts import instance_offered
from tools.sandbox.hosting_state import EndpointConfig, HostingState, sagemaker_arn
from tools.sandbox.listing import list_summaries
from tools.sandbox.sagemaker_models import containers_of, require_model
from tools.sandbox.service import Call, Operation
from tools.sandbox.tagging import drop_tags, set_tags
from tools.sandbox.wire import validation_exception

#: AWS's sentence for a combination that hosting does not have (boto/boto3#4275); what follows the
#: colon is ours, because AWS does not say which feature it means.
_UNSUPPORTED = "One or more endpoint features are not supported using this configuration: "
_MEMORY_STEP_MB = 1024


def require_config(state: HostingState, region: str, name: str) -> EndpointConfig:
    """The endpoint config of that name.

    Raises:
        AwsError: AWS's "Could not find endpoint configuration".
    """
    found = state.get(EndpointConfig, region, name)
    if found is None:
        arn = sagemaker_arn(region, "endpoint-config", name)
        raise validation_exception(f'Could not find endpoint configuration "{arn}".')
    return found


def _check_serverless(variant: dict[str, Any]) -> None:
    serverless = variant["ServerlessConfig"]
    for member in ("InstanceType", "InitialInstanceCount", "VolumeSizeInGB"):
        if member in variant:
            raise validation_exception(
                f"{member} cannot be specified together with ServerlessConfig for variant "
                f"{variant['VariantName']}."
            )
    if serverless["MemorySizeInMB"] % _MEMORY_STEP_MB:
        raise validation_exception(
            f"1 validation error detected: Value '{serverless['MemorySizeInMB']}' at "
            "'productionVariants.1.member.serverlessConfig.memorySizeInMB' failed to satisfy "
            "constraint: Member must satisfy enum value set: [1024, 2048, 3072, 4096, 5120, 6144]"
        )
    if serverless.get("ProvisionedConcurrency", 0) > serverless["MaxConcurrency"]:
        raise validation_exception(
            "ProvisionedConcurrency must be less than or equal to MaxConcurrency: "
            f"{serverless['ProvisionedConcurrency']} is more than {serverless['MaxConcurrency']}."
        )


def _check_instances(variant: dict[str, Any], region: str) -> None:
    name = variant["VariantName"]
    for member in ("InstanceType", "InitialInstanceCount"):
        if member not in variant:
            raise validation_exception(
                f"{member} must be specified for variant {name}, which has no ServerlessConfig."
            )
    if variant["InitialInstanceCount"] < 1:
        raise validation_exception(
            "1 validation error detected: Value '0' at "
            "'productionVariants.1.member.initialInstanceCount' failed to satisfy constraint: "
            "Member must have value greater than or equal to 1"
        )
    if instance_offered(variant["InstanceType"], region) is False:
        raise validation_exception(
            f"Instance type {variant['InstanceType']} is not supported for hosting in {region}."
        )


def _check_serverless_exclusions(definition: dict[str, Any], model: dict[str, Any]) -> None:
    """What serverless endpoints lack (developer guide, serverless-endpoints)."""
    excluded = {
        "several production variants": len(definition["ProductionVariants"]) > 1,
        "AsyncInferenceConfig": "AsyncInferenceConfig" in definition,
        "DataCaptureConfig": "DataCaptureConfig" in definition,
        "ShadowProductionVariants": "ShadowProductionVariants" in definition,
        "VpcConfig": "VpcConfig" in model or "VpcConfig" in definition,
        "EnableNetworkIsolation": bool(
            model.get("EnableNetworkIsolation") or definition.get("EnableNetworkIsolation")
        ),
    }
    found = [feature for feature, present in excluded.items() if present]
    if found:
        raise validation_exception(
            _UNSUPPORTED + f"serverless inference does not support {', '.join(found)}."
        )


def _check_component_host(variant: dict[str, Any], definition: dict[str, Any]) -> None:
    """What a variant for inference components needs, and what goes with none."""
    if "ExecutionRoleArn" not in definition:
        raise validation_exception(
            "ExecutionRoleArn must be specified in an endpoint configuration whose production "
            "variants have no ModelName."
        )
    excluded = {
        "ServerlessConfig": "ServerlessConfig" in variant,
        "AsyncInferenceConfig": "AsyncInferenceConfig" in definition,
        "ShadowProductionVariants": "ShadowProductionVariants" in definition,
        "variants that name models beside those that do not": any(
            "ModelName" in one for one in definition["ProductionVariants"]
        ),
    }
    found = [feature for feature, present in excluded.items() if present]
    if found:
        raise validation_exception(
            _UNSUPPORTED + f"inference components do not support {', '.join(found)}."
        )
    managed = variant.get("ManagedInstanceScaling", {})
    low, high = managed.get("MinInstanceCount", 0), managed.get("MaxInstanceCount")
    if high is not None and low > high:
        raise validation_exception(
            f"MinInstanceCount {low} cannot be greater than MaxInstanceCount {high}."
        )


def _check_shadows(definition: dict[str, Any]) -> None:
    """One shadow beside one production variant, both with instances, real-time only."""
    production, shadows = definition["ProductionVariants"], definition["ShadowProductionVariants"]
    if len(production) != 1 or len(shadows) != 1:
        raise validation_exception(
            "ShadowProductionVariants needs exactly one production variant and exactly one shadow "
            f"variant: {len(production)} and {len(shadows)} were given."
        )
    if shadows[0]["VariantName"] == production[0]["VariantName"]:
        raise validation_exception(
            "The shadow variant must have another name than the production variant."
        )
    if "AsyncInferenceConfig" in definition:
        raise validation_exception(
            _UNSUPPORTED + "asynchronous inference does not support ShadowProductionVariants."
        )
    if "ServerlessConfig" in shadows[0]:
        raise validation_exception(
            _UNSUPPORTED + "a shadow variant cannot have a ServerlessConfig."
        )


class EndpointConfigs:
    """The endpoint config operations."""

    def __init__(self, state: HostingState) -> None:
        self._state = state

    def operations(self) -> dict[str, Operation]:
        """The operations by AWS's name."""
        return {
            "CreateEndpointConfig": self.create,
            "DescribeEndpointConfig": self.describe,
            "ListEndpointConfigs": self.list,
            "DeleteEndpointConfig": self.delete,
        }

    def create(self, call: Call) -> dict[str, Any]:
        """CreateEndpointConfig: refused when no endpoint could be made of it."""
        definition = {key: value for key, value in call.params.items() if key != "Tags"}
        name = str(definition["EndpointConfigName"])
        arn = sagemaker_arn(call.region, "endpoint-config", name)
        with self._state.lock:
            if self._state.get(EndpointConfig, call.region, name) is not None:
                raise validation_exception(
                    f'Cannot create already existing endpoint configuration "{arn}".'
                )
            self._check(definition, call.region)
            set_tags(self._state, call.region, arn, call.params.get("Tags", []))
            self._state.save(
                EndpointConfig(
                    region=call.region,
                    name=name,
                    arn=arn,
                    created_at=call.at,
                    definition=definition,
                )
            )
        return {"EndpointConfigArn": arn}

    def _check(self, definition: dict[str, Any], region: str) -> None:
        variants = definition["ProductionVariants"]
        names = [variant["VariantName"] for variant in variants]
        if len(set(names)) != len(names):
            raise validation_exception(
                f"Production variant names must be unique within an endpoint config: {names}."
            )
        if "ShadowProductionVariants" in definition:
            _check_shadows(definition)
        for variant in variants + definition.get("ShadowProductionVariants", []):
            self._check_variant(variant, definition, region)
        if "AsyncInferenceConfig" in definition:
            self._check_async(definition)

    def _check_variant(
        self, variant: dict[str, Any], definition: dict[str, Any], region: str
    ) -> None:
        if "ModelName" not in variant:
            _check_component_host(variant, definition)
            _check_instances(variant, region)
            return
        if "ManagedInstanceScaling" in variant:
            raise validation_exception(
                _UNSUPPORTED + "ManagedInstanceScaling needs a variant without a ModelName."
            )
        model = require_model(self._state, region, str(variant["ModelName"]))
        if "ServerlessConfig" in variant:
            _check_serverless(variant)
            _check_serverless_exclusions(definition, model.definition)
        else:
            _check_instances(variant, region)
        many = any(one.get("Mode") == "MultiModel" for one in containers_of(model.definition))
        if many and ("ServerlessConfig" in variant or "AsyncInferenceConfig" in definition):
            kind = "serverless" if "ServerlessConfig" in variant else "asynchronous"
            raise validation_exception(
                _UNSUPPORTED + f"{kind} inference does not support multi-model endpoints."
            )

    @staticmethod
    def _check_async(definition: dict[str, Any]) -> None:
        if len(definition["ProductionVariants"]) > 1:
            raise validation_exception(
                _UNSUPPORTED
                + "asynchronous inference does not support several production variants."
            )
        if "DataCaptureConfig" in definition:
            raise validation_exception(
                _UNSUPPORTED + "asynchronous inference does not support DataCaptureConfig."
            )
        if "S3OutputPath" not in definition["AsyncInferenceConfig"]["OutputConfig"]:
            raise validation_exception(
                "S3OutputPath must be specified in AsyncInferenceOutputConfig."
            )

    def describe(self, call: Call) -> dict[str, Any]:
        """DescribeEndpointConfig; a variant without a weight has the weight 1."""
        found = require_config(self._state, call.region, str(call.params["EndpointConfigName"]))
        variants = [
            {"InitialVariantWeight": 1.0} | variant
            for variant in found.definition["ProductionVariants"]
        ]
        return {
            **found.definition,
            "ProductionVariants": variants,
            "EndpointConfigArn": found.arn,
            "CreationTime": found.created_at,
        }

    def list(self, call: Call) -> dict[str, Any]:
        """ListEndpointConfigs."""
        summaries = [
            {
                "EndpointConfigName": config.name,
                "EndpointConfigArn": config.arn,
                "CreationTime": config.created_at,
            }
            for config in self._state.all(EndpointConfig, call.region)
        ]
        return list_summaries(
            summaries, call.params, result="EndpointConfigs", name_key="EndpointConfigName"
        )

    def delete(self, call: Call) -> dict[str, Any]:
        """DeleteEndpointConfig; AWS lets a config go that an endpoint still uses."""
        found = require_config(self._state, call.region, str(call.params["EndpointConfigName"]))
        self._state.drop(found)
        drop_tags(self._state, call.region, found.arn)
        return {}
