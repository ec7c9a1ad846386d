"""Other embedding models and a Chroma server, against local servers that speak their wire."""

import hashlib
import json
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assistant.index_setting import use_chosen_index
from assistant.settings import Settings
from knowledge.embedders import BedrockEmbedder, OpenAiEmbedder, open_embedder
from knowledge.errors import KnowledgeError
from knowledge.index_choice import PACKAGED, IndexChoice, chosen_index, use_index
from knowledge.passage import Passage
from knowledge.retrieval import Library
from knowledge.store import PassageStore

NOTE = """---
id: {id}
title: {title}
topics: [own]
source_urls: [https://docs.aws.amazon.com/own.html]
as_of: 2026-11-22
summary_en: {title} is a subject.
summary_vi: {title}.
---
{body}
"""


def vector(text: str) -> list[float]:
    """Twelve dimensions, one a bucket of the text's words: alike texts get alike vectors."""
    row = [0.01] * 12
    for word in text.lower().replace(".", " ").split():
        row[hashlib.sha256(word.encode()).digest()[0] % 12] += 1.0
    return row


class EmbeddingServer(BaseHTTPRequestHandler):
    """Speaks OpenAI's embeddings and Bedrock's InvokeModel; `asked` keeps what came."""

    asked: list[dict[str, Any]]
    status = 200

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        body = json.loads(self.rfile.read(length))
        self.asked.append(
            {"path": self.path, "key": self.headers.get("Authorization", ""), "body": body}
        )
        if "inputText" in body:
            answer: dict[str, Any] = {
                "embedding": vector(body["inputText"]), "inputTextTokenCount": 3,
            }  # fmt: skip
        else:
            rows = [
                {"object": "embedding", "index": i, "embedding": vector(text)}
                for i, text in enumerate(body["input"])
            ]
            # The order of `data` is not promised; `index` is.
            answer = {"object": "list", "model": body["model"], "data": rows[::-1]}
        content = json.dumps(answer if self.status == 200 else {"error": {}}).encode()
        self.send_response(self.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args: object) -> None:
        """Nothing on standard error."""


