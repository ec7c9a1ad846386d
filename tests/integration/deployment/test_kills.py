"""Killed with -9 at any point, a deployment is finished (or taken back) by the next process."""

import multiprocessing
import os
import signal
import tarfile

import pytest

from assistant.bootstrap import bootstrap
from tests.integration.deployment.conftest import approval_of, deployed, settings
from tools.deployment import apply, outcome, unfinished
from tools.errors import SagepilotError
from tools.journal import Journal
from tools.planners.removal import plan_undo
from tools.requirements import merge

FORK = multiprocessing.get_context("fork")


class DeadlyJournal(Journal):
    """Kills its own process at the n-th write, before or after it is written."""

    def __init__(self, path, at, *, before):
        super().__init__(path)
        self.left, self.before = at, before

    def _maybe(self, *, before):
        if before == self.before:
            self.left -= 1
            if self.left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    def set_step(self, *args, **kwargs):
        self._maybe(before=True)
        super().set_step(*args, **kwargs)
        self._maybe(before=False)

    def set_status(self, *args, **kwargs):
        self._maybe(before=True)
        super().set_status(*args, **kwargs)
        self._maybe(before=False)


def _doomed(home, plan, at, before):
    app = bootstrap(settings(home))
    journal = DeadlyJournal(app.place.journal.path, at, before=before)
    workshop = app.place.workshop().model_copy(update={"journal": journal})
    try:
        list(apply(plan, approval_of(plan), app.place.clients(plan.region), workshop))
    except SagepilotError:
        os._exit(3)
    os._exit(0)


def killed(home, plan, at, *, before) -> int:
    """Apply in a child that dies at write number `at`; its exit code (-9: it died there)."""
    child = FORK.Process(target=_doomed, args=(home, plan, at, before))
    child.start()
    child.join()
    return child.exitcode


def writes_of(plan) -> int:
    """Journal writes of an undisturbed run: two a step, and the final status."""
    return 2 * len(plan.steps) + 1


@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
def test_killed_at_every_write_one_endpoint_stands_after_a_restart(
    app, home, needs, standing, before
):
    total = writes_of(app.place.plan(needs))
    # After a step's "done" is the same moment as before the next one's "started".
    for at in range(1, total + 1, 1 if before else 2):
        plan = app.place.plan(needs)
        app.place.keep(plan)
        assert killed(home, plan, at, before=before) == -signal.SIGKILL
        fresh = bootstrap(settings(home))
        fresh.recover()
        made = outcome(fresh.place.journal, f"dep-{plan.digest[:12]}")
        assert made.status == "deployed", (at, made)
        assert made.verification.ok
        names = standing(fresh, plan).everything()
        assert len(names) == len(set(names))
        kinds = sorted(name.partition(":")[0] for name in names if ":" in name)
        assert kinds == [
            "EndpointConfigs", "Endpoints", "Models", "ScalableTargets", "ScalingPolicies",
        ], (at, names)  # fmt: skip
        deployed(fresh, plan_undo(made.deployment_id, fresh.place.removal(plan.region)))
        assert standing(fresh, plan).everything() == [], at


@pytest.fixture
def broken(tmp_path, needs):
    """Requirements whose model raises on load: the plan must be taken back."""
    (tmp_path / "inference.py").write_text("def model_fn(model_dir):\n    raise OSError('no')\n")
    (tmp_path / "w.npy").write_bytes(b"x")
    archive = tmp_path / "model.tar.gz"
    with tarfile.open(archive, "w:gz") as tar:
        tar.add(tmp_path / "inference.py", "code/inference.py")
        tar.add(tmp_path / "w.npy", "w.npy")
    source = {"kind": "local", "uri": str(archive)}
    return merge(needs, {"model_source": source, "framework": "pytorch"})


def test_killed_while_taking_back_nothing_stands_after_a_restart(app, home, broken, standing):
    at, reached = 1, True
    while reached:
        plan = app.place.plan(broken)
        app.place.keep(plan)
        reached = killed(home, plan, at, before=True) == -signal.SIGKILL
        fresh = bootstrap(settings(home))
        fresh.recover()
        made = outcome(fresh.place.journal, f"dep-{plan.digest[:12]}")
        assert made.status == "failed", (at, made)
        assert standing(fresh, plan).everything() == [], at
        at += 1
    assert at > 12  # it was killed on the way there and on the way back


def test_nothing_is_left_unfinished(app, needs):
    plan = app.place.plan(needs)
    deployed(app, plan)
    assert plan.digest not in unfinished(app.place.journal)
