"""A call as a line of a list, and how it is read: the one place that knows the order of these columns.

Apart from the questions (calls.py) because every list of calls, sorted, changed or looked up, gives the same line.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ..call import Fault, State
from ..call_rows import dollars
from .reader import Row


@dataclass(frozen=True, slots=True)
class CallRow:
    """A call as a line of a list. Times are Unix seconds, durations milliseconds, money USD; None is not known."""

    id: int
    uid: str
    revision: int
    started_at: float
    state: State
    app: str | None
    pid: int | None
    endpoint: str
    kind: str
    stream: bool
    model: str | None
    model_requested: str | None
    status: int | None
    fault: Fault | None
    error_type: str | None
    error_code: str | None
    error_message: str | None
    finish_reason: str | None
    input_tokens: int | None
    cached_tokens: int | None
    output_tokens: int | None
    reasoning_tokens: int | None
    total_tokens: int | None
    usage_source: str
    cost: Decimal | None
    cost_source: str
    ttft_ms: float | None
    duration_ms: float | None
    output_tokens_per_second: float | None
    retry_of: int | None
    retry_count: int | None
    session: str
    conversation_id: int | None
    note: str | None
    rating: str | None
    api_key: str | None
    host: str
    method: str
    request_bytes: int
    response_bytes: int
    truncated: bool


LINE = """c.id, c.uid, c.revision, c.started_at, c.state, p.app, p.pid, c.endpoint, c.kind, c.stream, c.model,
 c.model_requested, c.status, c.fault, c.error_type, c.error_code, c.error_message, c.finish_reason, c.input_tokens,
 c.cached_tokens, c.output_tokens, c.reasoning_tokens, c.total_tokens, c.usage_source, c.cost_pico, c.cost_source,
 c.ttft_ms, c.duration_ms, c.output_tokens_per_second, c.retry_of, c.retry_count, s.name, c.conversation_id, c.note,
 c.rating, c.api_key, c.host, c.method, c.request_bytes, c.response_bytes, c.truncated"""
"""The columns of a CallRow in its order, to be selected from reader.FROM."""
_STARTED, _STREAM, _COST, _TRUNCATED = 3, 9, 24, 40
WIDTH = 41
"""How many columns LINE has."""


def line_of(row: Row) -> CallRow:
    """The line in a row whose first columns are those of LINE."""
    values: list[Any] = list(row[:WIDTH])
    values[_STARTED] = row[_STARTED] / 1000
    values[_STREAM] = bool(row[_STREAM])
    values[_COST] = dollars(row[_COST])
    values[_TRUNCATED] = bool(row[_TRUNCATED])
    return CallRow(*values)
