"""What an organisation allows: `policy.toml`, judged at planning and again before applying."""

from tools.policy.file import NO_POLICY, find_policy, load_policy
from tools.policy.judging import Bench, enforce, enforce_approver, violations
from tools.policy.needs import conflicts_with
from tools.policy.rules import Policy, Violation

__all__ = [
    "NO_POLICY", "Bench", "Policy", "Violation", "conflicts_with", "enforce", "enforce_approver",
    "find_policy", "load_policy", "violations",
]  # fmt: skip
