"""The shipped vectors: an .npz of text hashes and half-precision unit vectors."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np

from knowledge.embedding import TextEmbedder, Vectors
from knowledge.passage import Passage

VECTORS_PATH = Path(__file__).parent / "data" / "vectors.npz"


def load_vectors(path: Path, embedder_name: str) -> dict[str, Vectors]:
    """Vectors by text hash; empty when the file is missing or made by another model."""
    if not path.is_file():
        return {}
    with np.load(path, allow_pickle=False) as archive:
        if str(archive["model"]) != embedder_name:
            return {}
        hashes, rows = archive["hashes"], archive["vectors"].astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)  # half precision loses the unit length
    return dict(zip((h.hex() for h in map(bytes, hashes)), rows, strict=True))


def save_vectors(path: Path, embedder_name: str, vectors: Mapping[str, Vectors]) -> None:
    """Writes the file; the same vectors give the same bytes."""
    hashes = sorted(vectors)
    np.savez(
        path,
        model=np.array(embedder_name),
        hashes=np.array([np.frombuffer(bytes.fromhex(h), dtype=np.uint8) for h in hashes]),
        vectors=np.array([vectors[h] for h in hashes], dtype=np.float16),
    )


def complete_vectors(
    passages: Iterable[Passage], known: Mapping[str, Vectors], embedder: TextEmbedder
) -> tuple[dict[str, Vectors], int]:
    """A vector for every passage, embedding only the texts that are not known.

    Returns:
        The vectors by text hash, exactly those of `passages`, and how many were computed.
    """
    texts = {p.text_hash: p.text for p in passages}
    missing = [h for h in texts if h not in known]
    made = dict(zip(missing, embedder.embed([texts[h] for h in missing]), strict=True))
    return {h: made[h] if h in made else known[h] for h in texts}, len(missing)
