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

TIMEOUT_S = 60  # without a byte from the provider


def chosen_chat_model(settings: Settings) -> "BaseChatModel | None":
    """Return the provider's chat model that settings name; None for the offline one.

    Raises:
        InvalidInputError: An unknown provider, its package is not installed, or its key is missing.
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
    options = _options(provider, settings)
    try:
        made: BaseChatModel = init_chat_model(name, model_provider=langchain_name, **options)
    except ImportError as error:
        raise InvalidInputError(
            f"The package for {provider} is not installed.",
            remedy=f"Install it: pip install 'sagepilot[{extra}]'.",
        ) from error
    except Exception as error:
        raise InvalidInputError(
            f"The chat model {settings.chat_model} cannot be set up: {error}",
            remedy="Give what the message asks for, or set SAGEPILOT_CHAT_MODEL=offline.",
        ) from error
    return made


def _options(provider: str, settings: Settings) -> dict[str, Any]:
    """How a provider is reached: a hanging one must not hold a turn for minutes."""
    options: dict[str, Any] = {}
    if settings.chat_model_base_url:
        options["base_url"] = settings.chat_model_base_url
    match provider:
        case "openai" | "anthropic":
            options |= {"max_retries": 2, "timeout": TIMEOUT_S}
        case "ollama":
            options["client_kwargs"] = {"timeout": TIMEOUT_S}
        case "bedrock":
            from botocore.config import Config

            options["region_name"] = settings.region
            options["config"] = Config(
                connect_timeout=5,
                read_timeout=TIMEOUT_S,
                retries={"mode": "standard", "total_max_attempts": 3},
            )
        case _:
            raise AssertionError(provider)
    if provider == "openai" and settings.chat_model_base_url:
        from langchain_core.utils import get_from_env

        # Servers on the own machine ask for no key, and the client wants one all the same.
        options["api_key"] = get_from_env("api_key", "OPENAI_API_KEY", default="none")
    return options
