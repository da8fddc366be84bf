"""The lines of one call's bill. Its own file because this arithmetic is what a cost is explained by: each token is
billed once, by the most specific rate the model has for it, and every amount is quantity × rate, exactly.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from genai_prices.types import TieredPrices

from .call import CostLine, Usage
from .price_file import Price

PICO = Decimal("1e-12")
MILLION = 1_000_000
MILLIONTH = Decimal("1e-6")
NOTHING = Decimal(0)

type Part = tuple[str, str, int]
"""Tokens of the input that have a rate of their own: label, price key, count."""

type Rate = tuple[Decimal, Decimal, str]
"""USD for a million tokens, for one, and from how many tokens of input on it holds, in words."""


@dataclass(frozen=True, slots=True)
class Rates:
    """The rates in force for one model on some terms: price key → rate. `note` says what is uncertain about them.

    `flat` are those that are the same for any number of tokens: worked out once, not for each call.
    """

    by_key: Mapping[str, Decimal | TieredPrices]
    source: str
    date: str | None
    note: str | None = None
    flat: Mapping[str, Rate] = field(init=False)

    def __post_init__(self) -> None:
        flat = {key: (usd, usd * MILLIONTH, "") for key, usd in self.by_key.items() if isinstance(usd, Decimal)}
        object.__setattr__(self, "flat", flat)


class Bill:
    """Lines, added one by one. `missing` names what was used but has no rate; `note` what had to be assumed."""

    def __init__(self, rates: Rates, usage: Usage) -> None:
        self.rates = rates
        self.usage = usage
        self.lines: list[CostLine] = []
        self.missing: str | None = None
        self.note: str | None = rates.note
        self.sources: dict[str, str | None] = {}
        """Where the rates of the lines are from, and of which date."""

    def tokens(self) -> None:
        """Lines for the tokens of every kind."""
        usage, rates = self.usage, self.rates.by_key
        if usage.input_tokens is None and usage.output_tokens is None:
            return
        cached, rest = usage.cached_tokens or 0, usage.input_tokens or 0
        parts: list[Part] = []
        if usage.audio_input_tokens or usage.cached_audio_tokens:
            cached -= self._of_kind("audio", usage.audio_input_tokens or 0, usage.cached_audio_tokens or 0, parts)
        if usage.image_tokens or usage.cached_image_tokens:
            cached -= self._of_kind("image", usage.image_tokens or 0, usage.cached_image_tokens or 0, parts)
        if cached > 0 and "cache_read_mtok" in rates:
            parts.append(("cached input", "cache_read_mtok", cached))
        if usage.cache_write_tokens and "cache_write_mtok" in rates:
            parts.append(("cache write", "cache_write_mtok", usage.cache_write_tokens))
        for _, _, count in parts:
            rest -= count
        if rest < 0:
            parts = self._without_overlap(parts, -rest)
        self._add_tokens("input", "input_mtok", max(rest, 0))
        for part in parts:
            self._add_tokens(*part)
        if usage.audio_output_tokens or usage.image_output_tokens:
            self._output_by_kind()
        else:
            self._add_tokens("output", "output_mtok", usage.output_tokens or 0)
        has_sound = usage.audio_input_tokens or usage.audio_output_tokens
        if has_sound and "input_audio_mtok" not in rates and "output_audio_mtok" not in rates:
            self.note = self.note or "no rate of its own is known for sound; its tokens were billed as text"
        if not self.lines and isinstance(rate := rates.get("input_mtok"), Decimal | TieredPrices):
            base = rate.base if isinstance(rate, TieredPrices) else rate
            self.lines.append(CostLine("input", NOTHING, "token", base, MILLION, NOTHING))
        self._name_source()

    def _of_kind(self, name: str, used: int, cached: int, parts: list[Part]) -> int:
        """Add the parts of the input that are sound or images; how many of the cached tokens are billed by them."""
        rates = self.rates.by_key
        reused = cached if f"cache_{name}_read_mtok" in rates else 0
        if reused:
            parts.append((f"cached {name} input", f"cache_{name}_read_mtok", reused))
        if used > reused and f"input_{name}_mtok" in rates:
            parts.append((f"{name} input", f"input_{name}_mtok", used - reused))
        return reused

    def _without_overlap(self, parts: list[Part], excess: int) -> list[Part]:
        """Parts that add up to more than the whole overlap (cached tokens that are audio): the cached ones give way."""
        self.note = "which of the cached tokens were audio or images is not told; they were billed as not cached"
        kept: list[Part] = []
        for label, key, count in sorted(parts, key=lambda part: "cache_read" not in part[1]):
            less = min(count, excess)
            excess -= less
            if count > less:
                kept.append((label, key, count - less))
        return kept

    def _output_by_kind(self) -> None:
        usage, rates = self.usage, self.rates.by_key
        rest = usage.output_tokens or 0
        for name, count in (("audio", usage.audio_output_tokens or 0), ("image", usage.image_output_tokens or 0)):
            if count and f"output_{name}_mtok" in rates:
                self._add_tokens(f"{name} output", f"output_{name}_mtok", min(count, rest))
                rest -= min(count, rest)
        self._add_tokens("output", "output_mtok", rest)

    def _add_tokens(self, label: str, key: str, count: int) -> None:
        if not count:
            return
        found = self.rates.flat.get(key) or self._tier(key)
        if found is None:
            self.missing = self.missing or f"{label} tokens"
            return
        rate, each, over = found
        quantity = Decimal(count)
        self.lines.append(CostLine(label + over, quantity, "token", rate, MILLION, quantity * each))

    def _tier(self, key: str) -> Rate | None:
        """The rate that goes by how long the input is."""
        rate = self.rates.by_key.get(key)
        if not isinstance(rate, TieredPrices):
            return None
        total = self.usage.input_tokens or 0
        above = next((tier for tier in reversed(rate.tiers) if total > tier.start), None)
        usd = above.price if above else rate.base
        return usd, usd * MILLIONTH, f" (over {above.start:,} input tokens)" if above else ""

    def _name_source(self) -> None:
        """Say where the rates are from, if a line has one of them."""
        if self.lines:
            self.sources.setdefault(self.rates.source, self.rates.date)

    def other_units(self) -> None:
        """Lines for sound by its length and text by its characters."""
        usage, rates = self.usage, self.rates.by_key
        hours = rates.get("input_audio_hours", rates.get("audio_hours"))
        if isinstance(hours, Decimal) and usage.seconds is not None:
            amount = (hours * usage.seconds / 3600).quantize(PICO)
            self.lines.append(CostLine("audio", usage.seconds, "second", hours, 3600, amount))
        characters = rates.get("input_mchars")
        if isinstance(characters, Decimal) and usage.characters is not None:
            count = Decimal(usage.characters)
            amount = characters * count * MILLIONTH
            self.lines.append(CostLine("text", count, "character", characters, MILLION, amount))
        self._name_source()

    def each(self, label: str, count: Decimal | int, unit: str, price: Price | None, per: int = 1) -> None:
        """A line for `count` things at `price` for `per` of them."""
        if price is None:
            self.missing = self.missing or label
            return
        self.sources.setdefault(price.source, price.date)
        quantity = Decimal(count)
        self.lines.append(CostLine(label, quantity, unit, price.usd, per, price.usd * quantity / per))

    @property
    def total(self) -> Decimal:
        return sum([line.amount for line in self.lines], NOTHING)
