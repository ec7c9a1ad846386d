"""The region that a template is written for, by the regions of the ARNs and images in it; pure."""

import re
from collections.abc import Iterator
from typing import Any

_REGIONAL = re.compile(
    r"arn:aws[a-z-]*:(?P<service>[a-z0-9-]+):(?P<arn>[a-z]{2}(?:-[a-z]+)+-\d):"
    r"|\.dkr\.ecr\.(?P<ecr>[a-z]{2}(?:-[a-z]+)+-\d)\.amazonaws"
)
_ENOUGH = 2


def region_meant(resources: Any, parameters: Any, otherwise: str) -> str:  # noqa: ANN401
    """Return the one region that two or more services in a template agree on, else `otherwise`.

    A single image elsewhere is a fault; images, keys and topics that all lie elsewhere are a
    template for that region.
    """
    found: set[tuple[str, str]] = set()
    for text in (*_texts(resources), *_texts(parameters)):
        for match in _REGIONAL.finditer(text):
            found.add((match["service"] or "ecr", match["arn"] or match["ecr"]))
    regions = {region for _, region in found}
    services = {service for service, _ in found}
    return regions.pop() if len(regions) == 1 and len(services) >= _ENOUGH else otherwise


def _texts(part: Any) -> Iterator[str]:  # noqa: ANN401 - template data
    match part:
        case str():
            yield part
        case dict():
            for member in part.values():
                yield from _texts(member)
        case list():
            for member in part:
                yield from _texts(member)
        case _:
            pass
