"""Images that nothing here stands in for: check the archive and Environment, then say so.

What is checked is what the image's own start would refuse; passing says nothing more.
Sources: TensorFlow Serving's `tfs_utils.py`, the Hugging Face toolkit's `transformers_utils.py`,
TGI's and TEI's entrypoints (containers' repositories, read 2026-11-22).
"""

import ast
import re
from collections.abc import Mapping
from pathlib import Path

from tools.sandbox.images.flask_pages import flask_page
from tools.sandbox.images.serving import ContainerExitError, Invocation, Place, Reply

_HF_TASK_MISSING = (
    "You need to define one of the following tasks or text-to-image as env 'HF_TASK'."
)


class UnexecutedContainer:
    """Ends at start: with the image's own complaint, or with the reason it is not executed."""

    max_body_bytes: int | None = None

    def __init__(
        self, family: str, place: Place, environment: Mapping[str, str], isolated: bool, reason: str
    ) -> None:
        self._family = family
        self._place = place
        self._environment = environment
        self._isolated = isolated
        self._reason = reason

    def start(self) -> None:
        """Raise: the image is not executed."""
        complaint = find_complaint(
            self._family, self._place.model_dir, self._environment, isolated=self._isolated
        )
        raise ContainerExitError(complaint or self._reason)

    def ping(self) -> Reply:
        """Never called: the start has ended the process."""
        return flask_page(404)

    def invoke(self, request: Invocation) -> Reply:
        """Never called: the start has ended the process."""
        del request
        return flask_page(404)

    def too_large(self) -> Reply:
        """Never called: the start has ended the process."""
        return flask_page(413)


def find_complaint(
    family: str, model_dir: Path, environment: Mapping[str, str], *, isolated: bool
) -> str | None:
    """Return what the image's start would fail with, as far as files and variables tell."""
    match family:
        case "tensorflow":
            return _tensorflow(model_dir)
        case "huggingface":
            return _hugging_face(model_dir, environment, isolated)
        case "tgi" | "tei":
            return None if environment.get("HF_MODEL_ID") else "HF_MODEL_ID must be set"
        case "vllm" | "djl" | "sglang":
            named = any(environment.get(key) for key in ("HF_MODEL_ID", "SM_VLLM_MODEL"))
            if not named and not any(model_dir.iterdir()):
                return "no model: the archive is empty and the Environment names none"
            return None
        case _:
            return None


def _tensorflow(model_dir: Path) -> str | None:
    bundles = [
        path
        for path in (*model_dir.glob("*/saved_model.pb"), *model_dir.glob("*/*/saved_model.pb"))
        if re.fullmatch(r"\d+", path.parent.name)
    ]
    if not bundles:
        return "no SavedModel bundles found!"
    script = model_dir / "code" / "inference.py"
    if not script.is_file():
        return None
    try:
        tree = ast.parse(script.read_text(encoding="utf-8", errors="replace"))
    except SyntaxError as error:
        return f"SyntaxError: {error}"
    names = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    for node in tree.body:
        if isinstance(node, ast.Assign | ast.ImportFrom | ast.Import):
            return None  # the handlers may come from elsewhere: only running it would tell
    if "handler" in names or {"input_handler", "output_handler"} <= names:
        return None
    return "Handlers are not implemented correctly in user script."


def _hugging_face(model_dir: Path, environment: Mapping[str, str], isolated: bool) -> str | None:
    if environment.get("HF_MODEL_ID"):
        if isolated:
            return "HF_MODEL_ID is downloaded at start: network isolation does not let it"
        return None
    if environment.get("HF_TASK") or (model_dir / "code" / "inference.py").is_file():
        return None
    return None if (model_dir / "config.json").is_file() else _HF_TASK_MISSING
