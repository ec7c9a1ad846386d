"""The choice of an inference option: rules exclude, what is left is ranked by preference."""

from dataclasses import dataclass

from tools.catalog import Catalog
from tools.endpoint import DeploymentMethod, InferenceOption
from tools.recommending.sizing import InstanceSizing, ServerlessSizing
from tools.requirements import (
    DeploymentPreference,
    Environment,
    ModelSourceKind,
    Requirements,
)
from tools.rules.case import Case
from tools.rules.exclusion import JUDGED, OPTION_RULES, exclusions
from tools.rules.rule import Rule
from tools.rules.timing import below_network

_PREFERRING = tuple(rule for rule in OPTION_RULES if rule.prefers)


@dataclass(frozen=True)
class Choice:
    """What the rules say about one case.

    Attributes:
        option: What was asked for by name if it fits, else the best that does; `none`: none does.
        ranking: The options that fit, best first.
        excluded: For each judged option the rules against it.
        preferred: The preferring rules that apply, heaviest first.
    """

    case: Case
    option: InferenceOption
    ranking: tuple[InferenceOption, ...]
    excluded: dict[InferenceOption, tuple[Rule, ...]]
    preferred: tuple[Rule, ...]

    @property
    def alternatives(self) -> tuple[InferenceOption, ...]:
        """The other options that fit, best first; the edge where no network call is quick enough.

        Devices without a connection belong here as well, once requirements can say so.
        """
        others = tuple(option for option in self.ranking if option is not self.option)
        return (*others, InferenceOption.EDGE) if below_network(self.case) else others

    @property
    def sizing(self) -> InstanceSizing | ServerlessSizing | None:
        """The first size of the chosen option."""
        match self.option:
            case InferenceOption.REAL_TIME:
                return self.case.real_time
            case InferenceOption.SERVERLESS:
                return self.case.serverless
            case InferenceOption.ASYNCHRONOUS | InferenceOption.BATCH_TRANSFORM:
                return self.case.asynchronous
            case InferenceOption.EDGE | InferenceOption.NONE:
                return None

    def outcome(self) -> tuple[object, ...]:
        """What a user would see change: option, size and way of deploying."""
        sizing = self.sizing
        if isinstance(sizing, InstanceSizing):
            size: tuple[object, ...] = (
                sizing.instance.name,
                sizing.initial,
                sizing.minimum,
                sizing.maximum,
            )
        elif sizing is not None:
            size = (
                sizing.memory_size_in_mb,
                sizing.max_concurrency,
                sizing.provisioned_concurrency,
            )
        else:
            size = ()
        return (self.option, *size, deployment_method(self.case.needs))


def choose(needs: Requirements, catalog: Catalog) -> Choice:
    """Return the choice for these needs; total on valid requirements."""
    case = Case(needs, catalog)
    excluded = exclusions(case)
    preferred = tuple(
        sorted((rule for rule in _PREFERRING if rule.when(case)), key=lambda rule: -rule.weight)
    )
    scores = {
        option: sum(rule.weight for rule in preferred if option in rule.prefers)
        for option in JUDGED
    }
    ranking = tuple(
        sorted(
            (option for option in JUDGED if not excluded[option]),
            key=lambda option: (-scores[option], JUDGED.index(option)),
        )
    )
    option = needs.inference_option if needs.inference_option in ranking else None
    return Choice(case, option or _first(ranking, scores), ranking, excluded, preferred)


def _first(
    ranking: tuple[InferenceOption, ...], scores: dict[InferenceOption, int]
) -> InferenceOption:
    """Batch transform is chosen only when something speaks for it, never as what is left over."""
    for option in ranking:
        if option is not InferenceOption.BATCH_TRANSFORM or scores[option] > 0:
            return option
    return InferenceOption.NONE


def deployment_method(needs: Requirements) -> DeploymentMethod:
    """Return the way of deploying: what was wished, else what source and environment suggest."""
    source, wish = needs.model_source, needs.deployment_preference
    in_catalogue = source is not None and source.kind is ModelSourceKind.JUMPSTART
    if wish is DeploymentPreference.JUMPSTART and source is not None and not in_catalogue:
        wish = None  # JumpStart cannot deploy it; the conflict says so
    if wish is not None:
        return DeploymentMethod(wish.value)
    if in_catalogue:
        return DeploymentMethod.JUMPSTART
    if needs.environment is Environment.PRODUCTION:
        return DeploymentMethod.CLOUDFORMATION
    return DeploymentMethod.SDK
