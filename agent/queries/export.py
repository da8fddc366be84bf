"""The exported call: every column with its SQL, its type and its meaning, in the order of the exports.

One list for jsonl, csv and parquet and for the docs, so that all of them hold the same values. A filter is worked out
once, into call numbers; then calls are read in pages, so that no transaction stays open and memory stays small.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from .reader import Reader
from .where import EVERYTHING, Where

type ColumnType = Literal["integer", "number", "text", "boolean", "usd", "time", "object"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of an export. `usd` is an exact amount, `time` ISO 8601 in UTC, `object` JSON."""

    name: str
    type: ColumnType
    meaning: str
    sql: str = ""  # where it is not the column of `calls` with that name


_LIMIT_NAMES = (
    "limit_requests", "remaining_requests", "reset_requests_ms", "limit_tokens", "remaining_tokens", "reset_tokens_ms",
)  # fmt: skip
_TOLD = f"json_object({', '.join(f"'{name}', c.{name}" for name in _LIMIT_NAMES)})"
_LIMITS = f"""case when c.limits_other is null and {" and ".join(f"c.{name} is not null" for name in _LIMIT_NAMES)}
 then {_TOLD} when coalesce({", ".join(f"c.{name}" for name in _LIMIT_NAMES)}, c.limits_other) is not null
 then json_patch(coalesce(c.limits_other, '{{}}'), {_TOLD}) end"""
"""What was told, without what was not; where all was told, as with most answers, nothing has to be left out."""


COLUMNS: tuple[Column, ...] = (
    Column("id", "integer", "call's number"),
    Column("session", "text", "name of the session", "s.name"),
    Column("conversation", "integer", "number of the conversation", "c.conversation_id"),
    Column("tags", "object", "tags by name"),
    Column("started_at", "time", "when the request began"),
    Column("duration_ms", "number", "from the request's first byte to the answer's last"),
    Column("ttft_ms", "number", "to the first content event of a stream, else to the first byte of the body"),
    Column("output_tokens_per_second", "number", "speed of generation"),
    Column("state", "text", "open, done, failed or aborted"),
    Column("method", "text", "HTTP method"),
    Column("host", "text", "host called"),
    Column("path", "text", "path with query"),
    Column("endpoint", "text", "path with ids as {id}"),
    Column("stream", "boolean", "whether the answer was streamed"),
    Column("model", "text", "model as served"),
    Column("model_requested", "text", "model as asked for"),
    Column("status", "integer", "HTTP status"),
    Column("fault", "text", "whose move it is after a failure"),
    Column("error_type", "text", "provider's type of error"),
    Column("error_code", "text", "provider's code of the error"),
    Column("error_message", "text", "provider's message"),
    Column("finish_reason", "text", "why the model stopped"),
    Column("input_tokens", "integer", "input, cached tokens included"),
    Column("cached_tokens", "integer", "part of the input read from the provider's cache"),
    Column("cache_write_tokens", "integer", "part of the input written to that cache"),
    Column("output_tokens", "integer", "output, reasoning included"),
    Column("reasoning_tokens", "integer", "part of the output spent on reasoning"),
    Column("audio_input_tokens", "integer", "part of the input that is audio"),
    Column("audio_output_tokens", "integer", "part of the output that is audio"),
    Column("image_tokens", "integer", "part of the input that is images"),
    Column("total_tokens", "integer", "input and output"),
    Column("usage_source", "text", "reported, estimated or none"),
    Column("cost_usd", "usd", "cost; null where it could not be priced", "c.cost_pico"),
    Column("cost_source", "text", "priced, estimated, unpriced or free"),
    Column("service_tier", "text", "tier that answered"),
    Column("app", "text", "program that made the call", "p.app"),
    Column("pid", "integer", "its process id; null for an imported call that did not tell", "nullif(p.pid, 0)"),
    Column("command", "text", "its command line", "p.command"),
    Column("cwd", "text", "the folder it ran in", "p.cwd"),
    Column("git_branch", "text", "branch checked out there", "p.git_branch"),
    Column("user_agent", "text", "User-Agent header"),
    Column("api_key", "text", "last four characters of the key"),
    Column("organization", "text", "organization"),
    Column("project", "text", "project"),
    Column("user", "text", "end user named in the request"),
    Column("request_id", "text", "provider's request id"),
    Column("response_id", "text", "id of the response"),
    Column("trace_id", "text", "trace id of the traceparent header"),
    Column("processing_ms", "number", "the provider's own time"),
    Column("retry_of", "integer", "number of the call this one repeats after a failure"),
    Column("retry_count", "integer", "how often this request had been tried before"),
    Column("note", "text", "remark on the call"),
    Column("rating", "text", "up or down"),
    Column("ratelimit", "object", "limits, remainders and resets the answer told", _LIMITS),
    Column("request_bytes", "integer", "size of the request's body"),
    Column("response_bytes", "integer", "size of the answer's body"),
    Column("truncated", "boolean", "whether a body was longer than what is kept"),
)

