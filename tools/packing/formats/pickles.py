"""Pickle and joblib files, read by their opcodes and never loaded.

A joblib file interleaves the pickle's opcodes with the raw bytes of arrays, which breaks
`pickletools`; the scan therefore looks for the few opcode sequences that name a class or a value.
"""

import pickletools
import re
import struct
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from tools.endpoint import Framework
from tools.errors import ModelArtifactError
from tools.packing.formats.artifact import ModelArtifact, ModelFormat
from tools.packing.formats.windows import compressor, unpacked_windows
from tools.packing.formats.xgboost_files import BoosterFacts, booster_facts

_SUFFIXES = {".joblib", ".pkl", ".pickle", ".sav"}
_MEMO = rb"(?:\x94|q.|r.{4})?"
_SHORT = rb"\x8c.([A-Za-z_][\w.]{0,200})"
_STACK_GLOBAL = re.compile(_SHORT + _MEMO + _SHORT + _MEMO + rb"\x93", re.DOTALL)
#: The module was named before and comes from the memo: h = BINGET, j = LONG_BINGET.
_MEMO_GLOBAL = re.compile(rb"(?:h.|j.{4})" + _SHORT + _MEMO + rb"\x93", re.DOTALL)
_GLOBAL = re.compile(rb"c([A-Za-z_][\w.]{0,200})\n([A-Za-z_][\w.]{0,200})\n")
_VERSION = re.compile(
    rb"_sklearn_version(?:\np\d+\n)?" + _MEMO + rb"(?:\x8c.|X.\x00\x00\x00|V)(\d+\.\d+[\w.+]*)",
    re.DOTALL,
)
_FEATURES = re.compile(rb"n_features_in_" + _MEMO + rb"(?:K(.)|M(..)|J(....))", re.DOTALL)


class PickleFacts(BaseModel):
    """What a pickle says about itself.

    Attributes:
        classes: Dotted names of globals, in order of first appearance.
        root_class: Class of the pickled object; None when it is a container or not told.
        sklearn_version: The version scikit-learn wrote into its estimators.
        feature_count: First `n_features_in_`, else the booster's columns.
        booster: Of an XGBoost model inside.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    classes: tuple[str, ...]
    root_class: str | None
    sklearn_version: str | None
    feature_count: int | None
    booster: BoosterFacts


def looks_pickled(head: bytes) -> bool:
    """Whether a file's first bytes are a pickle's, or a compressor's that joblib uses."""
    return _is_pickle(head) or compressor(head) is not None


def inspect_pickle(path: Path, name: str) -> ModelArtifact | None:
    """The model in a pickle or joblib file; None when it is no pickle.

    Args:
        path: The file on disk.
        name: Its POSIX path in the folder.

    Raises:
        ModelArtifactError: A compressed pickle that is broken or too large.
    """
    try:
        facts = scan(path)
    except ModelArtifactError:
        if Path(name).suffix.lower() in _SUFFIXES or _first_is_pickle(path):
            raise
        return None  # some other file that is compressed, or looks so
    if facts is None:
        return None
    framework, model_format = _family(facts)
    return ModelArtifact(
        path=name,
        framework=framework,
        format=model_format,
        framework_version=(
            facts.booster.version if framework is Framework.XGBOOST else facts.sklearn_version
        ),
        sklearn_version=facts.sklearn_version,
        classes=facts.classes,
        root_class=facts.root_class,
        feature_count=facts.feature_count,
        objective=facts.booster.objective if framework is Framework.XGBOOST else None,
        early_stopped=framework is Framework.XGBOOST and facts.booster.early_stopped,
        saved_with_numpy_2=any(c.startswith("numpy._core") for c in facts.classes),
    )


def scan(path: Path) -> PickleFacts | None:
    """Facts of a pickle file; None when its bytes are not a pickle's.

    Raises:
        ModelArtifactError: The compressed stream is broken or unpacks to too much.
    """
    classes: dict[str, None] = {}
    root: str | None = None
    version: str | None = None
    features: int | None = None
    booster = BoosterFacts()
    for index, window in enumerate(unpacked_windows(path)):
        if index == 0:
            if not _is_pickle(window):
                return None
            root = _root_class(window)
        classes.update(dict.fromkeys(_globals(window)))
        version = version or _first_version(window)
        features = features if features is not None else _first_features(window)
        if any(name.startswith("xgboost.") for name in classes):
            booster = booster.merged(booster_facts(window))
    if not classes and root is None:
        return None
    return PickleFacts(
        classes=tuple(classes),
        root_class=root,
        sklearn_version=version,
        feature_count=features if features is not None else booster.feature_count,
        booster=booster,
    )


