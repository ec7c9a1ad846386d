"""Which options the rules exclude, and why."""

from tools.endpoint import InferenceOption
from tools.rules import accelerators, asked, cost, model, payload, place, timing, traffic
from tools.rules.case import Case
from tools.rules.rule import ASYNCHRONOUS, BATCH_TRANSFORM, REAL_TIME, SERVERLESS, Rule

#: Every rule about options, by topic.
OPTION_RULES: tuple[Rule, ...] = (
    *payload.RULES,
    *timing.RULES,
    *model.RULES,
    *traffic.RULES,
    *place.RULES,
    *cost.RULES,
    *accelerators.RULES,
    *asked.RULES,
)
#: The options that rules judge.
JUDGED = (REAL_TIME, SERVERLESS, ASYNCHRONOUS, BATCH_TRANSFORM)
BUDGET_RULES = frozenset({"REC-111", "REC-206", "REC-306"})
_EXCLUDING = tuple(rule for rule in OPTION_RULES if rule.rules_out)


def exclusions(case: Case) -> dict[InferenceOption, tuple[Rule, ...]]:
    """Return for each judged option the rules that exclude it; empty: it fits."""
    found: dict[InferenceOption, list[Rule]] = {option: [] for option in JUDGED}
    for rule in _EXCLUDING:
        if rule.when(case):
            for option in rule.rules_out:
                found[option].append(rule)
    return {option: tuple(rules) for option, rules in found.items()}


def only_budget_excludes(
    excluded: dict[InferenceOption, tuple[Rule, ...]], option: InferenceOption
) -> bool:
    """The option would fit if it were cheaper."""
    rules = excluded[option]
    return bool(rules) and all(rule.id in BUDGET_RULES for rule in rules)
