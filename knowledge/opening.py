"""Opening an index: its embedding model and where its vectors are, as chosen."""

import hashlib
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Protocol

from knowledge.embedders import open_embedder
from knowledge.embedding import TextEmbedder, Vectors
from knowledge.index_choice import IndexChoice
from knowledge.memory_store import MemoryStore
from knowledge.passage import Passage
from knowledge.store import PassageMatch, PassageStore, import_chromadb
from knowledge.vectors import VECTORS_PATH, complete_vectors, load_vectors


class Store(Protocol):
    """Where passages are found by meaning."""

    def nearest(self, vector: Vectors, count: int) -> tuple[PassageMatch, ...]:
        """At most `count` passages, the most similar first; equals in the order of their ids."""
        ...


def open_index(
    home: Path, folder: Path | None, passages: Sequence[Passage], index: IndexChoice
) -> tuple[TextEmbedder, Store]:
    """Opens an index that holds exactly `passages`; only what is new to it is embedded.

    Args:
        home: Where a local index lives.
        folder: The notes' folder; None for the shipped notes.
        passages: What shall be found.
        index: The chosen model and server.

    Raises:
        KnowledgeError: The model or the index cannot be used.
    """
    if index == IndexChoice(asks_once=True) and folder is None:
        embedder = open_embedder(index)
        shipped = load_vectors(VECTORS_PATH, embedder.name)
        if all(p.text_hash in shipped for p in passages):
            return embedder, MemoryStore(passages, shipped)
    with ThreadPoolExecutor(1) as background:
        # The model loads while chromadb is imported: both take long, on different cores.
        loading = background.submit(open_embedder, index)
        import_chromadb()
        model = loading.result()

    def vectors_of(wanted: Sequence[Passage]) -> Mapping[str, Vectors]:
        """The shipped vectors; what was written since is embedded here."""
        return complete_vectors(wanted, load_vectors(VECTORS_PATH, model.name), model)[0]

    name = f"notes-{model.name}" if folder is None else f"own-{_key(folder, model.name)}"
    store = PassageStore(home / "knowledge", name, passages, vectors_of, index.chroma_url)
    return model, store


def _key(folder: Path, model: str) -> str:
    return hashlib.sha256(f"{folder.resolve()} {model}".encode()).hexdigest()[:16]
