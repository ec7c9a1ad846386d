"""How many instances the copies of inference components need: first fit, largest first."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Need:
    """What one copy takes of an instance."""

    memory_mb: float
    cpu_cores: float = 0.0


def instances_needed(copies: Iterable[Need], memory_mb: float, cpu_cores: float) -> int | None:
    """Instances of a size that hold all copies; None when one copy alone is too large."""
    free: list[list[float]] = []
    for need in sorted(copies, key=lambda one: (one.memory_mb, one.cpu_cores), reverse=True):
        if need.memory_mb > memory_mb or need.cpu_cores > cpu_cores:
            return None
        for room in free:
            if room[0] >= need.memory_mb and room[1] >= need.cpu_cores:
                break
        else:
            room = [memory_mb, cpu_cores]
            free.append(room)
        room[0] -= need.memory_mb
        room[1] -= need.cpu_cores
    return len(free)
