"""From requirements to what is wished for: a model, found and judged, and how it is served."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from tools.aws import AwsClients, AwsTarget
from tools.catalog import Catalog
from tools.endpoint import ENDPOINT_OPTIONS
from tools.errors import InvalidInputError
from tools.jumpstart.reading import JumpStartCatalogue
from tools.packaging import Package, package
from tools.planners import catalogue, hub
from tools.planners.catalogue import CatalogueWish, known_needs, licence_of, settle
from tools.planners.hub import HubWish, hub_wish, sized_needs
from tools.planners.place import Place
from tools.recommendation import Recommendation, recommend
from tools.recording.request import Recording, SdkRequest
from tools.requirements import ModelSourceKind, Requirements, merge
from tools.sample import SampleFiles
from tools.source import SAMPLE, expanded, local_path


class Workroom(NamedTuple):
    """What planning needs beside the requirements.

    Attributes:
        catalog: Limits and prices.
        blobs: Folder of packaged archives by SHA-256.
        downloads: Folder for models that lie in S3.
        sample: Returns the sample model's file, made when it is not there.
        bucket: For archives and results; None for one of ours.
        role_arn: Execution role; None to make one.
        nonce: Makes the plan one of its kind.
        record: Runs the SageMaker SDK, recorded, against a target; None where it is not to be had.
    """

    catalog: Catalog
    blobs: Path
    downloads: Path
    sample: Callable[[], SampleFiles]
    bucket: str | None
    role_arn: str | None
    nonce: str
    record: Callable[[AwsTarget, SdkRequest], Recording] | None = None


class Wish(NamedTuple):
    """What a plan is made for: a model that was packaged, or one of the catalogue."""

    needs: Requirements
    recommendation: Recommendation
    model: Package | CatalogueWish | HubWish

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know of the model before approving."""
        return self.model.warnings if isinstance(self.model, Package) else self.model.notes

    @property
    def packaging(self) -> list[dict[str, Any]]:
        """What was done to the model."""
        if isinstance(self.model, Package):
            return [step.model_dump(mode="json") for step in self.model.steps]
        return self.model.packaging


def wish_for(needs: Requirements, clients: AwsClients, place: Place, room: Workroom) -> Wish:
    """Return what `needs` wish for; AWS is only read.

    Args:
        needs: What was said.
        clients: Of the region they are for.
        place: Where it would be carried out.
        room: Beside the requirements.

    Raises:
        UserError: The model or the requirements do not allow it; says what to do.
        AwsUnavailableError: No answer.
    """
    kind = needs.model_source.kind if needs.model_source is not None else None
    if kind is ModelSourceKind.JUMPSTART:
        return _listed_wish(needs, clients, room)
    if kind is ModelSourceKind.HUB:
        return _hub_wish(needs, place, room)
    return own_wish(needs, clients, place, room)


def own_wish(
    needs: Requirements,
    clients: AwsClients,
    place: Place,
    room: Workroom,
    fit: Callable[[Recommendation], Recommendation] | None = None,
) -> Wish:
    """Return a wish for a model of the user's own: recommended, fetched and packaged.

    Args:
        needs: What was said.
        clients: Of the region they are for.
        place: Where it would be carried out.
        room: Beside the requirements.
        fit: Refuses a recommendation that is of no use; None for one that is no endpoint.

    Raises:
        UserError: The model or the requirements do not allow it.
    """
    needs = _with_sample_request(needs, room)
    known = merge(needs, {"region": place.region})
    chosen = (fit or an_endpoint)(recommend(known, room.catalog))
    source = local_path(needs.model_source, clients, room.downloads, lambda: room.sample().archive)
    packaged, chosen = _packaged(known, source, chosen, room)
    return Wish(needs, chosen, packaged)


def _listed_wish(needs: Requirements, clients: AwsClients, room: Workroom) -> Wish:
    """A model by its id, judged from the catalogue before anything else is done.

    Raises:
        NotFoundError: The catalogue does not list it.
        InvalidInputError: It cannot be deployed, or not so.
    """
    source = needs.model_source
    model_id, _, version = (source.uri if source else "").partition("@")
    listed = JumpStartCatalogue(clients)
    model = listed.model(model_id, version or None)
    size_bytes = listed.size_bytes(model)
    known = known_needs(needs, model, size_bytes)
    chosen = an_endpoint(catalogue.recommended(known, model, room.catalog))
    wish, chosen = settle(model, chosen, size_bytes, room.catalog)
    return Wish(needs, chosen, wish._replace(licence=licence_of(model, listed)))


def _hub_wish(needs: Requirements, place: Place, room: Workroom) -> Wish:
    """A model of the Hugging Face hub, on the image that serves its kind."""
    known = sized_needs(merge(needs, {"region": place.region}))
    chosen = an_endpoint(hub.recommended(known, room.catalog))
    wish, chosen = hub_wish(known, chosen, room.catalog)
    return Wish(needs, chosen, wish)


def _with_sample_request(needs: Requirements, room: Workroom) -> Requirements:
    """The sample model is verified with a real row of its own test set."""
    source = needs.model_source
    if source is None or source.uri != SAMPLE or needs.sample_path is not None:
        return needs
    return merge(needs, {"sample_path": str(room.sample().sample_json)})


def _packaged(
    known: Requirements, source: Path, chosen: Recommendation, room: Workroom
) -> tuple[Package, Recommendation]:
    """Package and recommend in turn: the size decides the instance, the instance the image."""
    packaged = _package(known, source, chosen, room)
    if known.model_size_bytes is None or known.framework is None:
        seen = {
            "model_size_bytes": known.model_size_bytes or packaged.model_size_bytes,
            "framework": known.framework or packaged.framework.value,
        }
        again = recommend(merge(known, seen), room.catalog)
        if again.instance_type != chosen.instance_type:
            packaged = _package(known, source, again, room)
        chosen = again
    return packaged, chosen


def _package(known: Requirements, source: Path, chosen: Recommendation, room: Workroom) -> Package:
    return package(
        source,
        region=known.region or "",
        instance_type=chosen.instance_type,
        framework=known.framework,
        sample_path=expanded(known.sample_path) if known.sample_path else None,
        blobs=room.blobs,
    )


def an_endpoint(chosen: Recommendation) -> Recommendation:
    """Return the recommendation if it is an endpoint.

    Raises:
        InvalidInputError: It is not; says what would make it one.
    """
    if chosen.inference_option in ENDPOINT_OPTIONS:
        return chosen
    why = " ".join(reason.text for reason in chosen.reasons[:2])
    what = "nothing fits" if chosen.inference_option == "none" else chosen.inference_option
    flips = "; ".join(f"{flip.condition}: {flip.then}" for flip in chosen.flips[:2])
    raise InvalidInputError(
        f"No endpoint can be planned ({what}): {why}",
        remedy=f"Change the requirements ({flips})." if flips else "Change the requirements.",
    )
