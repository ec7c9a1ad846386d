"""What the product says, in the reader's language: gettext catalogues, numbers and money.

The msgids are the English sentences. A Vietnamese catalogue is compiled in memory when it is first
needed; `assistant/locale/sagepilot.pot` is the template that Babel extracts.
"""

import gettext
import io
import math
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Literal, cast, get_args

Language = Literal["en", "vi"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
LOCALE_FOLDER = Path(__file__).parent / "locale"
_LOCALES: dict[str, str] = {"en": "en_US", "vi": "vi_VN"}


def N_(msgid: str) -> str:  # noqa: N802 - gettext's own name
    """Mark a sentence for the catalogue where it is only translated later."""
    return msgid


_LONGEST_NUMBER = 18  # digits that are written out; nothing real has more
_PAIR = N_("{first} and {last}")


class Translator:
    """Speaks one language; calling it translates a msgid and fills its placeholders.

    Attributes:
        language: The language spoken, `en` or `vi`.
    """

    def __init__(self, language: Language, catalogue: gettext.NullTranslations) -> None:
        self.language = language
        self._catalogue = catalogue

    def __call__(self, msgid: str, **values: str) -> str:
        """Translate `msgid`; `{name}` in it becomes `values["name"]`, already formatted."""
        sentence = self._catalogue.gettext(msgid) if msgid else ""
        return sentence.format_map(values) if values else sentence

    def number(self, value: float | Decimal, digits: int = 4) -> str:
        """Write a number with the language's separators, to `digits` significant digits.

        Whole numbers keep all their digits.
        """
        from babel.numbers import format_decimal

        if not math.isfinite(value):
            return str(value)
        exact = Decimal(str(value))
        if exact.adjusted() > _LONGEST_NUMBER:
            return f"{exact:.3e}"
        if exact != exact.to_integral_value():
            exact = round(exact, max(0, digits - 1 - exact.adjusted()))
        pattern = "#,##0" if exact == exact.to_integral_value() else "#,##0.############"
        return str(format_decimal(exact, format=pattern, locale=_LOCALES[self.language]))

    def money(self, dollars: float | Decimal | str) -> str:
        """Write US dollars: two places, four below a cent."""
        from babel.numbers import format_currency

        amount = Decimal(str(dollars))
        if amount.adjusted() > _LONGEST_NUMBER:
            return f"{amount:.3e} USD"
        digits = "#,##0.00##" if 0 < abs(amount) < Decimal("0.01") else "#,##0.00"
        pattern = f"¤{digits}" if self.language == "en" else f"{digits}\N{NO-BREAK SPACE}¤"
        return str(
            format_currency(
                amount,
                "USD",
                format=pattern,
                locale=_LOCALES[self.language],
                currency_digits=False,
            )
        )

    def percent(self, share: float) -> str:
        """Write a share (0.25) as a percentage."""
        return f"{self.number(Decimal(str(share)) * 100)}%"

    def join(self, parts: list[str]) -> str:
        """Join with commas and a final "and"."""
        if len(parts) < 2:
            return "".join(parts)
        return self(_PAIR, first=", ".join(parts[:-1]), last=parts[-1])


@lru_cache(maxsize=len(LANGUAGES))
def translator(language: str | None) -> Translator:
    """Return the speaker of `language`; English for any that we have no catalogue of."""
    if language not in LANGUAGES or language == "en":
        return Translator("en", gettext.NullTranslations())
    return Translator(cast("Language", language), _compile(language))


def catalogue_path(language: str) -> Path:
    """Return where the catalogue of `language` stands."""
    return LOCALE_FOLDER / language / "LC_MESSAGES" / "sagepilot.po"


def _compile(language: str) -> gettext.NullTranslations:
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    with catalogue_path(language).open("rb") as source:
        catalogue = read_po(source, locale=language)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def as_decimal(value: object) -> Decimal | None:
    """Return a JSON number (or its text) as a Decimal; None when it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        return None
    try:
        number = Decimal(str(value))
    except ArithmeticError:
        return None
    return number if number.is_finite() else None
