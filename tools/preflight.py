"""What was looked at before a plan is shown: a report that travels with the plan."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, computed_field


class PreflightStatus(StrEnum):
    """How a check ended."""

    PASSED = "passed"
    WARNING = "warning"
    FAILED = "failed"
    NOT_LOOKED_AT = "not-looked-at"


class PreflightCheck(BaseModel):
    """One check.

    Attributes:
        id: `PRE-nnn`, as docs/rules.md lists it.
        title: What is checked.
        seen: What was found, one sentence with the numbers.
        remedy: One imperative sentence; empty when nothing needs doing.
        source_url: Where the fact behind it stands.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    title: str
    status: PreflightStatus
    seen: str
    remedy: str = ""
    source_url: str


class Preflight(BaseModel):
    """All checks of one plan, in the order of their ids.

    Attributes:
        summary: One line, such as "12 checks passed, 1 not looked at".
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    checks: tuple[PreflightCheck, ...] = ()

    def of(self, status: PreflightStatus) -> tuple[PreflightCheck, ...]:
        """Return the checks that ended so."""
        return tuple(check for check in self.checks if check.status is status)

    @computed_field  # type: ignore[prop-decorator]  # pydantic's own documented form
    @property
    def summary(self) -> str:
        """The counts in one line, what needs a look last."""
        words = {
            PreflightStatus.PASSED: "passed",
            PreflightStatus.NOT_LOOKED_AT: "not looked at",
            PreflightStatus.WARNING: "with a warning",
            PreflightStatus.FAILED: "failed",
        }
        counts = {status: len(self.of(status)) for status in words}
        passed = counts.pop(PreflightStatus.PASSED)
        first = f"{passed} check{'s' if passed != 1 else ''} passed"
        return ", ".join([first, *(f"{n} {words[status]}" for status, n in counts.items() if n)])
