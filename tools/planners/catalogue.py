"""What is wished for of a catalogue model: requirements, recommendation and instance type settled.

The catalogue knows what nobody need say (framework, size, whether a GPU is needed), and limits
what the recommendation may choose.
"""

from decimal import Decimal
from typing import Any, NamedTuple

from tools.catalog import Catalog
from tools.endpoint import ENDPOINT_OPTIONS, Framework, InferenceOption, ModelSpec
from tools.errors import InvalidInputError
from tools.estimation import HOURS_PER_MONTH, cents
from tools.jumpstart.model import CatalogueModel, payload_base64
from tools.jumpstart.reading import JumpStartCatalogue
from tools.jumpstart.suitability import (
    SERVERLESS_URL,
    check_deployable,
    instance_type_for,
    serverless_obstacle,
)
from tools.packaging import SampleRequest
from tools.plan import Licence
from tools.planners.jumpstart import served_model, variant_options
from tools.recommendation import Recommendation, recommend
from tools.requirements import Requirements, merge


class CatalogueWish(NamedTuple):
    """A catalogue model and how it is to be served.

    Attributes:
        instance_type: What it runs on; for serverless the type that decides the image.
        notes: What a person should know before approving.
        size_bytes: Of its data; None when not known.
        licence: What a person accepts with it; None for an open model.
    """

    model: CatalogueModel
    instance_type: str
    notes: tuple[str, ...]
    size_bytes: int | None
    licence: Licence | None = None

    @property
    def served(self) -> ModelSpec:
        """What is served."""
        return served_model(self.model, self.instance_type)

    @property
    def network_isolation(self) -> bool:
        """Whether the catalogue wants the container cut off."""
        return self.model.network_isolation

    @property
    def variant_options(self) -> dict[str, int | str]:
        """What the catalogue wants of the variant."""
        return variant_options(self.model)

    @property
    def sample(self) -> SampleRequest | None:
        """The catalogue's example request."""
        payload = self.model.payload
        if payload is None:
            return None
        return SampleRequest(
            content_type=payload[0],
            accept=None,
            body_base64=payload_base64(payload),
            origin="archive",
        )

    @property
    def packaging(self) -> list[dict[str, Any]]:
        """What is taken from the catalogue, as packaging tells its steps."""
        listing = self.model.listing
        size = f", {self.size_bytes:,} bytes" if self.size_bytes else ""
        return [
            {
                "action": "catalogue",
                "text": f"JumpStart's {listing.model_id} {listing.version} as it lies in S3{size}; "
                "nothing is uploaded.",
                "source_url": "https://docs.aws.amazon.com/sagemaker/latest/dg/"
                "studio-jumpstart.html",
                "path": self.model.data_uri,
            }
        ]


class LookedUp(NamedTuple):
    """A catalogue model that was named by its id, and what that tells of the needs.

    Attributes:
        size_bytes: Of its data; None when not known.
        needs: With what the catalogue tells, where nothing was said.
    """

    model: CatalogueModel
    size_bytes: int | None
    needs: Requirements


def look_up(needs: Requirements, listed: JumpStartCatalogue) -> LookedUp:
    """Return the model that `needs` name as "id" or "id@version".

    Raises:
        NotFoundError: The catalogue does not list it.
        InvalidInputError: It cannot be deployed by its id.
    """
    model_id, _, version = (needs.model_source.uri if needs.model_source else "").partition("@")
    model = listed.model(model_id, version or None)
    size_bytes = listed.size_bytes(model)
    return LookedUp(model, size_bytes, known_needs(needs, model, size_bytes))


def known_needs(needs: Requirements, model: CatalogueModel, size_bytes: int | None) -> Requirements:
    """Return `needs` with what the catalogue tells filled in where nothing was said.

    Raises:
        InvalidInputError: The model cannot be deployed by its id.
    """
    check_deployable(model)
    frameworks = {framework.value for framework in Framework}
    framework = model.listing.framework
    told = {
        "region": model.region,
        "framework": framework if framework in frameworks else None,
        "model_parameters": model.listing.parameter_count,
        "model_size_bytes": size_bytes,
        "gpu": "required" if model.gpu_only else None,
    }
    said = needs.said()
    return merge(needs, {key: v for key, v in told.items() if v is not None and key not in said})


def recommended(needs: Requirements, model: CatalogueModel, catalog: Catalog) -> Recommendation:
    """Recommend among the instance types that the model supports, else among all.

    The second happens when sizing knows none of them; `settle` then takes the model's default.
    """
    supported = [name for name in model.instance_types if model.image_for(name)]
    chosen = recommend(needs, catalog.limited_to(supported))
    return chosen if chosen.inference_option in ENDPOINT_OPTIONS else recommend(needs, catalog)


def settle(
    model: CatalogueModel, chosen: Recommendation, size_bytes: int | None, catalog: Catalog
) -> tuple[CatalogueWish, Recommendation]:
    """Return the wish, and the recommendation on an instance type that the model supports.

    Raises:
        InvalidInputError: Serverless, for a model that it cannot serve; or no instance type.
    """
    if chosen.inference_option is InferenceOption.SERVERLESS:
        _check_serverless(model)
    instance_type, note = instance_type_for(model, chosen.inference_option, chosen.instance_type)
    if chosen.instance_type not in {None, instance_type}:
        chosen = priced(chosen, instance_type, model.region, catalog)
    notes = [*((note,) if note else ()), *_licence_notes(model)]
    return CatalogueWish(model, instance_type, tuple(notes), size_bytes), chosen


def _check_serverless(model: CatalogueModel) -> None:
    obstacle = serverless_obstacle(model)
    if obstacle:
        raise InvalidInputError(
            f"Serverless would suit these requirements, but {obstacle}",
            remedy="Say that no cold start is tolerated, to have it in real time on "
            f"{model.default_instance_type}; or choose another model ({SERVERLESS_URL}).",
        )


def priced(
    chosen: Recommendation, instance_type: str, region: str, catalog: Catalog
) -> Recommendation:
    """Return the recommendation on another type: costs follow its price where that is known."""
    price = catalog.price(instance_type, region)
    before = catalog.price(str(chosen.instance_type), region)
    return chosen.model_copy(
        update={
            "instance_type": instance_type,
            "cost_usd_per_month": _scaled(chosen.cost_usd_per_month, price, before),
            "cost_if_forgotten_usd_per_month": _scaled(
                chosen.cost_if_forgotten_usd_per_month, price, before
            ),
            "cost_basis": f"{instance_type} at "
            + (f"{price.usd_per_hour} USD an hour" if price else "a price that is not known")
            + f", {HOURS_PER_MONTH} hours a month.",
        }
    )


def _scaled(cost: Decimal | None, price: Any, before: Any) -> Decimal | None:  # noqa: ANN401
    if cost is None or price is None or before is None:
        return None
    return cents(cost / before.usd_per_hour * price.usd_per_hour)


def licence_of(model: CatalogueModel, listed: JumpStartCatalogue) -> Licence | None:
    """Return what a person must accept before a gated model is deployed."""
    if not model.gated or model.eula_uri is None:
        return None
    text = listed.eula(model) or ""
    return Licence(model_id=model.listing.model_id, uri=model.eula_uri, text=text)


def _licence_notes(model: CatalogueModel) -> tuple[str, ...]:
    if not model.gated:
        return ()
    where = f" It lies at {model.eula_uri}." if model.eula_uri else ""
    return (
        f"{model.listing.model_id} is gated: approving means that you accept its licence.{where}",
    )
