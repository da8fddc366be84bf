"""What an exchange and its headers tell of a call before any body is read. Its own file because these are the facts
that every row has, whatever its endpoint and however it ended.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from msgspec import Struct

from .call import RateLimits
from .exchange import CapturedExchange
from .header_values import count_of, number_of, trace_id
from .headers import Headers, picker
from .ratelimits import read_ratelimits
from .redaction import Own, Redactor, api_key_of, credentials_of, telling
from .wire.draft import Format
from .wire.endpoints import endpoint_of

SHORTEST_KEY = 12
"""Of a key shorter than this, four characters would give away too much."""

_asked = picker("user-agent", "openai-organization", "openai-project", "traceparent", "x-stainless-retry-count")
_answered = picker("openai-organization", "openai-project", "x-request-id", "openai-processing-ms", "x-should-retry")

SHOULD_RETRY = {"true": True, "false": False}


class Context(Struct, frozen=True):
    """Where a call went, with which API key and credentials."""

    endpoint: str
    format: Format
    key: str | None
    own: Own


def context_of(exchange: CapturedExchange) -> Context:
    """The context of an exchange whose request is known."""
    return Context(
        *endpoint_of(exchange.path),
        *_credentials(telling(exchange.request_headers), exchange.path if "?" in exchange.path else ""),
    )


@lru_cache(1024)
def _credentials(headers: Headers, path: str) -> tuple[str | None, Own]:
    """The API key and all credentials of a request; an app's calls carry the same ones."""
    return api_key_of(headers, path), credentials_of(headers, path)


class Outline(NamedTuple):
    """The fields of a Call that its bodies and its end say nothing of; a Call's first ones after `state`."""

    uid: str
    started_at: float
    method: str
    scheme: str
    host: str
    path: str
    endpoint: str
    door: str
    kind: str
    status: int | None
    user_agent: str | None
    api_key: str | None
    key_hash: str | None
    organization: str | None
    project: str | None
    request_id: str | None
    trace_id: str | None
    processing_ms: float | None
    retry_count: int | None
    should_retry: bool | None
    ratelimit: RateLimits | None
    request_bytes: int
    response_bytes: int
    truncated: bool
    tags: Mapping[str, str]


def outline(exchange: CapturedExchange, context: Context, redactor: Redactor) -> Outline:
    """What every row has, given by position: names would cost as much as all the values."""
    key, own = context.key, context.own
    user_agent, asking_organization, asking_project, traceparent, retry_count = _asked(exchange.request_headers)
    organization, project, request_id, processing, should_retry = _answered(exchange.response_headers)
    return Outline(
        exchange.uid,
        exchange.started_at,
        exchange.method,
        exchange.scheme,
        exchange.host,
        redactor.path(exchange.path, own),
        redactor.short(context.endpoint, own),
        exchange.door,
        context.format.kind,
        exchange.status,
        None if user_agent is None else redactor.short(user_agent, own),
        key[-4:] if key and len(key) >= SHORTEST_KEY else None,
        redactor.key_hash(key) if key else None,
        organization or asking_organization,
        project or asking_project,
        request_id,
        trace_id(traceparent),
        number_of(processing),
        count_of(retry_count),
        SHOULD_RETRY.get(should_retry or ""),
        read_ratelimits(exchange.response_headers),
        exchange.request_size or len(exchange.request_body),
        exchange.response_size or len(exchange.response_body),
        exchange.truncated,
        exchange.tags,
    )
