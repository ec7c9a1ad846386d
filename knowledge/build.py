"""`python -m knowledge.build`: bring the shipped vectors up to date with the notes."""

import logging
from pathlib import Path

from knowledge.asked import asked_passages
from knowledge.elsewhere import elsewhere_passages
from knowledge.embedding import MiniLmEmbedder, TextEmbedder
from knowledge.note import NOTES_FOLDER, load_notes
from knowledge.passage import passages_of
from knowledge.vectors import VECTORS_PATH, complete_vectors, load_vectors, save_vectors

logger = logging.getLogger(__name__)


def build(folder: Path, path: Path, embedder: TextEmbedder) -> int:
    """Embeds what changed, drops what went, and writes the file when anything did.

    Returns:
        How many passages were embedded.
    """
    own = (p for note in load_notes(folder) for p in passages_of(note))
    shared = (*asked_passages(), *elsewhere_passages()) if folder == NOTES_FOLDER else ()
    passages = [*own, *shared]
    known = load_vectors(path, embedder.name)
    vectors, embedded = complete_vectors(passages, known, embedder)
    if embedded or set(vectors) != set(known):
        save_vectors(path, embedder.name, vectors)
    logger.info("%d passages, %d embedded anew", len(vectors), embedded)
    return embedded


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    build(NOTES_FOLDER, VECTORS_PATH, MiniLmEmbedder())
