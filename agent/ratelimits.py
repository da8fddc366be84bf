"""The x-ratelimit-* headers as numbers. Its own file because their durations have a grammar of their own (`6m0s`,
`1ms`) and some gateways send -1 or 0 for "none", which must not read as "nothing left".
"""

from __future__ import annotations

import re
from functools import lru_cache

from .call import NO_STRINGS, RateLimits
from .headers import HeaderBlock, Shape, picker

PREFIX = "x-ratelimit-"
DURATION = re.compile(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m(?!s))?(?:([\d.]+)s)?(?:([\d.]+)ms)?")
UNITS = (86_400_000.0, 3_600_000.0, 60_000.0, 1000.0, 1.0)

KNOWN = tuple([f"{PREFIX}{part}-{unit}" for unit in ("requests", "tokens") for part in ("limit", "remaining", "reset")])
_told = picker(*KNOWN)


def read_ratelimits(headers: HeaderBlock) -> RateLimits | None:
    """The limits an answer told, None where it told none."""
    are_told, others = _named(headers.shape)
    if not are_told:
        return None
    requests, requests_left, reset_requests, tokens, tokens_left, reset_tokens = _told(headers)
    return RateLimits(
        *_room(requests, requests_left),
        duration_ms(reset_requests),
        *_room(tokens, tokens_left),
        duration_ms(reset_tokens),
        {name.removeprefix(PREFIX): headers.values[at] for name, at in others} if others else NO_STRINGS,
    )


@lru_cache(512)
def _named(shape: Shape) -> tuple[bool, list[tuple[str, int]]]:
    """Whether there are limits among an answer's headers, and those of them that are not known, with their places."""
    told = [it for it in shape.places.items() if it[0].startswith(PREFIX)]
    return bool(told), [it for it in told if it[0] not in KNOWN]


def _room(limit_told: str | None, remaining_told: str | None) -> tuple[int | None, int | None]:
    """The limit and what is left; 0 beside a limit that is not a real one is a gateway's way to say "not limited"."""
    limit = _limit(limit_told)
    if not limit and limit_told is not None:
        return None, None
    remaining = _count(remaining_told)
    return limit, None if limit is not None and remaining is not None and remaining > limit else remaining


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
            seconds = sum(float(part) * unit for part, unit in zip(match.groups(), UNITS, strict=True) if part) / 1000
        except ValueError:
            return None
    return round(seconds * 1000) if 0 <= seconds < 1e9 else None


def _count(text: str | None) -> int | None:
    return int(text) if text and len(text) <= 15 and text.isascii() and text.isdigit() else None


_limit = lru_cache(1024)(_count)  # an account's stay the same
