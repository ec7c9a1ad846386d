"""Rules on models and their containers (CHK-500 to CHK-514)."""

import re
from collections.abc import Iterator

from tools.rules.declared import pages
from tools.rules.declared.node import Node
from tools.rules.declared.rule import NO_VALUE, REMOVE, DeclaredRule, Fault, Seen

_ROLE = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:role/.+")
_ARCHIVES = (".tar.gz", ".tgz")
_SINGLE_FILES = (
    ".zip",
    ".tar",
    ".joblib",
    ".pkl",
    ".pickle",
    ".pt",
    ".pth",
    ".onnx",
    ".h5",
    ".bin",
    ".safetensors",
    ".keras",
    ".json",
    ".txt",
    ".model",
)
_REGIONAL_BUCKET = re.compile(
    r"s3://(?:sagemaker-(?P<own>[a-z]{2}(?:-[a-z]+)+-\d)-\d{12}"
    r"|(?:jumpstart-cache-prod|jumpstart-private-cache-prod)-(?P<hub>[a-z]{2}(?:-[a-z]+)+-\d))/.*"
)


def _role(seen: Seen) -> Iterator[Fault]:
    for model in seen.declared.of("model"):
        node = model.body.at("ExecutionRoleArn")
        named = seen.declared.named("role", node.raw)
        if not node.given:
            yield Fault(f"Model {model.id} has no execution role.", (node,))
        elif named is not None:
            yield Fault(
                f"Model {model.id} names role {named.id}, where its ARN is wanted.", (node,)
            )
        elif node.text is not None and not _ROLE.fullmatch(node.text):
            yield Fault(f"{node.text} is no role's ARN.", (node,))


def _no_container(seen: Seen) -> Iterator[Fault]:
    for model in seen.declared.of("model"):
        one, several = model.body.at("PrimaryContainer"), model.body.at("Containers")
        if one.given and several.given:
            yield Fault(
                f"Model {model.id} has PrimaryContainer and Containers; there can be one of them.",
                (several, one),
                REMOVE,
            )
        elif not one.given and (several.value == [] or not several.given):
            yield Fault(f"Model {model.id} has no container.", (one,))


def _no_image(seen: Seen) -> Iterator[Fault]:
    for owner, container in seen.containers:
        known = isinstance(container.value, dict)
        named = container.at("Image").given or container.at("ModelPackageName").given
        if known and not named:
            yield Fault(f"A container of {owner.id} names no image.", (container.at("Image"),))


def _data(container: Node) -> Node:
    """Where a container's model data lies."""
    for keys in (("ModelDataUrl",), ("ArtifactUrl",), ("ModelDataSource", "S3DataSource", "S3Uri")):
        if container.at(*keys).given:
            return container.at(*keys)
    return container.at("ModelDataUrl")


def _data_in_s3(seen: Seen) -> Iterator[Fault]:
    for _, container in seen.containers:
        node = _data(container)
        if node.text is None or re.match(r"s3://[^/]+/.+", node.text):
            continue
        if not re.match(r"https://([^/]+\.)?s3[.-][^/]*amazonaws\.com(\.cn)?/.+", node.text):
            yield Fault(f"Model data is read from S3, not from {node.text}.", (node,))


def _form(seen: Seen) -> Iterator[Fault]:
    for _, container in seen.containers:
        node, many = container.at("ModelDataUrl"), container.at("Mode").text == "MultiModel"
        uri = node.text
        if uri is None or not uri.startswith(("s3://", "https://")):
            continue
        if many and uri.endswith(_ARCHIVES):
            yield Fault(
                f"A multi-model container takes the prefix that its archives lie under, not {uri}.",
                (node, container.at("Mode")),
                uri.rpartition("/")[0] + "/",
            )
        elif not many and uri.endswith("/"):
            yield Fault(f"ModelDataUrl is one model.tar.gz, and {uri} is a prefix.", (node,))
        elif not many and uri.lower().endswith(_SINGLE_FILES):
            yield Fault(f"ModelDataUrl is a gzip-compressed tar archive, not {uri}.", (node,))


