"""What each feature and service around inference is for, and what it is not for.

Typed general knowledge, as data: `knowledge/data/features/*.toml`. It holds no numbers; those stand
in the notes and in the catalogue.
"""

import tomllib
from datetime import date
from functools import lru_cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from knowledge.errors import KnowledgeError
from knowledge.note import Kebab, Line, WebAddress

FEATURES_FOLDER = Path(__file__).parent / "data" / "features"


class Feature(BaseModel):
    """A feature or a service.

    Attributes:
        names: How people call it, in lower case; the first is its title.
        purposes: Needs that it meets, a phrase each.
        not_for: Needs that it does not meet.
        source_url: Public documentation of it.
        as_of: The day up to which this was gathered.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Kebab
    names: tuple[Line, ...] = Field(min_length=1)
    purposes: tuple[Line, ...] = Field(min_length=1)
    not_for: tuple[Line, ...] = ()
    source_url: WebAddress
    as_of: date

    @property
    def title(self) -> str:
        """How it is called first of all."""
        return self.names[0]


def parse_features(text: str, *, source: str) -> tuple[Feature, ...]:
    """Read one file: `as_of`, `site`, and one table a feature.

    Args:
        text: TOML; a feature's `page` is appended to `site`, its `url` stands alone.
        source: The file's name, for the error message.

    Raises:
        KnowledgeError: It is no TOML or a feature is not whole.
    """
    try:
        tables = tomllib.loads(text)
        as_of, site = tables.pop("as_of"), tables.pop("site")
        return tuple(
            Feature(
                id=name,
                names=table["names"],
                purposes=table["for"],
                not_for=table.get("not_for", ()),
                source_url=table.get("url") or f"{site}{table['page']}",
                as_of=as_of,
            )
            for name, table in tables.items()
        )
    except (tomllib.TOMLDecodeError, ValidationError, KeyError) as error:
        raise KnowledgeError(
            f"{source} is not a list of features: {error}", remedy="Correct the named field."
        ) from error


@lru_cache(maxsize=2)
def load_features(folder: Path = FEATURES_FOLDER) -> tuple[Feature, ...]:
    """Every feature, in the order of the files.

    Raises:
        KnowledgeError: A feature is not whole, or two share an id.
    """
    found = [
        feature
        for path in sorted(folder.glob("*.toml"))
        for feature in parse_features(path.read_text(encoding="utf-8"), source=path.name)
    ]
    ids = [feature.id for feature in found]
    twice = next((one for one in ids if ids.count(one) > 1), None)
    if twice is not None:
        raise KnowledgeError(f"Two features have the id {twice}.", remedy="Rename one.")
    return tuple(found)
