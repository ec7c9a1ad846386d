"""A model of the Hugging Face hub: image, variables and instance type settled from its size.

Planned for AWS. The sandbox runs none of these images and has no way to the hub: it says so when
the endpoint is to start, and the plan's steps are taken back.
"""

import base64
import re
from typing import Any, NamedTuple

from tools.catalog import Catalog
from tools.endpoint import ENDPOINT_OPTIONS, InferenceOption, ModelSpec
from tools.errors import InvalidInputError
from tools.packaging import SampleRequest
from tools.planners.catalogue import priced
from tools.recommendation import Recommendation, recommend
from tools.recommending.language_models import LanguageModel, Placement, cheapest, place
from tools.recommending.serving_images import ServedLanguageModel, serve
from tools.requirements import Requirements, merge

_SIZE = re.compile(r"(?<![\w.])(?:(\d+)x)?(\d+(?:[.]\d+)?)(b|m)(?![a-z\d])", re.IGNORECASE)
_EMBEDS = re.compile(r"embed|sentence|minilm|mpnet|(?<![a-z])(bge|e5|gte)(?![a-z])", re.IGNORECASE)
_QUANTISED = {"awq": "int4", "gptq": "int4", "int4": "int4", "int8": "int8", "fp8": "fp8"}
#: From a billion parameters on a model is taken for one that generates text.
_GENERATES_FROM = 10**9


class HubWish(NamedTuple):
    """A hub model and how it is to be served."""

    model_id: str
    by: ServedLanguageModel
    network_isolation: bool = False

    @property
    def served(self) -> ModelSpec:
        """What is served: the image fetches its model."""
        return ModelSpec(image_uri=self.by.image_uri, environment=self.by.environment)

    @property
    def variant_options(self) -> dict[str, int | str]:
        """What the model's size wants of the variant."""
        options: dict[str, int | str] = {
            "container_startup_health_check_timeout_s": self.by.health_check_timeout_s
        }
        if self.by.inference_ami_version:
            options["inference_ami_version"] = self.by.inference_ami_version
        return options

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know before approving."""
        return self.by.notes

    @property
    def sample(self) -> SampleRequest:
        """A request that the server answers."""
        return SampleRequest(
            content_type="application/json",
            accept=None,
            body_base64=base64.b64encode(self.by.body.encode()).decode(),
            origin="generated",
        )

    @property
    def packaging(self) -> list[dict[str, Any]]:
        """What is taken from the hub, as packaging tells its steps."""
        return [
            {
                "action": "hub",
                "text": f"{self.model_id} from the Hugging Face hub, served by "
                f"{self.by.stack.value}; nothing is uploaded.",
                "source_url": "https://github.com/aws/deep-learning-containers",
                "path": None,
            }
        ]


def sized_needs(needs: Requirements) -> Requirements:
    """Return `needs` with the size and the GPU that the id tells, where nothing was said.

    Raises:
        InvalidInputError: The size is not known, or the id is none of the hub.
    """
    model_id = _model_id(needs)
    parameters = needs.model_parameters or _parameters(model_id)
    if parameters is None:
        raise InvalidInputError(
            f"How many parameters {model_id} has is not known, and the memory follows from it.",
            remedy="Say how many parameters the model has, for example 8 billion.",
        )
    told: dict[str, Any] = {"model_parameters": parameters, "framework": "huggingface"}
    model = language_model(merge(needs, {"model_parameters": parameters}))
    told["model_size_bytes"] = model.weights_bytes
    if parameters >= _GENERATES_FROM:
        told["gpu"] = "required"
    said = needs.said()
    return merge(needs, {key: value for key, value in told.items() if key not in said})


def language_model(needs: Requirements) -> LanguageModel:
    """Return the model's size as far as needs and id tell it."""
    model_id = _model_id(needs).lower()
    found = next((dtype for mark, dtype in _QUANTISED.items() if mark in model_id), "bfloat16")
    return LanguageModel.model_validate(
        {"parameters": needs.model_parameters or _parameters(model_id), "dtype": found}
    )


def recommended(needs: Requirements, catalog: Catalog) -> Recommendation:
    """Recommend among the instance types that hold the model.

    Raises:
        InvalidInputError: It needs a GPU, and no instance type of the region holds it.
    """
    if needs.gpu != "required":
        return recommend(needs, catalog)
    model, region = language_model(needs), needs.region or ""
    cheapest(model, catalog, region)  # refuses with the memory that is needed
    fitting = [kind.name for kind, _ in catalog.offered_types(region) if place(model, kind)]
    chosen = recommend(needs, catalog.limited_to(fitting))
    return chosen if chosen.inference_option in ENDPOINT_OPTIONS else recommend(needs, catalog)


def hub_wish(
    needs: Requirements, chosen: Recommendation, catalog: Catalog
) -> tuple[HubWish, Recommendation]:
    """Return the wish, and the recommendation on an instance type that holds the model.

    Raises:
        InvalidInputError: Nothing holds it, it is to be cut off from the hub, or cannot stream.
    """
    model_id, model = _model_id(needs), language_model(needs)
    if needs.data_sensitivity == "regulated":
        raise InvalidInputError(
            "Regulated data mean network isolation, and an isolated container cannot fetch "
            f"{model_id} from the hub.",
            remedy="Copy the model's files to S3 and deploy them from there.",
        )
    placement: Placement | None = None
    if needs.gpu == "required":
        placement = _placed(model, chosen, catalog)
        if placement.instance_type != chosen.instance_type:
            chosen = priced(chosen, placement.instance_type, chosen.region, catalog)
    task = _task(model_id, model)
    by = serve(model_id, task, model, placement, region=chosen.region)
    if needs.streaming and not by.streams:
        raise InvalidInputError(
            f"{by.stack.value} does not stream answers.",
            remedy="Do without streaming, or choose a model that generates text.",
        )
    return HubWish(model_id, by), chosen


def _placed(model: LanguageModel, chosen: Recommendation, catalog: Catalog) -> Placement:
    if chosen.inference_option is InferenceOption.SERVERLESS:
        raise InvalidInputError(
            "Serverless endpoints have no GPU.", remedy="Deploy the model in real time."
        )
    instance = catalog.instance(chosen.instance_type) if chosen.instance_type else None
    fitting = place(model, instance) if instance else None
    return fitting or cheapest(model, catalog, chosen.region)[0]


def _task(model_id: str, model: LanguageModel) -> str | None:
    if _EMBEDS.search(model_id):
        return "sentence-similarity"
    return "text-generation" if model.parameters >= _GENERATES_FROM else None


def _model_id(needs: Requirements) -> str:
    source = needs.model_source
    name = (source.uri if source else "").removeprefix("https://huggingface.co/").strip("/")
    if not re.fullmatch(r"[\w.-]+(/[\w.-]+)?", name):
        raise InvalidInputError(
            f"{name[:80]!r} is no id of the Hugging Face hub.",
            remedy="Give it as organisation/name, for example mistralai/Mistral-7B-Instruct-v0.3.",
        )
    return name


def _parameters(model_id: str) -> int | None:
    found = _SIZE.search(model_id)
    if found is None:
        return None
    return int(int(found[1] or 1) * float(found[2]) * (10**9 if found[3].lower() == "b" else 10**6))
