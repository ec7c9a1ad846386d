"""XGBoost's own files: JSON, UBJ and the old binary, read by their keys."""

import re
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from tools.endpoint import Framework
from tools.errors import ModelArtifactError
from tools.packing.formats.artifact import ModelArtifact, ModelFormat
from tools.packing.formats.windows import plain_windows

_UBJ_HEAD = b"{L\x00\x00\x00\x00\x00\x00\x00\x07learner"
_JSON_HEAD = re.compile(rb'\s*\{\s*"(?:learner|version|Config)"\s*:')
_DUMP_HEAD = re.compile(rb'\s*\[\s*\{\s*"nodeid"\s*:')
#: A UBJ string: S, a length in one of its integer types, the text.
_UBJ_TEXT = rb"S(?:L.{8}|l.{4}|I.{2}|[iU].)"
_JSON_FEATURES = re.compile(rb'"learner_model_param"\s*:\s*\{[^}]*"num_feature"\s*:\s*"(\d+)"')
_UBJ_FEATURES = re.compile(
    rb"learner_model_param\{.{0,400}?num_feature" + _UBJ_TEXT + rb"(\d+)", re.DOTALL
)
_JSON_OBJECTIVE = re.compile(rb'"objective"\s*:\s*\{[^{}]*"name"\s*:\s*"([a-z]+:[a-z_-]+)"')
_UBJ_OBJECTIVE = re.compile(
    rb"objective\{.{0,400}?name" + _UBJ_TEXT + rb"([a-z]+:[a-z_-]+)", re.DOTALL
)
_JSON_VERSION = re.compile(rb'"version"\s*:\s*\[\s*(\d+)\s*,\s*(\d+)\s*,\s*(\d+)\s*\]')
_UBJ_VERSION = re.compile(rb"version\[#L.{8}i(.)i(.)i(.)", re.DOTALL)
_UBJ_TYPED_VERSION = re.compile(rb"version\[\$i#L.{8}(.)(.)(.)", re.DOTALL)
_BEST = re.compile(rb"best_iteration")
#: LearnerModelParam is 136 bytes, then come length-prefixed names of objective and booster.
_BINARY_NAMES = re.compile(
    rb"(?:binary|reg|multi|rank|survival|count|gpu):[\w-]+.{8}(?:gbtree|gblinear|dart)", re.DOTALL
)


class BoosterFacts(BaseModel):
    """What a booster's bytes tell, in whatever file they stand.

    Attributes:
        feature_count: Columns it was trained on.
        objective: Such as "binary:logistic".
        version: XGBoost's version at saving.
        early_stopped: Whether a best iteration is recorded.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    feature_count: int | None = None
    objective: str | None = None
    version: str | None = None
    early_stopped: bool = False

    def merged(self, other: "BoosterFacts") -> "BoosterFacts":
        """These facts, completed by those of a later part of the file."""
        return BoosterFacts(
            feature_count=self.feature_count or other.feature_count,
            objective=self.objective or other.objective,
            version=self.version or other.version,
            early_stopped=self.early_stopped or other.early_stopped,
        )


def booster_facts(window: bytes) -> BoosterFacts:
    """The facts in one part of a file."""
    features = _UBJ_FEATURES.search(window) or _JSON_FEATURES.search(window)
    objective = _UBJ_OBJECTIVE.search(window) or _JSON_OBJECTIVE.search(window)
    return BoosterFacts(
        feature_count=int(features[1]) or None if features else None,
        objective=objective[1].decode() if objective else None,
        version=_version(window),
        early_stopped=_BEST.search(window) is not None,
    )


def looks_xgboost(head: bytes) -> bool:
    """Whether a file's first bytes may be an XGBoost file's."""
    return (
        head.startswith((_UBJ_HEAD, b"binf"))
        or _JSON_HEAD.match(head) is not None
        or _DUMP_HEAD.match(head) is not None
        or _BINARY_NAMES.search(head[:512]) is not None
    )


def inspect_xgboost(path: Path, name: str) -> ModelArtifact | None:
    """The booster in an XGBoost file; None when the JSON is something else.

    Raises:
        ModelArtifactError: A text dump, which XGBoost itself cannot load.
    """
    with path.open("rb") as file:
        head = file.read(4096)
    if _DUMP_HEAD.match(head):
        raise ModelArtifactError(
            f"{name} is a dump of trees for reading, not a saved XGBoost model.",
            remedy='Save it with model.save_model("model.json").',
        )
    if head.startswith(_UBJ_HEAD):
        model_format = ModelFormat.XGBOOST_UBJ
    elif _JSON_HEAD.match(head):
        model_format = ModelFormat.XGBOOST_JSON
    else:
        model_format = ModelFormat.XGBOOST_BINARY
    facts = BoosterFacts()
    for window in plain_windows(path):
        facts = facts.merged(booster_facts(window))
    if model_format is ModelFormat.XGBOOST_JSON and facts.objective is None:
        return None
    return ModelArtifact(
        path=name,
        framework=Framework.XGBOOST,
        format=model_format,
        framework_version=facts.version,
        feature_count=facts.feature_count,
        objective=facts.objective,
        early_stopped=facts.early_stopped,
    )


def _version(window: bytes) -> str | None:
    match = _JSON_VERSION.search(window)
    if match:
        return b".".join(match.groups()).decode()
    match = _UBJ_VERSION.search(window) or _UBJ_TYPED_VERSION.search(window)
    return ".".join(str(part[0]) for part in match.groups()) if match else None