BODY_COLUMNS: tuple[Column, ...] = (
    Column("request_headers", "object", "headers sent, as [name, value] pairs; secrets masked"),
    Column("request_body", "text", "body sent, decoded, secrets masked; base64 in an object where it is not text"),
    Column("response_headers", "object", "headers received"),
    Column("response_body", "text", "body received, as the request's"),
)
"""What `--bodies` adds."""

PAGE = 2000
_FROM = "from calls c left join sessions s on s.id = c.session_id left join processes p on p.id = c.process_id"


def _json(column: Column) -> str:
    """SQL for the value as SQLite's JSON functions take it. json() of a constant is worked out once a statement."""
    source = column.sql or f"c.{column.name}"
    match column.type:
        case "time":
            return f"strftime('%Y-%m-%dT%H:%M:%fZ', {source} / 1000.0, 'unixepoch')"
        case "usd":
            return f"{source} / 1e12"
        case "boolean":
            return f"case when {source} then json('true') else json('false') end"
        case "object" if column.sql:
            return column.sql
        case "object":
            empty = "json('{}')" if column.name == "tags" else "null"
            return f"case when {source} is null then {empty} else json({source}) end"
        case _:
            return source


_MEMBERS = ", ".join(f"'{column.name}', {_json(column)}" for column in COLUMNS)
_LINE = f"cast(json_object({_MEMBERS}) as blob)"


def ids(reader: Reader, where: Where = EVERYTHING, after: int = 0) -> Sequence[int]:
    """The numbers above `after` of the calls that `where` holds for, in order: what an export consists of."""
    if where == EVERYTHING:
        row = reader.row("select count(*), min(id), max(id) from calls where id > ?", (after,))
        if row and row[0] and row[2] - row[1] + 1 == row[0]:
            return range(row[1], row[2] + 1)
    numbers = reader.value(
        f"select json_group_array(id) from (select c.id from calls c where c.id > ? and ({where.sql}) order by c.id)",
        (after, *where.parameters),
    )  # fmt: skip  (one text instead of a million rows)
    return array("q", json.loads(numbers))


def lines(reader: Reader, ids: Sequence[int]) -> list[tuple[int, bytes]]:
    """Number and JSON object of each of these calls (ascending numbers); those deleted meanwhile are left out.

    SQLite writes the JSON, so that a call is one Python object and not one a column.
    """
    if not ids:
        return []
    if ids[-1] - ids[0] + 1 == len(ids):
        return reader.rows(f"select c.id, {_LINE} {_FROM} where c.id between ? and ? order by c.id", (ids[0], ids[-1]))
    numbers = json.dumps(list(ids))
    return reader.rows(
        f"select c.id, {_LINE} {_FROM} where c.id in (select value from json_each(?)) order by c.id", (numbers,)
    )
