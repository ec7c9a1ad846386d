"""One model of the catalogue, read from the specification that JumpStart keeps in S3.

Field names: sagemaker-core 2.27.0 `core/jumpstart/types.py`. Specifications are data from outside:
what is missing is unknown, never guessed.
"""

import base64
import json
import re
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from tools.errors import InvalidInputError
from tools.jumpstart.configurations import with_top_configuration

#: Second part of an id, where JumpStart abbreviates the task (sagemaker-core `enums.py`, ids).
_TASKS = {
    "ic": "image-classification",
    "od": "object-detection",
    "od1": "object-detection",
    "semseg": "semantic-segmentation",
    "is": "instance-segmentation",
    "tc": "text-classification",
    "spc": "sentence-pair-classification",
    "eqa": "question-answering",
    "ner": "named-entity-recognition",
    "textgeneration": "text-generation",
    "textgeneration1": "text-generation",
    "llm": "text-generation",
    "reasoning": "text-generation",
    "text2text": "text2text-generation",
    "tcembedding": "text-embedding",
    "sentencesimilarity": "text-embedding",
    "textembedding": "text-embedding",
    "txt2img": "text-to-image",
    "translation": "translation",
    "summarization": "summarization",
    "asr": "speech-recognition",
}
_SIZE_IN_ID = re.compile(r"(?<![\w.])(?:(\d+)x)?(\d+(?:[.]\d+)?)(b|m)(?![a-z\d])", re.IGNORECASE)
_BILLION, _MILLION = 10**9, 10**6


class Listing(BaseModel):
    """A line of the manifest.

    Attributes:
        proprietary: Sold on AWS Marketplace; a subscription comes first.
        keywords: As the manifest has them, "@task:..." among them where given.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    model_id: str
    version: str
    spec_key: str
    keywords: tuple[str, ...] = ()
    proprietary: bool = False

    @property
    def task(self) -> str:
        """What it does: by keyword, else by the id's second part, else "unknown"."""
        named = self._keyword("task")
        parts = self.model_id.split("-")
        by_id = parts[1] if len(parts) > 1 else "unknown"
        return named or _TASKS.get(by_id, by_id)

    @property
    def framework(self) -> str:
        """What it was made with: by keyword, else the id's first part."""
        return self._keyword("framework") or self.model_id.split("-")[0]

    @property
    def licence(self) -> str | None:
        """The licence's name, where the manifest tells it."""
        return self._keyword("license")

    @property
    def parameter_count(self) -> int | None:
        """How many parameters the id says it has ("-8b-", "-8x7b"); None when it says nothing."""
        found = _SIZE_IN_ID.search(self.model_id)
        if found is None:
            return None
        unit = _BILLION if found[3].lower() == "b" else _MILLION
        return int(int(found[1] or 1) * float(found[2]) * unit)

    def _keyword(self, name: str) -> str | None:
        marks = (f"@{name}:", f"{name}:")
        for keyword in self.keywords:
            for mark in marks:
                if keyword.lower().startswith(mark):
                    return keyword[len(mark) :].strip()
        return None


