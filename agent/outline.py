"""What an exchange and its headers tell of a call before any body is read. Its own file because these are the facts
that every row has, whatever its endpoint and however it ended.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from msgspec import Struct

from .exchange import CapturedExchange, Headers
from .header_values import by_lower_name, count_of, number_of, trace_id
from .ratelimits import read_ratelimits
from .redaction import Own, Redactor, api_key_of, credentials_of, telling
from .wire.draft import Format
from .wire.endpoints import endpoint_of

SHORTEST_KEY = 12
"""Of a key shorter than this, four characters would give away too much."""


class Context(Struct, frozen=True):
    """Where a call went, with which headers (lower-case names), API key and credentials."""

    endpoint: str
    format: Format
    asked: Mapping[str, str]
    answered: Mapping[str, str]
    key: str | None
    own: Own


def context_of(exchange: CapturedExchange) -> Context:
    """The context of an exchange as far as it has come."""
    return Context(
        *endpoint_of(exchange.path),
        by_lower_name(exchange.request_headers),
        by_lower_name(exchange.response_headers),
        *_credentials(telling(exchange.request_headers), exchange.path if "?" in exchange.path else ""),
    )


@lru_cache(1024)
def _credentials(headers: Headers, path: str) -> tuple[str | None, Own]:
    """The API key and all credentials of a request; an app's calls carry the same ones."""
    return api_key_of(headers, path), credentials_of(headers, path)


def outline(exchange: CapturedExchange, context: Context, redactor: Redactor) -> dict[str, Any]:
    """The fields of a Call that its bodies and its end say nothing of."""
    asked, answered, key, own = context.asked, context.answered, context.key, context.own
    return {
        "uid": exchange.uid,
        "started_at": exchange.started_at,
        "method": exchange.method,
        "scheme": exchange.scheme,
        "host": exchange.host,
        "path": redactor.path(exchange.path, own),
        "endpoint": redactor.short(context.endpoint, own),
        "door": exchange.door,
        "kind": context.format.kind,
        "status": exchange.status,
        "user_agent": redactor.short(asked["user-agent"], own) if "user-agent" in asked else None,
        "api_key": key[-4:] if key and len(key) >= SHORTEST_KEY else None,
        "key_hash": redactor.key_hash(key) if key else None,
        "organization": answered.get("openai-organization") or asked.get("openai-organization"),
        "project": answered.get("openai-project") or asked.get("openai-project"),
        "request_id": answered.get("x-request-id"),
        "trace_id": trace_id(asked.get("traceparent")),
        "processing_ms": number_of(answered.get("openai-processing-ms")),
        "retry_count": count_of(asked.get("x-stainless-retry-count")),
        "should_retry": {"true": True, "false": False}.get(answered.get("x-should-retry", "")),
        "ratelimit": read_ratelimits(answered) if answered else None,
        "request_bytes": exchange.request_size or len(exchange.request_body),
        "response_bytes": exchange.response_size or len(exchange.response_body),
        "truncated": exchange.truncated,
        "tags": exchange.tags,
    }
