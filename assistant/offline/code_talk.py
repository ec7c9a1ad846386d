"""A wish to see a plan as code: "give me the Terraform", "as a Python script"."""

import re

from assistant.messages import N_
from assistant.offline.history import dictionary
from assistant.offline.replies import failed
from assistant.offline.talk import Reply, Talk
from tools.reading.folding import fold

_LONGEST = 200
#: The most particular first: an SDK script is a Python script too.
_LANGUAGES = (
    ("notebook", r"notebooks?|jupyter(?: notebook)?|ipynb|so tay(?: jupyter)?"),
    (
        "workflow",
        r"github (?:actions?(?: workflow)?|workflow)|ci(?:/cd)? (?:workflow|file|config\w*|"
        r"pipeline)|(?:workflow|pipeline) (?:file|yaml|github(?: actions?)?)|workflow",
    ),
    ("terraform", r"terraform|hcl|tf (?:file|code|config\w*)|\.tf"),
    (
        "cloudformation",
        r"cloud ?formation|cfn|(?:stack|yaml|aws) templates?|templates? yaml",
    ),
    (
        "python-sdk",
        r"(?:sage ?maker )?(?:python )?sdk(?: v?3)?(?: python)? (?:script|code)|"
        r"model ?builder (?:script|code)|ma (?:sage ?maker )?sdk|"
        r"(?:script|code|python|ma)\b.{0,20}?\b(?:with|for|using|dung|bang) (?:the )?"
        r"(?:sage ?maker )?(?:python )?sdk",
    ),
    (
        "python",
        r"python (?:scripts?|code|file|program|version)|(?:scripts?|ma|file|code) python|"
        r"boto3(?: scripts?| code)?|deploy(?:ment)? script|python(?=\W*$)",
    ),
)
_ANY = "|".join(pattern for _, pattern in _LANGUAGES)
#: A way of deploying, or what the model is: not a thing to look at.
_OTHER = r"(?! (?:deployments?|deploy|stacks?|methods?|way|models?|pickles?|endpoints?|instances?))"
_THING = rf"(?<![\w-])(?:{_ANY})(?![\w-]){_OTHER}"
_DOING = (
    r"(?<![\w-])(?:deploy(?:ing|ed)?|use|using|via|through|launch|host|runs?|trien khai|dung|"
    r"su dung|thong qua|chay)(?![\w-])"
)
_SHOW = (
    r"(?<![\w-])(?:give|show|export|render|write|print|generate|output|download|save|view|"
    r"hand|send|convert|turn|translate|(?:can|could|may) (?:i|we|you) (?:have|get|see)|"
    r"(?:i'?d like|i want|i need|let me (?:see|have)|get me)|cho (?:toi|minh|em|xem)|"
    r"xem|xuat|viet|in ra|lay|gui|toi muon|toi can|tao|chuyen|luu|tai)(?![\w-])"
)
_AS = r"(?:as|into|thanh|duoi dang|ra|sang)"
_A = r"(?:an? |the |mot |file |ma )?"
_WISH = re.compile(
    rf"{_SHOW}(?:(?!{_DOING}|[.?!;]).){{0,40}}?{_THING}"
    rf"|(?:^\W*(?:in|{_AS})|(?<![\w-])(?:it|this|that|plan|ke hoach|no) {_AS}) {_A}{_THING}"
    rf"|^\W*(?:and |now |then |ok |va )?{_A}{_THING}"
    r"(?: code| scripts?| template| file| version)?(?: please| di| nhe| nao)?\W*$"
)
_EXPLAIN = re.compile(
    r"^\W*(?:what(?:'s| is| are| does)|why|when|should|how (?:do|does|is|can)|is|are|does|which|"
    r"compare|explain|tell me (?:about|what|how)|tai sao|lam sao|giai thich|so sanh)(?![\w-])"
    r"|(?<![\w-])(?:la gi|the nao|khac (?:gi|nhau)|difference)(?![\w-])"
)
_NAMES = {
    "python": "Python (boto3)",
    "python-sdk": "Python (SageMaker SDK)",
    "cloudformation": "CloudFormation",
    "terraform": "Terraform",
    "notebook": "Jupyter",
    "workflow": "GitHub Actions",
}
_NEXT = {
    "python": N_("Run it with python; --delete takes everything back. It was proven equal to the "
                 "plan."),
    "python-sdk": N_("Run it with python where the sagemaker package is installed; --delete takes "
                     "everything back."),
    "cloudformation": N_("cfn-lint has nothing against it, and it was proven equal to the plan; "
                         "archives must be uploaded before the stack is made."),
    "terraform": N_("It is parsed and its argument names are checked; beyond that it is unproven, "
                    "so read terraform plan first."),
    "notebook": N_("It plans anew, shows the plan, and deploys only what is approved in it."),
    "workflow": N_("It checks the Python script on every pull request, and deploys it only after "
                   "somebody approves."),
}  # fmt: skip


def code(talk: Talk) -> Reply | None:
    """Show the plan as code when that is what is asked; None otherwise."""
    language = wanted(talk.turn.text)
    if language is None or not talk.desk.offers("render_plan"):
        return None
    state = talk.turn.state
    if state.pending_plan is None and state.last_deployment is None and talk.understood.facts:
        return None  # a first wish, which needs a plan before there is code
    result = talk.desk.call("render_plan", language=language)
    if result.error:
        return Reply(failed(result, talk._), asked=talk.turn.asked)
    told = dictionary(result.value.get("rendered"))
    head = talk._(
        "Here is the plan for endpoint {name} as {language}: {lines} lines, to be kept as {file}.",
        name=str(told.get("endpoint_name")),
        language=_NAMES[language],
        lines=str(told.get("lines")),
        file=str(told.get("file_name")),
    )
    return Reply(f"{head} {talk._(_NEXT[language])}", asked=talk.turn.asked)


def wanted(text: str) -> str | None:
    """Return the language that a text asks the plan to be shown in, or None."""
    folded = fold(text).text.strip()
    if len(folded) > _LONGEST or _EXPLAIN.search(folded):
        return None
    found = _WISH.search(folded)
    if found is None:
        return None
    said = found[0]
    return next(
        name
        for name, pattern in _LANGUAGES
        if re.search(rf"(?<![\w-])(?:{pattern})(?![\w-])", said)
    )
