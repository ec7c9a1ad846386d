"""What a person wants of exam practice: a question, a mark, a reason, a proof, progress, an end."""

import re
from typing import Any, Literal, NamedTuple

from assistant.exam.replying import letters_meant
from assistant.offline.history import Turn, dictionary
from assistant.offline.meaning import Intent
from tools.reading.folding import fold

_LONGEST = 300
_EXAM = (
    r"(?:(?:the|my|an?|this|aws|mla(?:-c01)?|certification|ky|chung chi) )*"
    r"(?:exam|certification|ky thi|thi)"
)
#: A wish to be asked. "Best practice" and "what does the exam cover?" are none.
_ASK_ME = re.compile(
    r"(?<![\w-])(?:"
    r"quiz(?: me)?(?![\w-])|(?:test|drill|examine) (?:me|my knowledge)|"
    r"(?:ask|give|show|send) me (?:an?(?:other)?|one(?: more)?|some|more|the next|\d+)"
    r"(?: \w+){0,4}? ?(?:questions?|quiz)|"
    rf"(?:practi[cs]e|prepare|prep|study|revise|train)(?: me)? for {_EXAM}|"
    r"(?:start|begin|continue|do|take|try|let's(?: do)?|want|like|some|resume)"
    r"(?: \w+){0,3}? (?:exam|quiz|practi[cs]e)(?: (?:practi[cs]e|session|questions?|test|exam))?|"
    r"^\W*(?:(?:exam|mock|timed) )?practi[cs]e(?:$|\W+(?:on|about|with|questions?|exam|test))|"
    r"^\W*(?:practi[cs]e|mock|exam) (?:exam|test|questions?|practi[cs]e)|"
    r"let(?:'s| me| us) practi[cs]e|"
    r"(?:luyen|on) (?:thi|tap|de)|thi thu|do (?:toi|minh|em|vui)|"
    r"(?:kiem tra|hoi) (?:toi|minh|em|kien thuc)|"
    r"(?:cho|dua|hoi) (?:toi|minh|em) (?:\w+ ){0,2}?cau(?: hoi)?|cau hoi (?:luyen|trac nghiem|thi)"
    r")"
)
_NO_WISH = re.compile(
    r"(?<![\w-])(?:best practices?|in practice|good practice|common practice|what(?:'s| is| are| "
    r"does)|how (?:do|does|is|are|many|long)|la gi|bao nhieu|the nao)(?![\w-])"
)
_NEXT = re.compile(
    r"^\W*(?:(?:ok|okay|and|now|yes|go|continue|give me|the|mot|cho toi) )*"
    r"(?:next(?: (?:one|question|please))*|another(?: one| question)?|one more(?: question)?|more|"
    r"go on|continue|tiep(?: theo| tuc)?|cau (?:hoi )?(?:tiep(?: theo)?|khac|nua))"
    r"\W*(?:please)?\W*$"
)
_SKIP = re.compile(
    r"^\W*(?:skip(?: it| this(?: one)?| question)?|pass|i (?:do not|don't) know|no idea|dunno|"
    r"bo qua(?: cau nay)?|(?:toi |minh |em )?khong biet)\W*$"
)
_STOP = re.compile(
    r"^\W*(?:(?:please|ok|okay|let's|i want to|toi muon|thoi) )*"
    r"(?:stop(?: (?:the )?(?:practi[cs]e|practi[cs]ing|quiz|it|now|here|please))*|"
    r"(?:end|finish|quit|exit|cancel|leave)(?: (?:the |this )?"
    r"(?:practi[cs]e|quiz|session|exam|test|now))*|that's (?:enough|all)|"
    r"enough(?: for (?:today|now))?|dung(?: lai| luyen(?: thi)?)?|ket thuc|thoat|du roi|nghi)"
    r"\W*(?:please|nhe|di)?\W*$"
)
_PROGRESS = re.compile(
    r"(?<![\w-])(?:(?:my|exam|practi[cs]e|quiz) (?:progress|scores?|results?|statistics|stats)|"
    r"(?:my |the )?weak(?:est)? (?:topics?|areas?|points?|spots?)|"
    r"tien do (?:luyen|on|hoc|thi|cua (?:toi|minh|em))|"
    r"(?:chu de|diem) yeu|ket qua (?:luyen|on|thi))(?![\w-])"
)
_HOW_AM_I = re.compile(
    r"^\W*(?:how (?:am i doing|did i do)|toi lam the nao|toi lam (?:sao|ra sao))"
)
_LETTER = r"(?<![\w'])([a-j])(?![\w'])"
_WHY = re.compile(
    r"^\W*(?:and |but |so |ok |vay |the )?(?:why(?:'s)?|what(?:'s| is| about)|how (?:come|about)|"
    r"explain|tai sao|vi sao|sao|giai thich|con)(?![\w-])"
)
_ALL_WHY = re.compile(
    r"^\W*(?:but |so |ok )?(?:why(?: (?:not|is that|so))?|explain(?: (?:it|that|please|more))*|"
    r"tai sao(?: vay)?|vi sao(?: vay)?|giai thich(?: (?:di|giup|them))*)\W*$"
)
_SHOW = re.compile(
    r"(?<![\w-])(?:(?:show|prove|demonstrate) (?:it|that|this|me)(?! (?:a|an|the next|another)"
    r"(?! sandbox))|prove|demonstrate|in the sandbox|(?:trong|tren|bang) sandbox|chung minh|"
    r"minh hoa)(?![\w-])"
)
_TOPIC = re.compile(
    r"(?<![\w-])(?:on|about|regarding|around|covering|topic|ve|chu de)\s+(?:the )?(?:topic )?"
    r"([\w/ -]{2,60}?)\s*(?:please|questions?|nhe|di)?\W*$"
)
_BEFORE_QUESTION = re.compile(
    r"(?<![\w-])(?:an?(?:other)?|some|more|\d+)\s+((?!exam|practice|practise|more|mock)[\w-]+"
    r"(?: (?!question)[\w-]+)?)\s+questions?(?![\w-])"
)
_TASK = re.compile(r"(?<![\d.])([34]\.[123])(?![\d.])")
_COUNT = re.compile(r"(?<![\d.])(\d{1,3}) (?:\w+ ){0,3}?(?:questions?|cau)(?![\w-])")
_MOCK = re.compile(r"(?<![\w-])(?:mock|timed|(?:practice|practise|full) exam|thi thu)(?![\w-])")
_MIXED = re.compile(r"(?<![\w-])(?:mixed|random|tron lan|ngau nhien)(?![\w-])")
_NO_TOPIC = re.compile(rf"^{_EXAM}$|^(?:it|this|that|anything|everything|aws|sagemaker|mock)$")
#: What answers a plan, or acts: never read as an option's words.
_NO_WORDS = frozenset(
    {
        Intent.APPROVE,
        Intent.REJECT,
        Intent.PROCEED,
        Intent.CANCEL,
        Intent.STATUS,
        Intent.DELETE,
        Intent.UNDO,
        Intent.INVOKE,
        Intent.LIST_ENDPOINTS,
        Intent.RESTART,
        Intent.ASK_KNOWLEDGE,
        Intent.WHAT_IF,
        Intent.COMPARE,
        Intent.GREETING,
        Intent.THANKS,
        Intent.HELP,
    }
)


