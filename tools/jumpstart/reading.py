"""The catalogue as S3 has it: manifests and specifications of a region, read and kept a while.

AWS's own buckets; in the sandbox they hold a few small models.
"""

import json
import re
import threading
import time
from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

from tools.aws import AwsClients
from tools.errors import AccessDeniedError, InvalidInputError, NotFoundError
from tools.jumpstart.model import CatalogueModel, Listing, read_specification

_MANIFESTS = (("models_manifest.json", False), ("proprietary-sdk-manifest.json", True))
#: The SDK keeps manifests for six hours (sagemaker-core `cache.py`).
KEPT_S = 6 * 3600.0


class _Read:
    """What was read of a catalogue; it does not keep the clients alive that read it."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.listed: tuple[float, tuple[Listing, ...]] | None = None
        self.models: dict[str, CatalogueModel] = {}


_read: WeakKeyDictionary[AwsClients, _Read] = WeakKeyDictionary()
_read_lock = threading.Lock()


def catalogue_of(clients: AwsClients) -> "JumpStartCatalogue":
    """Return the catalogue of the clients' region, with what was read of it before."""
    with _read_lock:
        return JumpStartCatalogue(clients, read=_read.setdefault(clients, _Read()))


class JumpStartCatalogue:
    """The models of one region. Safe to share between threads."""

    def __init__(
        self,
        clients: AwsClients,
        clock: Callable[[], float] = time.monotonic,
        read: _Read | None = None,
    ) -> None:
        self._clients = clients
        self._clock = clock
        self._read = read or _Read()

    @property
    def region(self) -> str:
        """The region that is looked at."""
        return self._clients.target.region_name

    def listings(self) -> tuple[Listing, ...]:
        """Return the newest version of every model, open ones first.

        Raises:
            NotFoundError: JumpStart has no catalogue in this region.
            UserError: S3 refuses.
        """
        with self._read.lock:
            now = self._clock()
            if self._read.listed is None or now - self._read.listed[0] > KEPT_S:
                self._read.listed = (now, self._newest())
                self._read.models.clear()
            return self._read.listed[1]

    def model(self, model_id: str, version: str | None = None) -> CatalogueModel:
        """Return a model with its specification.

        Args:
            model_id: The catalogue's id.
            version: None or "*" for the newest.

        Raises:
            NotFoundError: The catalogue of this region does not list it; names what comes close.
            InvalidInputError: Its specification cannot be read.
        """
        listing = self._listing(model_id, version)
        with self._read.lock:
            known = self._read.models.get(listing.spec_key)
        if known is None:
            text = self._text(listing.spec_key)
            known = read_specification(text, listing, self.region, self._buckets)
            with self._read.lock:
                self._read.models[listing.spec_key] = known
        return known

    def eula(self, model: CatalogueModel) -> str | None:
        """Return the text of a model's licence; None when it has none or it cannot be read."""
        if model.eula_uri is None:
            return None
        try:
            return self._text(model.eula_uri.removeprefix("s3://").partition("/")[2])
        except (NotFoundError, AccessDeniedError):
            return None

    def size_bytes(self, model: CatalogueModel) -> int | None:
        """Return the size of a model's data; None when it has none or may not be looked at."""
        if model.data_uri is None:
            return None
        bucket, _, key = model.data_uri.removeprefix("s3://").partition("/")
        try:
            found = self._clients.call("s3.list_objects_v2", {"Bucket": bucket, "Prefix": key})
        except (NotFoundError, AccessDeniedError):
            return None
        return sum(item["Size"] for item in found.get("Contents", ())) or None

    @property
    def _buckets(self) -> dict[str, str]:
        return {
            "content": f"jumpstart-cache-prod-{self.region}",
            "gated": f"jumpstart-private-cache-prod-{self.region}",
        }

    def _listing(self, model_id: str, version: str | None) -> Listing:
        newest = self.listings()
        if version in {None, "*"}:
            found = next((row for row in newest if row.model_id == model_id), None)
        else:
            rows = [row for row in self._all() if row.model_id == model_id]
            found = next((row for row in rows if row.version == version), None)
            if rows and found is None:
                known = ", ".join(sorted(row.version for row in rows))
                raise NotFoundError(
                    f"JumpStart model {model_id} has no version {version} in {self.region}.",
                    remedy=f"Choose one of: {known}.",
                )
        if found is None:
            raise NotFoundError(
                f"JumpStart has no model {model_id[:80]} in {self.region}.",
                remedy=_suggestion(model_id, [row.model_id for row in newest]),
            )
        return found

    def _newest(self) -> tuple[Listing, ...]:
        newest: dict[str, Listing] = {}
        for row in self._all():
            before = newest.get(row.model_id)
            if before is None or _ordered(row.version) > _ordered(before.version):
                newest[row.model_id] = row
        return tuple(newest.values())

    def _all(self) -> tuple[Listing, ...]:
        rows: list[Listing] = []
        for key, proprietary in _MANIFESTS:
            try:
                text = self._text(key)
            except (NotFoundError, AccessDeniedError):
                if proprietary:
                    continue  # not every region has one
                raise
            rows += _listings(text, proprietary=proprietary)
        return tuple(rows)

    def _text(self, key: str) -> str:
        place = {"Bucket": self._buckets["content"], "Key": key}
        body = self._clients.call("s3.get_object", place)["Body"]
        return str(body.read().decode("utf-8"))


def _listings(text: str, *, proprietary: bool) -> list[Listing]:
    try:
        rows: list[dict[str, Any]] = json.loads(text)
        return [
            Listing(
                model_id=row["model_id"],
                version=row["version"],
                spec_key=row["spec_key"],
                keywords=tuple(row.get("search_keywords") or ()),
                proprietary=proprietary,
            )
            for row in rows
        ]
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise InvalidInputError(
            "JumpStart's manifest cannot be read.", remedy="Name the model's artefact and image."
        ) from error


def _ordered(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version))


def _suggestion(model_id: str, known: list[str]) -> str:
    from difflib import get_close_matches

    close = get_close_matches(model_id, known, n=3, cutoff=0.5)
    if close:
        return f"Did you mean {' or '.join(close)}?"
    return "Search the catalogue for what it lists in this region."