def _first_is_pickle(path: Path) -> bool:
    """Whether the file begins as a pickle, even if it breaks off later."""
    try:
        return _is_pickle(next(unpacked_windows(path), b""))
    except ModelArtifactError:
        return False


def _is_pickle(head: bytes) -> bool:
    """Protocols 2 to 5 start with PROTO; 0 and 1 with a global, a list or a dict."""
    if head[:1] == b"\x80" and head[1:2] in (b"\x02", b"\x03", b"\x04", b"\x05"):
        return True
    return _GLOBAL.match(head) is not None or head.startswith(
        (b"ccopy_reg\n", b"(dp0\n", b"(lp0\n")
    )


def _root_class(head: bytes) -> str | None:
    """The first global, when the pickle starts with one: then it is the object's own class."""
    strings: list[str] = []
    try:
        for opcode, argument, _ in pickletools.genops(head):
            match opcode.name:
                case "PROTO" | "FRAME" | "MEMOIZE" | "BINPUT" | "PUT" | "LONG_BINPUT":
                    continue
                case "SHORT_BINUNICODE" | "BINUNICODE":
                    strings.append(str(argument))
                case "STACK_GLOBAL" if len(strings) == 2:
                    return _unwrapped(".".join(strings), head)
                case "GLOBAL":
                    return _unwrapped(str(argument).replace(" ", "."), head)
                case _:
                    return None
    except (ValueError, IndexError, OverflowError, struct.error):
        return None  # raw array bytes, or no pickle at all
    return None


def _unwrapped(name: str, head: bytes) -> str | None:
    """Protocols 0 and 1 wrap objects in copyreg._reconstructor: the next global is the class."""
    if name not in ("copyreg._reconstructor", "copy_reg._reconstructor", "copyreg.__newobj__"):
        return name
    found = [c for c in _globals(head) if not c.startswith(("copyreg", "copy_reg"))]
    return found[0] if found else None


def _globals(window: bytes) -> list[str]:
    """Dotted names in order; a class whose module came from the memo is named by itself."""
    found: list[tuple[int, str]] = []
    for pattern in (_STACK_GLOBAL, _GLOBAL):
        for match in pattern.finditer(window):
            found.append((match.start(), f"{match[1].decode()}.{match[2].decode()}"))
    known = {name.rpartition(".")[2] for _, name in found}
    for match in _MEMO_GLOBAL.finditer(window):
        if match[1].decode() not in known:
            found.append((match.start(), match[1].decode()))
    return [name for _, name in sorted(found)]


def _first_version(window: bytes) -> str | None:
    match = _VERSION.search(window)
    if match is None:
        return None
    # A text opcode may run on into the next one: keep digits, dots and a pre-release suffix.
    plain = re.match(rb"\d+\.\d+(?:\.\d+)?(?:\.?(?:a|b|rc|dev|post)\d+)*", match[1])
    return plain[0].decode() if plain else None


def _first_features(window: bytes) -> int | None:
    match = _FEATURES.search(window)
    if match is None:
        return None
    raw = match[1] or match[2] or match[3]
    return int.from_bytes(raw, "little")


def _family(facts: PickleFacts) -> tuple[Framework, ModelFormat]:
    if facts.root_class == "xgboost.core.Booster":
        return Framework.XGBOOST, ModelFormat.XGBOOST_BOOSTER_PICKLE
    for prefix, framework, model_format in (
        ("xgboost.", Framework.XGBOOST, ModelFormat.XGBOOST_PICKLE),
        ("lightgbm.", Framework.LIGHTGBM, ModelFormat.LIGHTGBM_PICKLE),
        ("catboost.", Framework.CATBOOST, ModelFormat.CATBOOST_PICKLE),
        ("sklearn.", Framework.SKLEARN, ModelFormat.SKLEARN_PICKLE),
    ):
        # Inside a pipeline the rarer library decides: its image has scikit-learn, not vice versa.
        if any(name.startswith(prefix) for name in facts.classes):
            return framework, model_format
    if any(name.startswith("torch.") for name in facts.classes):
        return Framework.PYTORCH, ModelFormat.TORCH_PICKLED_MODULE
    return Framework.CUSTOM, ModelFormat.OTHER_PICKLE
