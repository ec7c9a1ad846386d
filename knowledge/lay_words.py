"""What people say instead of AWS's words: "pay-per-use" is serverless, a "machine" an instance."""

import re
import tomllib
from functools import cache
from pathlib import Path

LAY_WORDS_PATH = Path(__file__).parent / "data" / "lay_words.toml"


@cache
def _replacements() -> tuple[tuple[re.Pattern[str], str], ...]:
    words: dict[str, str] = tomllib.loads(LAY_WORDS_PATH.read_text(encoding="utf-8"))["words"]
    return tuple(
        (re.compile(rf"(?<![\w.])(?:{said})(?![\w])", re.IGNORECASE), meant)
        for said, meant in words.items()
    )


def in_aws_words(text: str) -> str:
    """English with everyday words replaced by those that the notes use."""
    for said, meant in _replacements():
        text = said.sub(meant, text)
    return text
