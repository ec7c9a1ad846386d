"""Where the model and the sample request are: paths, S3 URIs, images, packages, catalogue ids."""

import re
from collections.abc import Iterator

from pydantic import BaseModel, ConfigDict

from assistant.offline.meaning import Candidate
from tools.quantities import source_of
from tools.reading.folding import FoldedText

_MODEL_ENDINGS = (
    r"tar\.gz|tgz|joblib|pkl|pickle|onnx|pt|pth|bin|ubj|h5|hdf5|keras|safetensors|cbm|"
    r"model|zip|bst|xgb|gguf|pb|tar|json|txt|mar"
)
DATA_ENDINGS = (
    r"json|jsonl|csv|npy|npz|txt|parquet|png|jpe?g|wav|mp3|mp4|pdf|libsvm|svm|tsv|xml|bin|"
    r"gif"
)
PLACE = re.compile(
    r"(?P<s3>s3://[^\s\"'`<>,;)]+)"
    r"|(?P<arn>arn:aws[\w-]*:sagemaker:[\w-]*:\d{12}:model-package/[\w./-]+)"
    r"|"
    r"(?P<image>\d{12}\.dkr\.ecr[\w.-]*\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?/[\w./-]+(?::[\w.-]+)?(?:@sha256:[0-9a-f]+)?)"
    r"|(?P<hub>(?:https?://)?huggingface\.co/[\w.-]+/[\w.-]+)"
    r"|(?P<other>(?:https?|ftp)://\S+|arn:aws\S+|[\w.+-]+@[\w-]+\.[\w.]+)"
    r"|[\"'`](?P<quoted>(?:[~./\\]|[a-z]:\\)[^\"'`\n]+|[^\"'`\n/]*[^\"'`\n]*\.(?:"
    + _MODEL_ENDINGS
    + r"))[\"'`]"
    r"|(?P<windows>(?<![\w])[a-z]:\\[^\s\"'`<>,;)]+)"
    r"|(?P<path>(?<![\w/.:@$%)€])(?:~|\.{1,2})?/(?:[^\s\"'`<>,;()?!]|(?<=\\) )+)"
    r"|(?P<relative>(?<![\w/.:@-])[\w.-]+(?:/[\w.-]+)+\.(?:"
    + _MODEL_ENDINGS
    + "|"
    + DATA_ENDINGS
    + r")\b)"
    r"|(?P<hubid>(?<![\w/.:@-])[a-z0-9][\w.-]*/[a-z0-9][\w.-]*[a-z0-9])(?![\w/])"
    r"|(?P<file>(?<![\w/.@-])[\w][\w.-]*\.(?:" + _MODEL_ENDINGS + "|" + DATA_ENDINGS + r")(?![\w]))"
)
_SAMPLE_CUE = re.compile(
    r"\b(?:test|try|sample|example|verify|check|invoke|payloads?|inputs?|requests?|body|probe|"
    r"send|thu|kiem tra|vi du|mau|dau vao)\b"
)
_MODEL_CUE = re.compile(
    r"\b(?:model|weights|artifacts?|artefact|archive|deploy|checkpoint|host|serve|mo hinh|"
    r"trien khai|file model|nam o)\b"
)
_DATA_CUE = re.compile(
    r"\b(?:output|results?|logs?|data ?set|training|train|dump|write|ket qua|du lieu|bucket|"
    r"docs?|read)\b"
)
_CATALOGUE_ID = re.compile(r"(?<![\w/.-])[a-z0-9]+(?:-[a-z0-9.]*[a-z0-9]){2,}(?![\w/-])")
#: An id of JumpStart's says so itself: a maker or framework, then a task.
_CATALOGUE_SHAPE = re.compile(
    r"(?:huggingface|pytorch|tensorflow|mxnet|sklearn|xgboost|lightgbm|catboost|autogluon|onnx|meta|"
    r"model|stabilityai|deepseek)-(?:llm|vlm|reasoning|text\w*|txt2img|tc|tcembedding|"
    r"sentencesimilarity|summarization|translation|ner|eqa|fillmask|zstc|asr|asrwhisper|ic|od1?|is|"
    r"semseg|vs|classification|regression|embedding)-[a-z0-9.-]+"
)
_DEPLOYS = re.compile(r"\b(?:deploy\w*|host|serve|use|plan|trien khai|dung)\b")
_SAMPLE_MODEL = re.compile(
    r"\b(?:the|your|a|that|this|with|use|built-?in|bundled|shipped|provided|included|"
    r"product's)?\s?(?:(?:built-?in|bundled|shipped|included|provided) )?"
    r"(?:sample|demo|example)(?:\s(?:sklearn|scikit-learn))? model\b"
    r"|\bmodel (?:that )?(?:ships|comes) with (?:it|you|sagepilot|the product)\b|\byour "
    r"(?:own )?sample\b(?!\s?(?:request|data|file|input))"
    r"|\b(?:mo hinh|model) (?:mau|vi du|demo)\b|\b(?:mo hinh|model) co san\b"
)
_SAMPLE_MODEL_DENIED = re.compile(r"\b(?:not|n't|no|instead of|khong)\b[^.]{0,20}$")


