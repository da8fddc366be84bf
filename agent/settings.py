"""Settings: flags beat WIRETALLY_* variables beat config.toml beat defaults. An unknown key or a bad value is an error
that names the file, the key and what is allowed."""

from __future__ import annotations

import os
import re
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, ValidationInfo, field_validator

from .alarm_metrics import METRICS, MetricName
from .errors import UsageError
from .moments import parse_span

_HOST = re.compile(r"[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*")


class Section(BaseModel):
    """A table of config.toml."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class AgentSettings(Section):
    """What the agent listens on, intercepts and keeps."""

    port: int = Field(8787, ge=0, le=65535, description="port of the HTTPS proxy; 0 lets the system choose")
    base_url_port: int = Field(8788, ge=0, le=65535, description="port of the base-URL door; 0 lets the system choose")
    listen_host: str = Field("127.0.0.1", description="address the proxy listens on; the base-URL door is on 127.0.0.1")
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
        None, description="USER:PASSWORD the proxy asks other machines for; needed where they can reach it"
    )
    capture: str | None = Field(None, description="mitmproxy's local mode, such as local:python3 (experimental)")
    drain_seconds: float = Field(10.0, ge=0, le=3600, description="how long calls under way may take at a stop")
    workers: int = Field(1, ge=1, le=32, description="proxy processes")
    addons: list[str] = Field(default_factory=list[str], description="mitmproxy scripts to load")
    options: dict[str, str] = Field(default_factory=dict[str, str], description="mitmproxy options to set")

    @field_validator("hosts")
    @classmethod
    def _host_names(cls, values: list[str]) -> list[str]:
        return [_host_name(value) for value in values]

    @field_validator("proxy_auth")
    @classmethod
    def _user_and_password(cls, value: str | None) -> str | None:
        if value is not None and not all(value.partition(":")):
            raise ValueError("give a user and a password, as in USER:PASSWORD")
        return value


def _host_name(text: str) -> str:
    """A host as it stands in requests: small letters, IDNA, with its port if one was given."""
    name, colon, port = text.strip().lower().partition(":")
    try:
        name = name.encode("idna").decode()
    except UnicodeError:
        name = ""
    if not _HOST.fullmatch(name) or (colon and not port.isdigit()):
        raise ValueError("give one host by its name, such as llm.example or llm.example:8443")
    return name + colon + port


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


def _seconds(value: object) -> object:
    return parse_span(value).total_seconds() if isinstance(value, str) else value


type Seconds = Annotated[float, BeforeValidator(_seconds), Field(allow_inf_nan=False)]
"""A length of time: `5m`, `2h`, or a number of seconds."""

type Channel = Literal["webhook", "command", "desktop"]


class AlarmSettings(Section):
    """One rule. It fires when the metric passes `threshold` and clears when it is back past `clear`."""

    metric: MetricName = Field(description="what is watched")
    threshold: float = Field(ge=0, allow_inf_nan=False, description="value past which the alarm fires")
    clear: float | None = Field(
        None, ge=0, allow_inf_nan=False, description="value at which it clears; a tenth back from threshold by default"
    )
    window: Seconds = Field(300.0, ge=10, le=31 * 86400, description="how far back calls count: 5m, 1h, 1d")
    filter: str = Field("", description="which calls count, in the filter language")
    min_calls: int = Field(1, ge=1, description="fewest calls in the window that a rate or percentile is judged on")
    notify: list[Channel] | None = Field(None, description="who is told: webhook, command, desktop; all by default")
    enabled: bool = Field(True, description="whether the rule is judged")

    @field_validator("threshold", "clear")
    @classmethod
    def _possible(cls, value: float | None, info: ValidationInfo) -> float | None:
        name = info.data.get("metric")
        most = METRICS[name].most if name else None
        if value is not None and most is not None and value > most:
            raise ValueError(f"{name} goes from 0 to {most}")
        return value

    @field_validator("clear")
    @classmethod
    def _on_the_good_side(cls, value: float | None, info: ValidationInfo) -> float | None:
        name, threshold = info.data.get("metric"), info.data.get("threshold")
        if value is not None and name and threshold is not None:
            below = METRICS[name].below
            if value < threshold if below else value > threshold:
                raise ValueError(f"must not be {'below' if below else 'above'} the threshold {threshold:g}")
        return value

    @field_validator("filter")
    @classmethod
    def _filterable(cls, value: str, info: ValidationInfo) -> str:
        if value and info.data.get("metric") == "balance_usd":
            raise ValueError("the balance is that of all calls; leave the filter out")
        return value


class NotifySettings(Section):
    """Who is told when an alarm fires or clears. The screen always shows it."""

    webhook: str | None = Field(None, pattern=r"^https?://[^\s]+$", description="URL that gets a JSON object by POST")
    webhook_headers: dict[str, str] = Field(
        default_factory=dict[str, str], description="headers of that request, such as Authorization"
    )
    command: str | None = Field(
        None, min_length=1, description="shell command, run with WIRETALLY_ALARM_* in its environment"
    )
    desktop: bool = Field(True, description="show a desktop notification, where wiretally[desktop] is installed")
    timeout_seconds: float = Field(10.0, gt=0, le=300, description="how long one attempt may take")
    attempts: int = Field(5, ge=1, le=20, description="how often the webhook is tried")


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
    alarm: dict[str, AlarmSettings] = Field(default_factory=dict[str, AlarmSettings], description="alarm rules by name")
    notify: NotifySettings = Field(
        default_factory=lambda: NotifySettings.model_validate({}), description="who is told of alarms"
    )
    scenario: dict[str, str] = Field(default_factory=dict[str, str], description="filters by name, for stats")


_FLAGS = {"hosts": "host", "addons": "addon", "options": "set"}
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
                sources[section, key] = f"--{_FLAGS.get(key, key).replace('_', '-')}"
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
            if hasattr(table, "model_fields"):
                table = getattr(table.model_fields.get(part), "annotation", None)
            else:
                table = get_args(table)[-1]  # of a table by name, such as alarm.NAME
        known = ", ".join(sorted(getattr(table, "model_fields", {})))
        return f"{origin}: unknown key {key}. Known here: {known}."
    if first["type"] in ("model_type", "dict_type"):
        return f"{origin}: {key} is {first['input']!r}: it is a table, written [{key}]."
    if first["type"] == "missing":
        return f"{origin}: {key} is missing."
    return f"{origin}: {key} is {first['input']!r}: {first['msg'].lower().removeprefix('value error, ')}."