class Wish(NamedTuple):
    """A tool of practice, and what to call it with."""

    tool: Literal["practice_question", "practice_answer", "practice_explain", "practice_progress"]
    arguments: dict[str, Any]


#: What goes on with practice when the last answer was about it.
_GOING_ON = (
    (_STOP, Wish("practice_progress", {"end_session": True})),
    (_NEXT, Wish("practice_question", {})),
    (_SHOW, Wish("practice_explain", {"show": True})),
    (_ALL_WHY, Wish("practice_explain", {})),
    (_HOW_AM_I, Wish("practice_progress", {})),
)


def wish(turn: Turn, intents: tuple[Intent, ...]) -> Wish | None:
    """Return what a turn wants of practice; None when it is about something else."""
    folded = fold(turn.text).text.strip()
    if not folded or len(folded) > _LONGEST:
        return None
    practice = dictionary(turn.state.practice)
    waits = bool(practice) and not practice.get("answered")
    if waits and (answered := _answer(turn, practice, intents, folded)):
        return answered
    if practice and (about := _about_question(folded, practice, practising=turn.practising)):
        return about
    if _PROGRESS.search(folded):
        return Wish("practice_progress", {})
    if _ASK_ME.search(folded) and not _NO_WISH.search(folded):
        return Wish("practice_question", begun(folded))
    return None


def _answer(
    turn: Turn, practice: dict[str, Any], intents: tuple[Intent, ...], folded: str
) -> Wish | None:
    if turn.practising and _SKIP.search(folded):
        return Wish("practice_answer", {"letters": []})
    by_words = turn.practising and not _NO_WORDS & set(intents)
    options = {str(k): str(v) for k, v in dictionary(practice.get("options")).items()}
    if not options:
        return None
    letters = letters_meant(turn.text, options, str(practice.get("kind")), words=by_words)
    return Wish("practice_answer", {"letters": list(letters)}) if letters else None


def _about_question(folded: str, practice: dict[str, Any], *, practising: bool) -> Wish | None:
    """Whether a turn goes on with the practice of this thread."""
    letters = re.findall(_LETTER, folded)
    if _WHY.search(folded) and letters and letters[-1].upper() in dictionary(practice["options"]):
        return Wish("practice_explain", {"letter": letters[-1].upper()})
    said = (found for pattern, found in _GOING_ON if practising and pattern.search(folded))
    return next(said, None)


def begun(folded: str) -> dict[str, Any]:
    """Return the topic, task, mode and count that a wish names."""
    found: dict[str, Any] = {}
    if task := _TASK.search(folded):
        found["task"] = task[1]
    elif topic := _TOPIC.search(folded) or _BEFORE_QUESTION.search(folded):
        name = topic[1].strip()
        if not _NO_TOPIC.search(name) and not _COUNT.search(name):
            found["topic"] = name
    if _MOCK.search(folded):
        found["mode"] = "mock"
    elif _MIXED.search(folded):
        found["mode"] = "mixed"
    if (count := _COUNT.search(folded)) and 1 <= int(count[1]) <= 200:
        found["count"] = int(count[1])
    return found
