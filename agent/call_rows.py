"""A call as a row of `calls` and its details: the one place that knows which column says what.

Columns are in the order of the table, where what lists and filters read comes first. Everything that only the
inspector and exports read is packed into `details`, compressed against a dictionary of what such packs have in common.
"""

from __future__ import annotations

from decimal import Decimal
from functools import cache, lru_cache
from hashlib import blake2b
from typing import Any

import msgspec
import zstandard

from .call import JSON, Cost, RateLimits, Timing
from .entry import Entry
from .headers import Headers

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
LEVEL = -1
"""Of compression: a third less time than with 1 for a tenth more bytes, most of a pack being in the dictionary."""

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


class Details(msgspec.Struct, frozen=True):
    """What is kept of a call beside its row."""

    request_headers: Headers = ()
    response_headers: Headers = ()
    timing: Timing = Timing()
    usage: JSON = None
    cost: Cost = Cost()
    connection: str | None = None


NO_DETAILS = Details()


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
    return None if value is None else round(value, 3)


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


COMMON = b"""{"request_headers":[["Host","api.openai.com"],["Accept","application/json"],["Accept-Encoding","gzip, \
deflate, br, zstd"],["Connection","keep-alive"],["Content-Type","application/json"],["User-Agent","OpenAI/Python 2.8"]\
,["X-Stainless-Lang","python"],["X-Stainless-Package-Version","2.8.1"],["X-Stainless-OS","Linux"],["X-Stainless-Arch",\
"x64"],["X-Stainless-Runtime","CPython"],["X-Stainless-Runtime-Version","3.13.0"],["Authorization","Bearer sk-\
"],["X-Stainless-Async","async:asyncio"],["X-Stainless-Async","false"],["x-stainless-retry-count","0"],\
["x-stainless-read-timeout","600"],["Content-Length","1024"]],"response_headers":[["Date","Sun, 22 Nov 2026 11:05:00 \
GMT"],["Content-Type","text/event-stream; charset=utf-8"],["Content-Type","application/json"],["Transfer-Encoding",\
"chunked"],["Connection","keep-alive"],["access-control-expose-headers","X-Request-ID"],["openai-organization",""],\
["openai-processing-ms","350"],["openai-project","proj_"],["openai-version","2020-10-01"],\
["x-envoy-upstream-service-time","400"],["x-ratelimit-limit-requests","10000"],["x-ratelimit-limit-tokens","30000000"],\
["x-ratelimit-remaining-requests","9999"],["x-ratelimit-remaining-tokens","29999990"],["x-ratelimit-reset-requests",\
"6ms"],["x-ratelimit-reset-tokens","0s"],["x-request-id","req_"],["x-openai-proxy-wasm","v0.1"],["cf-cache-status",\
"DYNAMIC"],["Set-Cookie","__cf_bm="],["Strict-Transport-Security","max-age=31536000; includeSubDomains; preload"],\
["X-Content-Type-Options","nosniff"],["Server","cloudflare"],["CF-RAY","-FRA"],["Content-Encoding","gzip"],["alt-svc",\
"h3=\\":443\\"; ma=86400"]],"timing":{"connect_ms":0.0,"tls_ms":null,"sent_ms":1.5,"first_byte_ms":350.0,"ttft_ms":\
351.0,"last_content_ms":900.0,"duration_ms":901.0,"events":[]},"usage":{"prompt_tokens":20,"completion_tokens":10,\
"total_tokens":30,"prompt_tokens_details":{"cached_tokens":0,"audio_tokens":0},"completion_tokens_details":\
{"reasoning_tokens":0,"audio_tokens":0,"accepted_prediction_tokens":0,"rejected_prediction_tokens":0},"input_tokens":20,\
"input_tokens_details":{"cached_tokens":0},"output_tokens":10,"output_tokens_details":{"reasoning_tokens":0}},"cost":\
{"usd":"0.00012","source":"priced","lines":[{"label":"input","quantity":"20","unit":"token","rate":"1.25","per":1000000,\
"amount":"0.000025"},{"label":"cached input","quantity":"0","unit":"token","rate":"0.125","per":1000000,"amount":"0"},\
{"label":"output","quantity":"10","unit":"token","rate":"10","per":1000000,"amount":"0.0001"}],"price_source":\
"genai-prices","price_date":"2026-11-22","note":null},"connection":"\
"}"""
"""What packs have in common. Part of the format: a changed text needs a migration."""

_packer = msgspec.json.Encoder(decimal_format="string")
_unpacker = msgspec.json.Decoder(Details)


@cache
def _coders() -> tuple[zstandard.ZstdCompressor, zstandard.ZstdDecompressor]:
    common = zstandard.ZstdCompressionDict(COMMON, dict_type=zstandard.DICT_TYPE_RAWCONTENT)
    common.precompute_compress(level=LEVEL)  # pyright: ignore[reportUnknownMemberType]
    return zstandard.ZstdCompressor(LEVEL, dict_data=common, write_checksum=False), zstandard.ZstdDecompressor(
        dict_data=common
    )


def pack(entry: Entry) -> bytes:
    """The details of a call as the database keeps them."""
    call = entry.call
    details = Details(
        entry.request_headers, entry.response_headers, call.timing, call.usage.raw, call.cost, entry.connection,
    )  # fmt: skip
    return _coders()[0].compress(_packer.encode(details))


def unpack(data: bytes | None) -> Details:
    """The details in what `pack` made; empty ones for None."""
    if data is None:
        return NO_DETAILS
    return _unpacker.decode(_coders()[1].decompress(data))
