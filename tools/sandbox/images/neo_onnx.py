# ruff: noqa: ANN401
# Arrays and sessions have no narrower type here.
"""Neo's inference image for ONNX: the user's script around the compiled model.

ONNX Runtime stands in for the Deep Learning Runtime, and runs what the sandbox's own compilation
jobs make. The image fetches the script from SAGEMAKER_SUBMIT_DIRECTORY in S3 by itself; its
functions `neo_preprocess` and `neo_postprocess` are called around the model. Source:
github.com/neo-ai/neo-ai-dlr container/neo_template_mxnet_byom.py.
"""

import importlib
import json
import sys
import tarfile
import traceback
from collections.abc import Mapping
from types import ModuleType
from typing import Any

from tools.sandbox.images.serving import ContainerExitError, Invocation, Place, Reply

SUBMITTED = "SAGEMAKER_SUBMIT_DIRECTORY"
#: Where the parent lays the script's archive, which the image would fetch itself.
SCRIPT_ARCHIVE = "sourcedir.tar.gz"
_UNEXPECTED = "Internal Server Error occured"  # the image's own spelling


class ClientError(Exception):
    """The request is answered with 400 and this text."""


class NeoOnnxContainer:
    """One compiled ONNX model."""

    max_body_bytes: int | None = None

    def __init__(self, place: Place, environment: Mapping[str, str]) -> None:
        self._place = place
        self._environment = environment
        self._session: Any = None
        self._shapes: dict[str, tuple[int, ...]] = {}
        self._script: ModuleType | None = None

    def start(self) -> None:
        """Load the compiled model, then the script; either missing ends the container."""
        self._session = self._open()
        self._script = self._import()

    def ping(self) -> Reply:
        """Answer 200 as soon as the server listens."""
        return Reply(200)

    def too_large(self) -> Reply:
        """Answer a body over the limit; there is none."""
        return Reply(413)

    def invoke(self, request: Invocation) -> Reply:
        """Run script, model, script."""
        try:
            feed = self._preprocess(request)
            answers = self._run(feed)
            script: Any = self._script
            body, kind = script.neo_postprocess(answers[0] if len(answers) == 1 else answers)
        except ClientError as error:
            traceback.print_exc()
            return Reply(400, f"ClientError: {error}".encode(), "text/plain")
        except Exception:  # noqa: BLE001 - the image answers whatever breaks so
            traceback.print_exc()
            return Reply(500, _UNEXPECTED.encode(), "text/plain")
        return Reply(200, body if isinstance(body, bytes) else str(body).encode(), str(kind))

    def _open(self) -> Any:
        import onnxruntime

        model, meta = (self._place.model_dir / f"compiled.{end}" for end in ("onnx", "meta"))
        if not (model.is_file() and meta.is_file()):
            raise ContainerExitError(
                "ValueError: No valid files found in /opt/ml/model: the archive holds no model "
                "compiled by Neo"
            )
        told = json.loads(meta.read_text(encoding="utf-8"))
        inputs = told["Model"]["Inputs"]
        self._shapes = {one["name"]: tuple(one["shape"]) for one in inputs}
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL  # it is optimised already
        options.graph_optimization_level = level
        try:
            return onnxruntime.InferenceSession(
                str(model), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:
            raise ContainerExitError(f"DLRError: {error}") from error

    def _import(self) -> ModuleType:
        submitted = self._environment.get(SUBMITTED)
        archive = self._place.code_dir / SCRIPT_ARCHIVE
        if submitted is None:
            raise ContainerExitError(f"ValueError: Expecting 's3' scheme, got: None in {SUBMITTED}")
        if not archive.is_file():
            raise ContainerExitError(
                f"botocore.exceptions.ClientError: An error occurred (403) when calling the "
                f"HeadObject operation: Forbidden ({submitted})"
            )
        with tarfile.open(archive, "r:*") as source:
            names = [member.name for member in source if member.name.endswith(".py")]
            if len(names) != 1:
                many = "more than one *.py file" if names else "no *.py file"
                raise ContainerExitError(f"RuntimeError: {submitted} contains {many}")
            source.extract(names[0], self._place.code_dir, filter="data")
        folder, _, file = names[0].rpartition("/")
        sys.path.insert(0, str(self._place.code_dir / folder))
        try:
            return importlib.import_module(file.removesuffix(".py"))
        except BaseException as error:
            traceback.print_exc()
            raise ContainerExitError(f"{type(error).__name__}: {error}") from error

    def _preprocess(self, request: Invocation) -> dict[str, Any]:
        import numpy as np

        if request.content_type is None:
            raise RuntimeError("Content type could not be deduced")
        script: Any = self._script
        try:
            given = script.neo_preprocess(request.body, request.content_type)
        except Exception as error:
            message = f"User-defined pre-processing function failed:\n{error}"
            raise ClientError(message) from error
        if isinstance(given, np.ndarray | np.generic):
            if len(self._shapes) != 1:
                raise ClientError(
                    "User-defined pre-processing function returns a single input, but the model "
                    "has multiple inputs."
                )
            given = {next(iter(self._shapes)): given}
        if not isinstance(given, dict):
            raise ClientError(
                "User-defined pre-processing function must return either dict type or np.ndarray"
            )
        if set(given) != set(self._shapes):
            raise ClientError(f"Input name(s) mismatch: {set(given)} {set(self._shapes)}")
        return dict(given)

    def _run(self, feed: dict[str, Any]) -> list[Any]:
        for name, shape in self._shapes.items():
            if tuple(feed[name].shape) != shape:
                raise ValueError(
                    f"input {name} has shape {tuple(feed[name].shape)}, the model is compiled for "
                    f"{shape}"
                )
        return list(self._session.run(None, feed))
