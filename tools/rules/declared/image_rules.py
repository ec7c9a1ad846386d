"""Rules on images and what they run on (CHK-516 to CHK-522)."""

from collections.abc import Iterator
from typing import NamedTuple

from tools.catalog import InstanceType
from tools.endpoint import InferenceOption
from tools.rules.declared import pages
from tools.rules.declared.images import Image, image_of
from tools.rules.declared.node import Node
from tools.rules.declared.resources import Variant
from tools.rules.declared.rule import DeclaredRule, Fault, Seen


def _images(seen: Seen) -> Iterator[tuple[Node, Node, Image]]:
    for _, container in seen.containers:
        node = container.at("Image")
        image = image_of(node.text or "")
        if image is not None:
            yield container, node, image


class _Served(NamedTuple):
    variant: Variant
    container: Node
    node: Node
    image: Image


def _served(seen: Seen) -> Iterator[_Served]:
    """Every image with every variant that runs it."""
    for variant in seen.variants:
        for container in seen.containers_of(variant):
            image = image_of(container.at("Image").text or "")
            if image is not None:
                yield _Served(variant, container, container.at("Image"), image)


def _on_instances(seen: Seen) -> Iterator[tuple[_Served, InstanceType]]:
    for row in _served(seen):
        instance = seen.catalog.instance(row.variant.instance_type)
        if instance is not None:
            yield row, instance


def _no_registry(seen: Seen) -> Iterator[Fault]:
    for _, container in seen.containers:
        node = container.at("Image")
        private = container.at("ImageConfig", "RepositoryAccessMode").raw == "Vpc"
        if node.text is not None and image_of(node.text) is None and not private:
            yield Fault(f"{node.text} is no image in Amazon ECR.", (node,))


def _elsewhere(seen: Seen) -> Iterator[Fault]:
    region = seen.declared.region
    for _, node, image in _images(seen):
        if image.region != region:
            better = str(node.text).replace(f".{image.region}.", f".{region}.")
            yield Fault(
                f"The image is in {image.region}, the endpoint in {region}.", (node,), better
            )


def _training(seen: Seen) -> Iterator[Fault]:
    for _, node, image in _images(seen):
        if image.is_training:
            yield Fault(
                f"{image.repository} is a training image: it has no server for /invocations.",
                (node,),
                str(node.text).replace("-training", "-inference"),
            )


def _moving_tag(seen: Seen) -> Iterator[Fault]:
    for _, node, image in _images(seen):
        if image.digest is None and image.tag in {None, "latest"}:
            yield Fault(
                "The tag latest moves: a scale-out may start another version than what was tested.",
                (node,),
            )


def _accelerator(instance: InstanceType) -> str:
    name = (instance.accelerator or "").lower()
    family = instance.family
    if (
        instance.neuron_cores
        or "infer" in name
        or "trainium" in name
        or family.startswith(("inf", "trn"))
    ):
        return "neuron"
    gpu = instance.accelerator_count > 0 or family.startswith(("g", "p"))
    return "gpu" if gpu else "cpu"


def _kind(seen: Seen) -> Iterator[Fault]:
    for row, instance in _on_instances(seen):
        has, wants = _accelerator(instance), row.image.built_for
        if has == "neuron" and wants is None and row.image.architecture is not None:
            wants = "cpu"  # one of AWS's own images that is not built for Neuron
        if wants is not None and wants != has:
            yield Fault(
                f"The image is built for {wants}, and {instance.name} is a {has} instance"
                f"{': its accelerator would idle' if wants == 'cpu' else ''}.",
                (row.node, row.variant.node.at("InstanceType")),
            )


def _architecture(seen: Seen) -> Iterator[Fault]:
    for row, instance in _on_instances(seen):
        built, has = row.image.architecture, instance.cpu_arch
        if built is not None and has is not None and built != has:
            yield Fault(
                f"The image is built for {built}, and {instance.name} is {has}.",
                (row.node, row.variant.node.at("InstanceType")),
            )


def _many_models(seen: Seen) -> Iterator[Fault]:
    for container, node, image in _images(seen):
        if container.at("Mode").text == "MultiModel" and image.takes_many_models is False:
            yield Fault(
                f"{image.repository} serves one model; it has no API to load several.",
                (node, container.at("Mode")),
            )
    for row, instance in _on_instances(seen):
        many = row.container.at("Mode").text == "MultiModel"
        own = row.image.architecture is not None
        if (
            many
            and own
            and _accelerator(instance) == "gpu"
            and "triton" not in row.image.repository
        ):
            yield Fault(
                "On a GPU only Triton's image serves several models.",
                (row.node, row.variant.node.at("InstanceType")),
            )


def _serverless(seen: Seen) -> Iterator[Fault]:
    for row in _served(seen):
        if row.variant.option is InferenceOption.SERVERLESS and row.image.built_for in {
            "gpu",
            "neuron",
        }:
            yield Fault(
                f"Serverless has no accelerator, and the image is built for {row.image.built_for}.",
                (row.node,),
            )


IMAGE_RULES = (
    DeclaredRule("CHK-516", "Image outside Amazon ECR", pages.CONTAINER, "high", _no_registry,
                 "Push the image to Amazon ECR in the endpoint's region."),
    DeclaredRule("CHK-517", "Image in another region", pages.CONTAINER, "high", _elsewhere,
                 "Take the image of the endpoint's region."),
    DeclaredRule("CHK-518", "Training image", pages.CONTAINER, "high", _training,
                 "Take the inference image of the same framework and version."),
    DeclaredRule("CHK-519", "Image tag that moves", pages.CONTAINER, "medium", _moving_tag,
                 "Name a version's tag, or the digest."),
    DeclaredRule("CHK-520", "Image for other hardware", pages.CONTAINER, "high", _kind,
                 "Take the image for this hardware, or the instance type for this image."),
    DeclaredRule("CHK-521", "Image for another processor", pages.CONTAINER, "high", _architecture,
                 "Take the image for this processor's architecture."),
    DeclaredRule("CHK-522", "Several models on an image for one", pages.MULTI_MODEL, "high",
                 _many_models, "Take an image that supports multi-model endpoints."),
    DeclaredRule("CHK-523", "Accelerated image on serverless", pages.SERVERLESS, "high",
                 _serverless, "Take the CPU image, or a real-time endpoint on an accelerator."),
)  # fmt: skip
