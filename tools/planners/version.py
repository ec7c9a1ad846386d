"""What a wish for another version means for an endpoint that serves: reads only, changes nothing.

Only what was asked for changes. Capacity, scaling, encryption, capture and the rest stay as AWS
describes them, so that an endpoint which somebody else made is updated as faithfully as ours.
"""

import copy
import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from tools.catalog import Catalog
from tools.endpoint import AlarmSpec, EndpointSpec, InferenceOption, ModelSpec, ProductionVariant
from tools.errors import InvalidInputError
from tools.packaging import Package, SampleRequest, package
from tools.plan import Step
from tools.planners import roles
from tools.planners.alarms import alarm_names, alarm_steps
from tools.planners.api import scaling_steps, storage_steps
from tools.planners.guardrails import Strategy
from tools.planners.lineage import Removal, history
from tools.planners.names import bucket_of, config_name
from tools.planners.observed import Observed
from tools.planners.scaling import scaling_spec
from tools.planners.updating import Version
from tools.recommendation import Recommendation, recommend
from tools.requirements import Environment, Requirements, merge
from tools.sample import SampleFiles
from tools.source import SAMPLE, expanded, local_path

HOURS_PER_MONTH = 730
#: Fields that name a model and say nothing about capacity.
_OF_THE_MODEL = {"model_source", "framework", "sample_path", "endpoint_name", "region"}


