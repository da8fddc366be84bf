"""A call as a row of `calls`: the one place that knows which column says what.

Columns are in the order of the table, where what lists and filters read comes first. What only the inspector and
exports read is no column (see details.py).
"""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from hashlib import blake2b
from typing import Any

import msgspec

from .call import RateLimits
from .entry import Entry

COLUMNS = (
    "id", "revision", "started_at", "state", "session_id", "process_id", "conversation_id",
    "status", "fault", "model", "endpoint", "kind", "stream",
    "input_tokens", "cached_tokens", "cache_write_tokens", "output_tokens", "reasoning_tokens", "total_tokens",
    "usage_source", "cost_pico", "cost_source", "duration_ms", "ttft_ms", "output_tokens_per_second",
    "retry_of", "retry_count", "finish_reason", "error_code", "error_type", "error_message",
    "request_bytes", "response_bytes", "truncated", "audio_input_tokens", "audio_output_tokens", "image_tokens",
    "model_requested", "service_tier", "api_key", "user", "tags", "note", "rating",
    "door", "method", "scheme", "host", "path", "processing_ms", "body_hash", "key_hash", "organization", "project",
    "user_agent", "request_id", "response_id", "trace_id", "limit_requests", "remaining_requests", "reset_requests_ms",
    "limit_tokens", "remaining_tokens", "reset_tokens_ms", "limits_other", "problem", "uid",
)  # fmt: skip
PICO = Decimal(10) ** 12

type Row = tuple[Any, ...]


class Links(msgspec.Struct, frozen=True):
    """What the store knows of a call beyond the call itself. `owns_usage` is false where another call reported it."""

    id: int
    revision: int
    session_id: int
    process_id: int | None
    conversation_id: int | None
    retry_of: int | None
    owns_usage: bool = True


@lru_cache(8192)
def number_of(text: str) -> int:
    """64 bits of a digest of `text`, as SQLite's integers are: what long ids are looked up by."""
    return int.from_bytes(blake2b(text.encode("utf-8", "replace"), digest_size=8).digest(), "big", signed=True)


def picodollars(usd: Decimal | None) -> int | None:
    """USD as the database keeps it."""
    return None if usd is None else round(usd * PICO)


def dollars(pico: int | None) -> Decimal | None:
    """USD from what the database keeps."""
    return None if pico is None else Decimal(pico).scaleb(-12)


def _milliseconds(value: float | None) -> float | None:
    return None if value is None else round(value * 1000) / 1000  # less than half of what round(value, 3) takes


def _limits(limits: RateLimits | None) -> Row:
    """The rate limits' columns: numbers, because they differ with each call and every export reads them."""
    if limits is None:
        return (None,) * 7
    other = msgspec.json.encode(limits.other).decode() if limits.other else None
    return (
        limits.limit_requests, limits.remaining_requests, limits.reset_requests_ms,
        limits.limit_tokens, limits.remaining_tokens, limits.reset_tokens_ms, other,
    )  # fmt: skip


def row_of(entry: Entry, links: Links) -> Row:
    """The values of COLUMNS for one call."""
    call, usage, timing = entry.call, entry.call.usage, entry.call.timing
    source, cost, cost_source = usage.source, picodollars(call.cost.usd), call.cost.source
    tokens: tuple[int | None, ...] = (
        usage.input_tokens, usage.cached_tokens, usage.cache_write_tokens, usage.output_tokens,
        usage.reasoning_tokens, usage.total_tokens,
    )  # fmt: skip
    modal: tuple[int | None, ...] = (usage.audio_input_tokens, usage.audio_output_tokens, usage.image_tokens)
    if not links.owns_usage:
        source, cost, cost_source = "none", None, "free"
        tokens, modal = (None,) * len(tokens), (None,) * len(modal)
    return (
        links.id, links.revision, round(call.started_at * 1000), call.state, links.session_id, links.process_id,
        links.conversation_id, call.status, call.fault, call.model, call.endpoint, call.kind, int(call.stream),
        *tokens, source, cost, cost_source,
        _milliseconds(timing.duration_ms), _milliseconds(timing.ttft_ms), call.output_tokens_per_second,
        links.retry_of, call.retry_count, call.finish_reason, call.error_code, call.error_type, call.error_message,
        call.request_bytes, call.response_bytes, int(call.truncated), *modal,
        call.model_requested, call.service_tier, call.api_key, call.user,
        msgspec.json.encode(call.tags).decode() if call.tags else None, entry.note, entry.rating,
        call.door, call.method, call.scheme, call.host, call.path, call.processing_ms,
        number_of(call.body_hash) if call.body_hash else None, call.key_hash, call.organization, call.project,
        call.user_agent, call.request_id, call.response_id, call.trace_id, *_limits(call.ratelimit), call.note,
        call.uid,
    )  # fmt: skip
