"""What people call the closed sets of `Requirements`: frameworks, regions, yes and no.

Patterns match folded text (`tools/folding.py`).
"""

import json
import re
from functools import lru_cache
from importlib.resources import files

from tools.endpoint import Framework

FRAMEWORKS: dict[Framework, str] = {
    Framework.SKLEARN: r"sci-?\s?kit[\s-]?learn|sklearn|sk-learn|scikit",
    Framework.XGBOOST: r"xg[\s-]?boost|xgb",
    Framework.PYTORCH: r"py[\s-]?torch|torch(?:script)?",
    Framework.TENSORFLOW: r"tensor[\s-]?flow|keras|tf(?:\s?2|lite)?",
    Framework.ONNX: r"onnx(?:\s?runtime)?",
    Framework.HUGGINGFACE: r"hugging[\s-]?face|hf|transformers",
    Framework.LIGHTGBM: r"light[\s-]?gbm|lgbm",
    Framework.CATBOOST: r"cat[\s-]?boost",
    Framework.CUSTOM: (
        r"(?:my |our |a )?(?:own|custom) (?:docker )?(?:container|image|docker image)|"
        r"byoc|bring your own container"
        r"|custom framework|container rieng|(?:docker )?image rieng"
    ),
}
YES = (
    r"y|yes|yep|yeah|yup|true|needed|required|sure|of course|co|vang|da|dung|can|u|uh|"
    r"duoc|chac chan|co chu|co a"
)
NO = (
    r"n|no|nope|nah|false|none|not needed|not required|no need|khong|ko|k|hong|khong can|"
    r"khong co|chua|khong a"
)
REGION_CODE = (
    r"[a-z]{2}(?:-gov)?-(?:north|south|east|west|central|northeast|southeast|northwest|"
    r"southwest)-\d"
)


@lru_cache(maxsize=1)
def region_names() -> dict[str, str]:
    """Each region's code and city in lower case -> its code."""
    table = json.loads((files("tools") / "data" / "region_names.json").read_text("utf-8"))[
        "regions"
    ]
    names = {name: code for code, cities in table.items() for name in cities}
    return names | {code: code for code in table}


@lru_cache(maxsize=1)
def framework_pattern() -> re.Pattern[str]:
    """One pattern for all frameworks, each in a group of its name."""
    parts = [f"(?P<{framework.name}>{pattern})" for framework, pattern in FRAMEWORKS.items()]
    return re.compile(rf"(?<![\w./-])(?:{'|'.join(parts)})(?![\w]|\.[a-z])")
