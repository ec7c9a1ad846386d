"""All checks on an `EndpointSpec`, in order of their ids: one set judges a plan and an endpoint."""

from tools.catalog import Catalog
from tools.endpoint import EndpointSpec
from tools.rules.check import SpecFinding, found_by
from tools.rules.compiling import COMPILATION_CHECKS
from tools.rules.component_checks import COMPONENT_CHECKS
from tools.rules.option_checks import OPTION_CHECKS
from tools.rules.resource_checks import RESOURCE_CHECKS
from tools.rules.scaling_checks import SCALING_CHECKS

ALL_CHECKS = (
    *OPTION_CHECKS,
    *SCALING_CHECKS,
    *RESOURCE_CHECKS,
    *COMPONENT_CHECKS,
    *COMPILATION_CHECKS,
)


def findings(spec: EndpointSpec, catalog: Catalog) -> tuple[SpecFinding, ...]:
    """Return everything that is wrong with a specification; pure."""
    return tuple(found_by(ALL_CHECKS, spec, catalog))
