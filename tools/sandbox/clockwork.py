"""The clock of the sandbox: minutes of AWS that end, and what happens when they do."""

import logging
import threading
from collections.abc import Callable
from datetime import datetime

from tools.sandbox.alarm_watch import AlarmWatch
from tools.sandbox.metric_series import SLOT_AWS_S
from tools.sandbox.minute_metrics import MinuteMetrics
from tools.sandbox.scaling_engine import ScalingEngine
from tools.sandbox.timing import Timing

logger = logging.getLogger(__name__)

_LONGEST_TICK_S, _SHORTEST_TICK_S = 0.5, 0.02


class Clockwork:
    """A background thread: metrics of a minute first, then alarms, then scaling."""

    def __init__(
        self,
        metrics: MinuteMetrics,
        watch: AlarmWatch,
        engine: ScalingEngine,
        timing: Timing,
        now: Callable[[], datetime],
        each_minute: Callable[[], None],
    ) -> None:
        """Take `each_minute`: further work that is done once a minute."""
        self._each_minute = each_minute
        self._metrics = metrics
        self._watch = watch
        self._engine = engine
        self._slot_s = timing.scaled(SLOT_AWS_S)
        self._minute_s = timing.aws_minute_s
        self._now = now
        self._closing = threading.Event()
        self._last_slot = self._last_minute = 0

    def start(self) -> None:
        """Begin."""
        at_s = self._now().timestamp()
        self._last_slot, self._last_minute = (
            int(at_s // self._slot_s), int(at_s // self._minute_s),
        )  # fmt: skip
        threading.Thread(target=self._run, name="clockwork", daemon=True).start()

    def close(self) -> None:
        """End with the present round."""
        self._closing.set()

    def _run(self) -> None:
        pause_s = min(max(self._slot_s / 2, _SHORTEST_TICK_S), _LONGEST_TICK_S)
        while not self._closing.wait(pause_s):
            try:
                self.tick()
            except Exception:  # the edge of a thread: the next round may fare better
                if not self._closing.is_set():
                    logger.exception("clockwork.broke")

    def tick(self) -> None:
        """One round."""
        now = self._now()
        slot, minute = int(now.timestamp() // self._slot_s), int(now.timestamp() // self._minute_s)
        if slot != self._last_slot:
            self._last_slot = slot
            self._metrics.slot(self._within(slot - 1, self._slot_s, now))
        if minute != self._last_minute:
            self._last_minute = minute
            self._metrics.minute(self._within(minute - 1, self._minute_s, now))
            self._each_minute()
        self._watch.look(now)
        self._engine.look()

    @staticmethod
    def _within(number: int, length_s: float, now: datetime) -> datetime:
        """A moment in the middle of a period that is over."""
        return datetime.fromtimestamp((number + 0.5) * length_s, tz=now.tzinfo)
