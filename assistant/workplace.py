"""What the assistant works with: catalogue, journal, clients, folders. Made once, in bootstrap."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, NamedTuple

from tools.approval import Approval
from tools.aws import AwsClients, AwsTarget
from tools.carrying import Workshop
from tools.catalog import Catalog
from tools.endpoint import ENDPOINT_OPTIONS, DeploymentMethod, EndpointSpec
from tools.errors import SagepilotError
from tools.footprint import puts_up
from tools.journal import Journal
from tools.jumpstart.reading import JumpStartCatalogue, catalogue_of
from tools.observation import endpoint_rows
from tools.packaging import Look, look
from tools.plan import DeploymentPlan, parse_plan
from tools.planners import catalogue, hub
from tools.planners.lifecycle import Bench
from tools.planners.parked import parked_rows
from tools.planners.removal import Removal
from tools.planning import Workroom, plan_for, plan_spec
from tools.policy import NO_POLICY, Policy, conflicts_with, enforce, enforce_approver
from tools.policy import Bench as PolicyBench
from tools.preflighting import preflight, require_passed
from tools.recommendation import Recommendation, conflicts, recommend
from tools.recording.request import Recording, SdkRequest
from tools.requirements import Conflict, ModelSourceKind, Requirements
from tools.sample import SampleFiles
from tools.source import SAMPLE
from tools.starters import Starter, needs_of


class Workplace(NamedTuple):
    """Everything tools need from outside.

    Attributes:
        connect: Region to clients; starts the sandbox when it is needed.
        sample: Returns the sample's files, making them when they are not there.
        new_nonce: Makes each plan one of its kind.
        user: Who plans here; every plan names them as its author.
        policy: Reads what the organisation allows, anew each time.
    """

    home: Path
    target: Literal["sandbox", "aws"]
    region: str
    catalog: Catalog
    journal: Journal
    connect: Callable[[str], AwsClients]
    sample: Callable[[], SampleFiles]
    new_nonce: Callable[[], str]
    now: Callable[[], datetime]
    sleep: Callable[[float], None]
    bucket: str | None = None
    role_arn: str | None = None
    poll_s: float = 0.25
    user: str | None = None
    policy: Callable[[], Policy] = lambda: NO_POLICY

    def clients(self, region: str) -> AwsClients:
        """Return clients for a region."""
        return self.connect(region)

    @property
    def blobs(self) -> Path:
        """Packaged archives by SHA-256."""
        return self.home / "blobs"

    def catalogue(self, region: str) -> JumpStartCatalogue:
        """Return JumpStart's catalogue of a region; it keeps what it has read."""
        return catalogue_of(self.clients(region))

    def recommend(self, needs: Requirements) -> Recommendation:
        """Recommend as planning will: a model of the catalogue or the hub limits the types.

        What the catalogue cannot answer now is left to planning, which says why.
        """
        kind = needs.model_source.kind if needs.model_source is not None else None
        with suppress(SagepilotError):
            if kind is ModelSourceKind.JUMPSTART:
                return self._listed(needs)
            if kind is ModelSourceKind.HUB:
                return hub.recommended(hub.sized_needs(needs), self.catalog_for(needs))
        return recommend(needs, self.catalog_for(needs))

    def conflicts(self, needs: Requirements) -> tuple[Conflict, ...]:
        """Return what cannot all be had of `needs`, and what the organisation does not allow."""
        policy = NO_POLICY
        with suppress(SagepilotError):  # planning says what is wrong with the file
            policy = self.policy()
        return (*conflicts(needs, self.catalog), *conflicts_with(policy, needs))

    def catalog_for(self, needs: Requirements) -> Catalog:
        """Return the catalog with the instance types that the organisation allows.

        Where those serve nothing, or another type was asked for, all stay in it: planning then
        says why it is not allowed.

        Raises:
            InvalidInputError: The policy file cannot be read.
        """
        rule = self.policy().instance_types
        asked = needs.instance_type
        if rule is None or not rule.holds_in(needs.environment):
            return self.catalog
        allowed = [name for name in self.catalog.instance_names() if rule.allows(name)]
        limited = self.catalog.limited_to(allowed)
        fits = recommend(needs, limited).inference_option in ENDPOINT_OPTIONS
        return limited if fits and (asked is None or rule.allows(asked)) else self.catalog

    def _listed(self, needs: Requirements) -> Recommendation:
        found = catalogue.look_up(needs, self.catalogue(needs.region or self.region))
        allowed = self.catalog_for(needs)
        chosen = catalogue.recommended(found.needs, found.model, allowed)
        if chosen.inference_option not in ENDPOINT_OPTIONS:
            return chosen
        return catalogue.settle(found.model, chosen, found.size_bytes, allowed)[1]

    def plan(self, needs: Requirements, method: DeploymentMethod | None = None) -> DeploymentPlan:
        """Plan for `needs` in the region they name, or ours.

        Args:
            needs: What was said.
            method: How it is to be carried out; None for what `needs` prefer.

        Raises:
            UserError: As `tools.planning.plan_for`.
            AwsUnavailableError: No answer.
        """
        clients = self.clients(needs.region or self.region)
        room = self._workroom()._replace(catalog=self.catalog_for(needs))
        return plan_for(needs, clients, room, method)

    def started(self, starter: Starter, changes: Mapping[str, Any]) -> Requirements:
        """Return what a starter wishes for here, with one's own values on top.

        Raises:
            pydantic.ValidationError: A value is out of range.
        """
        return needs_of(
            starter,
            changes,
            folder=self.home / "starters",
            sample=self.sample,
            sandbox=self.target == "sandbox",
        )

    def plan_spec(
        self, spec: EndpointSpec, method: DeploymentMethod | None = None
    ) -> DeploymentPlan:
        """Plan what makes a specification, in the region it names.

        Raises:
            UserError: As `tools.planning.plan_spec`.
            AwsUnavailableError: No answer.
        """
        return plan_spec(spec, self.clients(spec.region), self._workroom(), method)

    def _workroom(self) -> Workroom:
        return Workroom(
            catalog=self.catalog,
            blobs=self.blobs,
            downloads=self.home / "downloads",
            sample=self.sample,
            bucket=self.bucket,
            role_arn=self.role_arn,
            nonce=self.new_nonce(),
            record=_recorded,
        )

    def look(self, needs: Requirements) -> Look | None:
        """Return what a small local model shows of itself, as planning will find it."""
        source = needs.model_source
        if source is None or source.kind is not ModelSourceKind.LOCAL:
            return None
        sample = source.uri == SAMPLE
        path = self.sample().archive if sample else Path(source.uri).expanduser()
        return look(path, needs.framework, self.blobs)

    def propose(self, plan: DeploymentPlan) -> DeploymentPlan:
        """Hold a plan against the organisation's policy and against AWS, sign and keep it.

        Returns:
            The plan with its author and its pre-flight report.

        Raises:
            PolicyRefusedError: A rule forbids it.
            PreflightFailedError: AWS would refuse it.
            UserError: The policy file cannot be read, or AWS refused a read.
            AwsUnavailableError: No answer.
        """
        unsigned = plan.author is None and self.user is not None
        signed = plan.model_copy(update={"author": self.user}) if unsigned else plan
        self._enforce(signed)
        report = preflight(signed, self.clients(plan.region), self.catalog, self.blobs)
        require_passed(report)
        looked_at = signed.model_copy(update={"preflight": report})
        self.keep(looked_at)
        return looked_at

    def _enforce(self, plan: DeploymentPlan) -> None:
        if puts_up(plan):  # a file that cannot be read blocks nothing that takes away
            clients = self.clients(plan.region)
            enforce(plan, PolicyBench(self.policy(), self.catalog, clients, self.now()))

    def policy_digest(self, plan: DeploymentPlan) -> str | None:
        """Return the digest of the policy that a plan is approved under; None when there is none.

        Raises:
            InvalidInputError: The policy file cannot be read.
        """
        policy = self.policy() if puts_up(plan) else NO_POLICY
        return policy.digest if policy.names else None

    def check_allowed(self, plan: DeploymentPlan, approval: Approval) -> None:
        """Hold a plan against the policy once more, as it was first shown, before it is begun.

        Raises:
            PlanNotApprovedError: Its author may not approve it.
            PolicyRefusedError: A rule forbids it by now.
            UserError: The policy file cannot be read, or AWS refused a read.
            AwsUnavailableError: No answer.
        """
        text = self.journal.plan_json(plan.digest)
        shown = plan if text is None else parse_plan(text)
        if puts_up(shown):
            enforce_approver(shown, approval.user, self.policy())
            self._enforce(shown)

    def keep(self, plan: DeploymentPlan) -> None:
        """Store a plan, so that its digest is enough to approve it."""
        self.journal.save_plan(plan.digest, plan.model_dump_json(), self.now())

    def endpoints(self, region: str) -> tuple[dict[str, Any], ...]:
        """Return a row for each endpoint of a region, what is parked last.

        As `tools.observation.endpoint_rows` and `tools.planners.parked.parked_rows`.
        """
        running = endpoint_rows(self.clients(region), self.catalog, self.now())
        return (*running, *parked_rows(self.removal(region)))

    def removal(self, region: str) -> Removal:
        """Return what an undo or a deletion in `region` is planned on."""
        return Removal(self.clients(region), self.journal, self.new_nonce(), self.blobs)

    def bench(self, region: str) -> Bench:
        """Return what a new version of an endpoint in `region` is made with."""
        return Bench(
            catalog=self.catalog,
            blobs=self.blobs,
            downloads=self.home / "downloads",
            sample=self.sample,
            removal=self.removal(region),
        )

    def region_of(self, deployment_id: str | None) -> str:
        """Return the region of a deployment (the newest when None), or ours."""
        for row in self.journal.deployments():
            if deployment_id is None or row["deployment_id"] == deployment_id:
                text = self.journal.plan_json(row["digest"])
                if text is not None:
                    return parse_plan(text).region
        return self.region

    def region_of_endpoint(self, endpoint_name: str) -> str:
        """Return the region we deployed an endpoint to, or ours."""
        return next(
            (
                self.region_of(row["deployment_id"])
                for row in self.journal.deployments()
                if row["endpoint_name"] == endpoint_name
            ),
            self.region,
        )

    def workshop(self) -> Workshop:
        """Return what carrying out needs."""
        return Workshop(
            journal=self.journal,
            blobs=self.blobs,
            now=self.now,
            sleep=self.sleep,
            poll_s=self.poll_s,
            check_allowed=self.check_allowed,
        )


def _recorded(target: AwsTarget, request: SdkRequest) -> Recording:
    from tools.recording.process import sdk_process

    return sdk_process(target).record(request)
