"""Archives that bring their own inference script: kept as they are, checked without running."""

import ast
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from pydantic import BaseModel, ConfigDict

from tools.endpoint import Framework
from tools.errors import InvalidInputError, ModelArtifactError
from tools.packing.fitting.fitted import (
    PYTORCH_SOURCE,
    SKLEARN_SOURCE,
    TENSORFLOW_SOURCE,
    Fitted,
    PackagingStep,
)
from tools.packing.fitting.images import (
    HUGGINGFACE,
    NEWEST_SKLEARN,
    NEWEST_XGBOOST,
    PYTORCH,
    TENSORFLOW,
    sklearn_image,
    support_warnings,
)
from tools.packing.fitting.sklearn import script_environment
from tools.packing.formats.artifact import ModelArtifact

_MAX_SCRIPT_BYTES = 5 * 1024 * 1024
_HANDLERS = {"model_fn", "transform_fn", "predict_fn", "input_fn", "handler", "input_handler"}
_IMPORTS = {
    "torch": Framework.PYTORCH,
    "tensorflow": Framework.TENSORFLOW,
    "transformers": Framework.HUGGINGFACE,
    "xgboost": Framework.XGBOOST,
    "sklearn": Framework.SKLEARN,
}
_IMAGES = {
    Framework.SKLEARN: ("sklearn", NEWEST_SKLEARN),
    Framework.XGBOOST: ("xgboost", NEWEST_XGBOOST),
    Framework.PYTORCH: ("pytorch", PYTORCH),
    Framework.TENSORFLOW: ("tensorflow", TENSORFLOW),
    Framework.HUGGINGFACE: ("huggingface", HUGGINGFACE),
}


