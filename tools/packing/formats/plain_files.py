"""Formats told by a few bytes or names: Keras, LightGBM, CatBoost, safetensors."""

import struct
from pathlib import Path

from tools.endpoint import Framework
from tools.packing.formats.artifact import ModelArtifact, ModelFormat
from tools.packing.formats.zips import zip_names


def looks_plain(head: bytes) -> bool:
    """Whether one of this module's formats may begin so."""
    return _by_magic(head) is not None or head.startswith(b"PK\x03\x04") or _is_safetensors(head)


def inspect_plain(path: Path, name: str) -> ModelArtifact | None:
    """The model in such a file; None when it is none."""
    with path.open("rb") as file:
        head = file.read(4096)
    found = _by_magic(head)
    if found is not None:
        return ModelArtifact(path=name, framework=found[0], format=found[1])
    if head.startswith(b"PK\x03\x04"):
        if not {"config.json", "model.weights.h5"} <= set(zip_names(path)):
            return None
        return ModelArtifact(
            path=name, framework=Framework.TENSORFLOW, format=ModelFormat.KERAS_FILE
        )
    if _is_safetensors(head):
        return ModelArtifact(path=name, framework=Framework.PYTORCH, format=ModelFormat.SAFETENSORS)
    return None


def _by_magic(head: bytes) -> tuple[Framework, ModelFormat] | None:
    if head.startswith(b"\x89HDF\r\n\x1a\n"):
        return Framework.TENSORFLOW, ModelFormat.KERAS_FILE
    if head.startswith((b"tree\nversion=", b"tree\r\nversion=")):
        return Framework.LIGHTGBM, ModelFormat.LIGHTGBM_TEXT
    if head.startswith(b"CBM1"):
        return Framework.CATBOOST, ModelFormat.CATBOOST_BINARY
    return None


def _is_safetensors(head: bytes) -> bool:
    """Eight bytes of length, then a JSON object (github.com/huggingface/safetensors)."""
    if len(head) < 10 or head[8:9] != b"{":
        return False
    (size,) = struct.unpack("<Q", head[:8])
    if size > 100_000_000:
        return False
    text = head[8 : 8 + size]
    return b'"dtype"' in text or b'"__metadata__"' in text or text.rstrip() == b"{}"
