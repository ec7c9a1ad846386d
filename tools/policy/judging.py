"""A plan held against the rules of an organisation, at planning and again before applying.

What is judged is what the plan's calls make, whoever wrote them; taking things away is never
blocked. What cannot be known (a price, an environment) counts against the plan.
"""

from tools.errors import PlanNotApprovedError, PolicyRefusedError
from tools.footprint import footprint_of, puts_up
from tools.plan import DeploymentPlan
from tools.policy.rules import Policy, Violation
from tools.policy.rulings import Bench, Case, rulings
from tools.requirements import Environment

__all__ = [
    "Bench", "enforce", "enforce_approver", "environment_of", "violations",
]  # fmt: skip


def environment_of(plan: DeploymentPlan) -> Environment | None:
    """Return what a plan says it is for; None when it does not."""
    said = (plan.requirements or {}).get("environment")
    return Environment(said) if said in {e.value for e in Environment} else None


def enforce(plan: DeploymentPlan, bench: Bench) -> None:
    """Refuse a plan that a rule forbids.

    Raises:
        PolicyRefusedError: Quotes the rules' own words.
        UserError: AWS refused a read that a rule needs.
        AwsUnavailableError: No answer.
    """
    found = violations(plan, bench)
    if not found:
        return
    said = " ".join(f"{one.text} (policy rule {one.rule})" for one in found[:5])
    remedies = dict.fromkeys(one.remedy for one in found[:5])
    raise PolicyRefusedError(
        f"That is not allowed here because of your organisation's policy: {said}",
        remedy=" ".join(remedies),
    )


def enforce_approver(plan: DeploymentPlan, user: str, policy: Policy) -> None:
    """Refuse the author's own approval in production where two people are asked for.

    Raises:
        PlanNotApprovedError: The approver made the plan, or nobody knows who did.
    """
    rule, where = policy.approval, environment_of(plan)
    if rule is None or rule.author_may_approve_in_production or not puts_up(plan):
        return
    if where not in {None, Environment.PRODUCTION} or not rule.holds_in(where):
        return
    if plan.author is not None and plan.author.casefold() != user.strip().casefold():
        return
    who = f"{plan.author} made this plan" if plan.author else "Nobody knows who made this plan"
    what = "is for production" if where else "does not say that it is not for production"
    own = f"{rule.message.rstrip('.')}. " if rule.message else ""
    raise PlanNotApprovedError(
        f"That is not allowed here because of your organisation's policy: {own}{who} and it "
        f"{what}: somebody else approves it (policy rule approval).",
        remedy="Ask a colleague to approve the digest under their own name.",
    )


def violations(plan: DeploymentPlan, bench: Bench) -> tuple[Violation, ...]:
    """Return what the rules have against a plan, in their order; empty is allowed.

    Raises:
        UserError: AWS refused a read that a rule needs.
        AwsUnavailableError: No answer.
    """
    policy = bench.policy
    if not policy.names or not puts_up(plan):
        return ()
    seen = footprint_of(plan, bench.clients)
    case = Case(plan, seen, bench, environment_of(plan))
    return tuple(rulings(case))