def _two_sources(seen: Seen) -> Iterator[Fault]:
    for owner, container in seen.containers:
        url, source = container.at("ModelDataUrl"), container.at("ModelDataSource")
        if url.given and source.given:
            yield Fault(
                f"A container of {owner.id} has ModelDataUrl and ModelDataSource.",
                (url, source),
                REMOVE,
            )


def _source_form(seen: Seen) -> Iterator[Fault]:
    for _, container in seen.containers:
        source = container.at("ModelDataSource", "S3DataSource")
        uri, kind = source.at("S3Uri"), source.at("S3DataType").text
        compression = source.at("CompressionType")
        if kind == "S3Prefix" and uri.text is not None and not uri.text.endswith("/"):
            yield Fault(f"A prefix ends with a slash; {uri.text} does not.", (uri,), f"{uri.text}/")
        if kind == "S3Object" and uri.text is not None and uri.text.endswith("/"):
            yield Fault(f"{uri.text} is a prefix, and S3DataType says one object.", (uri,))
        if kind == "S3Prefix" and compression.text == "Gzip":
            yield Fault(
                "Files under a prefix are not one compressed archive.", (compression,), "None"
            )


def _elsewhere(seen: Seen) -> Iterator[Fault]:
    for _, container in seen.containers:
        node = _data(container)
        found = _REGIONAL_BUCKET.fullmatch(node.text or "")
        place = found and (found["own"] or found["hub"])
        if place and place != seen.declared.region:
            yield Fault(
                f"The bucket of {node.text} is {place}'s, the endpoint is in "
                f"{seen.declared.region}.",
                (node,),
            )


def _environment(seen: Seen) -> Iterator[Fault]:
    entries, each = seen.limit("environment_entries_max"), seen.limit("environment_value_max")
    total = seen.catalog.limit_bytes("environment_total_max")
    for owner, container in seen.containers:
        node = container.at("Environment")
        rows = node.members()
        if len(rows) > entries:
            yield Fault(
                f"{owner.id} has {len(rows)} variables; at most {entries} are allowed.", (node,)
            )
        size = sum(len(key.encode()) + len((row.text or "").encode()) for key, row in rows)
        if size > total:
            yield Fault(
                f"The variables of {owner.id} have {size} bytes; at most {total} are allowed.",
                (node,),
            )
        for key, row in rows:
            if len((row.text or "").encode()) > each or len(key.encode()) > each:
                yield Fault(f"Variable {key[:40]} is longer than {each} bytes.", (row,))
            if not re.fullmatch(r"[a-zA-Z_][a-zA-Z0-9_]*", key):
                yield Fault(f"{key[:40]} is no name for a variable.", (row,), REMOVE)
            if isinstance(row.value, dict | list):
                yield Fault(f"Variable {key[:40]} is not text.", (row,))


def _vpc(seen: Seen) -> Iterator[Fault]:
    groups = (
        ("Subnets", "subnet-", "vpc_subnets_max"),
        ("SecurityGroupIds", "sg-", "vpc_security_groups_max"),
    )
    for owner in (*seen.declared.of("model"), *seen.declared.of("config")):
        vpc = owner.body.at("VpcConfig")
        if not isinstance(vpc.value, dict):
            continue
        for key, prefix, limit in groups:
            node = vpc.at(key)
            if not node.given or node.value == []:
                yield Fault(f"The VpcConfig of {owner.id} has no {key}.", (node,))
            if len(node.rows()) > seen.limit(limit):
                yield Fault(
                    f"VpcConfig takes {seen.limit(limit)} {key}, not {len(node.rows())}.", (node,)
                )
            for row in node.rows():
                if row.text is not None and not row.text.startswith(prefix):
                    yield Fault(f"{row.text} is none of the {key}.", (row,))


