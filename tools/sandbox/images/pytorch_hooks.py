# ruff: noqa: ANN401
# Tensors and modules: torch may be absent on this machine.
"""The PyTorch image's default hooks: TorchScript in, JSON, CSV and npy around it.

Source: github.com/aws/sagemaker-pytorch-inference-toolkit
default_pytorch_inference_handler.py; sagemaker_inference decoder.py, encoder.py.
"""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tools.sandbox.images.script_codecs import UnsupportedFormatError
from tools.sandbox.images.serving import Place

TEXT_TYPES = ("application/json", "text/csv")
_NPY = "application/x-npy"


class ModelLoadError(Exception):
    """The model file is no TorchScript."""


def defaults(place: Place) -> dict[str, Callable[..., Any]]:
    """Return the default hooks by name."""

    def model_fn(model_dir: str) -> Any:
        return _load_torchscript(Path(model_dir), place)

    return {
        "model_fn": model_fn,
        "input_fn": _input_fn,
        "predict_fn": _predict_fn,
        "output_fn": _output_fn,
    }


def _load_torchscript(model_dir: Path, place: Place) -> Any:
    file = model_dir / "model.pt"
    if not file.exists():
        # The names are looked up in the working directory, which is the model's.
        names = [path.name for path in model_dir.iterdir() if Path(path.name).is_file()]
        names = [name for name in names if Path(name).suffix in (".pt", ".pth")]
        if len(names) != 1:
            raise ValueError(
                f"Exactly one .pth or .pt file is required for PyTorch models: {names}"
            )
        file = model_dir / names[0]
    import torch  # type: ignore[import-not-found, unused-ignore]  # the machine may have none

    try:
        return torch.jit.load(str(file), map_location=torch.device("cpu"))
    except RuntimeError as error:
        message = f"Failed to load {place.shown(str(file))}. Please ensure model is saved using"
        raise ModelLoadError(f"{message} torchscript.") from error


def decode(content: Any, content_type: str | None) -> Any:
    """Return the array in a JSON, CSV, npy or npz body.

    Raises:
        UnsupportedFormatError: It is none of these.
    """
    import numpy as np

    match content_type:
        case "application/json":
            return np.array(json.loads(content))
        case "text/csv":
            return np.genfromtxt(io.StringIO(content), delimiter=",", dtype=None)
        case "application/x-npy":
            return np.load(io.BytesIO(content), allow_pickle=True)
        case "application/x-npz":
            from scipy.sparse import load_npz

            return load_npz(io.BytesIO(content))
        case _:
            raise UnsupportedFormatError(str(content_type))


def encode(prediction: Any, content_type: str) -> bytes | str:
    """Return a prediction as JSON, CSV or npy.

    Raises:
        UnsupportedFormatError: It is none of these.
    """
    import numpy as np

    match content_type:
        case "application/json":
            return json.dumps(prediction, default=_plain)
        case "text/csv":
            stream = io.StringIO()
            np.savetxt(stream, prediction, delimiter=",", fmt="%s")
            return stream.getvalue()
        case "application/x-npy":
            buffer = io.BytesIO()
            np.save(buffer, prediction)
            return buffer.getvalue()
        case _:
            raise UnsupportedFormatError(content_type)


def _plain(value: Any) -> Any:
    if hasattr(value, "tolist"):
        return value.tolist()
    return json.JSONEncoder().default(value)


def _input_fn(content: Any, content_type: str | None) -> Any:
    array = decode(content, content_type)
    import torch

    if content_type in TEXT_TYPES:
        return torch.FloatTensor(array)
    return torch.from_numpy(array)


def _predict_fn(tensor: Any, module: Any) -> Any:
    import torch

    with torch.no_grad():
        module.eval()
        return module(tensor)


def _output_fn(prediction: Any, accept: str) -> Any:
    if hasattr(prediction, "detach"):
        prediction = prediction.detach().cpu().numpy().tolist()
    for content_type in accept.replace(" ", "").split(","):
        if content_type in (*TEXT_TYPES, _NPY):
            return encode(prediction, content_type)
    raise UnsupportedFormatError(accept)
