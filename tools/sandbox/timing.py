"""How long things take in the sandbox, and how much of the machine it uses."""

import os
from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, Field

_PREFIX = "SAGEPILOT_SANDBOX_"


class Timing(BaseModel):
    """Settable durations in seconds, and counts; short beside AWS's minutes.

    Attributes:
        creating_s: Least time an endpoint stays in Creating.
        updating_s: Least time an endpoint stays in Updating.
        deleting_s: Time an endpoint stays in Deleting.
        ping_window_s: Time a container has to answer /ping (AWS: 8 minutes, serverless 3).
        unhealthy_s: Time after which a container that answers /ping with an error is given up;
            AWS would wait for the whole window.
        invocation_timeout_s: Time a model has for a real-time or serverless answer (AWS: 60).
        serverless_idle_s: Idle time after which a serverless environment is stopped.
        housekeeping_s: Pause between looks at dead workers, idle environments and backlogs.
        max_processes: Most worker processes of one variant; more instances share them.
        aws_minute_s: How long one minute of AWS lasts here. Alarm periods, cooldowns, `rate(..)`
            schedules, the minutes of metrics and the waiting times of deployments are shortened by
            it; `at(..)` and `cron(..)` keep to the clock.
        compiling_s: Least time a compilation job runs (AWS: some minutes).
        stream_timeout_s: Time a streamed answer may take in all (AWS: 8 minutes).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    creating_s: float = Field(default=1.0, ge=0)
    updating_s: float = Field(default=1.0, ge=0)
    deleting_s: float = Field(default=0.3, ge=0)
    ping_window_s: float = Field(default=60.0, gt=0)
    unhealthy_s: float = Field(default=5.0, gt=0)
    invocation_timeout_s: float = Field(default=60.0, gt=0)
    serverless_idle_s: float = Field(default=300.0, gt=0)
    housekeeping_s: float = Field(default=1.0, gt=0)
    max_processes: int = Field(default=2, ge=1)
    aws_minute_s: float = Field(default=10.0, gt=0)
    compiling_s: float = Field(default=1.0, ge=0)
    stream_timeout_s: float = Field(default=480.0, gt=0)

    def scaled(self, aws_s: float) -> float:
        """How many seconds here so many seconds of AWS last."""
        return aws_s * self.aws_minute_s / 60.0


def timing_from(
    overrides: Mapping[str, float], environment: Mapping[str, str] | None = None
) -> Timing:
    """Defaults, then `SAGEPILOT_SANDBOX_<NAME>` variables, then `overrides`.

    Raises:
        pydantic.ValidationError: A value is out of range, or an override has no such name.
    """
    variables = os.environ if environment is None else environment
    found = {
        name: float(variables[_PREFIX + name.upper()])
        for name in Timing.model_fields
        if _PREFIX + name.upper() in variables
    }
    return Timing.model_validate({**found, **overrides})
