"""The table of features is whole, dated and holds no numbers of its own."""

import re

import pytest

from knowledge.embedding import MiniLmEmbedder
from knowledge.errors import KnowledgeError
from knowledge.feature import load_features, parse_features
from knowledge.feature_vectors import FEATURE_VECTORS_PATH, statements_of, text_hash
from knowledge.vectors import load_vectors

HEAD = 'as_of = 2026-11-24\nsite = "https://docs.aws.amazon.com/"\n'


def test_every_feature_has_a_source_and_a_purpose() -> None:
    features = load_features()
    assert len(features) > 200
    assert all(f.source_url.startswith("https://docs.aws.amazon.com/") for f in features)
    assert all(name == name.lower() for f in features for name in f.names)


def test_purposes_state_no_numbers_that_could_grow_stale() -> None:
    said = [p for f in load_features() for p in (*f.purposes, *f.not_for)]
    numbers = {n for p in said for n in re.findall(r"(?<![\w-])\d{2,}\b", p)}
    assert numbers <= {"8080"}  # the contract's port


def test_the_shipped_vectors_are_those_of_the_features() -> None:
    shipped = load_vectors(FEATURE_VECTORS_PATH, MiniLmEmbedder.name)
    assert set(shipped) == {text_hash(t) for f in load_features() for t, _, _ in statements_of(f)}


@pytest.mark.parametrize("text", ["", "[x", HEAD + "[x]\nnames = []\nfor = ['a']\npage = 'p'\n"])
def test_a_file_that_is_not_whole_is_refused(text: str) -> None:
    with pytest.raises(KnowledgeError):
        parse_features(text, source="x.toml")
