"""Rate-limit headers as numbers, and gateways' ways to say "none"."""

from __future__ import annotations

import pytest
from wiretally.agent.call import RateLimits
from wiretally.agent.headers import HeaderBlock
from wiretally.agent.ratelimits import duration_ms, read_ratelimits


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("1ms", 1),
        ("1s", 1000),
        ("6m0s", 360_000),
        ("1h2m3s", 3_723_000),
        ("1d", 86_400_000),
        ("59.951s", 59_951),
        ("8.64s", 8640),
        ("1m30.5s", 90_500),
        ("20", 20_000),
        ("0s", 0),
        ("", None),
        (None, None),
        ("soon", None),
        ("-1", None),
        ("1.2.3s", None),
        ("nan", None),
        ("1e400", None),
        ("99999999999999999999h", None),
        ("9" * 400 + "s", None),
    ],
)
def test_durations(text: str | None, ms: int | None) -> None:
    assert duration_ms(text) == ms


def test_all_six_and_the_rest() -> None:
    limits = read_ratelimits(
        HeaderBlock.of(
            ("x-ratelimit-limit-requests", "10000"),
            ("x-ratelimit-remaining-requests", "9999"),
            ("x-ratelimit-reset-requests", "6ms"),
            ("x-ratelimit-limit-tokens", "200000"),
            ("x-ratelimit-remaining-tokens", "0"),
            ("x-ratelimit-reset-tokens", "1m0s"),
            ("x-ratelimit-limit-project-tokens", "5"),
            ("content-type", "application/json"),
        )
    )
    assert limits is not None
    assert (limits.limit_requests, limits.remaining_requests, limits.reset_requests_ms) == (10_000, 9999, 6)
    assert (limits.limit_tokens, limits.remaining_tokens, limits.reset_tokens_ms) == (200_000, 0, 60_000)
    assert limits.other == {"limit-project-tokens": "5"}


def _told(**tokens: str) -> RateLimits | None:
    return read_ratelimits(HeaderBlock.of(*((f"x-ratelimit-{part}-tokens", value) for part, value in tokens.items())))


def test_minus_one_and_zero_beside_no_real_limit_are_none() -> None:
    limits = _told(limit="-1", remaining="0")
    assert limits is not None
    assert (limits.limit_tokens, limits.remaining_tokens) == (None, None)
    more = _told(limit="10", remaining="99")
    assert more is not None
    assert more.remaining_tokens is None


def test_no_such_header_is_none() -> None:
    assert read_ratelimits(HeaderBlock.of(("content-type", "x"))) is None
