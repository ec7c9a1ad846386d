"""A person's own document as text: Markdown, plain text or PDF, within limits.

A file may be hostile. A PDF is therefore read by a child process with little memory and time, and
what leaves here is text without control characters. Nothing in it is obeyed.
"""

import json
import re
import subprocess
import sys
import unicodedata
from pathlib import Path
from typing import NamedTuple

from knowledge.errors import KnowledgeError

MAX_BYTES = 20_000_000
MAX_PAGES = 500
MAX_CHARACTERS = 2_000_000
PDF_SECONDS = 60
TEXT_SUFFIXES = frozenset((".md", ".markdown", ".txt"))
SUFFIXES = (*sorted(TEXT_SUFFIXES), ".pdf")
_REASONS = {
    "encrypted": ("is encrypted", "Save a copy without a password and add that."),
    "pages": (f"has more than {MAX_PAGES} pages", "Split it and add the parts that you need."),
    "damaged": ("is no PDF that can be read", "Open it in a PDF viewer and save it anew."),
}


class Page(NamedTuple):
    """The text of one page; `number` counts from 1 and is None where there are no pages."""

    number: int | None
    text: str


def read_document(path: Path) -> tuple[Page, ...]:
    """The text of a file, page by page.

    Raises:
        KnowledgeError: It is missing, of another kind, too large, encrypted, damaged or empty.
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise _refused(path, "is of a kind that is not read", f"Add one of {', '.join(SUFFIXES)}.")
    try:
        if not path.is_file():
            raise _refused(path, "is no file", "Name a file that exists.")
        if path.stat().st_size > MAX_BYTES:
            megabytes = MAX_BYTES // 1_000_000
            raise _refused(path, f"is larger than {megabytes} MB", "Split it and add the parts.")
        pages = _text_page(path) if suffix in TEXT_SUFFIXES else _pdf_pages(path)
    except OSError as error:
        raise _refused(path, "cannot be read", "Check its path and permissions.") from error
    if not any(page.text.strip() for page in pages):
        raise _refused(
            path,
            "holds no text",
            "Add a file with text; scanned pages need text recognition first.",
        )
    if sum(len(page.text) for page in pages) > MAX_CHARACTERS:
        raise _refused(path, "holds too much text", "Split it and add the parts that you need.")
    return pages


def _text_page(path: Path) -> tuple[Page, ...]:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _refused(path, "is not UTF-8 text", "Save it as UTF-8 and add it again.") from error
    if "\0" in text:
        raise _refused(path, "is not text", "Add a Markdown, text or PDF file.")
    return (Page(None, clean(text)),)


def _pdf_pages(path: Path) -> tuple[Page, ...]:
    command = [sys.executable, "-m", "knowledge.pdf_text", str(path.resolve()), str(MAX_PAGES)]
    root = str(Path(__file__).parents[1])
    try:
        child = subprocess.run(  # noqa: S603 - our own module on a file that was named
            command, cwd=root, capture_output=True, timeout=PDF_SECONDS, check=False,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
        told = json.loads(child.stdout)
    except subprocess.TimeoutExpired as error:
        raise _refused(path, "takes too long to read", "Save it anew, or as text.") from error
    except ValueError as error:  # the child was ended: too much memory, most likely
        raise _refused(path, *_REASONS["damaged"]) from error
    if "refused" in told:
        raise _refused(path, *_REASONS[told["refused"]])
    return tuple(Page(n, clean(text)) for n, text in enumerate(told["pages"], start=1))


def clean(text: str) -> str:
    """Text in one form (NFC, line feeds) without control or invisible formatting characters."""
    lines = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    kept = "".join(c for c in lines if c in "\n\t" or unicodedata.category(c) not in _UNSEEN)
    return re.sub(r"\n{3,}", "\n\n", kept)


_UNSEEN = frozenset(("Cc", "Cf", "Cs", "Co", "Cn"))


def _refused(path: Path, why: str, remedy: str) -> KnowledgeError:
    return KnowledgeError(f"{clean(path.name)[:100]} {why}.", remedy=remedy)
