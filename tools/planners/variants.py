"""The variants of an endpoint that is wished for: the main one, a challenger, a shadow; pure."""

import math

from tools.catalog import load_catalog
from tools.endpoint import (
    EndpointSpec,
    InferenceOption,
    ModelSpec,
    ProductionVariant,
    ScalingSpec,
)
from tools.packaging import Package
from tools.planners.catalogue import CatalogueWish
from tools.planners.compiling import compilation_of, script_variables
from tools.planners.hub import HubWish
from tools.planners.scaling import scaling_spec
from tools.planners.sharing import as_components, each_by_itself, of_many
from tools.planners.wish import Wish
from tools.requirements import Requirements

CHALLENGER = "Challenger"
SHADOW = "Shadow"
#: Assumed when nothing was said: enough to see it answer, little enough to be harmless.
DEFAULT_SHARE = 0.1


def production_variants(wish: Wish, folder: str) -> tuple[ProductionVariant, ...]:
    """Return what shares the traffic: one variant, or two by weight.

    Args:
        wish: What is wished for.
        folder: S3 URI of what this plan uploads, without a slash at the end.
    """
    main = _main(wish, _own(wish, folder))
    if wish.challenger is None:
        return (main,)
    share = challenger_share(wish.needs)
    second = _beside(main, wish.challenger, CHALLENGER, f"{folder}/challenger")
    return (
        main.model_copy(update={"weight": round(1 - share, 6)}),
        _smaller(second, share).model_copy(update={"weight": share}),
    )


def shadow_variant(wish: Wish, folder: str) -> ProductionVariant | None:
    """Return what gets a copy of every request, with the main variant's own capacity."""
    if wish.shadow is None:
        return None
    main = _main(wish, _own(wish, folder))
    return _beside(main, wish.shadow, SHADOW, f"{folder}/shadow")


def challenger_share(needs: Requirements) -> float:
    """Return the share of the traffic that the second model gets."""
    return DEFAULT_SHARE if needs.challenger_share is None else needs.challenger_share


def _own(wish: Wish, folder: str) -> ModelSpec:
    """The model that the wish is about, or several in one container."""
    several = wish.many and not wish.needs.inference_components
    return of_many(wish.many, f"{folder}/models/") if several else served(wish.model, folder)


def as_asked(spec: EndpointSpec, wish: Wish, folder: str) -> EndpointSpec:
    """Return the endpoint with its models as inference components, where those are wanted.

    Raises:
        InvalidInputError: It has what an endpoint with components has not.
    """
    if not wish.needs.inference_components:
        return spec
    models = each_by_itself(wish.many, f"{folder}/models/") or {"component": spec.the_model}
    return as_components(spec, models, wish.needs, load_catalog())


def served(model: Package | CatalogueWish | HubWish, folder: str) -> ModelSpec:
    """Return what is served; a package is uploaded into `folder`."""
    if not isinstance(model, Package):
        return model.served
    compilation = compilation_of(model, folder)
    return ModelSpec(
        image_uri=model.image_uri,
        archive_sha256=model.archive.sha256,
        archive_size_bytes=model.archive.size_bytes,
        model_data_uri=f"{folder}/model.tar.gz",
        environment={**model.environment, **script_variables(compilation)},
        compilation=compilation,
    )


def _main(wish: Wish, model: ModelSpec) -> ProductionVariant:
    chosen = wish.recommendation
    scaling = scaling_spec(chosen, wish.needs.capacity_schedules or ())
    if chosen.inference_option is InferenceOption.SERVERLESS:
        return ProductionVariant(
            sagemaker_model=model,
            memory_size_in_mb=chosen.memory_size_in_mb,
            max_concurrency=chosen.max_concurrency,
            provisioned_concurrency=chosen.provisioned_concurrency,
            scaling=scaling,
        )
    options = {} if isinstance(wish.model, Package) else wish.model.variant_options
    return ProductionVariant.model_validate(
        {
            "sagemaker_model": model,
            "instance_type": chosen.instance_type,
            "initial_instance_count": chosen.initial_instance_count,
            "scaling": scaling,
            **options,
        }
    )


def _beside(main: ProductionVariant, package: Package, name: str, folder: str) -> ProductionVariant:
    """Another model on the same type of instance."""
    return ProductionVariant(
        name=name,
        sagemaker_model=served(package, folder),
        instance_type=main.instance_type,
        initial_instance_count=main.initial_instance_count,
        scaling=main.scaling,
    )


def _smaller(variant: ProductionVariant, share: float) -> ProductionVariant:
    """Capacity for its share of the traffic, at least one instance."""
    count = max(1, math.ceil((variant.initial_instance_count or 1) * share))
    scaling = variant.scaling
    return variant.model_copy(
        update={
            "initial_instance_count": count,
            "scaling": None if scaling is None else _shared(scaling, share),
        }
    )


def _shared(scaling: ScalingSpec, share: float) -> ScalingSpec:
    def part(capacity: int | None) -> int | None:
        return None if capacity is None else max(min(capacity, 1), math.ceil(capacity * share))

    schedules = tuple(
        one.model_copy(
            update={
                "min_capacity": part(one.min_capacity),
                "max_capacity": part(one.max_capacity),
            }
        )
        for one in scaling.schedules
    )
    return scaling.model_copy(
        update={
            "min_capacity": part(scaling.min_capacity),
            "max_capacity": part(scaling.max_capacity),
            "schedules": schedules,
        }
    )
