"""From requirements to what is wished for: a model, found and judged, and how it is served."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from tools.aws import AwsClients, AwsTarget
from tools.catalog import Catalog
from tools.endpoint import ENDPOINT_OPTIONS
from tools.errors import InvalidInputError
from tools.jumpstart.model import CatalogueModel
from tools.jumpstart.reading import catalogue_of
from tools.packaging import Package, package
from tools.packing.several import entries, size_bytes
from tools.planners import catalogue, hub
from tools.planners.catalogue import CatalogueWish, licence_of, settle
from tools.planners.hub import HubWish, hub_wish, sized_needs
from tools.planners.neo_package import advised, for_neo, noted, refuse_published
from tools.planners.place import Place
from tools.planners.sharing import Named
from tools.recommendation import Recommendation, conflicts, recommend
from tools.recording.request import Recording, SdkRequest
from tools.requirements import ModelSource, ModelSourceKind, Requirements, merge
from tools.rules.asked_conflicts import ASKED_IDS
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
        compiles: Neo may compile the model where that is advised.
    """

    catalog: Catalog
    blobs: Path
    downloads: Path
    sample: Callable[[], SampleFiles]
    bucket: str | None
    role_arn: str | None
    nonce: str
    record: Callable[[AwsTarget, SdkRequest], Recording] | None = None
    compiles: bool = True


class Wish(NamedTuple):
    """What a plan is made for: a model that was packaged, or one of the catalogue.

    Attributes:
        challenger: A second model that shares the traffic.
        shadow: A model that gets a copy of it.
        many: All models of an endpoint that several share; the first is `model`.
    """

    needs: Requirements
    recommendation: Recommendation
    model: Package | CatalogueWish | HubWish
    challenger: Package | None = None
    shadow: Package | None = None
    many: tuple[Named, ...] = ()

    @property
    def beside(self) -> dict[str, Package]:
        """The other models, by what they are."""
        others = {"challenger": self.challenger, "shadow": self.shadow}
        return {name: model for name, model in others.items() if model is not None}

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know of the models before approving."""
        own = self.model.warnings if isinstance(self.model, Package) else self.model.notes
        others = (
            f"{name}: {text}" for name, model in self.beside.items() for text in model.warnings
        )
        return (*own, *others)

    @property
    def packaging(self) -> list[dict[str, Any]]:
        """What was done to the models."""
        told = (
            [step.model_dump(mode="json") for step in self.model.steps]
            if isinstance(self.model, Package)
            else list(self.model.packaging)
        )
        for name, model in self.beside.items():
            steps = [step.model_dump(mode="json") for step in model.steps]
            told += [{**step, "text": f"{name}: {step['text']}"} for step in steps]
        return told


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
    if needs.compilation == "neo":
        refuse_published(kind)
    if kind is ModelSourceKind.JUMPSTART:
        wish = _listed_wish(needs, clients, room)
    elif kind is ModelSourceKind.HUB:
        wish = _hub_wish(needs, place, room)
    else:
        wish = own_wish(needs, clients, place, room)
    return wish._replace(
        challenger=_beside(needs.challenger_source, wish, clients, room),
        shadow=_beside(needs.shadow_source, wish, clients, room),
    )


def _beside(
    source: ModelSource | None, wish: Wish, clients: AwsClients, room: Workroom
) -> Package | None:
    """Package another model for the main one's type of instance."""
    if source is None:
        return None
    path = local_path(source, clients, room.downloads, lambda: room.sample().archive)
    region = wish.recommendation.region
    known = Requirements.model_validate({"model_source": source, "region": region})
    return _package(known, path, wish.recommendation, room)


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
    check_asked(known, room.catalog)
    chosen = (fit or an_endpoint)(recommend(known, room.catalog))
    source = local_path(needs.model_source, clients, room.downloads, lambda: room.sample().archive)
    if (needs.model_count or 1) > 1:
        return _shared_wish(known, source, chosen, room)._replace(needs=needs)
    packaged, chosen = _packaged(known, source, chosen, room)
    if room.compiles and chosen.compilation == "neo" and packaged.neo is None:
        packaged = advised(known, source, chosen, packaged, room.blobs)
    if packaged.neo is not None:
        packaged = noted(packaged, place.target)
    return Wish(needs, chosen, packaged)


def _shared_wish(known: Requirements, source: Path, chosen: Recommendation, room: Workroom) -> Wish:
    """Every model of a folder by itself; the largest decides the instance.

    Raises:
        InvalidInputError: It is no folder of several models.
    """
    found = entries(source)
    largest = max(found, key=lambda entry: size_bytes(entry.path))
    _, chosen = _packaged(known, largest.path, chosen, room)
    many = tuple(
        Named.model_validate(
            {**dict(_package(known, entry.path, chosen, room)), "target_model": entry.target_model}
        )
        for entry in found
    )
    first = many[0]
    if known.model_count != len(many):
        told = f"The folder holds {len(many)} models, {known.model_count} were said: others can "
        first = first.model_copy(
            update={"warnings": (*first.warnings, f"{told}be added to the S3 prefix later.")}
        )
    return Wish(known, chosen, first, many=many)


def _listed_wish(needs: Requirements, clients: AwsClients, room: Workroom) -> Wish:
    """A model by its id, judged from the catalogue before anything else is done.

    Raises:
        NotFoundError: The catalogue does not list it.
        InvalidInputError: It cannot be deployed, or not so.
    """
    listed = catalogue_of(clients)
    model, size_bytes, known = catalogue.look_up(needs, listed)
    _check_supported(known, model)
    check_asked(known, room.catalog)
    chosen = an_endpoint(catalogue.recommended(known, model, room.catalog))
    wish, chosen = settle(model, chosen, size_bytes, room.catalog)
    return Wish(needs, chosen, wish._replace(licence=licence_of(model, listed)))


def _hub_wish(needs: Requirements, place: Place, room: Workroom) -> Wish:
    """A model of the Hugging Face hub, on the image that serves its kind."""
    known = sized_needs(merge(needs, {"region": place.region}))
    check_asked(known, room.catalog)
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
        known = merge(known, seen)
        check_asked(known, room.catalog)
        again = recommend(known, room.catalog)
        if again.instance_type != chosen.instance_type:
            packaged = _package(known, source, again, room)
        chosen = again
    return packaged, chosen


def _package(known: Requirements, source: Path, chosen: Recommendation, room: Workroom) -> Package:
    if known.compilation == "neo":
        return for_neo(known, source, chosen, room.blobs)
    return package(
        source,
        region=known.region or "",
        instance_type=chosen.instance_type,
        framework=known.framework,
        sample_path=expanded(known.sample_path) if known.sample_path else None,
        blobs=room.blobs,
    )


def check_asked(needs: Requirements, catalog: Catalog) -> None:
    """Refuse what was asked for by name and cannot be had.

    Raises:
        InvalidInputError: Quotes the rule and its source.
    """
    found = [one for one in conflicts(needs, catalog) if one.rule_id in ASKED_IDS]
    if not found:
        return
    first = found[0]
    names = ", ".join(first.fields)
    raise InvalidInputError(
        f"{first.text} ({first.rule_id}, {first.source_url})",
        remedy=f"Change or leave out one of these: {names}.",
    )


def _check_supported(needs: Requirements, model: CatalogueModel) -> None:
    named = needs.instance_type
    fitting = [name for name in model.instance_types if model.image_for(name)]
    if named is not None and named not in fitting:
        raise InvalidInputError(
            f"{model.listing.model_id} is not published for {named}.",
            remedy=f"Name one of its types: {', '.join(fitting[:6])}.",
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
