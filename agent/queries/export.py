"""Calls as the exports give them: one record a call, its fields as named and ordered for every format."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, cast

import msgspec

from .. import bodies
from ..call_rows import dollars, unpack
from ..exchange import Headers
from .reader import FROM, Reader, Row
from .where import EVERYTHING, Where

COLUMNS = (
    "id", "session", "conversation", "tags", "started_at", "duration_ms", "ttft_ms", "output_tokens_per_second",
    "state", "method", "host", "path", "endpoint", "stream", "model", "model_requested", "status", "fault",
    "error_type", "error_code", "error_message", "finish_reason", "input_tokens", "cached_tokens",
    "cache_write_tokens", "output_tokens", "reasoning_tokens", "audio_input_tokens", "audio_output_tokens",
    "image_tokens", "total_tokens", "usage_source", "cost_usd", "cost_source", "service_tier", "app", "pid", "command",
    "cwd", "git_branch", "user_agent", "api_key", "organization", "project", "user", "request_id", "response_id",
    "trace_id", "processing_ms", "retry_of", "retry_count", "note", "rating", "ratelimit", "request_bytes",
    "response_bytes", "truncated",
)  # fmt: skip
"""The fields of an exported call, in order."""

BODY_COLUMNS = ("request_headers", "request_body", "response_headers", "response_body")
"""What `--bodies` adds. Headers are lists of [name, value]; bodies are text, or {"base64": ...} where they are not."""

PAGE = 500
_SOURCES = {
    "session": "s.name", "conversation": "c.conversation_id", "cost_usd": "c.cost_pico", "app": "p.app", "pid": "p.pid",
    "command": "p.command", "cwd": "p.cwd", "git_branch": "p.git_branch",
    "ratelimit": "(select data from details where call_id = c.id)",
}  # fmt: skip
_SQL = ", ".join(_SOURCES.get(name, f"c.{name}") for name in COLUMNS)


def exported(
    reader: Reader, where: Where = EVERYTHING, *, bodies: bool = False, after: int = 0
) -> Iterator[dict[str, Any]]:
    """Calls as records, oldest first, beginning after the id `after`. No transaction stays open between pages.

    `cost_usd` is a Decimal, `started_at` ISO 8601 in UTC, `tags` and `ratelimit` are objects (None without headers).
    """
    while True:
        rows = reader.rows(
            f"select {_SQL} {FROM} where c.id > ? and ({where.sql}) order by c.id limit ?",
            (after, *where.parameters, PAGE),
        )
        for row in rows:
            yield _record(reader, row, bodies)
        if len(rows) < PAGE:
            return
        after = rows[-1][0]


def _record(reader: Reader, row: Row, with_bodies: bool) -> dict[str, Any]:
    record: dict[str, Any] = dict(zip(COLUMNS, row, strict=True))
    details = unpack(record["ratelimit"])
    moment = datetime.fromtimestamp(record["started_at"] / 1000, UTC)
    record["started_at"] = moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    record["tags"] = msgspec.json.decode(record["tags"]) if record["tags"] else {}
    record["stream"], record["truncated"] = bool(record["stream"]), bool(record["truncated"])
    record["cost_usd"] = dollars(record["cost_usd"])
    record["ratelimit"] = None if details.ratelimit is None else _ratelimit(details.ratelimit)
    if with_bodies:
        record["request_headers"] = _headers(details.request_headers)
        record["request_body"] = _text(bodies.read(reader.connection, record["id"], "request"))
        record["response_headers"] = _headers(details.response_headers)
        record["response_body"] = _text(bodies.read(reader.connection, record["id"], "response"))
    return record


def _ratelimit(limits: object) -> dict[str, Any]:
    fields = cast(dict[str, Any], msgspec.to_builtins(limits))
    return {**fields.pop("other"), **{name: value for name, value in fields.items() if value is not None}}


def _headers(headers: Headers) -> list[list[str]]:
    return [[name, value] for name, value in headers]


def _text(body: bytes | None) -> str | dict[str, str] | None:
    if body is None:
        return None
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        import base64

        return {"base64": base64.b64encode(body).decode("ascii")}