class CatalogueModel(BaseModel):
    """A model with what its specification says about hosting it.

    Attributes:
        default_instance_type: What JumpStart takes when none is named.
        instance_types: What it may be hosted on, in the specification's order.
        images: Image URI by instance type or family ("m5", "ml.g5.xlarge") in this region.
        data_uri: S3 URI of the archive, or of a prefix that ends with a slash.
        environment: The container's variables.
        gated: Its data is behind a licence; a person must accept it.
        eula_uri: S3 URI of the licence's text.
        subscription_url: Where a proprietary model is subscribed to.
        deploy_options: As the SDK's `deploy_kwargs` spells them.
        payload: Content type and body of an example request.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    listing: Listing
    region: str
    default_instance_type: str | None = None
    instance_types: tuple[str, ...] = ()
    images: dict[str, str] = Field(default_factory=dict)
    data_uri: str | None = None
    environment: dict[str, str] = Field(default_factory=dict)
    network_isolation: bool = False
    volume_size_in_gb: int | None = None
    gated: bool = False
    eula_uri: str | None = None
    subscription_url: str | None = None
    deprecated_message: str | None = None
    vulnerabilities: tuple[str, ...] = ()
    deploy_options: dict[str, Any] = Field(default_factory=dict)
    payload: tuple[str, str] | None = None

    @property
    def compressed(self) -> bool:
        """Whether the data is one archive."""
        return self.data_uri is not None and not self.data_uri.endswith("/")

    @property
    def gpu_only(self) -> bool:
        """Whether every instance type that it may be hosted on has an accelerator."""
        families = {name.split(".")[1] for name in self.instance_types if name.count(".") > 1}
        return bool(families) and all(re.match(r"(g|p|inf|trn)\d", family) for family in families)

    def image_for(self, instance_type: str) -> str | None:
        """Return the image on an instance type; None when the specification names none."""
        family = instance_type.split(".")[1] if instance_type.count(".") > 1 else instance_type
        return self.images.get(instance_type) or self.images.get(family)


def read_specification(
    text: str, listing: Listing, region: str, buckets: Mapping[str, str]
) -> CatalogueModel:
    """Read a specification.

    Args:
        text: Its JSON.
        listing: The manifest's line.
        region: Whose images are wanted.
        buckets: "content" and "gated".

    Raises:
        InvalidInputError: It is no specification.
    """
    try:
        spec = with_top_configuration(json.loads(text))
        return _read(spec, listing, region, buckets)
    except (ValueError, TypeError, AttributeError, KeyError, IndexError) as error:
        raise InvalidInputError(
            f"The catalogue's entry for {listing.model_id} cannot be read "
            f"({type(error).__name__}).",
            remedy="Choose another model, or deploy this one by its artefact and image.",
        ) from error


def _read(
    spec: dict[str, Any], listing: Listing, region: str, buckets: Mapping[str, str]
) -> CatalogueModel:
    gated = bool(spec.get("gated_bucket"))
    eula_key = spec.get("hosting_eula_key")
    content = buckets["content"]
    return CatalogueModel(
        listing=listing,
        region=region,
        default_instance_type=spec.get("default_inference_instance_type"),
        instance_types=tuple(spec.get("supported_inference_instance_types") or ()),
        images=_images(spec.get("hosting_instance_type_variants") or {}, region),
        data_uri=_data_uri(spec, buckets["gated"] if gated else content),
        environment={
            entry["name"]: str(entry["default"])
            for entry in spec.get("inference_environment_variables") or ()
            if entry.get("required_for_model_class")
        },
        network_isolation=bool(spec.get("inference_enable_network_isolation")),
        volume_size_in_gb=spec.get("inference_volume_size"),
        gated=gated or eula_key is not None,
        eula_uri=f"s3://{content}/{eula_key}" if eula_key else None,
        subscription_url=spec.get("model_subscription_link"),
        deprecated_message=_deprecated(spec),
        vulnerabilities=_vulnerabilities(spec),
        deploy_options=dict(spec.get("deploy_kwargs") or {}),
        payload=_payload(spec.get("default_payloads") or {}),
    )


def _data_uri(spec: Mapping[str, Any], bucket: str) -> str | None:
    by_script = spec.get("hosting_use_script_uri", True)
    packed = None if by_script else spec.get("hosting_prepacked_artifact_key")
    key = packed or spec.get("hosting_artifact_key")
    return f"s3://{bucket}/{key}" if key else None


def _deprecated(spec: Mapping[str, Any]) -> str | None:
    if not spec.get("deprecated"):
        return None
    return str(spec.get("deprecated_message") or "it is deprecated")


def _vulnerabilities(spec: Mapping[str, Any]) -> tuple[str, ...]:
    if not spec.get("inference_vulnerable"):
        return ()
    return tuple(spec.get("inference_vulnerabilities") or ("unnamed",))


def _images(variants: Mapping[str, Any], region: str) -> dict[str, str]:
    aliases = (variants.get("regional_aliases") or {}).get(region) or {}
    found: dict[str, str] = {}
    for name, variant in (variants.get("variants") or {}).items():
        named = str((variant.get("regional_properties") or {}).get("image_uri") or "")
        image = aliases.get(named.removeprefix("$"))
        if image:
            found[name] = image
    return found


def _payload(payloads: Mapping[str, Any]) -> tuple[str, str] | None:
    """The first example whose body is in the specification itself."""
    for payload in payloads.values():
        body = payload.get("body")
        if body is None or (isinstance(body, str) and body.startswith("$s3<")):
            continue
        text = body if isinstance(body, str) else json.dumps(body)
        return str(payload.get("content_type") or "application/json"), text
    return None


def payload_base64(payload: tuple[str, str]) -> str:
    """Return an example request's body as base64."""
    return base64.b64encode(payload[1].encode()).decode()
