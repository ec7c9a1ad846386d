"""PyTorch files: TorchScript, state dicts and pickled modules, told apart by the zip's members."""

import re
from pathlib import Path

from tools.endpoint import Framework
from tools.packing.formats.artifact import ModelArtifact, ModelFormat
from tools.packing.formats.zips import zip_content, zip_names

#: A file of torch before 1.6 starts with this magic number, pickled (torch/serialization.py).
_LEGACY_MAGIC = b"\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19"
_MAX_PICKLE_BYTES = 64 * 1024 * 1024
_GLOBAL = re.compile(rb"c([A-Za-z_][\w.]{0,200})\n([A-Za-z_][\w.]{0,200})\n")
#: What a state dict's pickle may name besides torch's own storages.
_PLAIN = ("collections.", "torch._utils.", "torch.Size", "torch.storage.", "torch._tensor.",
          "torch.serialization.", "builtins.", "_codecs.", "numpy.")  # fmt: skip
_STORAGE = re.compile(r"torch\.(\w+Storage|\w*int\d*|b?float\d+|bool|device|dtype)$")


def looks_torch(head: bytes) -> bool:
    """A zip, or the legacy magic number within a pickle's first bytes."""
    return head.startswith(b"PK\x03\x04") or _LEGACY_MAGIC in head[:32]


def inspect_torch(path: Path, name: str) -> ModelArtifact | None:
    """The model in a file of `torch.save` or `torch.jit.save`; None for another zip."""
    with path.open("rb") as file:
        if _LEGACY_MAGIC in file.read(32):
            # What follows the magic number was a state dict in nearly all files of that time.
            return _artifact(name, ModelFormat.TORCH_STATE_DICT, ())
    names = zip_names(path)
    pickled = next((n for n in names if n.count("/") == 1 and n.endswith("/data.pkl")), None)
    if pickled is None:
        return None
    if pickled.replace("/data.pkl", "/constants.pkl") in names:
        return _artifact(name, ModelFormat.TORCHSCRIPT, ())
    classes = _classes(zip_content(path, pickled, _MAX_PICKLE_BYTES))
    custom = [c for c in classes if not c.startswith(_PLAIN) and not _STORAGE.fullmatch(c)]
    if custom:
        return _artifact(name, ModelFormat.TORCH_PICKLED_MODULE, tuple(classes))
    return _artifact(name, ModelFormat.TORCH_STATE_DICT, tuple(classes))


def _classes(pickled: bytes) -> list[str]:
    found = (f"{m[1].decode()}.{m[2].decode()}" for m in _GLOBAL.finditer(pickled))
    return list(dict.fromkeys(found))


def _artifact(name: str, model_format: ModelFormat, classes: tuple[str, ...]) -> ModelArtifact:
    return ModelArtifact(
        path=name, framework=Framework.PYTORCH, format=model_format, classes=classes
    )
