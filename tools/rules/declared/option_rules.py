"""Rules on what an inference type has and has not (CHK-540 to CHK-549)."""

import re
from collections.abc import Iterator

from tools.endpoint import InferenceOption
from tools.rules.declared import pages
from tools.rules.declared.node import Node
from tools.rules.declared.resources import Resource, Variant, option_of
from tools.rules.declared.rule import REMOVE, DeclaredRule, Fault, Seen

_S3 = re.compile(r"s3://[^/]+(/.*)?")
_TOPIC = re.compile(r"arn:aws[a-z-]*:sns:(?P<region>[a-z0-9-]+):\d{12}:[^:]+")
#: What belongs to instances and not to serverless variants.
_INSTANCES = (
    "InstanceType",
    "InitialInstanceCount",
    "InstancePools",
    "VolumeSizeInGB",
    "ManagedInstanceScaling",
    "AcceleratorType",
    "InferenceAmiVersion",
    "CapacityReservationConfig",
    "CoreDumpConfig",
    "EnableSSMAccess",
)


def _serverless(seen: Seen) -> Iterator[Variant]:
    return (v for v in seen.variants if v.node.at("ServerlessConfig").given)


def _configs(seen: Seen, option: InferenceOption) -> Iterator[Resource]:
    return (row for row in seen.declared.of("config") if option_of(row) is option)


def _numbers(seen: Seen) -> Iterator[Fault]:
    sizes = seen.catalog.serverless_memory_sizes_mb()
    most = seen.limit("serverless_max_concurrency_max")
    for variant in _serverless(seen):
        given = variant.node.at("ServerlessConfig")
        memory, concurrency = given.at("MemorySizeInMB"), given.at("MaxConcurrency")
        for node in (memory, concurrency):
            if isinstance(given.value, dict) and not node.given:
                yield Fault(
                    f"Variant {variant.label} lacks {node.path.rpartition('.')[2]}.", (node,)
                )
        if memory.number is not None and memory.number not in sizes:
            better = next((s for s in sizes if s >= memory.number), sizes[-1])
            yield Fault(
                f"Serverless memory is one of {', '.join(map(str, sizes))} MB, not {memory.told}.",
                (memory,),
                better,
            )
        if concurrency.number is not None and not 1 <= concurrency.number <= most:
            yield Fault(
                f"A serverless endpoint's maximum concurrency is 1 to {most}, not "
                f"{concurrency.told}.",
                (concurrency,),
                max(1, min(int(concurrency.number), most)),
            )


def _provisioned(seen: Seen) -> Iterator[Fault]:
    for variant in _serverless(seen):
        given = variant.node.at("ServerlessConfig")
        warm, most = given.at("ProvisionedConcurrency"), given.at("MaxConcurrency")
        limit = seen.limit("serverless_provisioned_concurrency_max")
        top = limit if most.number is None else min(most.number, limit)
        if warm.number is not None and not 1 <= warm.number <= top:
            yield Fault(
                f"Provisioned concurrency {warm.told} must be between 1 and the maximum "
                f"of {top:g}.",
                (warm, most),
            )


def _both(seen: Seen) -> Iterator[Fault]:
    for variant in _serverless(seen):
        for key in _INSTANCES:
            node = variant.node.at(key)
            if node.given:
                yield Fault(
                    f"Variant {variant.label} is serverless and has {key}.",
                    (node, variant.node.at("ServerlessConfig")),
                    REMOVE,
                )
    for config in _configs(seen, InferenceOption.SERVERLESS):
        for row in config.body.at("ProductionVariants").rows():
            if not row.at("ServerlessConfig").given and row.at("InstanceType").given:
                yield Fault(
                    "Serverless and instances stand in one configuration.",
                    (row.at("InstanceType"),),
                )