def _many_containers(seen: Seen) -> Iterator[Fault]:
    most = seen.limit("containers_per_model_max")
    for model in seen.declared.of("model"):
        node = model.body.at("Containers")
        rows = node.rows()
        if len(rows) > most:
            yield Fault(f"A model has up to {most} containers, not {len(rows)}.", (node,))
        names = [row.at("ContainerHostname") for row in rows]
        direct = model.body.at("InferenceExecutionConfig", "Mode").text == "Direct"
        for number, name in enumerate(names):
            if direct and not name.given:
                yield Fault(
                    "Containers that are invoked directly need a ContainerHostname.", (name,)
                )
            if name.raw and name.raw in [n.raw for n in names[:number]]:
                yield Fault(f"Two containers are named {name.raw}.", (name,))


#: What they name is fetched unless it is a path; ids without an owner ("gpt2") have no slash.
HUB_VARIABLES = ("HF_MODEL_ID", "OPTION_MODEL_ID")


def _isolated(seen: Seen) -> Iterator[Fault]:
    for owner, container in seen.containers:
        switch = owner.body.at("EnableNetworkIsolation")
        if switch.flag is not True:
            continue
        for key in ("HF_MODEL_ID", "OPTION_MODEL_ID", "MODEL_ID", "SAGEMAKER_SUBMIT_DIRECTORY"):
            node = container.at("Environment", key)
            text = node.text or ""
            remote = "/" in text or key in HUB_VARIABLES
            if text and remote and not text.startswith(("/", ".")):
                yield Fault(
                    f"The container fetches {text} at start ({key}), which network isolation "
                    "forbids.",
                    (node, switch),
                    NO_VALUE,
                )


MODEL_RULES = (
    DeclaredRule("CHK-500", "No usable execution role", pages.MODEL, "high", _role,
                 "Give the ARN of an IAM role that SageMaker may assume."),
    DeclaredRule("CHK-501", "No container, or two kinds of them", pages.MODEL, "high",
                 _no_container, "Give PrimaryContainer or Containers."),
    DeclaredRule("CHK-502", "Container without an image", pages.CONTAINER, "high", _no_image,
                 "Name the image, or a model package that has one."),
    DeclaredRule("CHK-503", "Model data outside S3", pages.CONTAINER, "high", _data_in_s3,
                 "Upload the model to S3 and name its s3:// URI."),
    DeclaredRule("CHK-504", "Model data of the wrong form", pages.CONTAINER, "high", _form,
                 "Pack the model as model.tar.gz, or name the prefix where many models lie."),
    DeclaredRule("CHK-505", "Two sources of model data", pages.CONTAINER, "high", _two_sources,
                 "Keep one of ModelDataUrl and ModelDataSource."),
    DeclaredRule("CHK-506", "Data source that contradicts itself", pages.S3_DATA, "high",
                 _source_form, "Make S3Uri, S3DataType and CompressionType agree."),
    DeclaredRule("CHK-507", "Model data in another region", pages.MODEL, "medium", _elsewhere,
                 "Copy the model to a bucket in the endpoint's region."),
    DeclaredRule("CHK-508", "Container environment too large or malformed", pages.CONTAINER, "high",
                 _environment, "Keep the environment small; put data into the archive."),
    DeclaredRule("CHK-509", "VpcConfig incomplete or malformed", pages.VPC, "high", _vpc,
                 "Give both Subnets (subnet-..) and SecurityGroupIds (sg-..)."),
    DeclaredRule("CHK-510", "Containers of one model", pages.MODEL, "high", _many_containers,
                 "Give each container a hostname of its own, and no more than 15."),
    DeclaredRule("CHK-511", "Download under isolation", pages.ISOLATION, "high", _isolated,
                 "Put the model into S3 as ModelDataUrl or ModelDataSource, or allow the network."),
)  # fmt: skip
