"""What an exchange and its headers tell of a call before any body is read. Its own file because these are the facts
that every row has, whatever its endpoint and however it ended.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .call import Call
from .exchange import CapturedExchange
from .header_values import count_of, number_of, trace_id
from .ratelimits import read_ratelimits
from .redaction import Redactor, api_key_of
from .wire.draft import Format

SHORTEST_KEY = 12
"""Of a key shorter than this, four characters would give away too much."""


@dataclass(frozen=True, slots=True)
class Context:
    """Where a call went and with which headers (lower-case names)."""

    endpoint: str
    format: Format
    asked: Mapping[str, str]
    answered: Mapping[str, str]


def outline(exchange: CapturedExchange, context: Context, redactor: Redactor) -> Call:
    """The call without what its bodies say; its state is `open` until somebody judged it."""
    asked, answered = context.asked, context.answered
    key = api_key_of(exchange.request_headers, exchange.path)
    return Call(
        uid=exchange.uid,
        started_at=exchange.started_at,
        state="open",
        method=exchange.method,
        scheme=exchange.scheme,
        host=exchange.host,
        path=redactor.path(exchange.path, key),
        endpoint=redactor.short(context.endpoint, key),
        door=exchange.door,
        kind=context.format.kind,
        status=exchange.status,
        user_agent=redactor.short(asked["user-agent"], key) if "user-agent" in asked else None,
        api_key=key[-4:] if key and len(key) >= SHORTEST_KEY else None,
        key_hash=redactor.key_hash(key) if key else None,
        organization=answered.get("openai-organization") or asked.get("openai-organization"),
        project=answered.get("openai-project") or asked.get("openai-project"),
        request_id=answered.get("x-request-id"),
        trace_id=trace_id(asked.get("traceparent")),
        processing_ms=number_of(answered.get("openai-processing-ms")),
        retry_count=count_of(asked.get("x-stainless-retry-count")),
        should_retry={"true": True, "false": False}.get(answered.get("x-should-retry", "")),
        ratelimit=read_ratelimits(answered) if answered else None,
        request_bytes=exchange.request_size or len(exchange.request_body),
        response_bytes=exchange.response_size or len(exchange.response_body),
        truncated=exchange.truncated,
        tags=exchange.tags,
    )