class Script(BaseModel):
    """An inference script, read as text.

    Attributes:
        path: POSIX path among the files given.
        functions: Top-level functions it defines.
        imports: Top-level packages it imports.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: str
    functions: frozenset[str]
    imports: frozenset[str]


def find_script(tree: Mapping[str, Path]) -> Script | None:
    """The inference script: code/inference.py, or a file at the root that defines handlers.

    Raises:
        ModelArtifactError: The script is not valid Python.
        InvalidInputError: Several scripts define handlers.
    """
    if "code/inference.py" in tree:
        return _read(tree["code/inference.py"], "code/inference.py")
    candidates = []
    for name, path in tree.items():
        pure = PurePosixPath(name)
        if pure.suffix == ".py" and str(pure.parent) in (".", "code"):
            script = _try_read(path, name)
            if script is not None and script.functions & _HANDLERS:
                candidates.append(script)
    named = [script for script in candidates if script.path == "inference.py"]
    if named:
        return named[0]
    if len(candidates) > 1:
        raise InvalidInputError(
            f"Several scripts could be the handler: {', '.join(s.path for s in candidates)}.",
            remedy="Name the right one code/inference.py.",
        )
    return candidates[0] if candidates else None


def fit_scripted(
    script: Script,
    tree: Mapping[str, Path],
    artifact: ModelArtifact | None,
    framework: Framework | None,
) -> Fitted:
    """The user's files, with the script in `code/` and the variables that name it.

    Args:
        script: The handler.
        tree: All files given, by POSIX path.
        artifact: The one model among them, if it is known.
        framework: What the user said.

    Raises:
        InvalidInputError: Nothing tells which image the script is written for.
        ModelArtifactError: The script lacks what its image asks for.
    """
    chosen = _framework(script, artifact, framework)
    _check(script, chosen)
    family, version = _IMAGES[chosen]
    warnings: tuple[str, ...] = support_warnings(family, version)
    if chosen is Framework.SKLEARN and artifact and artifact.framework is Framework.SKLEARN:
        choice = sklearn_image(artifact)
        version, warnings = choice.image_version, choice.warnings
    files, moved = _layout(script, tree)
    program = PurePosixPath(script.path).name
    environment, variables = _environment(chosen, program, version)
    return Fitted(
        framework=chosen,
        framework_version=(artifact.framework_version if artifact else None) or version,
        image_family=family,
        image_version=version,
        files=files,
        environment=environment,
        steps=(_kept(script, tree), *moved, *variables),
        warnings=(*warnings, *_requirement_warnings(files)),
    )


def _framework(
    script: Script, artifact: ModelArtifact | None, framework: Framework | None
) -> Framework:
    if framework in _IMAGES:
        return framework
    if artifact is not None and artifact.framework in (
        Framework.TENSORFLOW,
        Framework.HUGGINGFACE,
    ):
        return artifact.framework
    imported = [_IMPORTS[name] for name in _IMPORTS if name in script.imports]
    if imported:
        return imported[0]
    if artifact is not None and artifact.framework in _IMAGES:
        return artifact.framework
    raise InvalidInputError(
        f"{script.path} does not tell which framework's image it is written for.",
        remedy="Say which: PyTorch, scikit-learn, XGBoost, TensorFlow or Hugging Face.",
    )


def _check(script: Script, framework: Framework) -> None:
    if framework is Framework.TENSORFLOW:
        pair = {"input_handler", "output_handler"}
        if not ("handler" in script.functions or pair <= script.functions):
            raise ModelArtifactError(
                f"{script.path} defines neither handler(data, context) nor input_handler and "
                f"output_handler, which TensorFlow's image calls ({TENSORFLOW_SOURCE}).",
                remedy="Write one of them; model_fn and predict_fn are not called there.",
            )
        return
    needs_model_fn = framework in (Framework.SKLEARN, Framework.XGBOOST)
    if needs_model_fn and "model_fn" not in script.functions:
        raise ModelArtifactError(
            f"{script.path} defines no model_fn; the {framework.value} image has no default one.",
            remedy="Add def model_fn(model_dir) that loads and returns the model.",
        )
    others = script.functions & {"input_fn", "predict_fn", "output_fn"}
    if "transform_fn" in script.functions and others:
        raise ModelArtifactError(
            f"{script.path} defines transform_fn together with {', '.join(sorted(others))}; the "
            "image takes either the one or the others.",
            remedy="Remove transform_fn, or the others.",
        )


def _layout(
    script: Script, tree: Mapping[str, Path]
) -> tuple[dict[str, Path | bytes], tuple[PackagingStep, ...]]:
    """Files as given; when the script is at the root, Python files there move to code/."""
    if script.path.startswith("code/"):
        return dict(tree), ()
    moving = [
        name for name in tree if "/" not in name and name.endswith((".py", "requirements.txt"))
    ]
    files = {f"code/{name}" if name in moving else name: path for name, path in tree.items()}
    steps = tuple(
        PackagingStep(
            action="move",
            text="The image puts code/ on Python's path, not the archive's root.",
            source_url=PYTORCH_SOURCE,
            path=f"code/{name}",
        )
        for name in moving
    )
    return dict(files), steps


def _environment(
    framework: Framework, program: str, version: str
) -> tuple[dict[str, str], tuple[PackagingStep, ...]]:
    if framework is Framework.TENSORFLOW:
        return {}, ()
    fresh = version in (NEWEST_SKLEARN, NEWEST_XGBOOST)
    return script_environment(program, no_build_isolation=fresh)


def _kept(script: Script, tree: Mapping[str, Path]) -> PackagingStep:
    return PackagingStep(
        action="keep",
        text=f"Your script {script.path} serves the model; it is packed unchanged.",
        source_url=SKLEARN_SOURCE if "sklearn" in script.imports else PYTORCH_SOURCE,
        path=script.path,
        content=tree[script.path].read_text(encoding="utf-8", errors="replace")[:20_000],
    )


def _requirement_warnings(files: Mapping[str, object]) -> tuple[str, ...]:
    if "code/requirements.txt" not in files:
        return ()
    return (
        "requirements.txt is installed from PyPI at every container start: it fails under network "
        "isolation or without a route to PyPI, and makes starts slower.",
    )


def _try_read(path: Path, name: str) -> Script | None:
    try:
        return _read(path, name)
    except ModelArtifactError:
        return None


def _read(path: Path, name: str) -> Script:
    if path.stat().st_size > _MAX_SCRIPT_BYTES:
        raise ModelArtifactError(
            f"{name} is too large for a script.", remedy="Move data out of the script."
        )
    try:
        module = ast.parse(path.read_bytes(), filename=name)
    except (SyntaxError, ValueError) as error:
        line = f" in line {error.lineno}" if isinstance(error, SyntaxError) else ""
        raise ModelArtifactError(
            f"{name} is not valid Python: {error.args[0]}{line}.", remedy="Mend the script."
        ) from error
    return Script(path=name, functions=_functions(module), imports=_imports(module))


def _functions(module: ast.Module) -> frozenset[str]:
    """Functions by definition, assignment or import: whatever the module offers by that name."""
    names: set[str] = set()
    for node in module.body:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                names.add(node.name)
            case ast.Assign():
                names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
            case ast.ImportFrom():
                names |= {alias.asname or alias.name for alias in node.names}
            case _:
                continue
    return frozenset(names)


def _imports(module: ast.Module) -> frozenset[str]:
    names: set[str] = set()
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.split(".")[0])
    return frozenset(names)
