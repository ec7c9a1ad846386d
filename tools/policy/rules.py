"""The rules of an organisation as values. A rule that is absent forbids nothing."""

import hashlib
import re
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from tools.endpoint import DeploymentMethod, InferenceOption
from tools.plan import canonical_json
from tools.requirements import Environment


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Rule(_Value):
    """One rule.

    Attributes:
        message: The rule's own words, which a refusal quotes; empty for ours.
        environments: Where it holds; empty for everywhere. A plan that does not say which
            environment it is for is held to every rule.
    """

    message: str = Field(default="", max_length=500)
    environments: tuple[Environment, ...] = ()

    def holds_in(self, environment: Environment | None) -> bool:
        """Say whether a plan for this environment is held to it."""
        return not self.environments or environment is None or environment in self.environments


Globs = Annotated[tuple[str, ...], Field(min_length=1)]


class AllowedTypes(Rule):
    """Instance types: whole names, globs (`ml.m5.*`) or families (`m5`)."""

    allowed: Globs

    def allows(self, instance_type: str) -> bool:
        """Say whether a type is among them."""
        family = instance_type.split(".")[1] if instance_type.count(".") > 1 else instance_type
        return any(g == family or fnmatchcase(instance_type, g) for g in self.allowed)


class AllowedRegions(Rule):
    """Regions, as names or globs (`eu-*`)."""

    allowed: Globs


class AllowedOptions(Rule):
    """Inference options: real-time, serverless, asynchronous, batch-transform."""

    allowed: tuple[InferenceOption, ...] = Field(min_length=1)


class AllowedMethods(Rule):
    """Ways of carrying a plan out: api, sdk, jumpstart, cloudformation."""

    allowed: tuple[DeploymentMethod, ...] = Field(min_length=1)


class AllowedImages(Rule):
    """Registries: accounts of twelve digits, or globs over the whole image URI."""

    registries: Globs

    def allows(self, image_uri: str) -> bool:
        """Say whether an image comes from one of them."""
        account = image_uri.partition(".dkr.ecr.")[0]
        return any(g == account or fnmatchcase(image_uri, g) for g in self.registries)


def _regular_expression(text: str | None) -> str | None:
    try:
        re.compile(text or "")
    except re.error as error:
        raise ValueError(f"this is no regular expression: {error}") from error
    return text


class RequiredTag(Rule):
    """A tag that every endpoint carries.

    Attributes:
        values: The values it may have; empty for any.
        pattern: A regular expression that the whole value matches.
    """

    key: str = Field(min_length=1, max_length=128)
    values: tuple[str, ...] = ()
    pattern: Annotated[str | None, AfterValidator(_regular_expression)] = None

    def accepts(self, value: str) -> bool:
        """Say whether a value may stand."""
        if self.values and value not in self.values:
            return False
        return self.pattern is None or re.fullmatch(self.pattern, value) is not None


class VpcRule(Rule):
    """Models run in a VPC.

    Attributes:
        subnets: The subnets they may be in, as globs; empty for any.
    """

    required: bool = True
    subnets: tuple[str, ...] = ()


class KmsRule(Rule):
    """Volumes, and what is written to S3, are encrypted with a key.

    Attributes:
        keys: Key ids, ARNs or aliases that may be used, as globs; empty for any.
    """

    required: bool = True
    keys: tuple[str, ...] = ()

    def allows(self, key: str) -> bool:
        """Say whether a key may be used."""
        names = (key, key.rpartition(":key/")[2], key.rpartition(":")[2])
        return not self.keys or any(fnmatchcase(n, g) for n in names for g in self.keys)


class IsolationRule(Rule):
    """Containers make no network call."""

    required: bool = True


class Budget(Rule):
    """US dollars a month.

    Attributes:
        usd_per_month_per_endpoint: For one endpoint.
        usd_per_month_together: For all running endpoints of the region together, the new one too.
    """

    usd_per_month_per_endpoint: Decimal | None = Field(default=None, ge=0)
    usd_per_month_together: Decimal | None = Field(default=None, ge=0)


class MostInstances(Rule):
    """Instances that one endpoint may have, scaled out."""

    max: int = Field(ge=0)


class ApprovalRule(Rule):
    """Who may approve."""

    author_may_approve_in_production: bool = True


class ExpiryRule(Rule):
    """An endpoint outside production says when it goes.

    Attributes:
        within_days: The longest it may stay; None for any.
    """

    required_outside_production: bool = True
    within_days: int | None = Field(default=None, ge=1)


class Policy(_Value):
    """All rules of `policy.toml`; an empty one forbids nothing.

    Attributes:
        digest: SHA-256 of the rules, noted with each approval.
    """

    instance_types: AllowedTypes | None = None
    regions: AllowedRegions | None = None
    inference_options: AllowedOptions | None = None
    methods: AllowedMethods | None = None
    images: AllowedImages | None = None
    tags: tuple[RequiredTag, ...] = ()
    vpc: VpcRule | None = None
    kms: KmsRule | None = None
    network_isolation: IsolationRule | None = None
    budget: Budget | None = None
    instances: MostInstances | None = None
    approval: ApprovalRule | None = None
    expiry: ExpiryRule | None = None

    @property
    def digest(self) -> str:
        """SHA-256 of the rules, in hexadecimal."""
        return hashlib.sha256(canonical_json(self.model_dump(mode="json"))).hexdigest()

    @property
    def names(self) -> tuple[str, ...]:
        """The rules that stand in it, as the file names them."""
        return tuple(name for name in type(self).model_fields if getattr(self, name))


class Violation(_Value):
    """What a rule has against a plan.

    Attributes:
        rule: Its name in the file, such as `instance_types` or `tags.cost-centre`.
        seen: What is against it, one sentence.
        message: The rule's own words; empty when it has none.
        remedy: One imperative sentence.
    """

    rule: str
    seen: str
    message: str
    remedy: str

    @property
    def text(self) -> str:
        """The reason in the rule's own words, and what was seen."""
        return f"{self.message.rstrip('.')}. {self.seen}" if self.message else self.seen
