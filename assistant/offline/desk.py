"""A turn is one function that is run again after every tool result.

Asking the desk for a result that the history does not hold yet ends the run with `ToolNeeded`; the
next run finds it there and goes on. So the policy reads from top to bottom and keeps no state.
"""

import json
from collections.abc import Iterable
from typing import Any

from assistant.offline.history import ToolResult

#: A turn that has made this many calls answers with what it has.
MOST_CALLS = 6


class ToolNeeded(Exception):  # noqa: N818 - a request, not an error
    """The turn goes on after this call."""

    def __init__(self, name: str, arguments: dict[str, Any]) -> None:
        super().__init__(name)
        self.name = name
        self.arguments = arguments


class Desk:
    """This turn's tool results, handed out in the order of the calls."""

    def __init__(
        self, results: Iterable[ToolResult], tools: Iterable[str], calls_made: int
    ) -> None:
        self._left = list(results)
        self._tools = frozenset(tools)
        self._calls_left = MOST_CALLS - calls_made
        self._seen: dict[str, ToolResult] = {}

    def offers(self, name: str) -> bool:
        """Tell whether the tool is bound."""
        return name in self._tools

    def call(self, name: str, **arguments: Any) -> ToolResult:
        """Return the tool's result; the same question again gets the same answer.

        Raises:
            ToolNeeded: The history does not hold it yet.
        """
        key = f"{name} {json.dumps(arguments, sort_keys=True, default=str)}"
        if key not in self._seen:
            self._seen[key] = self._take(name, arguments)
        return self._seen[key]

    def _take(self, name: str, arguments: dict[str, Any]) -> ToolResult:
        index = self._find(name, arguments)
        if index is not None:
            return self._left.pop(index)
        if name not in self._tools:
            return ToolResult(name=name, error={"type": "not-bound", "message": "", "remedy": ""})
        if self._calls_left <= 0:
            return ToolResult(name=name, error={"type": "too-many", "message": "", "remedy": ""})
        raise ToolNeeded(name, arguments)

    def _find(self, name: str, arguments: dict[str, Any]) -> int | None:
        """The result of this very call; failing that, of the tool, where one answer is enough.

        Another chat model may have begun the turn, with other words in its arguments. Suppositions
        are the exception: the answer to one says nothing about another.
        """
        wanted = _given(arguments)
        by_name = [i for i, result in enumerate(self._left) if result.name == name]
        exact = [i for i in by_name if _given(self._left[i].arguments) == wanted]
        candidates = exact or ([] if name == "recommend" else by_name)
        return candidates[0] if candidates else None


def _given(arguments: dict[str, Any]) -> dict[str, Any]:
    """The arguments without those that say nothing."""
    return {name: value for name, value in arguments.items() if value not in (None, [], "")}