class Sources(BaseModel):
    """What was found, and the text without it.

    Attributes:
        candidates: Model sources and sample paths.
        text: The folded text, places blanked out (`\N{SECTION SIGN}` for a model's, another
            sign for data's, blanks for others).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    candidates: tuple[Candidate, ...]
    text: str


def trimmed(text: str, start: int, end: int) -> int:
    """Return the end of a place without the punctuation of its sentence."""
    while end > start + 1 and text[end - 1] in ".,:;!?)":
        end -= 1
    return end


def _is_sample(text: str, start: int, end: int, *, clearly_model: bool) -> bool:
    """The words before the place (or its own name) say that it is a sample request."""
    before = text[max(0, start - 40) : start]
    sample, model = list(_SAMPLE_CUE.finditer(before)), list(_MODEL_CUE.finditer(before))
    if model and (not sample or model[-1].start() > sample[-1].start()):
        return False
    name = re.split(r"[/\\]", text[start:end])[-1]
    named = re.search(r"sample|example|payload|request|input|test", name)
    return bool((sample or named) and not clearly_model)


def _local(
    folded: FoldedText, text: str, start: int, end: int, *, expected: bool
) -> Candidate | None:
    name = text[start:end]
    clearly_model = bool(re.search(rf"\.(?:{_MODEL_ENDINGS})$", name)) and not re.search(
        r"\.(?:json|txt|bin)$", name
    )
    if _is_sample(text, start, end, clearly_model=clearly_model):
        return Candidate(field="sample_path", value=folded.quote(start, end), start=start, end=end)
    around = text[max(0, start - 60) : start]
    said = clearly_model or _MODEL_CUE.search(around) or expected
    if not said or (_DATA_CUE.search(around[-25:]) and not clearly_model):
        return None
    alone = re.search(rf"\.(?:{DATA_ENDINGS})$", name) and not clearly_model
    if alone and not _MODEL_CUE.search(around) and not expected:
        return None
    return Candidate(
        field="model_source",
        value={"kind": "local", "uri": folded.quote(start, end)},
        start=start,
        end=end,
    )


def _remote(
    folded: FoldedText, text: str, start: int, end: int, *, expected: bool
) -> Candidate | None:
    around = text[max(0, start - 40) : start]
    cues = [m.start() for m in _MODEL_CUE.finditer(around)]
    data = [m.start() for m in (*_DATA_CUE.finditer(around), *_SAMPLE_CUE.finditer(around))]
    clear = re.search(r"\.(?:tar\.gz|tgz)$|^arn|\.dkr\.", text[start:end])
    alone = text.strip() == text[start:end]
    if not clear and not expected and not cues and not alone:
        return None
    if data and not clear and (not cues or max(data) > max(cues)):
        return None
    return Candidate(
        field="model_source", value=source_of(folded.quote(start, end)), start=start, end=end
    )


def _found(
    folded: FoldedText, text: str, match: re.Match[str], *, expected: bool
) -> Candidate | None:
    kind = match.lastgroup or ""
    start, end = match.span(kind)
    end = end if kind == "quoted" else trimmed(text, start, end)
    match kind:
        case "s3" | "arn" | "image" | "hub":
            return _remote(folded, text, start, end, expected=expected)
        case "hubid":
            said = re.search(r"\b(?:hugging\s?face|hf|hub)\b", text)
            if not said:
                return None
            value = {"kind": "hub", "uri": folded.quote(start, end)}
            return Candidate(field="model_source", value=value, start=start, end=end)
        case "other":
            return None
        case _:
            return _local(folded, text, start, end, expected=expected)


def _catalogue(folded: FoldedText, text: str) -> Iterator[Candidate]:
    named = "jumpstart" in text
    if not named and not _DEPLOYS.search(text):
        return
    for match in _CATALOGUE_ID.finditer(text):
        if not named and not _CATALOGUE_SHAPE.fullmatch(match[0]):
            continue
        if re.search(r"[a-z]", match[0]) and not re.fullmatch(
            r"[a-z]{2}(?:-[a-z]+)+-\d|.*-(?:scale|time|trained|to-\w+)", match[0]
        ):
            value = {"kind": "jumpstart", "uri": folded.quote(match.start(), match.end())}
            yield Candidate(field="model_source", value=value, start=match.start(), end=match.end())


def sources(folded: FoldedText, *, expected: bool, taken: tuple[Candidate, ...] = ()) -> Sources:
    """Find the places in a message.

    Args:
        folded: The message.
        expected: The assistant has just asked where the model is, so a path alone is the model's.
        taken: Places that are known to be of something else.
    """
    text, candidates = folded.text, []
    others = {place.start for place in taken}
    for match in PLACE.finditer(folded.text):
        kind = match.lastgroup or ""
        found = None
        if match.start(kind) not in others:
            found = _found(folded, text, match, expected=expected)
        candidates += [found] if found else []
        if kind == "hubid" and not found:
            continue  # "and/or" is no place
        is_model = found is not None and found.field == "model_source"
        mark = "§" if is_model else "¤" if match.start(kind) in others else " "
        start, end = match.span(kind)
        end = end if kind == "quoted" else trimmed(folded.text, start, end)
        text = text[:start] + mark * (end - start) + text[end:]
    for found in _catalogue(folded, text):
        candidates.append(found)
        text = text[: found.start] + "§" * (found.end - found.start) + text[found.end :]
    for match in _SAMPLE_MODEL.finditer(text):
        if match.start() not in others and not _SAMPLE_MODEL_DENIED.search(text[: match.start()]):
            value = {"kind": "local", "uri": "sample"}
            start = match.start() + len(match[0]) - len(match[0].lstrip())
            candidates.append(
                Candidate(field="model_source", value=value, start=start, end=match.end())
            )
    return Sources(candidates=tuple(candidates), text=text)
