"""What is embedded of a feature, and the shipped vectors of it.

`python -m knowledge.feature_vectors` writes them anew after a feature has changed.
"""

import hashlib
from pathlib import Path

from knowledge.embedding import MiniLmEmbedder
from knowledge.feature import Feature, load_features
from knowledge.vectors import load_vectors, save_vectors

FEATURE_VECTORS_PATH = Path(__file__).parent / "data" / "feature_vectors.npz"


def statements_of(feature: Feature) -> tuple[tuple[str, str, bool], ...]:
    """Embedded text, readable text, and whether it holds, for each purpose of a feature."""
    return (
        *((f"{feature.title}: {p}", p, True) for p in feature.purposes),
        *((f"{feature.title}: {p}", p, False) for p in feature.not_for),
    )


def text_hash(text: str) -> str:
    """The key of a text's vector."""
    return hashlib.sha256(text.encode()).hexdigest()


def build(path: Path = FEATURE_VECTORS_PATH) -> int:
    """Write the vectors of all features and return how many had to be computed."""
    embedder = MiniLmEmbedder()
    texts = {text_hash(t): t for f in load_features() for t, _, _ in statements_of(f)}
    known = {h: v for h, v in load_vectors(path, embedder.name).items() if h in texts}
    missing = [h for h in texts if h not in known]
    made = embedder.embed([texts[h] for h in missing])
    known |= {h: made[n] for n, h in enumerate(missing)}
    save_vectors(path, embedder.name, known)
    return len(missing)


if __name__ == "__main__":
    build()
