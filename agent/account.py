"""What answers tell of the account that calls are made with: rate limits left, and that the balance is used up.

Apart from the store because these rows belong to a model and key, or to the organization, and outlive the call that
told them.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable
from typing import Any

from .call import Call, RateLimits

EXHAUSTED = "credit_balance_exhausted"
EXHAUSTED_ONCE = "insufficient_quota"  # how the provider said it before there was a code of its own
_SNAPSHOT = re.compile(r"-(?:\d{4}-\d{2}-\d{2}|\d{4})$")
RATELIMIT_STEP_MS = 10_000  # one sample a model and key in this time is kept


def note(connection: sqlite3.Connection, calls: Iterable[tuple[Call, int]]) -> None:
    """Keep what the answers to these calls, each with its number, tell of the account, within the transaction."""
    limits = dict[tuple[str, str, int], tuple[Any, ...]]()
    for call, number in calls:
        if call.ratelimit is not None:
            at = round(call.started_at * 1000 + (call.timing.duration_ms or 0))
            limits[_limited_as(call), call.key_hash or "", at - at % RATELIMIT_STEP_MS] = _row(call, call.ratelimit)
        if call.error_code == EXHAUSTED or call.error_code == call.error_type == EXHAUSTED_ONCE:
            _notice_exhaustion(connection, call, number)
    connection.executemany(
        "insert or replace into ratelimits values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [(*place, *row) for place, row in limits.items()],
    )


def _limited_as(call: Call) -> str:
    """The model whose limits an answer told. A refusal names no snapshot, an answer does; both count on one limit."""
    return _SNAPSHOT.sub("", call.model_requested or call.model or "")


def _row(call: Call, limits: RateLimits) -> tuple[Any, ...]:
    return (
        call.api_key, limits.limit_requests, limits.remaining_requests, limits.reset_requests_ms,
        limits.limit_tokens, limits.remaining_tokens, limits.reset_tokens_ms,
    )  # fmt: skip


def _notice_exhaustion(connection: sqlite3.Connection, call: Call, number: int) -> None:
    """The provider saying that the balance is used up is the one hard fact about it; once until it is set again."""
    connection.execute(
        "insert into balance_events (at, kind, amount_pico, note) select ?1, 'exhausted', 0, ?2 "
        "where (select kind from balance_events where at <= ?1 and kind <> 'alarm' "
        "order by at desc, id desc limit 1) is not 'exhausted'",
        (round(call.started_at * 1000), f"call {number} was refused: {call.error_code}"),
    )
