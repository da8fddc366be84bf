"""What a call cost, line by line. Its own file because this is the arithmetic the whole ledger rests on: exact
decimals; rates by served model, tier, date, batch and long-context boundary from genai-prices' bundled data (it never
fetches); the rest from prices.toml; all of it overridden by config.toml. What is not known is `unpriced`, never 0.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from importlib.metadata import version
from importlib.resources import files
from typing import Any, cast

from genai_prices.data_snapshot import DataSnapshot
from genai_prices.types import ModelInfo, ModelPrice, StartDateConstraint, TieredPrices

from .call import Cost, CostLine, Usage
from .settings import PriceSettings

STANDARD_TIERS = frozenset((None, "", "auto", "default", "standard"))
"""`auto` is a wish, not a rate; an answer that says it, or nothing, was served at the standard rate."""

QUARTER_HOUR = 900
"""Rates are looked up anew this often (seconds), for those that change with the date or the hour."""

PICO = Decimal("1e-12")


@dataclass(frozen=True, slots=True)
class Terms:
    """What a price depends on besides model and usage. `at` is Unix time; `options` holds size, quality, memory."""

    at: float
    kind: str = "other"
    tier: str | None = None
    batch: bool = False
    host: str = "api.openai.com"
    options: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class Rates:
    """The rates in force for one model on some terms: price key → rate. `note` says what is uncertain about them."""

    by_key: Mapping[str, Decimal | TieredPrices]
    source: str
    date: str | None
    note: str | None = None


class PriceBook:
    """Every price there is. Lookups are remembered; making one loads the price data (0.2 s)."""

    def __init__(self, settings: PriceSettings | None = None) -> None:
        from genai_prices.data_snapshot import get_snapshot

        self._snapshot: DataSnapshot = get_snapshot()
        self._source = f"genai-prices {version('genai-prices')}"
        self._date = max(
            constraint.start_date.isoformat()
            for provider in self._snapshot.providers
            for model in provider.models
            for constraint in _constraints(model)
        )
        self.own = tomllib.loads(files(__package__).joinpath("prices.toml").read_text("utf-8"), parse_float=Decimal)
        self._overrides = settings or PriceSettings()
        self._rates: dict[tuple[str, str, str | None, bool, int], Rates | None] = {}

    def rates(self, model: str, terms: Terms) -> Rates | None:
        """The rates of `model`, None where nothing lists it."""
        key = (terms.host, model, terms.tier, terms.batch, int(terms.at // QUARTER_HOUR))
        try:
            return self._rates[key]
        except KeyError:
            if len(self._rates) > 4096:
                self._rates.clear()
            found = self._rates[key] = self._find(model, terms)
            return found

    def price(self, model: str | None, usage: Usage, terms: Terms) -> Cost:
        """What `usage` of `model` cost on these terms."""
        if terms.kind == "moderations":
            return FREE
        if model is None:
            return _unpriced("the answer does not name its model")
        rates = self.rates(model, terms)
        if rates is None:
            return _unpriced(f'no price is known for {model}: add [prices.models."{model}"] to config.toml')
        bill = Bill(rates, usage)
        bill.tokens()
        bill.other_units()
        if not bill.lines:
            return _unpriced(bill.note or f"{model} is billed by what the answer does not tell")
        if bill.missing:
            return _unpriced(f"{model} has no known rate for {bill.missing}")
        note = rates.note or bill.note
        source = "estimated" if usage.source == "estimated" or note else "priced"
        return bill.cost(source, note)

    def _find(self, model: str, terms: Terms) -> Rates | None:
        if own := self._overrides.models.get(model):
            return Rates(own, "config.toml", None, None if not terms.batch else "config.toml gives no batch rate")
        if own := self.own["models"].get(model):
            return Rates({k: Decimal(v) for k, v in own.items()}, "wiretally", self.own["models"].get("date"))
        info = self._model(self.own["aliases"].get(model, model), terms.host)
        if info is None:
            return None
        at = datetime.fromtimestamp(terms.at, UTC)
        standard = info.get_prices(at)
        context: dict[str, str] = {}
        note = None
        if terms.tier not in STANDARD_TIERS:
            context["service_tier"] = cast(str, terms.tier)
        if terms.batch:
            context = {"processing": "batch"}
        prices = info.get_prices(at, context) if context else standard
        if context and not _has_variant(info, at, context):
            what = "batches" if terms.batch else f"service tier {terms.tier}"
            note = f"no rate is known for {what} of {model}; the standard rate was taken"
        return Rates(_by_key(prices), self._source, self._date, note)

    def _model(self, model: str, host: str) -> ModelInfo | None:
        if host != "api.openai.com":
            try:
                return self._snapshot.find_provider_model(model, None, None, f"https://{host}")[1]
            except LookupError:
                pass  # a gateway or a local server: OpenAI's names mean OpenAI's prices there
        try:
            return self._snapshot.find_provider_model(model, None, "openai", None)[1]
        except LookupError:
            return None


class Bill:
    """The lines of one call, added up. `missing` names a unit that was used but has no rate."""

    def __init__(self, rates: Rates, usage: Usage) -> None:
        self.rates = rates
        self.usage = usage
        self.lines: list[CostLine] = []
        self.missing: str | None = None
        self.note: str | None = None

    def tokens(self) -> None:
        """Lines for tokens: each token is billed once, by the most specific rate that the model has for it."""
        usage, rates = self.usage, self.rates.by_key
        if usage.input_tokens is None and usage.output_tokens is None:
            return
        rest = usage.input_tokens or 0
        cached, written = usage.cached_tokens or 0, usage.cache_write_tokens or 0
        parts: list[tuple[str, str, int]] = []
        for name, used, was_cached in (
            ("audio", usage.audio_input_tokens, usage.cached_audio_tokens),
            ("image", usage.image_tokens, usage.cached_image_tokens),
        ):
            fresh, reused = used or 0, was_cached or 0
            if f"cache_{name}_read_mtok" in rates and reused:
                parts.append((f"cached {name} input", f"cache_{name}_read_mtok", reused))
                cached -= reused
                fresh -= reused
                rest -= reused
            if f"input_{name}_mtok" in rates and fresh:
                parts.append((f"{name} input", f"input_{name}_mtok", fresh))
                rest -= fresh
        for label, key, count in (
            ("cached input", "cache_read_mtok", cached),
            ("cache write", "cache_write_mtok", written),
        ):
            if key in rates and count:
                parts.append((label, key, count))
                rest -= count
        if rest < 0:
            self.note = "the parts of the input add up to more than its total; they overlap in a way that is not told"
        self._output(parts)
        self._add_tokens("input", "input_mtok", max(rest, 0))
        for label, key, count in parts:
            self._add_tokens(label, key, count)

    def _output(self, parts: list[tuple[str, str, int]]) -> None:
        usage, rates = self.usage, self.rates.by_key
        rest = usage.output_tokens or 0
        for name, count in (("audio", usage.audio_output_tokens), ("image", usage.image_output_tokens)):
            if f"output_{name}_mtok" in rates and count:
                parts.append((f"{name} output", f"output_{name}_mtok", count))
                rest -= count
        parts.insert(0, ("output", "output_mtok", max(rest, 0)))

    def _add_tokens(self, label: str, key: str, count: int) -> None:
        rate = self.rates.by_key.get(key)
        if rate is None:
            if count:
                self.missing = self.missing or f"{label} tokens"
            return
        if isinstance(rate, TieredPrices):
            total, tiers = self.usage.input_tokens or 0, rate.tiers
            label, rate = next(
                (
                    (f"{label} (over {tier.start:,} input)", tier.price)
                    for tier in reversed(tiers)
                    if total > tier.start
                ),
                (label, rate.base),
            )
        if count or not self.lines:
            self.lines.append(CostLine(label, Decimal(count), "token", rate, 1_000_000, (rate * count).scaleb(-6)))

    def other_units(self) -> None:
        """Lines for audio by its length and text by its characters."""
        usage, rates = self.usage, self.rates.by_key
        hours = rates.get("input_audio_hours", rates.get("audio_hours"))
        if isinstance(hours, Decimal):
            if usage.seconds is None:
                self.note = "it is billed by the length of the audio, which the answer does not tell"
            else:
                amount = (hours * usage.seconds / 3600).quantize(PICO)
                self.lines.append(CostLine("audio", usage.seconds, "second", hours, 3600, amount))
        characters = rates.get("input_mchars")
        if isinstance(characters, Decimal) and usage.characters is not None:
            amount = (characters * usage.characters).scaleb(-6)
            self.lines.append(CostLine("text", Decimal(usage.characters), "character", characters, 1_000_000, amount))

    def cost(self, source: str, note: str | None) -> Cost:
        """The lines as a cost."""
        return Cost(
            usd=sum((line.amount for line in self.lines), Decimal(0)),
            source="estimated" if source == "estimated" else "priced",
            lines=tuple(self.lines),
            price_source=self.rates.source,
            price_date=self.rates.date,
            note=note,
        )


FREE = Cost(usd=Decimal(0), source="free")


def _unpriced(why: str) -> Cost:
    return Cost(note=why)


def _constraints(model: ModelInfo) -> list[StartDateConstraint]:
    dated = [*(model.price_variants or ()), *(() if isinstance(model.prices, ModelPrice) else model.prices)]
    return [item.constraint for item in dated if isinstance(item.constraint, StartDateConstraint)]


def _has_variant(info: ModelInfo, at: datetime, context: Mapping[str, str]) -> bool:
    return any(
        dict(variant.when) == dict(context) and (variant.constraint is None or variant.constraint.active(at))
        for variant in info.price_variants or ()
    )


def _by_key(prices: ModelPrice) -> dict[str, Decimal | TieredPrices]:
    return {
        key: value
        for key, value in vars(prices).items()
        if isinstance(value, Decimal | TieredPrices) and not key.startswith("_")
    }
