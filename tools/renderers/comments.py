"""Remarks in rendered code: whatever a text holds, it stays a comment; pure."""

import re
import textwrap
from collections.abc import Iterable, Iterator

_WIDTH = 96


def remarks(notes: Iterable[str], indent: int = 0) -> Iterator[str]:
    """Yield notes as lines that begin with `#`; what could end a line, or hide, becomes a blank."""
    start = f"{' ' * indent}# "
    for note in notes:
        plain = re.sub(r"[^\x20-\x7e\xa0-\u1fff\u2010-\u2027\u2030-\ud7ff]", " ", note)
        yield from textwrap.wrap(
            " ".join(plain.split()), _WIDTH, initial_indent=start, subsequent_indent=start,
            break_long_words=False, break_on_hyphens=False,
        )  # fmt: skip
