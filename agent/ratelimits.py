"""The x-ratelimit-* headers as numbers. Its own file because their durations have a grammar of their own (`6m0s`,
`1ms`) and some gateways send -1 or 0 for "none", which must not read as "nothing left".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from .call import NO_STRINGS, RateLimits

PREFIX = "x-ratelimit-"
DURATION = re.compile(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m(?!s))?(?:([\d.]+)s)?(?:([\d.]+)ms)?")
UNITS = (86_400_000.0, 3_600_000.0, 60_000.0, 1000.0, 1.0)

KNOWN = frozenset(
    f"{PREFIX}{part}-{what}" for part in ("limit", "remaining", "reset") for what in ("requests", "tokens")
)


def read_ratelimits(headers: Mapping[str, str]) -> RateLimits | None:
    """The limits an answer told, None where it told none. `headers` has lower-case names."""
    names = _named(tuple(headers))
    if not names:
        return None
    given = {name: headers[name] for name in names}
    limit_requests = _count(given.get("x-ratelimit-limit-requests"), 1)
    limit_tokens = _count(given.get("x-ratelimit-limit-tokens"), 1)
    return RateLimits(
        limit_requests,
        _remaining(given, "requests", limit_requests),
        duration_ms(given.get("x-ratelimit-reset-requests")),
        limit_tokens,
        _remaining(given, "tokens", limit_tokens),
        duration_ms(given.get("x-ratelimit-reset-tokens")),
        NO_STRINGS if KNOWN.issuperset(names) else {n.removeprefix(PREFIX): given[n] for n in names if n not in KNOWN},
    )


@lru_cache(512)
def _named(headers: tuple[str, ...]) -> tuple[str, ...]:
    """The limits among the names of an answer's headers, which are the same call after call."""
    return tuple([name for name in headers if name.startswith(PREFIX)])


def _remaining(given: Mapping[str, str], what: str, limit: int | None) -> int | None:
    """What is left; 0 beside a limit that is not a real one is a gateway's way to say "not limited"."""
    named_limit = f"{PREFIX}limit-{what}"
    if limit is None and named_limit in given:
        return None
    remaining = _count(given.get(f"{PREFIX}remaining-{what}"), 0)
    return None if limit is not None and remaining is not None and remaining > limit else remaining


@lru_cache(4096)
def duration_ms(text: str | None) -> int | None:
    """`6m0s`, `1ms`, `1.5s`, `2h3m`, or a bare number of seconds, in milliseconds; None where it is none of these."""
    if not text:
        return None
    try:
        seconds = float(text)
    except ValueError:
        match = DURATION.fullmatch(text.strip())
        if match is None or not any(match.groups()):
            return None
        try:
            return round(sum(float(part) * unit for part, unit in zip(match.groups(), UNITS, strict=True) if part))
        except ValueError:
            return None
    return round(seconds * 1000) if 0 <= seconds < 1e9 else None


def _count(text: str | None, least: int) -> int | None:
    if text is None or not text.isascii() or not text.isdigit() or len(text) > 15:
        return None
    value = int(text)
    return value if value >= least else None
