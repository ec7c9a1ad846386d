"""Workers for the tests: archives made on the spot, and every process ended afterwards."""

import io
import json
import tarfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tools.sandbox.process import Worker, WorkerSpec

ECR = "dkr.ecr.us-east-1.amazonaws.com"
Files = Mapping[str, bytes | str]


@pytest.fixture(scope="session")
def images() -> SimpleNamespace:
    return SimpleNamespace(
        sklearn=f"683313688378.{ECR}/sagemaker-scikit-learn:1.9-0-cpu-py3",
        xgboost=f"683313688378.{ECR}/sagemaker-xgboost:3.2-0",
        pytorch=f"763104351884.{ECR}/pytorch-inference:2.6.0-cpu-py312",
        triton=f"763104351884.{ECR}/sagemaker-tritonserver:26.05-py3-cpu",
        tensorflow=f"763104351884.{ECR}/tensorflow-inference:2.20.0-cpu-py312",
        tgi=f"763104351884.{ECR}/huggingface-pytorch-tgi-inference:"
        "2.7.0-tgi3.3.6-gpu-py311-cu124-ubuntu22.04",
    )


@pytest.fixture(scope="session")
def script() -> dict[str, str]:
    return {
        "SAGEMAKER_PROGRAM": "inference.py",
        "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code",
    }


def write_archive(path: Path, files: Files) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for name, content in files.items():
            data = content.encode() if isinstance(content, str) else content
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return path


@pytest.fixture
def archive(tmp_path: Path) -> Callable[[Files], Path]:
    return lambda files: write_archive(tmp_path / "model.tar.gz", files)


class Started:
    """A worker that has answered its first ping, or ended."""

    def __init__(self, worker: Worker, lines: list[str]) -> None:
        self.worker = worker
        self.lines = lines
        self.first_ping: int | None = None
        while self.first_ping is None and worker.exit_reason() is None:
            self.first_ping = worker.ping(10.0)
            time.sleep(0.005)

    @property
    def log(self) -> str:
        return "\n".join(self.lines)

    def post(
        self, body: Any, content_type: str | None = "application/json", accept: str | None = None
    ) -> Any:
        data = body if isinstance(body, bytes) else body.encode() if isinstance(body, str) else None
        payload = json.dumps(body).encode() if data is None else data
        return self.worker.invoke(payload, content_type=content_type, accept=accept)

    def wait_for_exit(self) -> str:
        while (reason := self.worker.exit_reason()) is None:
            time.sleep(0.01)
        return reason


Start = Callable[..., Started]


@contextmanager
def starting(folder: Path) -> Iterator[Start]:
    workers: list[Worker] = []

    def _start(
        image: str,
        files: Files | Path | None,
        environment: dict[str, str] | None = None,
        **more: Any,
    ) -> Started:
        number = len(workers)
        path = files
        if isinstance(files, Mapping):
            path = write_archive(folder / f"model-{number}.tar.gz", files)
        spec = WorkerSpec(image=image, archive=path, environment=environment or {}, **more)
        lines: list[str] = []
        workers.append(Worker(spec, folder / f"worker-{number}", lines.append))
        return Started(workers[-1], lines)

    try:
        yield _start
    finally:
        for worker in workers:
            worker.stop()


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    with starting(tmp_path) as begin:
        yield begin


@pytest.fixture(scope="module")
def start_shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    with starting(tmp_path_factory.mktemp("workers")) as begin:
        yield begin


@pytest.fixture(scope="session")
def iris() -> Any:
    from sklearn.datasets import load_iris

    rows, labels = load_iris(return_X_y=True)
    return SimpleNamespace(rows=rows, labels=labels)


@pytest.fixture(scope="session")
def classifier(iris: Any) -> Any:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(max_iter=500).fit(iris.rows, iris.labels)


@pytest.fixture(scope="session")
def classifier_bytes(classifier: Any) -> bytes:
    import joblib

    buffer = io.BytesIO()
    joblib.dump(classifier, buffer)
    return buffer.getvalue()


@pytest.fixture(scope="session")
def booster(iris: Any) -> Any:
    import xgboost

    matrix = xgboost.DMatrix(iris.rows[:100, :3], label=iris.labels[:100])
    return xgboost.train({"objective": "binary:logistic", "max_depth": 3}, matrix, 5)


@pytest.fixture(scope="session")
def onnx_bytes(iris: Any, classifier: Any) -> bytes:
    import numpy as np
    from skl2onnx import to_onnx

    model = to_onnx(classifier, iris.rows[:1].astype(np.float32), options={"zipmap": False})
    return bytes(model.SerializeToString())
