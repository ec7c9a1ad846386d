"""What a model points at: its image, its data in S3 and the role that may read them."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tools.sandbox.access import decide, trusts_sagemaker
from tools.sandbox.data_sources import DataSources
from tools.sandbox.moto_bridge import MotoBridge, Role
from tools.sandbox.object_listing import object_keys
from tools.sandbox.wire import AwsError, validation_exception

_ECR_IMAGE = re.compile(
    r"\d{12}\.dkr\.ecr(-fips)?\.(?P<region>[a-z0-9-]+)\.amazonaws\.com(\.cn)?/[^\s:@]+([:@]\S+)?"
)


#: Images that carry the label for several models (containers' own repositories: Dockerfiles of
#: scikit-learn, XGBoost, the deep-learning containers and Triton).
_MULTI_MODEL_REPOSITORIES = frozenset(
    ("sagemaker-scikit-learn", "sagemaker-xgboost", "pytorch-inference", "sagemaker-tritonserver",
     "tensorflow-inference", "huggingface-pytorch-inference")
)  # fmt: skip


@dataclass(frozen=True)
class S3Location:
    """A bucket and a key."""

    bucket: str
    key: str

    @property
    def arn(self) -> str:
        """The object's ARN, as policies name it."""
        return f"arn:aws:s3:::{self.bucket}/{self.key}"


def parse_s3_url(url: str) -> S3Location | None:
    """Read `s3://bucket/key`; None when it is no such URL."""
    match = re.fullmatch(r"s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])/?(.*)", url, re.DOTALL)
    return S3Location(match[1], match[2]) if match else None


def role_may(role: Role, action: str, resource: str, tags: Mapping[str, str] | None = None) -> bool:
    """Whether the role's policies allow an action on a resource."""
    context = {f"s3:ExistingObjectTag/{key}": value for key, value in (tags or {}).items()}
    return decide(role.policies, action, resource, context) == "allowed"


class Artifacts:
    """Checks on images, roles and model data against what S3 and IAM hold."""

    def __init__(self, bridge: MotoBridge, known_image: Callable[[str], str | None]) -> None:
        """Take `known_image`: returns why an image is not known, or None when it is."""
        self._bridge = bridge
        self._known_image = known_image
        self._sources = DataSources(self.model_data, self._gated_data, self._keys)

    def assume(self, role_arn: str) -> Role:
        """The execution role.

        Raises:
            AwsError: It does not exist, or does not trust SageMaker.
        """
        role = self._bridge.role(role_arn)
        if role is None or not trusts_sagemaker(role.trust):
            raise validation_exception(
                f"Could not assume role {role_arn}. Please ensure that the role exists and allows "
                "principal 'sagemaker.amazonaws.com' to assume the role."
            )
        return role

    def check_image(self, image: str, region: str) -> None:
        """Refuse an image that hosting could not pull.

        Raises:
            AwsError: It is no ECR image, is in another region, or is not known.
        """
        match = _ECR_IMAGE.fullmatch(image)
        if match is None:
            raise validation_exception(
                f'Using non-ECR image "{image}" without Vpc repository access mode is not '
                "supported."
            )
        if match["region"] != region:
            raise validation_exception(
                f'ECR image "{image}" is invalid: it is in {match["region"]}, the model is in '
                f"{region}."
            )
        unknown = self._known_image(image)
        if unknown is not None:
            raise validation_exception(unknown)

    def model_data(self, url: str, role: Role, region: str) -> bytes:
        """Read the model data as the role would.

        Raises:
            AwsError: The URL is none of S3, the object is missing, or the role may not read it.
        """
        location = parse_s3_url(url)
        if location is None or not location.key:
            raise validation_exception(f"Invalid model data URL: {url}. Expected s3://bucket/key.")
        stored = self._bridge.read_object(location.bucket, location.key, region)
        bucket_region = self._bridge.bucket_region(location.bucket, region)
        bucket_arn = f"arn:aws:s3:::{location.bucket}"
        if stored is None and (
            bucket_region is None or role_may(role, "s3:ListBucket", bucket_arn)
        ):
            raise validation_exception(f"Could not find model data at {url}.")
        tags = stored.attributes.get("tags") if stored else None
        readable = role_may(role, "s3:GetObject", location.arn, tags)
        if stored is None or not readable or bucket_region != region:
            raise validation_exception(_no_access(url, role.arn, region))
        return stored.body

    def archive(self, container: Mapping[str, Any], role: Role, region: str) -> bytes | None:
        """Return a container's model data as a gzip'd tar; None when it has none.

        Raises:
            AwsError: It cannot be had.
        """
        return self._sources.archive(container, role, region)

    def _gated_data(self, url: str, role: Role, region: str) -> bytes:
        """Data whose licence is accepted: SageMaker reads it, whatever the role may."""
        del role
        location = parse_s3_url(url)
        stored = location and self._bridge.read_object(location.bucket, location.key, region)
        if not stored:
            raise validation_exception(f"Could not find model data at {url}.")
        return stored.body

    def _keys(self, url: str, region: str) -> list[str]:
        location = parse_s3_url(url)
        if location is None:
            return []
        return object_keys(self._bridge, location.bucket, location.key, region)

    def check_container(self, container: Mapping[str, Any], role: Role, region: str) -> None:
        """Refuse a container whose image or data cannot be had.

        Raises:
            AwsError: As `check_image` and `model_data`; or the container is of a kind not served.
        """
        for kind in ("ModelPackageName", "AdditionalModelDataSources"):
            if kind in container:
                raise AwsError(
                    "UnsupportedOperation",
                    f"The sandbox does not serve containers with {kind}.",
                    501,
                )
        if "Image" not in container:
            raise validation_exception("A container needs an Image or a ModelPackageName.")
        self.check_image(str(container["Image"]), region)
        if container.get("Mode") == "MultiModel":
            self._check_prefix(container, role, region)
        else:
            self.archive(container, role, region)

    def _check_prefix(self, container: Mapping[str, Any], role: Role, region: str) -> None:
        """A multi-model container: its image must allow it, its data be a prefix in S3."""
        image, url = str(container["Image"]), str(container.get("ModelDataUrl", ""))
        repository = image.split("/", 1)[1].split(":")[0]
        if repository not in _MULTI_MODEL_REPOSITORIES:
            raise validation_exception(
                f"Your Ecr Image {image} does not contain required "
                "com.amazonaws.sagemaker.capabilities.multi-models=true Docker label(s)."
            )
        location = parse_s3_url(url)
        if location is None:
            raise validation_exception(f"Invalid model data URL: {url}. Expected s3://bucket/key.")
        bucket_region = self._bridge.bucket_region(location.bucket, region)
        listable = role_may(role, "s3:ListBucket", f"arn:aws:s3:::{location.bucket}")
        if bucket_region != region or not listable:
            raise validation_exception(_no_access(url, role.arn, region))


def _no_access(url: str, role_arn: str, region: str) -> str:
    return (
        f'Could not access model data at {url}. Please ensure that the role "{role_arn}" exists '
        'and that its trust relationship policy allows the action "sts:AssumeRole" for the service '
        'principal "sagemaker.amazonaws.com". Also ensure that the role has "s3:GetObject" '
        f"permissions and that the object is located in {region}. If your Model uses multiple "
        'models or uncompressed models, please ensure that the role has "s3:ListBucket" permission.'
    )
