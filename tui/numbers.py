"""How numbers look: one place, so that units, decimals and marks are the same on every screen.

`~` marks an estimate, `–` what is unknown or unpriced, `…` what still counts. Numbers of one kind have as many decimals
wherever they stand in a column, so that the decimal points stay under each other.
"""

from __future__ import annotations

import time
from decimal import Decimal

UNKNOWN = "–"
ESTIMATE = "~"
COUNTING = "…"


def count(number: int | None, *, estimated: bool = False) -> str:
    """4812 → `4,812`."""
    if number is None:
        return UNKNOWN
    return f"{ESTIMATE if estimated else ''}{number:,}"


def counted(number: int, what: str) -> str:
    """A number of things: `1 call`, `5,120 calls`."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def short(number: float | None) -> str:
    """41234 → `41.2k`, 412034 → `412k`; four digits at most, for counters."""
    if number is None:
        return UNKNOWN
    for limit, unit in ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e4, "k")):
        if abs(number) >= limit:
            value = number / (limit if unit != "k" else 1e3)
            return f"{value:,.0f}{unit}" if value >= 99.95 else f"{value:,.1f}{unit}"
    return f"{number:,.0f}"


def money(usd: Decimal | None, decimals: int = 4, *, estimated: bool = False) -> str:
    """Decimal("0.0031") → `$0.0031`. More than zero never reads as zero: `<$0.0001`."""
    if usd is None:
        return UNKNOWN
    mark = ESTIMATE if estimated else ""
    least = Decimal(1).scaleb(-decimals)
    if 0 < usd < least:
        return f"{mark}<${least}"
    return f"{mark}{'-' if usd < 0 else ''}${abs(usd):,.{decimals}f}"


def price(usd: Decimal | None, *, estimated: bool = False) -> str:
    """A call's cost in a column: four decimals, no unit, for its head names it."""
    if usd is None:
        return UNKNOWN
    mark = ESTIMATE if estimated else ""
    if 0 < usd <= Decimal("0.00005"):
        return f"{mark}<.0001"
    return f"{mark}{usd:,.4f}"


def spend(usd: Decimal | None) -> str:
    """A sum for a counter: `$0.0412`, `$12.34`, `$1,204`."""
    if usd is None:
        return UNKNOWN
    return money(usd, 4 if abs(usd) < 10 else 2 if abs(usd) < 1000 else 0)


def milliseconds(value: float | None) -> str:
    """405.2 → `0.41s`; below 10 ms `3ms`; above 100 s `3m12s`."""
    if value is None:
        return UNKNOWN
    if value < 9.5:
        return f"{value:.0f}ms"
    seconds = value / 1000
    if seconds < 9.995:
        return f"{seconds:.2f}s"
    if seconds < 99.95:
        return f"{seconds:.1f}s"
    return span(seconds)


def tenths(value: float | None) -> str:
    """4102.0 → `4.1s`, for counters."""
    if value is None:
        return UNKNOWN
    return f"{value / 1000:.1f}s" if value < 99_950 else span(value / 1000)


def span(seconds: float | None) -> str:
    """5460 → `1h31m`; 95 → `1m35s`; 200000 → `2d7h`."""
    if seconds is None:
        return UNKNOWN
    whole = round(seconds)
    days, rest = divmod(whole, 86_400)
    hours, rest = divmod(rest, 3_600)
    minutes, left = divmod(rest, 60)
    if days:
        return f"{days:,}d{hours}h"
    if hours:
        return f"{hours}h{minutes:02}m"
    return f"{minutes}m{left:02}s" if minutes else f"{left}s"


def percent(part: float, whole: float, decimals: int = 0) -> str:
    """38 of 100 → `38%`; nothing of nothing is unknown."""
    return f"{100 * part / whole:.{decimals}f}%" if whole else UNKNOWN


def size(octets: int | None) -> str:
    """1536 → `1.5 KiB`."""
    if octets is None:
        return UNKNOWN
    if octets < 1024:
        return f"{octets} B"
    for unit, length in (("KiB", 1024), ("MiB", 1024**2)):
        if octets < length * 1024:
            return f"{octets / length:,.1f} {unit}"
    return f"{octets / 1024**3:,.1f} GiB"


def clock(at: float, *, fraction: bool = False) -> str:
    """Unix seconds as local time of day."""
    text = time.strftime("%H:%M:%S", time.localtime(at))
    return f"{text}.{int(at * 1000) % 1000:03}" if fraction else text


def moment(at: float, now: float) -> str:
    """Local time of day where it was within a day of `now`, else month, day, hour and minute."""
    if abs(now - at) < 86_400 and time.localtime(at).tm_yday == time.localtime(now).tm_yday:
        return clock(at)
    return time.strftime("%m-%d %H:%M" if abs(now - at) < 300 * 86_400 else "%Y-%m-%d", time.localtime(at))
