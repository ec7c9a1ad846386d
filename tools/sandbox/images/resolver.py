"""From an image URI to the image's contract, refusing what AWS would not find."""

import re

from tools.sandbox.images.contract import ImageContract, UnknownImageError

_URI = re.compile(
    r"(?P<account>\d{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.amazonaws\.com(?:\.cn)?"
    r"/(?P<repository>[a-z0-9][a-z0-9._/-]*)(?::(?P<tag>[A-Za-z0-9_][\w.-]*)|@(?P<digest>sha256:[0-9a-f]{64}))"
)


def resolve_image(uri: str) -> ImageContract:
    """Return what is known about an image."""
    match = _URI.fullmatch(uri)
    if match is None:
        raise UnknownImageError(f"Requested image {uri} not found.", remedy="Check the image URI.")
    repository, tag = match["repository"], match["tag"] or match["digest"]
    family = {"sagemaker-scikit-learn": "scikit-learn", "sagemaker-tritonserver": "triton"}.get(
        repository, "custom"
    )
    version = tag.removesuffix("-cpu-py3") if family == "scikit-learn" else tag
    return ImageContract(
        family=family, version=version, repository=repository, executable=family != "custom"
    )
