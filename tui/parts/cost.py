"""The bill, line by line: quantity × rate = amount, and where the rates come from."""

from __future__ import annotations

from decimal import Decimal

from ...agent.call import Cost, CostLine
from .. import numbers
from ..cell_text import visible
from ..outline import Entry, Part, Tone, facts, json_entries, rule
from .reading import Whole

UNITS = {1: "", 1_000: "/k", 1_000_000: "/M"}
SOURCES: dict[str, tuple[str, Tone]] = {
    "priced": ("priced", "good"),
    "estimated": ("estimated: the tokens were counted here, not reported", "warn"),
    "unpriced": ("unpriced", "warn"),
    "free": ("free", "muted"),
}


def _plain(number: Decimal) -> str:
    """No trailing zeros, at least two decimals: 1.25, 0.005, 10.00."""
    text = f"{number:f}".rstrip("0") if "." in f"{number:f}" else f"{number:f}."
    whole, _, decimals = text.partition(".")
    return f"{int(whole):,}.{decimals:<02}".replace(" ", "0")


def _decimals(cost: Cost) -> int:
    """As many as the smallest amount needs to be more than a digit or nothing; the same for all, so that they align."""
    return 9 if any(0 < abs(line.amount) < Decimal("0.00001") for line in cost.lines) else 6


def line_text(line: CostLine, decimals: int = 6) -> str:
    """`input        1,204 tokens × $1.25 /M = $0.001505`."""
    rate = f"${_plain(line.rate)} {UNITS.get(line.per, f'/{line.per:,}')}"
    quantity = f"{line.quantity.normalize():,f}"
    unit = line.unit if line.quantity == 1 else f"{line.unit}s"
    amount = f"${line.amount:,.{decimals}f}"
    return f"{visible(line.label):<24}{quantity:>12} {unit:<9} × {rate:<10} = {amount:>{decimals + 5}}"


_TOTAL = f"{'total':<{24 + 12 + 1 + 9 + 3 + 10 + 2}}"


def summary(whole: Whole) -> list[Entry]:
    """The bill's lines and their sum."""
    cost = whole.detail.cost
    decimals = _decimals(cost)
    entries = [Entry(((line_text(line, decimals), ""),)) for line in cost.lines]
    word, tone = SOURCES[cost.source]
    mark = numbers.ESTIMATE if cost.source == "estimated" else ""
    total = numbers.UNKNOWN if cost.usd is None else f"{mark}${cost.usd:,.{decimals}f}"
    entries.append(Entry(((_TOTAL, "muted"), (f"{total:>{decimals + 6}}", "strong"))))
    source = [part for part in (cost.price_source, cost.price_date) if part]
    tier = f"{whole.detail.service_tier} tier" if whole.detail.service_tier else ""
    said = (tier, f"prices of {' '.join(source)}" if source else "", cost.note or "")
    entries.append(Entry(((word, tone), (visible("".join(f" · {part}" for part in said if part)), "muted"))))
    return entries


def cost(whole: Whole, width: int) -> Part:
    """The bill, what was used, and the provider's own usage object."""
    del width
    detail, row = whole.detail, whole.detail.row
    estimated = row.usage_source == "estimated"
    used = [
        ("input tokens", numbers.count(row.input_tokens, estimated=estimated)),
        ("  of them cached", numbers.count(row.cached_tokens)),
        ("  of them written to the cache", _known(detail.cache_write_tokens)),
        ("  of them audio", _known(detail.audio_input_tokens)),
        ("  of them images", _known(detail.image_tokens)),
        ("output tokens", numbers.count(row.output_tokens, estimated=estimated)),
        ("  of them reasoning", numbers.count(row.reasoning_tokens)),
        ("  of them audio", _known(detail.audio_output_tokens)),
        ("total tokens", numbers.count(row.total_tokens, estimated=estimated)),
        ("usage is", row.usage_source),
    ]
    entries = [*summary(whole), rule("used"), *facts(used)]
    if detail.usage_raw is not None:
        import json

        entries += [rule("as reported"), *(json_entries(json.dumps(detail.usage_raw).encode()) or ())]
    lines = [*(line_text(line, _decimals(detail.cost)) for line in detail.cost.lines), f"total ${detail.cost.usd}"]
    return Part("Cost", tuple(entries), "\n".join(lines))


def _known(number: int | None) -> str:
    return "" if number is None else f"{number:,}"
