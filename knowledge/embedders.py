"""Embedding models by setting: the packaged one, Bedrock's, or any OpenAI-compatible server's."""

import hashlib
import json
import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from knowledge.embedding import MiniLmEmbedder, TextEmbedder, Vectors
from knowledge.errors import KnowledgeError
from knowledge.index_choice import BedrockCall, IndexChoice

_BATCH = 64
_TIMEOUT_S = 60.0
_ATTEMPTS = 3
_OPENAI = re.compile(r"openai:(?P<model>[^@\s]+)@(?P<url>https?://\S+)")
_BEDROCK = re.compile(r"bedrock:(?P<model>\S+)")
_COHERE_BATCH = 96  # texts a request
_COHERE_CHARACTERS = 2048  # a text


def open_embedder(choice: IndexChoice) -> TextEmbedder:
    """The embedding model of a choice.

    Raises:
        KnowledgeError: The setting cannot be read, or the packaged model is damaged.
    """
    if choice.embedding == "packaged":
        return MiniLmEmbedder()
    if found := _OPENAI.fullmatch(choice.embedding):
        return OpenAiEmbedder(found["model"], found["url"], choice.embedding_key)
    if (found := _BEDROCK.fullmatch(choice.embedding)) and choice.bedrock:
        return BedrockEmbedder(found["model"], choice.bedrock)
    raise KnowledgeError(
        f"There is no embedding model {choice.embedding!r}.",
        remedy="Set SAGEPILOT_EMBEDDING to packaged, bedrock:<model id> or openai:<model>@<url>.",
    )


class OpenAiEmbedder:
    """A model behind `POST <base URL>/embeddings`, as OpenAI, vLLM, TEI and Ollama serve it.

    The wire format: https://platform.openai.com/docs/api-reference/embeddings/create.
    """

    def __init__(self, model: str, url: str, key: str | None = None) -> None:
        """Sends nothing yet."""
        self._model, self._url, self._key = model, url.rstrip("/"), key
        self.name = _name(f"openai:{model}@{self._url}")

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One unit vector a text, in order.

        Raises:
            KnowledgeError: The server cannot be reached, refuses, or answers something else.
        """
        rows: list[list[float]] = []
        for start in range(0, len(texts), _BATCH):
            rows += self._rows(list(texts[start : start + _BATCH]))
        return unit_rows(rows, len(texts), self._model)

    def _rows(self, texts: list[str]) -> list[list[float]]:
        answer = self._post({"model": self._model, "input": texts, "encoding_format": "float"})
        try:
            data = sorted(answer["data"], key=lambda row: row["index"])
            return [row["embedding"] for row in data]
        except (KeyError, TypeError) as error:
            raise _unusable(self._model, "the answer holds no embeddings") from error

    def _post(self, body: dict[str, Any]) -> Any:  # noqa: ANN401 - a server's JSON
        import httpx

        headers = {"Authorization": f"Bearer {self._key}"} if self._key else {}
        transport = httpx.HTTPTransport(retries=_ATTEMPTS - 1)
        try:
            with httpx.Client(timeout=_TIMEOUT_S, transport=transport) as client:
                answer = client.post(f"{self._url}/embeddings", json=body, headers=headers)
            answer.raise_for_status()
            return answer.json()
        except httpx.HTTPStatusError as error:
            raise _unusable(self._model, f"HTTP {error.response.status_code}") from error
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            raise _unusable(self._model, type(error).__name__) from error


class BedrockEmbedder:
    """A Titan or Cohere embedding model of Amazon Bedrock, through InvokeModel.

    The bodies: https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-titan-embed-text.html
    and https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-embed.html.
    """

    def __init__(self, model: str, call: BedrockCall) -> None:
        """Sends nothing yet."""
        self._model, self._call = model, call
        self._cohere = "cohere." in model
        self.name = _name(f"bedrock:{model}")

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One unit vector a text, in order.

        Raises:
            KnowledgeError: The answer is of another form than the model's.
        """
        rows = self._cohere_rows(texts) if self._cohere else [self._titan_row(t) for t in texts]
        return unit_rows(rows, len(texts), self._model)

    def _titan_row(self, text: str) -> list[float]:
        row: list[float] = self._answer({"inputText": text}, "embedding")
        return row

    def _cohere_rows(self, texts: Sequence[str]) -> list[list[float]]:
        rows: list[list[float]] = []
        for start in range(0, len(texts), _COHERE_BATCH):
            batch = [text[:_COHERE_CHARACTERS] for text in texts[start : start + _COHERE_BATCH]]
            body = {"texts": batch, "input_type": "search_document"}
            found = self._answer(body, "embeddings")
            rows += found["float"] if isinstance(found, dict) else found
        return rows

    def _answer(self, body: dict[str, Any], key: str) -> Any:  # noqa: ANN401 - a model's JSON
        try:
            return json.loads(self._call(self._model, json.dumps(body).encode()))[key]
        except (ValueError, KeyError, TypeError) as error:
            raise _unusable(self._model, f"the answer holds no {key}") from error


def unit_rows(rows: Sequence[Sequence[float]], count: int, model: str) -> Vectors:
    """Rows of any length as unit vectors: float32, shape (count, dimension).

    Raises:
        KnowledgeError: There are more or fewer rows, they differ in length, or one is zero.
    """
    try:
        vectors = np.asarray(rows, dtype=np.float32).reshape(count, -1)
    except (ValueError, TypeError) as error:
        raise _unusable(model, f"{count} texts did not get {count} alike vectors") from error
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    if not np.isfinite(lengths).all() or (lengths == 0).any():
        raise _unusable(model, "a vector is zero or no number")
    unit: Vectors = vectors / lengths
    return unit


def _name(setting: str) -> str:
    """A name that a collection may carry: the setting's letters, and its hash to tell it apart."""
    plain = re.sub(r"[^a-z0-9]+", "-", setting.lower()).strip("-")[:32].strip("-")
    return f"{plain}-{hashlib.sha256(setting.encode()).hexdigest()[:8]}"


def _unusable(model: str, why: str) -> KnowledgeError:
    return KnowledgeError(
        f"The embedding model {model} cannot be used: {why}.",
        remedy="Look at SAGEPILOT_EMBEDDING and its server, or unset it for the packaged model.",
    )
