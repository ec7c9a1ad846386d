"""Which chat model talks: the offline one, or a provider's through `init_chat_model`."""

from typing import TYPE_CHECKING, Any

from assistant.settings import Settings
from tools.errors import InvalidInputError

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

#: Provider as settings name it, to LangChain's name and the extra that carries it.
PROVIDERS = {
    "bedrock": ("bedrock_converse", "bedrock"),
    "openai": ("openai", "openai"),
    "anthropic": ("anthropic", "anthropic"),
    "ollama": ("ollama", "ollama"),
}


def chosen_chat_model(settings: Settings) -> "BaseChatModel | None":
    """Return the provider's chat model that settings name; None for the offline one.

    Raises:
        InvalidInputError: An unknown provider, or its package is not installed.
    """
    if settings.chat_model == "offline":
        return None
    provider, _, name = settings.chat_model.partition(":")
    if provider not in PROVIDERS or not name:
        raise InvalidInputError(
            f"SAGEPILOT_CHAT_MODEL={settings.chat_model} names no chat model.",
            remedy=f"Use offline, or provider:name with one of {', '.join(PROVIDERS)}.",
        )
    from langchain.chat_models import init_chat_model

    langchain_name, extra = PROVIDERS[provider]
    options: dict[str, Any] = {"max_retries": 2} if provider in {"openai", "anthropic"} else {}
    if settings.chat_model_base_url:
        options["base_url"] = settings.chat_model_base_url
    if provider == "bedrock":
        options["region_name"] = settings.region
    try:
        made: BaseChatModel = init_chat_model(name, model_provider=langchain_name, **options)
    except ImportError as error:
        raise InvalidInputError(
            f"The package for {provider} is not installed.",
            remedy=f"Install it: pip install 'sagepilot[{extra}]'.",
        ) from error
    return made
