"""Which embedding model and which Chroma server this process's index uses."""

from collections.abc import Callable
from dataclasses import dataclass

#: Calls a Bedrock model: its id and the request's JSON body in, the answer's JSON body out.
BedrockCall = Callable[[str, bytes], bytes]


@dataclass(frozen=True)
class IndexChoice:
    """A choice of index; the default needs neither network nor account.

    Attributes:
        embedding: "packaged", "bedrock:<model id>" or "openai:<model>@<base URL>".
        embedding_key: What an OpenAI-compatible server wants as bearer token; none: nothing.
        bedrock: Reaches Bedrock; only needed for a Bedrock model.
        chroma_url: A Chroma server, such as http://127.0.0.1:8000; none: a folder in `home`.
        asks_once: The process ends after a question or two: shipped vectors are compared in memory,
            since loading and opening Chroma takes longer than everything else.
    """

    embedding: str = "packaged"
    embedding_key: str | None = None
    bedrock: BedrockCall | None = None
    chroma_url: str | None = None
    asks_once: bool = False


PACKAGED = IndexChoice()
_chosen = [PACKAGED]


def use_index(choice: IndexChoice) -> None:
    """Makes this process's libraries use an index; those already open keep theirs."""
    _chosen[0] = choice


def chosen_index() -> IndexChoice:
    """The index of this process; the packaged one until another is chosen."""
    return _chosen[0]
