"""The catalogues hold every sentence, and numbers are written as each language does."""

import string
from decimal import Decimal
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from assistant.messages import LOCALE_FOLDER, N_, catalogue_path, translator

ROOT = Path(__file__).parents[3]
KEYWORDS = {"_": None, "N_": None, "translate": None}


def extracted() -> set[str]:
    found = set()
    for folder in ("assistant", "ui"):
        rows = extract_from_dir(ROOT / folder, method_map=[("**.py", "python")], keywords=KEYWORDS)
        found |= {message for _, _, message, _, _ in rows if isinstance(message, str)}
    return found


def catalogue(path: Path) -> dict[str, str]:
    with path.open("rb") as source:
        return {str(m.id): str(m.string) for m in read_po(source, locale="vi") if m.id}


def placeholders(sentence: str) -> list[str]:
    return sorted(name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None)


def test_the_template_is_current():
    template = catalogue(LOCALE_FOLDER / "sagepilot.pot")
    hint = "pybabel extract -k N_ -k translate -o assistant/locale/sagepilot.pot assistant ui"
    assert set(template) == extracted(), f"run: {hint}"


def test_every_sentence_is_translated():
    vietnamese = catalogue(catalogue_path("vi"))
    assert {m for m in extracted() if not vietnamese.get(m)} == set()


def test_no_translation_is_left_over():
    assert set(catalogue(catalogue_path("vi"))) - extracted() == set()


def test_translations_keep_their_placeholders():
    pairs = catalogue(catalogue_path("vi")).items()
    assert [m for m, text in pairs if placeholders(m) != placeholders(text)] == []


def test_a_sentence_is_spoken_in_the_language_asked_for():
    assert translator("vi")(N_("yes")) == "có"
    assert translator("en")("yes") == "yes"
    assert translator("fr")("yes") == "yes"


def test_values_are_never_read_as_placeholders():
    text = translator("vi")("Noted: {facts}.", facts="{0.__class__} {oops}")
    assert "{0.__class__} {oops}" in text


def test_an_unknown_sentence_stays_as_it_is():
    assert translator("vi")("Something {odd} with 5% and {braces}") == (
        "Something {odd} with 5% and {braces}"
    )
    assert translator("vi")("") == ""


@pytest.mark.parametrize(
    ("language", "value", "written"),
    [
        ("en", 1234567, "1,234,567"),
        ("vi", 1234567, "1.234.567"),
        ("en", 0.25, "0.25"),
        ("vi", 0.25, "0,25"),
        ("en", 3.14159, "3.142"),
        ("en", 0.000123456, "0.0001235"),
        ("en", -2, "-2"),
        ("en", float("inf"), "inf"),
        ("en", 1e300, "1.000e+300"),
    ],
)
def test_numbers(language, value, written):
    assert translator(language).number(value) == written


@pytest.mark.parametrize(
    ("language", "value", "written"),
    [
        ("en", Decimal("1234.5"), "$1,234.50"),
        ("vi", Decimal("1234.5"), "1.234,50\N{NO-BREAK SPACE}US$"),
        ("en", 0, "$0.00"),
        ("en", 0.0042, "$0.0042"),
        ("en", "17.005", "$17.00"),
        ("en", "2E+40", "2.000e+40 USD"),
    ],
)
def test_money(language, value, written):
    assert translator(language).money(value) == written
