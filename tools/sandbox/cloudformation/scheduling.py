"""Runs work in the order of a graph, several pieces at a time."""

from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

_AT_ONCE = 6


def run_in_order(
    graph: Mapping[str, tuple[str, ...]],
    work: Callable[[str], bool],
    *,
    stop_at_failure: bool,
    failed: Callable[[], None] = lambda: None,
) -> list[str]:
    """Work on every name after those it waits for.

    Args:
        graph: Name -> the names that it waits for.
        work: Answers whether it succeeded.
        stop_at_failure: Begin nothing more after a failure; otherwise only what waits for it
            is left out.
        failed: Called at the first failure, while other work is still running.

    Returns:
        The names that failed, in the order in which they did.
    """
    waiting = {name: set(needed) & graph.keys() for name, needed in graph.items()}
    done: set[str] = set()
    failures: list[str] = []
    running: dict[Future[bool], str] = {}
    with ThreadPoolExecutor(max_workers=_AT_ONCE, thread_name_prefix="stack") as pool:
        while True:
            if not (failures and stop_at_failure):
                for name in [n for n, needed in waiting.items() if needed <= done]:
                    del waiting[name]
                    running[pool.submit(work, name)] = name
            if not running:
                return failures
            finished, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in finished:
                name = running.pop(future)
                if future.result():
                    done.add(name)
                else:
                    if not failures:
                        failed()
                    failures.append(name)


def reversed_graph(graph: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """The same names, each waiting for those that waited for it."""
    return {
        name: tuple(other for other, needed in graph.items() if name in needed) for name in graph
    }
