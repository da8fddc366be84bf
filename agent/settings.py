"""Settings: flags beat WIRETALLY_* variables beat config.toml beat defaults. An unknown key or a bad value is an error
that names the file, the key and what is allowed."""

from __future__ import annotations

import os
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from .errors import UsageError


class Section(BaseModel):
    """A table of config.toml."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class AgentSettings(Section):
    """What the agent listens on, intercepts and keeps."""

    port: int = Field(8787, ge=0, le=65535, description="port of the HTTPS proxy; 0 lets the system choose")
    base_url_port: int = Field(8788, ge=0, le=65535, description="port of the base-URL door; 0 lets the system choose")
    listen_host: str = Field("127.0.0.1", description="address both doors listen on")
    hosts: list[str] = Field(default_factory=list[str], description="hosts to intercept besides api.openai.com")
    upstream: dict[str, str] = Field(
        default_factory=dict[str, str], description="where a host's calls go instead: HOST = 'HOST:PORT' or a URL"
    )
    upstream_ca: str | None = Field(None, description="file with further authorities to trust upstream (PEM)")
    upstream_proxy: str | None = Field(None, description="proxy to reach the provider through (URL)")
    session: str | None = Field(None, description="name of the session; a date and time by default")
    bodies: bool = Field(True, description="keep request and response bodies")
    max_body_bytes: int = Field(8_388_608, ge=0, description="how much of one body is kept")
    index: bool = Field(True, description="keep a full-text index of prompts and answers")
    proxy_auth: str | None = Field(
        None, description="USER:PASSWORD the proxy asks for; needed where others can reach it"
    )
    capture: str | None = Field(None, description="mitmproxy's local mode, such as local:python3 (experimental)")
    drain_seconds: float = Field(10.0, ge=0, le=3600, description="how long calls under way may take at a stop")
    workers: int = Field(1, ge=1, le=32, description="proxy processes")
    addons: list[str] = Field(default_factory=list[str], description="mitmproxy scripts to load")
    options: dict[str, str] = Field(default_factory=dict[str, str], description="mitmproxy options to set")


type Usd = Annotated[Decimal, Field(ge=0, allow_inf_nan=False)]

type RateKey = Literal[
    "input_mtok",
    "cache_read_mtok",
    "cache_write_mtok",
    "output_mtok",
    "input_audio_mtok",
    "output_audio_mtok",
    "cache_audio_read_mtok",
    "input_image_mtok",
    "output_image_mtok",
    "cache_image_read_mtok",
    "input_mchars",
    "audio_hours",
]


class PriceSettings(Section):
    """Prices that beat those of the price lists, in USD; the same tables as in agent/prices.toml."""

    models: dict[str, dict[RateKey, Usd]] = Field(
        default_factory=dict[str, dict[RateKey, Usd]],
        description="by model: USD a million tokens or characters, or an hour of audio",
    )
    aliases: dict[str, str] = Field(
        default_factory=dict[str, str], description="names of models that are priced as another one"
    )
    tools: dict[Literal["web_search", "web_search_preview", "file_search"], Usd] = Field(
        default_factory=dict[Literal["web_search", "web_search_preview", "file_search"], Usd],
        description="USD a thousand calls of a hosted tool",
    )
    containers: dict[str, Usd] = Field(
        default_factory=dict[str, Usd], description="USD a container session, by its memory (1g, 4g, 16g, 64g)"
    )
    images: dict[str, dict[str, Usd]] = Field(
        default_factory=dict[str, dict[str, Usd]], description="USD an image, by model and 'quality size'"
    )
    videos: dict[str, dict[str, Usd]] = Field(
        default_factory=dict[str, dict[str, Usd]], description="USD a second of video, by model and size"
    )
    training: dict[str, Usd] = Field(
        default_factory=dict[str, Usd], description="USD a million trained tokens, by model"
    )


class RedactionSettings(Section):
    """Which secrets are masked before anything is kept. Headers with credentials always are."""

    bodies: bool = Field(True, description="mask keys and tokens in bodies")
    patterns: dict[str, str] = Field(
        default_factory=dict[str, str], description="further secrets to mask: NAME = 'regular expression'"
    )


class BalanceSettings(Section):
    """The prepaid balance. What `wiretally balance set --alarm-below` says beats this."""

    alarm_below: Usd | None = Field(None, description="USD below which the alarm `balance` fires")


class TuiSettings(Section):
    """How the screen looks and is used."""

    theme: str = Field(
        "wiretally-dark", description="theme of the screen: wiretally-dark, wiretally-light or one of Textual's"
    )
    columns: list[str] = Field(
        default_factory=list[str], description="columns of the list of calls, in order; as many as fit by default"
    )
    range: Literal["today", "10m", "1h", "24h", "7d", "30d", "all"] = Field(
        "today", description="time range the counters begin with"
    )
    bell: bool = Field(True, description="ring the terminal's bell when an alarm fires")
    keys: dict[str, str] = Field(
        default_factory=dict[str, str], description="other keys, by the ids that the help screen shows: pause = 'p'"
    )


class Settings(Section):
    """The whole of config.toml."""

    agent: AgentSettings = Field(default_factory=lambda: AgentSettings.model_validate({}), description="the agent")
    prices: PriceSettings = Field(default_factory=lambda: PriceSettings.model_validate({}), description="own prices")
    redaction: RedactionSettings = Field(
        default_factory=lambda: RedactionSettings.model_validate({}), description="secrets in bodies"
    )
    balance: BalanceSettings = Field(
        default_factory=lambda: BalanceSettings.model_validate({}), description="the prepaid balance"
    )
    tui: TuiSettings = Field(default_factory=lambda: TuiSettings.model_validate({}), description="the screen")
    scenario: dict[str, str] = Field(default_factory=dict[str, str], description="filters by name, for stats")


ENVIRONMENT = {
    # variable: (section, key)
    "WIRETALLY_PORT": ("agent", "port"),
    "WIRETALLY_BASE_URL_PORT": ("agent", "base_url_port"),
    "WIRETALLY_LISTEN_HOST": ("agent", "listen_host"),
    "WIRETALLY_UPSTREAM_CA": ("agent", "upstream_ca"),
    "WIRETALLY_UPSTREAM_PROXY": ("agent", "upstream_proxy"),
    "WIRETALLY_PROXY_AUTH": ("agent", "proxy_auth"),
    "WIRETALLY_BODIES": ("agent", "bodies"),
}
"""The variables that set a setting. WIRETALLY_HOME is read by locations.py."""

type Source = Literal["config.toml", "environment", "flag"]


def load(config: Path, flags: dict[str, dict[str, Any]] | None = None) -> Settings:
    """The settings in force. `flags` holds sections of what the command line gave; None values are as not given."""
    data: dict[str, dict[str, Any]] = {}
    sources: dict[tuple[str, ...], str] = {}
    if config.exists():
        try:
            data = tomllib.loads(config.read_text("utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise UsageError(f"{config} is not valid TOML: {error}. Correct it, or move it away.") from error
    for variable, (section, key) in ENVIRONMENT.items():
        if (value := os.environ.get(variable)) is not None:
            data.setdefault(section, {})[key] = value
            sources[section, key] = variable
    for section, values in (flags or {}).items():
        for key, value in values.items():
            if value is not None:
                data.setdefault(section, {})[key] = value
                sources[section, key] = f"--{key.replace('_', '-')}"
    try:
        return Settings.model_validate(data)
    except ValidationError as error:
        raise UsageError(_explain(error, config, sources)) from error


def _explain(error: ValidationError, config: Path, sources: dict[tuple[str, ...], str]) -> str:
    first = error.errors()[0]
    where = tuple(str(part) for part in first["loc"])
    origin = sources.get(where[:2], str(config))
    key = ".".join(where)
    if first["type"] == "extra_forbidden":
        table: Any = Settings
        for part in where[:-1]:
            table = getattr(table.model_fields.get(part), "annotation", None)
        known = ", ".join(sorted(getattr(table, "model_fields", {})))
        return f"{origin}: unknown key {key}. Known here: {known}."
    return f"{origin}: {key} is {first['input']!r}: {first['msg'].lower()}."
