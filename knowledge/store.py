"""The vector store; the only module that knows chromadb.

The index is derived data: it is filled from the notes and their vectors, and may be deleted.
"""

import fcntl
import hashlib
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

import numpy as np

from knowledge.embedding import Vectors
from knowledge.errors import KnowledgeError
from knowledge.passage import Passage

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from chromadb.api.models.Collection import Collection
    from chromadb.config import Settings

_FOLDER = "chroma"
_LOCK = "chroma.lock"
_BATCH = 500
_DIGEST = "digest"  # of all passages that the collection holds, when it is whole


class PassageMatch(NamedTuple):
    """A passage near a query; `similarity` is the cosine, 1 for the same direction."""

    note_id: str
    ordinal: int
    similarity: float


VectorsOf = Callable[[Sequence[Passage]], Mapping[str, Vectors]]


class PassageStore:
    """The passages of one set of notes in one collection.

    Attributes:
        written: How many passages were new or changed when it was opened.
    """

    def __init__(
        self,
        folder: Path,
        collection_name: str,
        passages: Sequence[Passage],
        vectors_of: VectorsOf,
        server_url: str | None = None,
    ) -> None:
        """Opens or creates the collection and makes it hold exactly these passages.

        Opening and filling are one step for other processes, so none sees an index half made.

        Args:
            folder: Where the index lives; made when missing. A damaged index is replaced.
            collection_name: 3 to 63 characters; one a set of notes and embedding model.
            passages: What shall be found; those with an unchanged text are left alone.
            vectors_of: Gives a unit vector for each of some passages, by text hash.
            server_url: A Chroma server that holds the collection instead of the folder. There its
                name also carries a hash of the passages: two releases must not undo each other.

        Raises:
            KnowledgeError: The folder cannot be written to, or the server cannot be used.
        """
        if server_url:
            with server_errors(server_url):
                name = _of_release(collection_name, passages)
                self._collection = _made(_server(server_url), name)
                self.written = self._synchronise(passages, vectors_of)
            return
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with _locked(folder / _LOCK):
                self._collection = _open_or_replace(folder / _FOLDER, collection_name)
                self.written = self._synchronise(passages, vectors_of)
        except OSError as error:
            raise KnowledgeError(
                f"The index of the notes cannot be kept in {folder}: {error.strerror}.",
                remedy="Name a folder that can be written to.",
            ) from error

    def _synchronise(self, passages: Sequence[Passage], vectors_of: VectorsOf) -> int:
        """Deletes what went, writes what changed, and counts the latter."""
        digest = _digest(passages)
        if (self._collection.metadata or {}).get(_DIGEST) == digest:
            return 0
        held = self._collection.get(include=["metadatas"])
        old = {
            i: str((m or {}).get("text_hash"))
            for i, m in zip(held["ids"], held["metadatas"] or (), strict=True)
        }
        wanted = {p.id for p in passages}
        gone = [i for i in old if i not in wanted]
        changed = [p for p in passages if old.get(p.id) != p.text_hash]
        for start in range(0, len(gone), _BATCH):
            self._collection.delete(ids=gone[start : start + _BATCH])
        vectors = vectors_of(changed) if changed else {}
        for start in range(0, len(changed), _BATCH):
            self._write(changed[start : start + _BATCH], vectors)
        # Last of all: whoever was stopped before begins anew.
        self._collection.modify(metadata={_DIGEST: digest})
        return len(changed)

    def _write(self, passages: Sequence[Passage], vectors: Mapping[str, Vectors]) -> None:
        self._collection.upsert(
            ids=[p.id for p in passages],
            embeddings=np.stack([vectors[p.text_hash] for p in passages]),
            metadatas=[
                {"note_id": p.note_id, "ordinal": p.ordinal, "text_hash": p.text_hash}
                for p in passages
            ],
        )

    def nearest(self, vector: Vectors, count: int) -> tuple[PassageMatch, ...]:
        """At most `count` passages, the most similar first; equals in the order of their ids."""
        found = self._collection.query(
            query_embeddings=vector.reshape(1, -1), n_results=count, include=["distances"]
        )
        if not found["distances"]:
            return ()
        # The ids say what the metadata says, which would be read from the database.
        matches = (
            PassageMatch(
                note_id=passage_id.rpartition("#")[0],
                ordinal=int(passage_id.rpartition("#")[2]),
                similarity=round(1.0 - float(distance), 6),
            )
            for passage_id, distance in zip(found["ids"][0], found["distances"][0], strict=True)
        )
        return tuple(sorted(matches, key=lambda m: (-m.similarity, m.note_id, m.ordinal)))


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """One process at a time: chromadb's first opening makes tables, which two at once break."""
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def import_chromadb() -> None:
    """Loads chromadb now (0.8 s), so that a caller may do something else meanwhile."""
    import chromadb  # noqa: F401 - loading is the purpose


def _open_or_replace(path: Path, collection_name: str) -> "Collection":
    """Opens the collection; an index that cannot be read is thrown away and begun anew."""
    from chromadb.api.shared_system_client import SharedSystemClient
    from chromadb.errors import ChromaError

    try:
        collection = _open(path, collection_name)
        # Reads the graph from disk, so that damage shows here.
        held = collection.get(limit=1, include=["embeddings"])["embeddings"]
        if held is not None and len(held):
            collection.query(query_embeddings=np.asarray(held, dtype=np.float32), n_results=1)
    except ChromaError:
        SharedSystemClient.clear_system_cache()
        shutil.rmtree(path)
        collection = _open(path, collection_name)
    return collection


def _open(path: Path, collection_name: str) -> "Collection":
    import chromadb

    return _made(chromadb.PersistentClient(str(path), settings=_settings()), collection_name)


def _server(url: str) -> "ClientAPI":
    import chromadb

    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("it is no http or https address")
    ssl = parts.scheme == "https"
    port = parts.port or (443 if ssl else 80)
    return chromadb.HttpClient(parts.hostname, port, ssl=ssl, settings=_settings())


def _settings() -> "Settings":
    from chromadb.config import Settings

    return Settings(anonymized_telemetry=False)


def _made(client: "ClientAPI", collection_name: str) -> "Collection":
    from chromadb.api.collection_configuration import CreateHNSWConfiguration

    # A few thousand passages: looking at many of them costs little and makes the search exact.
    graph = CreateHNSWConfiguration(
        space="cosine", ef_construction=200, ef_search=400, max_neighbors=32
    )
    # No embedding function: chromadb's own would fetch a model from the network.
    return client.get_or_create_collection(
        collection_name, embedding_function=None, configuration={"hnsw": graph}
    )


def _of_release(collection_name: str, passages: Sequence[Passage]) -> str:
    return f"{collection_name[:50]}-{_digest(passages)[:12]}"


def _digest(passages: Sequence[Passage]) -> str:
    content = "".join(sorted(f"{p.id} {p.text_hash}\n" for p in passages))
    return hashlib.sha256(content.encode()).hexdigest()


@contextmanager
def server_errors(url: str) -> Iterator[None]:
    """Turns what a Chroma server may answer, or not answer, into our error.

    Raises:
        KnowledgeError: The server is not there, is no Chroma server, or refuses.
    """
    import httpx
    from chromadb.errors import ChromaError

    try:
        yield
    except (ChromaError, httpx.HTTPError, ValueError) as error:
        raise KnowledgeError(
            f"The Chroma server at {url} cannot be used: {type(error).__name__}.",
            remedy="Start it with `chroma run`, correct SAGEPILOT_CHROMA_URL, or unset it.",
        ) from error
