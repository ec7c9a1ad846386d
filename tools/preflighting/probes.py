"""All probes, in the order of their ids."""

from tools.preflighting.access import ACCESS_PROBES
from tools.preflighting.artefacts import ARTEFACT_PROBES
from tools.preflighting.capacity import CAPACITY_PROBES
from tools.preflighting.images import IMAGE_PROBES
from tools.preflighting.memory import MEMORY_PROBES
from tools.preflighting.names import NAME_PROBES
from tools.preflighting.network import NETWORK_PROBES
from tools.preflighting.probe import Probe

PROBES: tuple[Probe, ...] = tuple(
    sorted(
        (
            *ACCESS_PROBES, *ARTEFACT_PROBES, *IMAGE_PROBES, *CAPACITY_PROBES, *MEMORY_PROBES,
            *NAME_PROBES, *NETWORK_PROBES,
        ),
        key=lambda probe: probe.id,
    )
)  # fmt: skip
