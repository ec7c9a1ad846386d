"""A question to a person's own documents: quoted from them, with file and page."""

from assistant.offline.replies import failed
from assistant.offline.talk import Reply, Talk
from assistant.own_documents import asks_own_documents


def quoting_documents(talk: Talk) -> Reply | None:
    """Answer from the person's documents; None when the turn does not ask them."""
    text = talk.turn.text
    if not asks_own_documents(text) or not talk.desk.offers("search_notes"):
        return None
    result = talk.desk.call("search_notes", query=text[:1000], k=5)
    told = failed(result, talk._) if result.error else str(result.value.get("answer") or "")
    return Reply(told, asked=talk.turn.asked)
