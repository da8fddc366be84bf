"""Headroom under the provider's rate limits, from the headers of the newest answers and over time."""

from __future__ import annotations

from dataclasses import dataclass

from .reader import Reader, Row
from .totals import ALWAYS, Span


@dataclass(frozen=True, slots=True)
class Headroom:
    """What an answer said of the limits of its model and key; `at` in Unix seconds, None where it did not say."""

    model: str
    key_hash: str
    at: float
    api_key: str | None
    limit_requests: int | None
    remaining_requests: int | None
    reset_requests_ms: int | None
    limit_tokens: int | None
    remaining_tokens: int | None
    reset_tokens_ms: int | None

    @property
    def remaining_percent(self) -> float | None:
        """The lesser of the two remaining shares, 0 to 100."""
        pairs = (self.remaining_requests, self.limit_requests), (self.remaining_tokens, self.limit_tokens)
        shares = [100 * left / limit for left, limit in pairs if left is not None and limit]
        return min(shares, default=None)


_COLUMNS = """r.model, r.key_hash, r.at, r.api_key, r.limit_requests, r.remaining_requests, r.reset_requests_ms,
 r.limit_tokens, r.remaining_tokens, r.reset_tokens_ms"""


_NEXT = f"""select model, key_hash from ratelimits where (model, key_hash, at) > (?, ?, {2**63 - 1})
order by model, key_hash limit 1"""
"""With its whole key named SQLite steps over all of a key's samples; with the first two it would read them."""


def _headroom(row: Row) -> Headroom:
    model, key, at, *rest = row
    return Headroom(model, key, at / 1000, *rest)


def latest(reader: Reader) -> list[Headroom]:
    """The newest word on each model and key, least headroom first."""
    found = list[Headroom]()
    row = reader.row("select model, key_hash from ratelimits order by model, key_hash limit 1")
    while row is not None:
        last = row[0], row[1]
        newest = reader.row(
            f"select {_COLUMNS} from ratelimits r where r.model = ? and r.key_hash = ? order by r.at desc limit 1", last
        )
        if newest is not None:
            found.append(_headroom(newest))
        row = reader.row(_NEXT, last)
    return sorted(found, key=lambda entry: 101.0 if entry.remaining_percent is None else entry.remaining_percent)


def history(reader: Reader, model: str, key_hash: str, span: Span = ALWAYS) -> list[Headroom]:
    """The samples of one model and key (one every 10 s at most), oldest first."""
    rows = reader.rows(
        f"select {_COLUMNS} from ratelimits r where r.model = ? and r.key_hash = ? and r.at >= ? and r.at < ? "
        "order by r.at",
        (model, key_hash, *span.bounds),
    )
    return [_headroom(row) for row in rows]
