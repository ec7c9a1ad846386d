"""The index that the settings name, for this process's notes and documents."""

from functools import partial

from assistant.settings import Settings
from knowledge.index_choice import IndexChoice, use_index

_JSON = "application/json"


def use_chosen_index(settings: Settings, *, asks_once: bool = False) -> None:
    """Make this process look for notes in the index that the settings name; opens nothing.

    Args:
        settings: Name the embedding model and the Chroma server.
        asks_once: Whether the process ends after a question or two.
    """
    bedrock = settings.embedding.startswith("bedrock:")
    key = settings.embedding_key
    use_index(
        IndexChoice(
            embedding=settings.embedding,
            embedding_key=key.get_secret_value() if key else None,
            bedrock=partial(_bedrock, settings.region, settings.profile) if bedrock else None,
            chroma_url=settings.chroma_url,
            asks_once=asks_once,
        )
    )


def _bedrock(region: str, profile: str | None, model_id: str, body: bytes) -> bytes:
    """One InvokeModel; AWS's refusals become ours in `tools.aws`."""
    from tools.aws import AwsTarget, connect

    clients = connect(AwsTarget(name="aws", region_name=region, profile=profile))
    answer = clients.call(
        "bedrock-runtime.invoke_model",
        {"modelId": model_id, "body": body, "contentType": _JSON, "accept": _JSON},
    )
    content: bytes = answer["body"].read()
    return content
