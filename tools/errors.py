"""Every error that leaves `tools`.

    SagepilotError
    ├── UserError                  somebody can mend it: carries a `remedy`
    │   ├── InvalidInputError      what was given cannot be used as it is
    │   ├── ModelArtifactError     the model file or archive does not fit any image
    │   ├── PlanNotApprovedError   the approval is for another plan; nothing was called
    │   ├── PreflightFailedError   AWS would refuse the plan, as was seen before approval
    │   ├── PolicyRefusedError     a rule of the organisation forbids it; quotes the rule
    │   ├── PlanOutdatedError      what the plan was made on has changed since
    │   ├── AccessDeniedError      AWS refused for want of permission
    │   ├── NameInUseError         a resource of that name exists
    │   ├── NotFoundError          there is no such resource
    │   ├── QuotaExceededError     an account limit is reached
    │   ├── RequestRefusedError    AWS refused the request for another reason
    │   └── DeploymentFailedError  the endpoint failed; quotes FailureReason
    ├── AwsUnavailableError        no answer; the same call may be tried again
    └── UnapprovedCallError        our own guard stopped a call that no plan holds

A `remedy` is one imperative sentence for a person.
"""


class SagepilotError(Exception):
    """Base of all our errors."""

    def __init__(self, message: str, *, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy


class UserError(SagepilotError):
    """Somebody can mend it; `remedy` says how in one imperative sentence."""


class InvalidInputError(UserError):
    """What was given cannot be used as it is."""


class ModelArtifactError(UserError):
    """The model file or archive does not fit any image."""


class PlanNotApprovedError(UserError):
    """The approval is for another plan; nothing was called."""


class PreflightFailedError(UserError):
    """AWS would refuse the plan; the message names the checks that failed."""


class PolicyRefusedError(UserError):
    """A rule of the organisation forbids it; the message quotes the rule's own words."""


class PlanOutdatedError(UserError):
    """What the plan was made on has changed since; nothing was called."""


class AccessDeniedError(UserError):
    """AWS refused for want of permission."""


class NameInUseError(UserError):
    """A resource of that name exists."""


class NotFoundError(UserError):
    """There is no such resource."""


class QuotaExceededError(UserError):
    """An account limit is reached."""


class RequestRefusedError(UserError):
    """AWS refused the request for another reason; the message is AWS's own."""


class DeploymentFailedError(UserError):
    """The endpoint failed; the message quotes FailureReason."""


class AwsUnavailableError(SagepilotError):
    """AWS (or the sandbox) gave no answer; the same call may be tried again."""


class UnapprovedCallError(SagepilotError):
    """The guard stopped a mutating call that is not the approved plan's next one."""