class WantedVersion(BaseModel):
    """What is to be different.

    Attributes:
        needs: What was said now; what is unknown stays as it was.
        variant: The variant that gets the new model; None for the only one.
        strategy: How traffic shifts.
        topic_arn: SNS topic for new alarms.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    needs: Requirements = Requirements()
    variant: str | None = None
    instance_type: str | None = Field(default=None, pattern=r"^ml\.[a-z0-9-]+\.[a-z0-9]+$")
    initial_instance_count: int | None = Field(default=None, ge=1, le=1000)
    memory_size_in_mb: int | None = Field(default=None, ge=1024, le=6144, multiple_of=1024)
    max_concurrency: int | None = Field(default=None, ge=1, le=200)
    strategy: Strategy | None = None
    topic_arn: str | None = Field(default=None, pattern=r"^arn:aws[a-z-]*:sns:.+")


class Bench(NamedTuple):
    """What a new version is made with.

    Attributes:
        catalog: Limits and prices.
        blobs: Folder of packaged archives by SHA-256.
        downloads: Folder for models that lie in S3.
        sample: Returns the sample model's files.
        removal: Clients, journal and nonce.
    """

    catalog: Catalog
    blobs: Path
    downloads: Path
    sample: Callable[[], SampleFiles]
    removal: Removal


def version_for(seen: Observed, wanted: WantedVersion, bench: Bench) -> Version:
    """Return what is to serve instead.

    Raises:
        InvalidInputError: Nothing changes, or the change is none that an update can make.
        UserError: The model, or the account, does not allow it.
        AwsUnavailableError: No answer.
    """
    return _Drafting(seen, wanted, bench).version()


class _Drafting:
    """One version in the making."""

    def __init__(self, seen: Observed, wanted: WantedVersion, bench: Bench) -> None:
        self.seen, self.wanted, self.bench = seen, wanted, bench
        self.past = [turn.plan for turn in history(seen.name, bench.removal.journal)]
        known = next((p.requirements for p in self.past if p.requirements is not None), {})
        said = wanted.needs.said()
        forgotten = {"framework": None, "model_size_bytes": None} if "model_source" in said else {}
        region = bench.removal.clients.target.region_name
        base = merge(Requirements.model_validate(known), {**forgotten, "region": region})
        self.needs = merge(base, {k: v for k, v in said.items() if k != "endpoint_name"})
        self.variant = self._variant()
        self.suffix = bench.removal.nonce[:8]

    def _variant(self) -> dict[str, Any]:
        variants = {v["VariantName"]: v for v in self.seen.variants}
        name = self.wanted.variant or (next(iter(variants)) if len(variants) == 1 else None)
        if name not in variants:
            raise InvalidInputError(
                f"Endpoint {self.seen.name} has the variants {', '.join(variants)}; "
                f"{'one of them has to be named' if name is None else f'none is {name}'}.",
                remedy="Name the variant that is to change.",
            )
        return variants[name]

    def version(self) -> Version:
        packaged = self._packaged()
        chosen = self._recommended(packaged)
        spec = self._spec(packaged, chosen)
        config = self._config(packaged, chosen, spec)
        if _same(config, self.seen.config) and not self._rescales(spec, chosen):
            raise InvalidInputError(
                f"Endpoint {self.seen.name} is that already; nothing would change.",
                remedy="Name another model, capacity or need.",
            )
        alarms = tuple(self._alarms())
        names = self._alarm_names()
        return Version(
            before=(*self._uploads(packaged, spec), *self._permissions(packaged, spec, names)),
            models=(self._model(spec),) if packaged is not None else (),
            config=config,
            alarms=alarms,
            alarm_names=names,
            scaling=spec if self._rescales(spec, chosen) else None,
            strategy=self.wanted.strategy,
            told=self._told(packaged, chosen, config),
            drafted=spec.model_copy(update={"alarms": self._new_alarms() if alarms else None}),
        )

    # --- the model
    def _packaged(self) -> Package | None:
        source = self.wanted.needs.model_source
        if source is None:
            return None
        bench, sample_path = self.bench, self.needs.sample_path
        if source.uri == SAMPLE and sample_path is None:
            sample_path = str(bench.sample().sample_json)
        return package(
            local_path(
                source, bench.removal.clients, bench.downloads, lambda: bench.sample().archive
            ),
            region=self.needs.region or "",
            instance_type=self.wanted.instance_type or self.variant.get("InstanceType"),
            framework=self.wanted.needs.framework,
            sample_path=expanded(sample_path) if sample_path else None,
            blobs=bench.blobs,
        )

    def _present(self) -> dict[str, Any]:
        """The model that the variant serves now."""
        present = self.seen.models.get(self.variant.get("ModelName", ""), {})
        if "PrimaryContainer" not in present:
            raise InvalidInputError(
                f"Variant {self.variant['VariantName']} serves several containers, or components.",
                remedy="Deploy the new version as an endpoint of its own.",
            )
        return present

    def _spec(self, packaged: Package | None, chosen: Recommendation | None) -> EndpointSpec:
        """The endpoint, as far as uploads, permissions and scaling are made from it."""
        present = self._present()
        served = ModelSpec(image_uri=present["PrimaryContainer"].get("Image", ""))
        if packaged is not None:
            folder = f"s3://{self._bucket()}/endpoints/{self.seen.name}/{self.suffix}"
            served = ModelSpec(
                image_uri=packaged.image_uri,
                archive_sha256=packaged.archive.sha256,
                archive_size_bytes=packaged.archive.size_bytes,
                model_data_uri=f"{folder}/model.tar.gz",
                environment=packaged.environment,
            )
        return EndpointSpec(
            name=self.seen.name,
            suffix=self.suffix,
            region=self.bench.removal.clients.target.region_name,
            inference_option=_option(self.seen.config),
            variants=(
                ProductionVariant(
                    name=self.variant["VariantName"],
                    sagemaker_model=served,
                    scaling=scaling_spec(chosen) if chosen else None,
                ),
            ),
            role_arn=present["ExecutionRoleArn"],
        )

    def _bucket(self) -> str:
        """Where the present archive lies, if that is a bucket of ours; else our own."""
        removal = self.bench.removal
        uri = str(self._present()["PrimaryContainer"].get("ModelDataUrl", ""))
        if f"/endpoints/{self.seen.name}/" in uri:
            return bucket_of(uri)
        region = removal.clients.target.region_name
        return f"sagemaker-sagepilot-{region}-{removal.clients.account}"

    def _uploads(self, packaged: Package | None, spec: EndpointSpec) -> Iterator[Step]:
        if packaged is not None:
            there = self.bench.removal.clients.exists("s3.head_bucket", {"Bucket": self._bucket()})
            yield from storage_steps(spec, bucket_exists=there)

    def _permissions(
        self, packaged: Package | None, spec: EndpointSpec, alarms: tuple[str, ...]
    ) -> Iterator[Step]:
        """A role of ours may read its own archive only, and no alarm: it is given both."""
        name = (spec.role_arn or "").rpartition("/")[2]
        if not self._made_role(name) or not (packaged or alarms):
            return
        account = self.bench.removal.clients.account
        policy = json.loads(roles.execution_policy(spec, account))
        statements = policy["Statement"] if packaged else []
        if alarms:  # docs: deployment-guardrails-configuration
            statements.append(
                {"Effect": "Allow", "Action": ["cloudwatch:DescribeAlarms"], "Resource": "*"}
            )
        document = json.dumps({**policy, "Statement": statements}, sort_keys=True)
        yield Step(
            operation="iam.put_role_policy",
            parameters={
                "RoleName": name,
                "PolicyName": f"update-{self.suffix}",
                "PolicyDocument": document,
            },
            why="Let the endpoint's own role read what the new version needs.",
        )

    def _made_role(self, name: str) -> bool:
        return any(
            step.operation == "iam.create_role" and step.parameters["RoleName"] == name
            for plan in self.past
            for step in plan.steps
        )

    def _model(self, spec: EndpointSpec) -> dict[str, Any]:
        served = spec.the_model
        container: dict[str, Any] = {
            "Image": served.image_uri,
            "ModelDataUrl": served.model_data_uri,
        }
        if served.environment:
            container["Environment"] = dict(sorted(served.environment.items()))
        return {**self._present(), "ModelName": config_name(spec), "PrimaryContainer": container}

    # --- capacity
    def _recommended(self, packaged: Package | None) -> Recommendation | None:
        """What the needs call for, if more than a model was named."""
        if not self.wanted.needs.said().keys() - _OF_THE_MODEL:
            return None
        needs = self.needs
        if packaged is not None:
            seen = {"model_size_bytes": packaged.model_size_bytes, "framework": packaged.framework}
            needs = merge(needs, {k: v for k, v in seen.items() if getattr(needs, k) is None})
        chosen = recommend(needs, self.bench.catalog)
        option = _option(self.seen.config)
        if chosen.inference_option is not option:
            raise InvalidInputError(
                f"These needs call for {chosen.inference_option}, and the endpoint is {option}: "
                "an update does not make another kind of it.",
                remedy="Plan an endpoint of that kind beside it, or name the capacity that you "
                "want.",
            )
        return chosen

    def _config(
        self, packaged: Package | None, chosen: Recommendation | None, spec: EndpointSpec
    ) -> dict[str, Any]:
        config = copy.deepcopy(self.seen.config)
        name = self.variant["VariantName"]
        variant = next(v for v in config["ProductionVariants"] if v["VariantName"] == name)
        if packaged is not None:
            variant["ModelName"] = config_name(spec)
        if "ServerlessConfig" in variant:
            self._refuse(("instance_type", "initial_instance_count"), "has no instances")
            variant["ServerlessConfig"].update(
                self._asked(chosen, memory_size_in_mb="MemorySizeInMB",
                            max_concurrency="MaxConcurrency")
            )  # fmt: skip
        else:
            self._refuse(("memory_size_in_mb", "max_concurrency"), "is not serverless")
            variant.update(
                self._asked(chosen, instance_type="InstanceType",
                            initial_instance_count="InitialInstanceCount")
            )  # fmt: skip
        config["EndpointConfigName"] = config_name(spec)
        return config

    def _asked(self, chosen: Recommendation | None, **names: str) -> dict[str, Any]:
        """Values by AWS's name: as they were asked for, else as the needs call for them."""
        found = {
            name: getattr(self.wanted, field) or (getattr(chosen, field) if chosen else None)
            for field, name in names.items()
        }
        return {name: value for name, value in found.items() if value}

    def _refuse(self, fields: tuple[str, ...], why: str) -> None:
        asked = [field for field in fields if getattr(self.wanted, field) is not None]
        if asked:
            raise InvalidInputError(
                f"{asked[0]} cannot be set: endpoint {self.seen.name} {why}.",
                remedy=f"Leave {asked[0]} out.",
            )

    def _rescales(self, spec: EndpointSpec, chosen: Recommendation | None) -> bool:
        """Whether the needs call for another scaling than the one that is there."""
        if chosen is None:
            return False
        steps = scaling_steps(spec, first=0)
        there = [*self.seen.scaling.targets, *self.seen.scaling.policies.values()]
        kinds = {"register_scalable_target", "put_scaling_policy"}
        wanted = [s.parameters for s in steps if s.operation.partition(".")[2] in kinds]
        return len(there) != len(wanted) or any(parameters not in there for parameters in wanted)

    # --- alarms
    def _alarms(self) -> Iterator[Step]:
        there = {alarm["AlarmName"] for alarm in self.seen.scaling.alarms}
        if self.needs.environment is not Environment.PRODUCTION:
            return
        for variant in self.seen.variants:
            for step in alarm_steps(
                self.seen.name,
                variant["VariantName"],
                latency_ms=self.needs.latency_p95_ms,
                topic_arn=self.wanted.topic_arn,
            ):
                if step.parameters["AlarmName"] not in there:
                    yield step

    def _new_alarms(self) -> AlarmSpec:
        return AlarmSpec(latency_p95_ms=self.needs.latency_p95_ms, topic_arn=self.wanted.topic_arn)

    def _alarm_names(self) -> tuple[str, ...]:
        there = {alarm["AlarmName"] for alarm in self.seen.scaling.alarms}
        there |= {step.parameters["AlarmName"] for step in self._alarms()}
        ours = [
            n for v in self.seen.variants for n in alarm_names(self.seen.name, v["VariantName"])
        ]
        most = 10  # API_AutoRollbackConfig
        return tuple(name for name in ours if name in there)[:most]

    # --- what is told
    def _told(
        self, packaged: Package | None, chosen: Recommendation | None, config: dict[str, Any]
    ) -> dict[str, Any]:
        cost, idle = self._cost(chosen, config)
        what = "its capacity" if packaged is None else "a new model"
        return {
            "inference_option": _option(self.seen.config).value,
            "summary": f"Update endpoint {self.seen.name} to {what}: configuration "
            f"{self.seen.config_name} becomes {config['EndpointConfigName']}, without downtime.",
            "cost_usd_per_month": cost,
            "cost_if_forgotten_usd_per_month": idle,
            "warnings": self._warnings(packaged, chosen),
            "packaging": (
                [step.model_dump(mode="json") for step in packaged.steps] if packaged else []
            ),
            "sample": self._sample(packaged),
            "recommendation": chosen.model_dump(mode="json") if chosen else None,
            "requirements": self.needs.said(),
        }

    def _sample(self, packaged: Package | None) -> SampleRequest | None:
        before = next((p.sample for p in self.past if p.sample is not None), None)
        return (packaged.sample if packaged is not None else None) or before

    def _warnings(self, packaged: Package | None, chosen: Recommendation | None) -> tuple[str, ...]:
        found = [*(packaged.warnings if packaged else ())]
        found += [w.text for w in chosen.warnings] if chosen else []
        role = str(self._present()["ExecutionRoleArn"])
        by_stack = any(p.kind == "deploy" and p.method == "cloudformation" for p in self.past)
        if packaged is not None and not by_stack and not self._made_role(role.rpartition("/")[2]):
            found.append(f"The role {role} must be able to read s3://{self._bucket()}.")
        if self._alarms_missing():
            found.append("No alarm turns this update back: it is no production endpoint.")
        return tuple(found)

    def _alarms_missing(self) -> bool:
        return not self._alarm_names() and "ServerlessConfig" not in self.variant

    def _cost(
        self, chosen: Recommendation | None, config: dict[str, Any]
    ) -> tuple[Decimal | None, Decimal | None]:
        if chosen is not None and not self.wanted.instance_type:
            return chosen.cost_usd_per_month, chosen.cost_if_forgotten_usd_per_month
        if any("ServerlessConfig" in v for v in config["ProductionVariants"]):
            before = self.past[0] if self.past else None
            return (before.cost_usd_per_month if before else None), Decimal(0)
        total = Decimal(0)
        for variant in config["ProductionVariants"]:
            price = self.bench.catalog.price(variant["InstanceType"], self.needs.region or "")
            if price is None:
                return None, None
            moved = self.seen.instance_count(variant["VariantName"])
            asked = variant["VariantName"] == self.variant["VariantName"]
            count = (self.wanted.initial_instance_count if asked else None) or moved
            total += price.usd_per_hour * count * HOURS_PER_MONTH
        rounded = total.quantize(Decimal("0.01"))
        return rounded, rounded


def _option(config: dict[str, Any]) -> InferenceOption:
    if any("ServerlessConfig" in variant for variant in config["ProductionVariants"]):
        return InferenceOption.SERVERLESS
    if "AsyncInferenceConfig" in config:
        return InferenceOption.ASYNCHRONOUS
    return InferenceOption.REAL_TIME


def _same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    name = "EndpointConfigName"
    return {k: v for k, v in one.items() if k != name} == {
        k: v for k, v in other.items() if k != name
    }