@pytest.fixture
def server() -> Iterator[tuple[str, type[EmbeddingServer]]]:
    kind = type("Server", (EmbeddingServer,), {"asked": []})
    with ThreadingHTTPServer(("127.0.0.1", 0), kind) as listening:
        threading.Thread(target=listening.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{listening.server_port}", kind
        listening.shutdown()


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    folder = tmp_path / "notes"
    folder.mkdir()
    for name in ("zebra", "okapi"):
        text = NOTE.format(id=name, title=name.title(), body=f"The {name} has a body of its own.")
        (folder / f"{name}.md").write_text(text, encoding="utf-8")
    return folder


def test_an_openai_compatible_model_embeds_once_and_finds(
    server: tuple[str, type[EmbeddingServer]], notes: Path, tmp_path: Path
) -> None:
    url, kind = server
    choice = IndexChoice(embedding=f"openai:some-model@{url}/v1", embedding_key="secret-key")
    library = Library(tmp_path, notes, choice)
    found = library.candidates(library.understand("okapi body"))
    assert found[0].note_id == "okapi"
    assert kind.asked[0]["path"] == "/v1/embeddings"
    assert kind.asked[0]["key"] == "Bearer secret-key"
    assert kind.asked[0]["body"]["model"] == "some-model"
    kind.asked.clear()
    Library(tmp_path, notes, choice)
    assert kind.asked == []


def test_one_changed_word_embeds_one_sentence_anew(
    server: tuple[str, type[EmbeddingServer]], notes: Path, tmp_path: Path
) -> None:
    url, kind = server
    choice = IndexChoice(embedding=f"openai:some-model@{url}/v1")
    Library(tmp_path, notes, choice)
    path = notes / "zebra.md"
    path.write_text(path.read_text(encoding="utf-8").replace("its own", "its stripes"), "utf-8")
    kind.asked.clear()
    Library(tmp_path, notes, choice)
    assert [asked["body"]["input"] for asked in kind.asked] == [
        ["Zebra. The zebra has a body of its stripes."]
    ]


def test_two_models_keep_their_vectors_apart(
    server: tuple[str, type[EmbeddingServer]], notes: Path, tmp_path: Path
) -> None:
    url, _ = server
    first = Library(tmp_path, notes, IndexChoice(embedding=f"openai:a@{url}/v1"))
    packaged = Library(tmp_path, notes)
    for library in (first, packaged):
        assert library.candidates(library.understand("zebra"))[0].note_id == "zebra"


def test_vectors_come_back_in_order_and_as_unit_vectors(
    server: tuple[str, type[EmbeddingServer]],
) -> None:
    url, _ = server
    texts = [f"text number {i}" for i in range(150)]
    found = OpenAiEmbedder("m", url).embed(texts)
    expected = np.array([vector(text) for text in texts])
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    assert np.allclose(found, expected, atol=1e-6)


def test_a_bedrock_model_is_reached_through_the_aws_client(
    server: tuple[str, type[EmbeddingServer]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    url, kind = server
    monkeypatch.setenv("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", url)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "an-id")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "a-key")
    use_chosen_index(Settings(home=tmp_path, embedding="bedrock:amazon.titan-embed-text-v2:0"))
    try:
        found = open_embedder(chosen_index()).embed(["zebra", "okapi"])
    finally:
        use_index(PACKAGED)
    assert found.shape == (2, 12)
    assert "titan-embed-text-v2" in kind.asked[0]["path"]
    assert kind.asked[0]["path"].endswith("/invoke")
    assert [asked["body"] for asked in kind.asked] == [{"inputText": t} for t in ("zebra", "okapi")]


def test_a_cohere_model_of_bedrock_gets_texts_in_one_request() -> None:
    asked = []

    def call(model: str, body: bytes) -> bytes:
        asked.append((model, json.loads(body)))
        rows = [vector(text) for text in asked[-1][1]["texts"]]
        return json.dumps({"embeddings": {"float": rows}}).encode()

    found = BedrockEmbedder("cohere.embed-multilingual-v3", call).embed(["one", "two"])
    assert found.shape == (2, 12)
    assert asked[0][1] == {"texts": ["one", "two"], "input_type": "search_document"}


@pytest.mark.parametrize("status", [401, 429, 500])
def test_a_server_that_refuses_is_reported_with_a_remedy(
    status: int, server: tuple[str, type[EmbeddingServer]]
) -> None:
    url, kind = server
    kind.status = status
    with pytest.raises(KnowledgeError, match=f"HTTP {status}") as caught:
        OpenAiEmbedder("m", url, "secret-key").embed(["x"])
    assert "SAGEPILOT_EMBEDDING" in caught.value.remedy
    assert "secret-key" not in f"{caught.value.message}{caught.value.remedy}"


@pytest.mark.parametrize(
    "setting", ["", "openai:m", "openai:@http://x", "openai:m@ftp://x", "bedrock:", "other"]
)
def test_a_setting_that_names_no_model_is_refused(setting: str) -> None:
    with pytest.raises(KnowledgeError, match="no embedding model"):
        open_embedder(IndexChoice(embedding=setting))


def test_a_server_that_is_not_there_is_reported(tmp_path: Path, free_port: int) -> None:
    address = f"http://127.0.0.1:{free_port}"
    with pytest.raises(KnowledgeError, match="cannot be used"):
        OpenAiEmbedder("m", address).embed(["x"])
    for url in (address, "ftp://127.0.0.1", "nonsense"):
        with pytest.raises(KnowledgeError, match="Chroma server") as caught:
            PassageStore(tmp_path, "some-notes", [], lambda _: {}, url)
        assert "chroma run" in caught.value.remedy


@pytest.fixture
def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


@pytest.fixture
def chroma(tmp_path: Path, free_port: int) -> Iterator[str]:
    command = str(Path(sys.executable).parent / "chroma")
    data = str(tmp_path / "served")
    process = subprocess.Popen(
        [command, "run", "--path", data, "--host", "127.0.0.1", "--port", str(free_port)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    url = f"http://127.0.0.1:{free_port}"
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(f"{url}/api/v2/heartbeat", timeout=1)
                break
            except OSError:
                time.sleep(0.1)
        yield url
    finally:
        process.terminate()
        process.wait(10)


def test_a_chroma_server_holds_the_index_for_two_machines(chroma: str, tmp_path: Path) -> None:
    passages = [
        Passage(note_id=name, ordinal=0, sentence=name, text=name) for name in ("zebra", "okapi")
    ]
    vectors = {p.text_hash: np.array(vector(p.text), dtype=np.float32) for p in passages}
    first = PassageStore(tmp_path / "one", "some-notes", passages, lambda _: vectors, chroma)
    second = PassageStore(tmp_path / "two", "some-notes", passages, lambda _: vectors, chroma)
    assert (first.written, second.written) == (2, 0)
    assert second.nearest(vectors[passages[1].text_hash], 1)[0].note_id == "okapi"
    # Another release has other passages, in a collection of its own.
    other = PassageStore(tmp_path / "two", "some-notes", passages[:1], lambda _: vectors, chroma)
    assert other.written == 1
    assert {m.note_id for m in first.nearest(vectors[passages[0].text_hash], 5)} == {
        "zebra", "okapi",
    }  # fmt: skip
    assert not list((tmp_path).glob("one/*"))
