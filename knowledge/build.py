"""`python -m knowledge.build`: bring the shipped vectors up to date with the notes."""

import logging

from knowledge.embedding import MiniLmEmbedder
from knowledge.note import load_notes
from knowledge.passage import passages_of
from knowledge.vectors import VECTORS_PATH, complete_vectors, load_vectors, save_vectors

logger = logging.getLogger(__name__)


def main() -> None:
    """Embeds what changed, drops what went, and writes the file when anything did."""
    passages = [p for note in load_notes() for p in passages_of(note)]
    embedder = MiniLmEmbedder()
    known = load_vectors(VECTORS_PATH, embedder.name)
    vectors, embedded = complete_vectors(passages, known, embedder)
    if embedded or set(vectors) != set(known):
        save_vectors(VECTORS_PATH, embedder.name, vectors)
    logger.info("%d passages, %d embedded anew", len(vectors), embedded)


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    main()