def _no_serverless(seen: Seen) -> Iterator[Fault]:
    """What a configuration, or its models, have that serverless has not."""
    for config in _configs(seen, InferenceOption.SERVERLESS):
        for key in (
            "AsyncInferenceConfig",
            "DataCaptureConfig",
            "ExplainerConfig",
            "ShadowProductionVariants",
            "VpcConfig",
        ):
            node = config.body.at(key)
            off = key == "DataCaptureConfig" and node.at("EnableCapture").flag is False
            if node.given and node.value != [] and not off:
                yield Fault(f"A serverless endpoint has no {key}.", (node,), REMOVE)
        if config.body.at("EnableNetworkIsolation").flag:
            yield Fault(
                "A serverless endpoint has no network isolation.",
                (config.body.at("EnableNetworkIsolation"),),
                REMOVE,
            )


def _no_serverless_model(seen: Seen) -> Iterator[Fault]:
    for variant in _serverless(seen):
        model = seen.declared.model_of(variant.node)
        if model is None:
            continue
        where = variant.node.at("ServerlessConfig")
        if model.body.at("VpcConfig").given:
            yield Fault(
                "A serverless endpoint's model cannot be in a VPC.",
                (model.body.at("VpcConfig"), where),
                REMOVE,
            )
        if model.body.at("EnableNetworkIsolation").flag:
            yield Fault(
                "A serverless endpoint's model cannot be isolated from the network.",
                (model.body.at("EnableNetworkIsolation"), where),
                REMOVE,
            )
        for container in seen.containers_of(variant):
            yield from _container_on_serverless(container, where)
        if len(seen.containers_of(variant)) > 1:
            yield Fault(
                "A serverless endpoint's model has one container.",
                (model.body.at("Containers"), where),
            )


def _container_on_serverless(container: Node, where: Node) -> Iterator[Fault]:
    if container.at("ModelDataSource").given:
        yield Fault(
            "A serverless endpoint takes ModelDataUrl, not ModelDataSource.",
            (container.at("ModelDataSource"), where),
        )
    if container.at("Mode").text == "MultiModel":
        yield Fault(
            "A serverless endpoint serves one model.", (container.at("Mode"), where), REMOVE
        )
    if container.at("ImageConfig", "RepositoryAccessMode").raw == "Vpc":
        yield Fault(
            "A serverless endpoint takes no private registry.",
            (container.at("ImageConfig"), where),
            REMOVE,
        )


def _async_output(seen: Seen) -> Iterator[Fault]:
    for config in seen.declared.of("config"):
        given = config.body.at("AsyncInferenceConfig")
        if not isinstance(given.value, dict):
            continue
        path = given.at("OutputConfig", "S3OutputPath")
        failed = given.at("OutputConfig", "S3FailurePath")
        if not path.given and not given.at("OutputConfig").opaque:
            yield Fault("An asynchronous endpoint needs a place for its results.", (path,))
        for node in (path, failed):
            if node.text is not None and not _S3.fullmatch(node.text):
                yield Fault(f"Results are written to S3, not to {node.text}.", (node,))


def _async_numbers(seen: Seen) -> Iterator[Fault]:
    for config in seen.declared.of("config"):
        given = config.body.at("AsyncInferenceConfig")
        node = given.at("ClientConfig", "MaxConcurrentInvocationsPerInstance")
        allowed = seen.outside(node, "async_max_concurrent_invocations_per_instance")
        if allowed:
            yield Fault(
                f"An instance takes {allowed} requests at a time, not {node.told}.", (node,)
            )
        for key in ("SuccessTopic", "ErrorTopic"):
            topic = given.at("OutputConfig", "NotificationConfig", key)
            found = _TOPIC.fullmatch(topic.text or "")
            if topic.text is not None and found is None:
                yield Fault(f"{topic.text} is no SNS topic's ARN.", (topic,))
            elif found and found["region"] != seen.declared.region:
                yield Fault(
                    f"The topic is in {found['region']}, the endpoint in {seen.declared.region}.",
                    (topic,),
                )


