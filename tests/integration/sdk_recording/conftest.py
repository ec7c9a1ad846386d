"""One sandbox, one process that imports the SDK, and one small model for this folder's tests."""

import io
import os
import tarfile
from pathlib import Path

import pytest

from assistant.bootstrap import App, bootstrap
from assistant.settings import Settings
from tools.recording.process import SdkProcess, sdk_process
from tools.sandbox import control

QUICK = {"creating_s": 0.05, "updating_s": 0.05, "deleting_s": 0.05, "max_processes": 1,
         "ping_window_s": 5.0}  # fmt: skip


@pytest.fixture(scope="session")
def home(tmp_path_factory) -> Path:
    """A state folder whose sandbox runs for the whole session."""
    folder = tmp_path_factory.mktemp("home")
    control.ensure_running(folder, timing=QUICK, parent_pid=os.getpid())
    yield folder
    control.down(folder)


@pytest.fixture(scope="session")
def app(home) -> App:
    values = {"home": home, "target": "sandbox", "region": "us-east-1", "poll_s": 0.02}
    return bootstrap(Settings(**{**values, "chat_model": "offline", "user": "ana"}))


@pytest.fixture(scope="session")
def clients(app):
    return app.place.clients("us-east-1")


@pytest.fixture(scope="session")
def sdk(clients) -> SdkProcess:
    """The process that the app's own plans use, too: the SDK is imported once."""
    process = sdk_process(clients.target)
    yield process
    process.close()


@pytest.fixture(scope="session")
def onnx_model(tmp_path_factory) -> Path:
    """A small ONNX classifier: its worker starts quickest."""
    from skl2onnx import to_onnx
    from sklearn.datasets import load_iris
    from sklearn.linear_model import LogisticRegression

    rows, labels = load_iris(return_X_y=True)
    fitted = LogisticRegression(max_iter=500).fit(rows, labels)
    path = tmp_path_factory.mktemp("model") / "iris.onnx"
    made = to_onnx(fitted, rows[:1].astype("float32"), options={"zipmap": False})
    path.write_bytes(made.SerializeToString())
    return path


def archive(files: dict[str, bytes]) -> bytes:
    """A gzip'd tar with times and owners, as any tool would make it."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as made:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size, member.mtime, member.uname = len(content), 1_600_000_000, "somebody"
            made.addfile(member, io.BytesIO(content))
    return buffer.getvalue()
