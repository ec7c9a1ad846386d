"""The only reader of the environment: `SAGEPILOT_*`, and AWS's own profile and region."""

import os
from pathlib import Path
from typing import Literal

import platformdirs
from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """What can be set from outside; everything has a default that needs no account.

    Attributes:
        home: Where all state lives; two homes share nothing.
        target: "sandbox" or "aws"; credentials alone never switch.
        region: Where plans go unless the user names another region.
        profile: AWS profile, for `aws` only.
        role_arn: Execution role to use; none: each plan makes its own.
        bucket: For archives and results; none: one of ours per region.
        policy: What the organisation allows; none: policy.toml in `home`, else where we stand.
        chat_model: "offline", or "provider:name" as `init_chat_model` takes it.
        chat_model_base_url: For OpenAI-compatible servers and Ollama.
        embedding: "packaged", "bedrock:<model id>" or "openai:<model>@<base URL>".
        embedding_key: Bearer token of an OpenAI-compatible embedding server.
        chroma_url: A Chroma server for the index; none: a folder in `home`.
        language: Fixes the language; none: the user's own.
    """

    model_config = SettingsConfigDict(env_prefix="SAGEPILOT_", frozen=True, extra="ignore")

    home: Path = Field(default_factory=lambda: Path(platformdirs.user_data_dir("sagepilot")))
    target: Literal["sandbox", "aws"] = "sandbox"
    region: str = Field(default_factory=lambda: _aws_region() or "us-east-1")
    profile: str | None = Field(default_factory=lambda: os.environ.get("AWS_PROFILE"))
    role_arn: str | None = None
    bucket: str | None = None
    policy: Path | None = None
    chat_model: str = "offline"
    chat_model_base_url: str | None = None
    embedding: str = "packaged"
    embedding_key: SecretStr | None = None
    chroma_url: str | None = None
    language: Literal["en", "vi"] | None = None
    user: str = Field(default_factory=lambda: os.environ.get("USER") or "local")
    poll_s: float = Field(default=0.25, gt=0)


def _aws_region() -> str | None:
    return os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")


def exported(settings: Settings) -> dict[str, str]:
    """Return this process's environment with `settings` in it, for a child process."""
    chosen = settings.model_dump(mode="json", exclude_none=True, exclude={"embedding_key"})
    return {**os.environ, **{f"SAGEPILOT_{key.upper()}": str(v) for key, v in chosen.items()}}
