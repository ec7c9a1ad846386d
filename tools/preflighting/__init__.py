"""What AWS would refuse is found out before anyone is asked to approve. Reads only."""

from tools.preflighting.probes import PROBES
from tools.preflighting.running import preflight, require_passed

__all__ = ["PROBES", "preflight", "require_passed"]