def _no_async(seen: Seen) -> Iterator[Fault]:
    for config in _configs(seen, InferenceOption.ASYNCHRONOUS):
        capture = config.body.at("DataCaptureConfig")
        if capture.given and capture.at("EnableCapture").flag is not False:
            yield Fault("An asynchronous endpoint has no data capture.", (capture,), REMOVE)
        if config.body.at("ShadowProductionVariants").rows():
            yield Fault(
                "An asynchronous endpoint has no shadow variant.",
                (config.body.at("ShadowProductionVariants"),),
                REMOVE,
            )
    for variant in seen.variants:
        if variant.option is not InferenceOption.ASYNCHRONOUS:
            continue
        kind = variant.node.at("InstanceType")
        if variant.instance_type.startswith("ml.inf1."):
            yield Fault(f"Asynchronous inference is not offered on {kind.told}.", (kind,))
        containers = seen.containers_of(variant)
        if len(containers) > 1:
            yield Fault("An asynchronous endpoint's model has one container.", (containers[1],))
        for container in containers:
            if container.at("Mode").text == "MultiModel":
                yield Fault(
                    "An asynchronous endpoint serves one model.", (container.at("Mode"),), REMOVE
                )


def _capture(seen: Seen) -> Iterator[Fault]:
    for config in seen.declared.of("config"):
        given = config.body.at("DataCaptureConfig")
        if not isinstance(given.value, dict):
            continue
        place, share = given.at("DestinationS3Uri"), given.at("InitialSamplingPercentage")
        options = given.at("CaptureOptions")
        if not place.given or (place.text is not None and not _S3.fullmatch(place.text)):
            yield Fault(f"Captured data goes to S3, not to {place.told}.", (place,))
        allowed = seen.outside(share, "data_capture_sampling")
        if not share.given or allowed:
            yield Fault(f"The share to capture is 0 to 100 %, not {share.told}.", (share,))
        if not options.given or options.value == []:
            yield Fault("It does not say what to capture.", (options,))
        for row in options.rows():
            mode = row.at("CaptureMode")
            if mode.text not in {None, "Input", "Output", "InputAndOutput"}:
                yield Fault(f"{mode.told} is nothing that can be captured.", (mode,))


OPTION_RULES = (
    DeclaredRule("CHK-540", "Serverless numbers", pages.SERVERLESS_CONFIG, "high", _numbers,
                 "Choose a memory size and a maximum concurrency that there are."),
    DeclaredRule("CHK-541", "Provisioned concurrency above the maximum", pages.SERVERLESS_CONFIG,
                 "high", _provisioned, "Keep provisioned concurrency at or below MaxConcurrency."),
    DeclaredRule("CHK-542", "Serverless and instances together", pages.VARIANT, "high", _both,
                 "Keep ServerlessConfig or the instances."),
    DeclaredRule("CHK-543", "What serverless has not", pages.SERVERLESS, "high", _no_serverless,
                 "Leave it out, or make the endpoint real-time."),
    DeclaredRule("CHK-544", "Model that serverless cannot host", pages.SERVERLESS, "high",
                 _no_serverless_model, "Leave it out, or make the endpoint real-time."),
    DeclaredRule("CHK-545", "Asynchronous results without a place", pages.ASYNC_CONFIG, "high",
                 _async_output, "Give OutputConfig.S3OutputPath, an s3:// URI."),
    DeclaredRule("CHK-546", "Asynchronous settings", pages.ASYNC_CONFIG, "high", _async_numbers,
                 "Correct the number or the topic."),
    DeclaredRule("CHK-547", "What asynchronous has not", pages.MATRIX, "high", _no_async,
                 "Leave it out, or make the endpoint real-time."),
    DeclaredRule("CHK-548", "Data capture incomplete", pages.CAPTURE, "high", _capture,
                 "Give DestinationS3Uri, InitialSamplingPercentage and CaptureOptions."),
)  # fmt: skip
