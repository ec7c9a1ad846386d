"""The embedding model, the shipped vectors, and the store under two processes."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from knowledge.build import build
from knowledge.embedding import DIMENSION, TOKENIZER_PATH, MiniLmEmbedder, Vectors
from knowledge.errors import KnowledgeError
from knowledge.index_choice import IndexChoice
from knowledge.note import NOTES_FOLDER
from knowledge.passage import Passage
from knowledge.retrieval import Library
from knowledge.store import PassageStore
from knowledge.vectors import complete_vectors, load_vectors, save_vectors

ASK = "import sys, pathlib; from knowledge.answering import answer; " + (
    "print(answer('default cooldown of auto scaling', home=pathlib.Path(sys.argv[1])).answer)"
)


@pytest.fixture(scope="module")
def embedder() -> MiniLmEmbedder:
    return MiniLmEmbedder()


class CountingEmbedder:
    """Counts what it is asked to embed; the vectors themselves do not matter."""

    name = "counting"

    def __init__(self) -> None:
        self.texts: list[str] = []

    def embed(self, texts: Sequence[str]) -> Vectors:
        self.texts.extend(texts)
        return np.eye(len(texts), DIMENSION, dtype=np.float32)


def passage(note_id: str, text: str) -> Passage:
    return Passage(note_id=note_id, ordinal=0, sentence=text, text=text)


def test_vectors_are_unit_length_and_alike_texts_are_near(embedder: MiniLmEmbedder) -> None:
    vectors = embedder.embed(["a happy person", "a very happy person", "today is a sunny day"])
    assert vectors.shape == (3, DIMENSION)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert vectors[0] @ vectors[1] > 0.85 > 0.5 > vectors[0] @ vectors[2]


def test_a_text_gets_the_same_vector_alone_and_in_a_batch(embedder: MiniLmEmbedder) -> None:
    texts = ["short", "a much longer text about endpoints that scale to zero", "x " * 600]
    together = embedder.embed(texts)
    for row, text in zip(together, texts, strict=True):
        assert np.allclose(row, embedder.embed([text])[0], atol=2e-3)
    assert embedder.embed([]).shape == (0, DIMENSION)


def test_a_file_with_another_checksum_is_refused(tmp_path: Path) -> None:
    forged = tmp_path / "tokenizer.json"
    forged.write_bytes(TOKENIZER_PATH.read_bytes() + b" ")
    with pytest.raises(KnowledgeError, match="SHA-256"):
        MiniLmEmbedder(tokenizer_path=forged)
    with pytest.raises(KnowledgeError, match="cannot be read"):
        MiniLmEmbedder(tokenizer_path=tmp_path / "missing.json")


def test_only_changed_texts_are_embedded_and_old_ones_dropped(tmp_path: Path) -> None:
    counting = CountingEmbedder()
    old = [passage("a", "one"), passage("b", "two")]
    first, made = complete_vectors(old, {}, counting)
    assert made == 2
    save_vectors(tmp_path / "v.npz", "counting", first)
    known = load_vectors(tmp_path / "v.npz", "counting")
    second, made = complete_vectors([old[0], passage("b", "two, changed")], known, counting)
    assert (made, counting.texts[2:]) == (1, ["two, changed"])
    assert set(second) == {old[0].text_hash, passage("b", "two, changed").text_hash}


def test_building_again_embeds_only_the_changed_sentence(tmp_path: Path) -> None:
    counting = CountingEmbedder()
    source = (NOTES_FOLDER / "autoscaling-cooldowns.md").read_text(encoding="utf-8")
    note, vectors = tmp_path / "note.md", tmp_path / "v.npz"
    note.write_text(source, encoding="utf-8")
    assert build(tmp_path, vectors, counting) > 5
    assert build(tmp_path, vectors, counting) == 0
    note.write_text(source.replace("shrink slower", "shrink more slowly"), encoding="utf-8")
    assert build(tmp_path, vectors, counting) == 1


def test_vectors_of_another_model_are_not_used(tmp_path: Path) -> None:
    save_vectors(tmp_path / "v.npz", "other", {"00" * 32: np.ones(4, dtype=np.float32)})
    assert load_vectors(tmp_path / "v.npz", "counting") == {}
    assert load_vectors(tmp_path / "missing.npz", "counting") == {}


def test_the_same_vectors_are_saved_as_the_same_bytes(tmp_path: Path) -> None:
    vectors = {
        "01" * 32: np.eye(1, 4, dtype=np.float32)[0],
        "00" * 32: np.ones(4, dtype=np.float32),
    }
    save_vectors(tmp_path / "a.npz", "m", vectors)
    save_vectors(tmp_path / "b.npz", "m", dict(reversed(vectors.items())))
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


def test_the_store_writes_what_changed_and_forgets_what_went(tmp_path: Path) -> None:
    a, b, changed = passage("a", "one"), passage("b", "two"), passage("b", "two, changed")
    rows = np.eye(3, DIMENSION, dtype=np.float32)
    vectors = {a.text_hash: rows[0], b.text_hash: rows[1], changed.text_hash: rows[2]}

    def opened(passages: list[Passage]) -> PassageStore:
        return PassageStore(tmp_path, "some-notes", passages, lambda _: vectors)

    assert opened([a, b]).written == 2
    store = opened([a, changed])
    assert store.written == 1
    assert store.nearest(rows[2], 1)[0].note_id == "b"
    assert opened([changed]).written == 0
    assert [m.note_id for m in opened([changed]).nearest(rows[0], 5)] == ["b"]


DAMAGE = {
    "the database is garbage": lambda chroma: (chroma / "chroma.sqlite3").write_bytes(b"x" * 4096),
    "the graph is gone": lambda chroma: [p.unlink() for p in chroma.rglob("*.bin")],
    "everything is gone": lambda chroma: [p.unlink() for p in chroma.rglob("*") if p.is_file()],
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_index_is_made_anew(damage: str, tmp_path: Path) -> None:
    command = [sys.executable, "-c", ASK, str(tmp_path)]
    first = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    DAMAGE[damage](tmp_path / "knowledge" / "chroma")
    second = subprocess.run(command, capture_output=True, text=True, check=False)
    assert second.stdout == first, second.stderr


def test_a_folder_that_cannot_be_made_is_reported_with_a_remedy(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(KnowledgeError, match="cannot be kept") as caught:
        PassageStore(tmp_path / "file", "some-notes", [], lambda _: {})
    assert caught.value.remedy


def test_four_processes_that_open_a_new_index_at_once_all_answer(tmp_path: Path) -> None:
    command = [sys.executable, "-c", ASK, str(tmp_path)]
    running = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    results = [(*process.communicate(timeout=120), process.returncode) for process in running]
    assert [r[2] for r in results] == [0] * 4, results
    assert len({r[0] for r in results}) == 1
    assert "300 seconds" in results[0][0]


def test_importing_knowledge_loads_nothing_heavy() -> None:
    heavy = "{'chromadb', 'onnxruntime', 'tokenizers', 'rapidfuzz'}"
    code = f"import sys, knowledge.answering; print(sorted({heavy} & set(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_asking_once_loads_neither_the_framework_nor_the_vector_store(tmp_path: Path) -> None:
    code = (
        "import sys; from assistant.cli.main import main\n"
        "try: main(['ask', 'default cooldown of auto scaling'])\n"
        "except SystemExit: pass\n"
        "print(sorted({'langchain', 'langchain_core', 'chromadb', 'boto3'} & set(sys.modules)))"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True,
        env={"SAGEPILOT_HOME": str(tmp_path)},
    )  # fmt: skip
    assert "300 seconds" in found.stdout
    assert found.stdout.strip().splitlines()[-1] == "[]"


def test_asking_once_finds_what_the_vector_store_finds(tmp_path: Path) -> None:
    once, kept = Library(tmp_path, index=IndexChoice(asks_once=True)), Library(tmp_path)
    for question in ("default cooldown", "serverless không hỗ trợ gì", "endpoint fails to start"):
        found = [
            [(c.note_id, c.score) for c in library.candidates(library.understand(question))[:10]]
            for library in (once, kept)
        ]
        assert [i for i, _ in found[0]] == [i for i, _ in found[1]]
        assert np.allclose([s for _, s in found[0]], [s for _, s in found[1]], atol=1e-3)


def test_an_index_that_was_stopped_half_way_is_completed(tmp_path: Path) -> None:
    a, b = passage("a", "one"), passage("b", "two")
    rows = np.eye(2, DIMENSION, dtype=np.float32)

    def stopped(_: Sequence[Passage]) -> dict[str, Vectors]:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        PassageStore(tmp_path, "some-notes", [a, b], stopped)
    vectors = {a.text_hash: rows[0], b.text_hash: rows[1]}
    assert PassageStore(tmp_path, "some-notes", [a, b], lambda _: vectors).written == 2
    assert PassageStore(tmp_path, "some-notes", [a, b], stopped).written == 0
