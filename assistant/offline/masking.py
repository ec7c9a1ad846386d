"""Blanking out what is no requirement: other people's words, versions, dates, ports, scores.

Blanked text keeps its length, so that positions still lead back to the message.
"""

import re

_UNIT_AHEAD = (
    r"(?!\s*-?\s*(?:[kmgtp]i?b\b|bytes?|ms\b|s\b|sec|min|hours?|giay|phut|rps|qps|tps|"
    r"req|%|k\b|million|trieu|nghin|"
    r"per\b|/|usd|dollars?|\$|call|quer|models?\b|mo hinh|mil+i|gigs?|megs?|b\b))"
)
_OTHERS_WORDS = re.compile(
    r"```.*?(?:```|$)|(?m:^\s*>.*$)|\"[^\"\n]*\s[^\"\n]*\s[^\"\n]*\"", re.DOTALL
)
_VERSIONED = (
    r"python|py|java|jdk|cuda|cudnn|node|ubuntu|debian|version|ver\.?|release|phien ban|"
    r"scikit-?learn|sklearn|xgboost|pytorch|torch|"
    r"tensorflow|tf|onnx|onnxruntime|opset|transformers|numpy|pandas|boto3|keras|"
    r"lightgbm|catboost|sagemaker|llama|gpt|claude|"
    r"mistral|qwen|gemma|phi|step|chapter|part|option|question|issue|ticket|port|line|"
    r"row|page|room|floor|level|team|top|seed|fold|"
    r"batch size(?: of)?|epochs?|buoc|chuong|cau|cong|phien"
)
_MONTHS = (
    r"jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|"
    r"oct(?:ober)?|nov(?:ember)?|dec(?:ember)?"
)
_FOREIGN_NUMBERS = (
    rf"\b(?:{_VERSIONED})\s*[=<>~!:#]*\s*v?(\d+(?:\.\d+)*(?:\.x)?){_UNIT_AHEAD}(?![\d.])",
    r"\bv(\d+(?:\.\d+)*)\b",
    r"\b(\d+\.\d+\.\d+(?:\.\d+)?)\b",
    r"(?<![\d.])(:\d{2,5})\b",
    r"\b(\d{4}-\d{1,2}-\d{1,2}|\d{1,2}/\d{1,2}/\d{2,4}|24/7|24x7)\b",
    r"\b(\d{1,2}:\d{2}(?:\s?[ap]m)?|\d{1,2}\s?[ap]\.?m)\b",
    r"\b((?:9|8|7)\s?(?:to|-|h-|den)\s?(?:5|6|17|18|9)(?:h|pm)?)\b(?!\s*(?:[kmg]b|ms|"
    r"s\b|sec|min|rps|req|%))",
    r"\b(?:in|since|by|from|until|year|nam|of|thang \d{1,2}/)\s*((?:19|"
    r"20)\d\d)\b(?!\s*(?:[kmg]i?b|ms|rps|req|s\b|call|quer|per|/))",
    r"\b(\d{1,2}(?:st|nd|rd|th))\b",
    r"\b(?:luc|vao luc|at)\s+(\d{1,2})\s?(?:gio|h)\b",
    r"\b(\d{1,2})\s?(?:gio|h)\s(?:sang|chieu|toi|dem|trua)\b",
    rf"\b(\d{{1,2}}\s(?:{_MONTHS}))\b",
    rf"\b(?:{_MONTHS})\.?\s(\d{{1,2}})\b(?!\s*(?:[kmg]b|ms|s\b|rps))",
    r"(#\d+)",
    r"\b(ml\.[a-z0-9-]+\.\w+)",
    r"\b(?:accuracy|auc|roc|f1(?:[ -]score)?|precision|recall|r2|mape|rmse|mae|"
    r"confidence|do chinh xac)\b[^.,;\d]{0,14}(\d+(?:[.,]\d+)?\s?%?)",
    r"(?<![\d.,])(\d{1,9}(?:[.,]\d{1,9})?\s?%)\s+(?:accura\w*|confiden\w*|precis\w*|"
    r"recall|chinh xac|"
    r"discount|off\b|auc|f1|uptime|sla|availability|of (?:the |our |my )?(?:users|"
    r"customers|data|rows|cases|people|team|calls are|requests are))",
    r"\b(?:availability|uptime|sla)\s(?:of|is)?\s*(\d+(?:[.,]\d+)?\s?%)",
)
_PATTERNS = tuple(re.compile(pattern) for pattern in _FOREIGN_NUMBERS)


#: Names of endpoints: those that plans give, others where a message says that they are names.
_NAMES = (
    re.compile(r"(?<![\w./-])([a-z0-9]+(?:-[a-z0-9]+)*-[0-9a-f]{8})(?![\w/-])"),
    re.compile(
        r"(?<![\w-])(?:endpoint|delete|remove|park|unpark|wake|xoa|go bo|danh thuc|tam dung)\s+"
        r"(?:(?:the|my|our|up|cai)\s+)?(?:endpoint\s+)?([a-z0-9]+(?:-[a-z0-9]+)+)(?![\w/-])"
    ),
    re.compile(
        r"(?<![\w-])(?:update|status of|cap nhat)\s+(?:(?:the|my|our|cai)\s+)?"
        r"([a-z0-9]+(?:-[a-z0-9]+){2,})(?![\w/-])"
    ),
)


def blank(text: str, start: int, end: int, filler: str = " ") -> str:
    """Replace `text[start:end]` by as many fillers."""
    return text[:start] + filler * (end - start) + text[end:]


def with_plain_names(text: str) -> str:
    """Make every sign of an endpoint's name an "n": a name it stays, but it says nothing.

    Else "xgboost-churn" would name a framework, and "iris-8353653b" a number of parameters.
    """
    for pattern in _NAMES:
        for match in pattern.finditer(text):
            plain = re.sub(r"[a-z0-9]", "n", match[1])
            text = text[: match.start(1)] + plain + text[match.end(1) :]
    return text


def without_others_words(text: str) -> str:
    """Blank quoted sentences and lines and code, unless the whole message is one."""
    whole = text.strip()
    for match in _OTHERS_WORDS.finditer(text):
        if match[0].strip() != whole and not re.match(r"\"(?:[~./\\]|[a-z]:\\|s3:)", match[0]):
            text = blank(text, match.start(), match.end())
    return text


def without_foreign_numbers(text: str) -> str:
    """Blank numbers that count something else: versions, dates, times, ports, scores."""
    for pattern in _PATTERNS:
        for match in pattern.finditer(text):
            text = blank(text, match.start(1), match.end(1))
    return text
