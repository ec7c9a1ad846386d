"""What works and could be safer (CHK-512 to CHK-514, CHK-539); only where the type can have it."""

from collections.abc import Iterator

from tools.endpoint import InferenceOption
from tools.rules.declared import pages
from tools.rules.declared.resources import Resource, option_of
from tools.rules.declared.rule import DeclaredRule, Fault, Seen
from tools.rules.resource_checks import LOCAL_SSD

_NOT_PRODUCTION = {
    "dev",
    "develop",
    "development",
    "test",
    "testing",
    "sandbox",
    "demo",
    "staging",
    "experiment",
}
_TAG_KEYS = {"environment", "env", "stage"}


def _is_production(seen: Seen, config: Resource) -> bool:
    """Production unless a tag of the endpoint or the configuration says otherwise."""
    for row in (config, *seen.declared.endpoints_of(config)):
        for tag in row.body.at("Tags").rows():
            if tag.at("Key").raw.lower() in _TAG_KEYS:
                return tag.at("Value").raw.lower() not in _NOT_PRODUCTION
    return True


def _single(seen: Seen) -> Iterator[Fault]:
    for variant in seen.variants:
        count = variant.node.at("InitialInstanceCount")
        alone = count.number == 1 and not variant.is_shadow
        if (
            alone
            and variant.option is InferenceOption.REAL_TIME
            and (_is_production(seen, variant.config))
        ):
            yield Fault(
                f"Variant {variant.label} starts with one instance: one fault stops it.",
                (count,),
                2,
            )


def _hosted_on_instances(seen: Seen, model: Resource) -> bool:
    """Serverless has neither VPC nor isolation: its absence there is no fault."""
    rows = seen.variants_of_model(model)
    return not rows or any(not v.node.at("ServerlessConfig").given for v in rows)


def _downloads(seen: Seen, model: Resource) -> bool:
    """A container that fetches its model needs the network."""
    own = [node for owner, node in seen.containers if owner is model]
    named = (c.at("Environment", "HF_MODEL_ID").text or "" for c in own)
    return any(name and not name.startswith(("/", ".")) for name in named)


def _isolation(seen: Seen) -> Iterator[Fault]:
    for model in seen.declared.of("model"):
        node = model.body.at("EnableNetworkIsolation")
        off = node.flag is False or not node.given
        if off and _hosted_on_instances(seen, model) and not _downloads(seen, model):
            yield Fault(f"Model {model.id} may reach the network.", (node,), True)


def _vpc(seen: Seen) -> Iterator[Fault]:
    for model in seen.declared.of("model"):
        node = model.body.at("VpcConfig")
        if not node.given and _hosted_on_instances(seen, model):
            yield Fault(f"Model {model.id} is in no VPC of yours.", (node,))


def _key(seen: Seen) -> Iterator[Fault]:
    for config in seen.declared.of("config"):
        node = config.body.at("KmsKeyId")
        rows = [v for v in seen.variants if v.config is config]
        own_disks = bool(rows) and all(LOCAL_SSD.match(v.instance_type) for v in rows)
        if node.given or own_disks or option_of(config) is InferenceOption.SERVERLESS:
            continue
        yield Fault(
            f"The volumes of {config.id} are encrypted with a key of AWS, not with yours.", (node,)
        )


POSTURE_RULES = (
    DeclaredRule("CHK-512", "No network isolation", pages.CONTROLS, "low", _isolation,
                 "Set EnableNetworkIsolation, unless the container fetches something.",
                 ("SageMaker.5",)),
    DeclaredRule("CHK-513", "No VPC", pages.VPC, "low", _vpc,
                 "Give the model a VpcConfig with subnets in two zones and a security group."),
    DeclaredRule("CHK-514", "No key of your own", pages.CONFIG, "low", _key,
                 "Set KmsKeyId to a key whose policy lets the execution role use it."),
    DeclaredRule("CHK-539", "One instance only", pages.CONTROLS, "low", _single,
                 "Start with two instances; they are put into different zones.",
                 ("SageMaker.4",)),
)  # fmt: skip
