"""Rules on execution roles that are declared too (CHK-598 to CHK-599 and CHK-524)."""

import re
from collections.abc import Iterator

from tools.rules.declared import pages
from tools.rules.declared.images import image_of
from tools.rules.declared.node import GENERATED, UNKNOWN, Node
from tools.rules.declared.policies import (
    Allowed,
    allowed_to,
    allows,
    document_of,
    statements_in,
    whole_access,
)
from tools.rules.declared.resources import Resource, variants_of
from tools.rules.declared.rule import DeclaredRule, Fault, Seen

_SERVICE = "sagemaker.amazonaws.com"
_ALL_POWERFUL = re.compile(r":iam::aws:policy/(AdministratorAccess|PowerUserAccess|IAMFullAccess)$")
#: Where a configuration says what is written to.
_WRITTEN: tuple[tuple[str, ...], ...] = (
    ("DataCaptureConfig", "DestinationS3Uri"),
    ("AsyncInferenceConfig", "OutputConfig", "S3OutputPath"),
)
_NETWORK = "ec2:CreateNetworkInterface"


def _uses_of(seen: Seen, role: Resource) -> list[Resource]:
    """The models that are hosted with a role."""
    arns = {f"{GENERATED[0]}{role.id}.Arn{GENERATED[1]}"}
    return [
        m for m in seen.declared.of("model") if _is_role(m.body.at("ExecutionRoleArn"), arns, role)
    ]


def _is_role(node: Node, arns: set[str], role: Resource) -> bool:
    by_name = node.text is not None and node.text.endswith(f"/{role.name}")
    return node.raw in arns or by_name


def _trust(seen: Seen) -> Iterator[Fault]:
    for role in seen.declared.of("role"):
        node = role.body.at("AssumeRolePolicyDocument")
        if not _uses_of(seen, role) or not isinstance(document_of(node).value, dict):
            continue
        principals = [
            text
            for statement in statements_in(node)
            if statement.effect == "Allow"
            and any(a.raw in {"sts:AssumeRole", "sts:*", "*"} for a in statement.actions)
            for text in _services(statement.node.at("Principal"))
        ]
        if not any(text == _SERVICE or UNKNOWN[0] in text for text in principals):
            yield Fault(f"Role {role.id} cannot be assumed by {_SERVICE}.", (node,))


def _services(node: Node) -> list[str]:
    if node.opaque:
        return [node.raw]
    services = node.at("Service")
    return [row.raw for row in services.rows()] or ([services.raw] if services.raw else [])


def _too_much(seen: Seen) -> Iterator[Fault]:
    for role in seen.declared.of("role"):
        if not _uses_of(seen, role):
            continue
        for statement in allowed_to(seen, role).statements:
            for node in whole_access(statement) if statement.effect == "Allow" else ():
                yield Fault(
                    f"Role {role.id} may do {node.raw} with "
                    f"{'anything' if node.raw == '*' else 'every resource'}.",
                    (node,),
                )
        for node in role.body.at("ManagedPolicyArns").rows():
            found = _ALL_POWERFUL.search(node.raw)
            if found:
                yield Fault(
                    f"Role {role.id} has {found[1]}; hosting needs its image, model and logs.",
                    (node,),
                )


def _too_little(seen: Seen) -> Iterator[Fault]:
    for role in seen.declared.of("role"):
        given = allowed_to(seen, role)
        if not given.complete:
            continue
        for model in _uses_of(seen, role):
            for action, why, node in _needs(seen, model, given):
                yield Fault(f"Role {role.id} lacks {action}: {why}.", (role.body, node))


def _needs(seen: Seen, model: Resource, given: Allowed) -> Iterator[tuple[str, str, Node]]:
    for owner, container in seen.containers:
        if owner is not model:
            continue
        yield from _container_needs(container, given)
    network = model.body.at("VpcConfig")
    if network.given and not allows(given, _NETWORK):
        yield _NETWORK, "the model is in a VPC", network
    for variant in seen.variants_of_model(model):
        config = variants_of(variant.config)[0].config.body
        for place in _WRITTEN:
            node = config.at(*place)
            if node.given and not allows(given, "s3:PutObject", *_objects(node)):
                yield "s3:PutObject", f"{node.path.rpartition('.')[2]} is written to", node
        for key in ("SuccessTopic", "ErrorTopic"):
            node = config.at("AsyncInferenceConfig", "OutputConfig", "NotificationConfig", key)
            if node.given and not allows(given, "sns:Publish", *filter(None, [node.text])):
                yield "sns:Publish", f"{key} is told", node


def _container_needs(container: Node, given: Allowed) -> Iterator[tuple[str, str, Node]]:
    places = [
        container.at("ModelDataUrl"),
        container.at("ModelDataSource", "S3DataSource", "S3Uri"),
    ]
    for node in places:
        if node.given and not allows(given, "s3:GetObject", *_objects(node)):
            yield "s3:GetObject", "the model's data is read from S3", node
    image = container.at("Image")
    found = image_of(image.text or "")
    if found is not None and container.at("ImageConfig", "RepositoryAccessMode").raw != "Vpc":
        for action in (
            "ecr:BatchGetImage",
            "ecr:GetDownloadUrlForLayer",
            "ecr:GetAuthorizationToken",
        ):
            if not allows(given, action):
                yield action, "the image is pulled from ECR", image


def _objects(node: Node) -> tuple[str, ...]:
    """An object under an S3 URI as an ARN; none when the URI is not known."""
    found = re.match(r"s3://(.+)", node.text or "")
    if not found:
        return ()
    partitions = ("aws", "aws-cn", "aws-us-gov")
    key = found[1].rstrip("/")
    arns = [f"arn:{p}:s3:::{key}" for p in partitions]
    return (*arns, *(f"{arn}/x" for arn in arns))


ROLE_RULES = (
    DeclaredRule("CHK-524", "Role that SageMaker may not assume", pages.ROLES, "high", _trust,
                 "Let the service sagemaker.amazonaws.com do sts:AssumeRole."),
    DeclaredRule("CHK-598", "Role that may do too much", pages.ROLES, "medium", _too_much,
                 "Name the actions and the resources that hosting needs."),
    DeclaredRule("CHK-599", "Role that may do too little", pages.ROLES, "high", _too_little,
                 "Allow the action on the resource."),
)  # fmt: skip
