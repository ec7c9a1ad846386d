"""A question that leans on the one before ("and its timeout?") made to stand alone.

What is named anew takes the place of what was named before: a subject that of a subject, a
property that of a property, "maximum" that of "default". What has no place is set beside it.
"""

import re
from collections.abc import Sequence

from knowledge.vietnamese import is_vietnamese

_SUBJECTS = (
    r"serverless(?: (?:endpoints?|inference))?",
    r"async(?:hronous)?(?: (?:endpoints?|inference))?|(?:suy luận |endpoint )?bất đồng bộ",
    r"real-?\s?time(?: (?:endpoints?|inference))?|(?:suy luận |endpoint )?thời gian thực",
    r"batch transform(?: (?:jobs?|requests?))?|transform jobs?|batch",
    r"multi-?model endpoints?|mme|multi-?container endpoints?|inference components?",
    r"shadow (?:variants?|tests?)|canary|linear|rolling|blue/green|all[- ]at[- ]once",
    r"target tracking|step scaling|scheduled scaling",
    r"jumpstart|modelbuilder|cloudformation|boto3|terraform|triton|torchserve|xgboost|vllm|tgi|lmi",
    r"inf1|inf2|trn1|ml\.[a-z0-9-]+\.[a-z0-9]+|inferentia2?|trainium",
)
_PROPERTIES = (
    r"(?:request |maximum |largest )?payloads?(?: (?:size|limit))?|(?:input|request|body) size|"
    r"payload",
    r"time-?outs?|time limits?|processing times?|thời gian (?:xử lý|chờ)|giới hạn thời gian",
    r"memory(?: sizes?)?|bộ nhớ",
    r"max ?concurrency|concurrency|concurrent requests|số yêu cầu đồng thời",
    r"prices?|costs?|pricing|giá|chi phí",
    r"gpus?|vpcs?(?: configuration)?|data capture|network isolation|model monitor|shadow tests",
    r"(?:ephemeral |temporary )?(?:disk|storage)|volume|ổ đĩa",
    r"cool-?downs?|quotas?|ttl|retries|metrics?|alarms?|cold starts?|auto-?\s?scaling|image size",
)
_QUALIFIERS = (
    r"maximum|max|largest|biggest|highest|longest|at most|tối đa|lớn nhất",
    r"minimum|min|smallest|lowest|shortest|tối thiểu|nhỏ nhất",
    r"default|mặc định",
)
_LEANS = re.compile(
    r"^\s*(?:and|but|or|so|then|what about|how about|what if|why|why not|also|same for|vì sao|"
    r"tại sao|còn|thế còn|vậy còn|thế|vậy)\b|\b(?:its|their|it|they|them|that one|there|the other|"
    r"this|those|nó|chúng|cái đó|cái này|thì sao)\b",
    re.IGNORECASE,
)
_OPENING = re.compile(
    r"^\s*(?:(?:and|but|or|so|then|also|what about|how about|same for|thế còn|vậy còn|còn|thế|vậy|"
    r"thì)\b[\s,]*)+",
    re.IGNORECASE,
)
_CLOSING = re.compile(r"\s*(?:thì sao|nhỉ|ạ|then|instead)?\s*[?.!]*\s*$", re.IGNORECASE)
_POINTING = re.compile(r"\b(?:its|their|it|they|them|the|for|is|of|nó|của|chúng)\b", re.IGNORECASE)
_REASON = re.compile(
    r"^\s*(?:but |and |so )?(?:why(?: (?:not|is that|so))?|vì sao|tại sao)\W*$", re.I
)
_MOST_WORDS = 9  # a longer question stands alone


def standing_alone(question: str, history: Sequence[str]) -> str:
    """The question with what it takes from the earlier ones; itself when it needs nothing.

    Args:
        question: As it was put.
        history: The person's earlier questions, the oldest first, as they were put.
    """
    if not history or not leans(question):
        return question
    before = standing_alone(history[-1], history[:-1])
    if _REASON.match(question):
        return f"Tại sao: {before}" if is_vietnamese(before) else f"Why: {before}"
    rest = _CLOSING.sub("", _OPENING.sub("", question))
    merged, left = before, rest
    for group in (_SUBJECTS, _PROPERTIES, _QUALIFIERS):
        merged, left = _exchanged(merged, left, group)
    more = " ".join(_POINTING.sub(" ", left).split()).strip(" ,?")
    if more and merged == before:
        return f"{rest}: {before}"
    return f"{merged.rstrip('? ')} ({more})?" if len(more) > 2 else merged


def leans(question: str) -> bool:
    """Whether a question cannot be understood without the one before."""
    return len(question.split()) <= _MOST_WORDS and bool(_LEANS.search(question))


def _exchanged(before: str, left: str, group: Sequence[str]) -> tuple[str, str]:
    """Puts what the follow-up names of a group where the earlier question names one."""
    pattern = _pattern(group)
    named = pattern.search(left)
    if named is None:
        return before, left
    rest = left[: named.start()] + " " + left[named.end() :]
    if pattern.search(before):
        return pattern.sub(lambda _: named.group(), before, count=1), rest
    return f"{before.rstrip('? ')} {named.group()}?", rest


def with_subject(part: str, question: str) -> str:
    """A part of a question with the question's subject, where it names none itself."""
    pattern = _pattern(_SUBJECTS)
    named = pattern.search(question)
    if named is None or pattern.search(part):
        return part
    return f"{part} {'của' if is_vietnamese(question) else 'of'} {named.group()}"


def _pattern(group: Sequence[str]) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-])(?:{'|'.join(group)})(?![\w-])", re.IGNORECASE)
