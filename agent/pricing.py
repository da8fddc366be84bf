"""What a call cost. Its own file because it decides which rates apply: by served model, tier, date, batch and
long-context boundary from genai-prices' bundled data (it never fetches), what that lacks from prices.toml, and before
both the user's own in config.toml. What is not known is `unpriced`, never 0.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from importlib.metadata import version
from typing import Any, cast

from genai_prices.data_snapshot import DataSnapshot, get_snapshot
from genai_prices.types import ModelInfo, ModelPrice, StartDateConstraint, TieredPrices
from msgspec import Struct

from .bill import MILLION, Bill, Rates
from .call import MOST_USD, Cost, Usage
from .price_file import Price, PriceFile
from .settings import PriceSettings

STANDARD_TIERS = frozenset((None, "", "auto", "default", "standard"))
"""`auto` is a wish, not a rate; an answer that says it, or nothing, was served at the standard rate."""

QUARTER_HOUR = 900
"""Rates are looked up anew this often (seconds), for those that change with the date or the hour."""

CONTAINERS_BY_MINUTE = 1_780_358_400
"""From 2026-06-02 (Unix time): by the minute, from 5 on; before it each session was billed for 20."""

MOST_REMEMBERED = 4096

_ISO_DATE = re.compile(r"\b20\d\d-\d\d-\d\d\b")

FREE = Cost(usd=Decimal(0), source="free")

NO_RATES = Rates({}, "", None)


class Terms(Struct, frozen=True):
    """What a price depends on besides model and usage. `at` is Unix time; `options` holds size, quality, memory, ..."""

    at: float
    kind: str = "other"
    tier: str | None = None
    batch: bool = False
    host: str = "api.openai.com"
    options: Mapping[str, Any] = {}


def load_prices() -> None:
    """Load the price data now, which the first PriceBook would wait for."""
    get_snapshot()


class PriceBook:
    """Every price there is. Making one loads the price data (0.2 s); look-ups are remembered."""

    def __init__(self, settings: PriceSettings | None = None) -> None:
        self._snapshot: DataSnapshot = get_snapshot()
        self._source = f"genai-prices {version('genai-prices')}"
        self._settings = settings or PriceSettings.model_validate({})
        self._file = PriceFile(self._settings)
        self._rates: dict[tuple[str, str, str | None, bool, float], Rates | None] = {}

    def price(self, model: str | None, usage: Usage, terms: Terms) -> Cost:
        """What `usage` of `model` cost on these terms."""
        if terms.kind == "moderations":
            return FREE
        if terms.kind == "containers":
            bill = Bill(NO_RATES, usage)
            self._container(bill, terms)
            return self._settle(bill, "a container")
        if model is None:
            return _unpriced("the answer does not name its model")
        rates = self.rates(model, terms)
        bill = Bill(rates or NO_RATES, usage)
        if not self._by_piece(bill, model, terms):
            if rates is None:
                return _unpriced(f'no price is known for {model}: add [prices.models."{model}"] to config.toml')
            bill.tokens()
            if usage.seconds is not None or usage.characters is not None:
                bill.other_units()
            if not bill.lines:
                return _unpriced((bill.missing and f"{model} has no rate for {bill.missing}") or _untold(rates, model))
        if usage.tool_calls:
            self._tools(bill, model, terms)
        return self._settle(bill, model)

    def rates(self, model: str, terms: Terms) -> Rates | None:
        """The rates of `model` on these terms, None where nothing lists it."""
        key = (terms.host, model, terms.tier, terms.batch, terms.at // QUARTER_HOUR)
        rates = self._rates.get(key)
        if rates is None and key not in self._rates:
            if len(self._rates) >= MOST_REMEMBERED:
                self._rates.clear()
            rates = self._rates[key] = self._find(self._file.aliases.get(model, model), terms)
        return rates

    def _find(self, model: str, terms: Terms) -> Rates | None:
        if own := self._settings.models.get(model):
            uncertain = terms.batch or terms.tier not in STANDARD_TIERS
            note = "config.toml gives one rate, whatever tier or batch" if uncertain else None
            return Rates(cast(Mapping[str, Decimal], own), "config.toml", None, note)
        info = self._model(model, terms.host)
        if info is None:
            return None
        at = datetime.fromtimestamp(terms.at, UTC)
        context: dict[str, str] = {}
        if terms.batch:
            context = {"processing": "batch"}
        elif terms.tier not in STANDARD_TIERS:
            context = {"service_tier": str(terms.tier)}
        note = None
        if context and not _has_variant(info, at, context):
            what = "batches" if terms.batch else f"service tier {terms.tier}"
            note = f"no rate is known for {what} of {model}; the standard rate was taken"
        return Rates(_by_key(info.get_prices(at, context)), self._source, _date_of(info, at), note)

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

    def _by_piece(self, bill: Bill, model: str, terms: Terms) -> bool:
        """Add what is not billed by tokens; whether it was such a thing."""
        usage, options = bill.usage, terms.options
        if trained := options.get("trained_tokens"):
            bill.each("training", trained, "token", self._file.find("training", model), MILLION)
        elif terms.kind == "videos" and usage.seconds is not None:
            size = str(options.get("size"))
            bill.each(f"video {size}", usage.seconds, "second", self._file.find("videos", model, size))
        elif usage.images and usage.input_tokens is None:
            style = f"{options.get('quality', 'standard')} {options.get('size', '1024x1024')}"
            bill.each(f"{style} image", usage.images, "image", self._file.find("images", model, style))
        else:
            return False
        return True

    def _tools(self, bill: Bill, model: str, terms: Terms) -> None:
        """Add the fees of hosted tools, which no usage object contains."""
        calls, options = bill.usage.tool_calls, terms.options
        if count := calls.get("web_search"):
            is_preview = bool(options.get("search_preview")) and not model.startswith(("o", "gpt-5", "gpt-6"))
            price = self._file.find("tools", "web_search_preview" if is_preview else "web_search")
            listed = bill.rates.by_key.get("web_searches_kcount")
            if isinstance(listed, Decimal) and not is_preview and "web_search" not in self._settings.tools:
                price = Price(listed, bill.rates.source, bill.rates.date)
            bill.each("web search", count, "call", price, 1000)
        if count := calls.get("file_search"):
            price = self._file.find("tools", "file_search")
            listed = bill.rates.by_key.get("storage_searches_kcount")
            if isinstance(listed, Decimal) and "file_search" not in self._settings.tools:
                price = Price(listed, bill.rates.source, bill.rates.date)
            bill.each("file search", count, "call", price, 1000)
        for _ in range(calls.get("code_interpreter", 0)):
            self._container(bill, terms)
        for model_and_style in options.get("generated_images", ()):
            bill.each("generated image", 1, "image", self._file.find("images", *model_and_style))
            bill.note = "what a generated image cost is taken from its size and quality"

    def _container(self, bill: Bill, terms: Terms) -> None:
        memory = str(terms.options.get("memory", "1g"))
        price = self._file.find("containers", memory)
        bill.each(f"container {memory}", 1, "session", price)
        if terms.at >= CONTAINERS_BY_MINUTE and price and price.date:  # one of the user's own has no date
            bill.note = "a container is billed by the minute; how long it ran is not told: 20 minutes were taken"

    def _settle(self, bill: Bill, what: str) -> Cost:
        if bill.missing:
            return _unpriced(f"{what} has no known rate for {bill.missing}")
        if (total := bill.total) > MOST_USD:
            return _too_much(total)
        *former, (last, dated) = bill.sources.items()
        source = "; ".join([*[f"{name}, {date or 'undated'}" for name, date in former], last]) if former else last
        is_estimate = bill.usage.source == "estimated" or bill.note
        return Cost(total, "estimated" if is_estimate else "priced", tuple(bill.lines), source, dated, bill.note)


def together(costs: Sequence[Cost]) -> Cost:
    """Several costs as one; unpriced where one of them is."""
    for cost in costs:
        if cost.usd is None:
            return cost
    first = next((cost for cost in costs if cost.lines), costs[0])
    usd = sum((cost.usd for cost in costs if cost.usd is not None), Decimal(0))
    if usd > MOST_USD:
        return _too_much(usd)
    return Cost(
        usd=usd,
        source="estimated" if any(cost.source == "estimated" for cost in costs) else first.source,
        lines=tuple(line for cost in costs for line in cost.lines),
        price_source=first.price_source,
        price_date=first.price_date,
        note=next((cost.note for cost in costs if cost.note), None),
    )


def _unpriced(why: str) -> Cost:
    return Cost(note=why)


def _too_much(usd: Decimal) -> Cost:
    return _unpriced(f"it comes to {usd:,.0f} USD: the usage that was told, or a rate, is taken for a mistake")


def _untold(rates: Rates, model: str) -> str:
    if "audio_hours" in rates.by_key or "input_audio_hours" in rates.by_key:
        return f"{model} is billed by the length of the sound, which the answer does not tell"
    return f"the answer does not tell what it used of {model}"


def _date_of(info: ModelInfo, at: datetime) -> str | None:
    """The newest day, up to `at`, that the price data names for this model: since when rates hold, or were verified."""
    today = at.date().isoformat()
    conditional = () if isinstance(info.prices, ModelPrice) else info.prices
    starts = (
        item.constraint.start_date.isoformat()
        for item in (*(info.price_variants or ()), *conditional)
        if isinstance(item.constraint, StartDateConstraint)
    )
    named = (*starts, *_ISO_DATE.findall(info.price_comments or ""))
    return max((day for day in named if day <= today), default=None)


def _has_variant(info: ModelInfo, at: datetime, context: Mapping[str, str]) -> bool:
    return any(
        dict(variant.when) == dict(context) and (variant.constraint is None or variant.constraint.active(at))
        for variant in info.price_variants or ()
    )


def _by_key(prices: ModelPrice) -> dict[str, Decimal | TieredPrices]:
    rates: dict[str, Any] = vars(prices)
    return {key: value for key, value in rates.items() if isinstance(value, Decimal | TieredPrices)}
