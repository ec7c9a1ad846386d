"""`python -m knowledge.pdf_text FILE PAGES`: a PDF's text as JSON on standard output.

Runs as a child process: a hostile file can use up its memory and time, and nothing else's.
"""

import contextlib
import json
import logging
import resource
import sys
from pathlib import Path
from typing import Any

_MEMORY_BYTES = 1_500_000_000
_CPU_SECONDS = 50


def text_of(path: Path, most_pages: int) -> dict[str, Any]:
    """`{"pages": [text, ...]}`, or `{"refused": "encrypted" | "pages" | "damaged"}`."""
    from pypdf import PdfReader

    try:
        reader = PdfReader(path)
        if reader.is_encrypted:
            return {"refused": "encrypted"}
        if len(reader.pages) > most_pages:
            return {"refused": "pages"}
        return {"pages": [page.extract_text() or "" for page in reader.pages]}
    except Exception:  # noqa: BLE001 - pypdf raises many kinds on broken files; all mean the same
        return {"refused": "damaged"}


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    with contextlib.suppress(ValueError, OSError):  # a machine may forbid setting limits
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
        resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS))
    json.dump(text_of(Path(sys.argv[1]), int(sys.argv[2])), sys.stdout)
