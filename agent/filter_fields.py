"""What a filter can ask about a call: one entry a field, with the SQL condition it becomes.

Apart from the grammar (filters.py) because this list is also what the docs, `--help` and the TUI's completion show.
Values only ever become bound parameters; the SQL comes from the literals below. Ranges are written with a `+` before
the column, which keeps SQLite from taking an index for them: pages are in the order of ids, and sorting half a million
matches takes longer than walking the table until a page is full.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import get_args

from .call import Fault, State
from .filter_texts import ERROR, MODELS, in_errors, in_notes, like, matching
from .filter_units import COUNT, MILLISECONDS, SIZE, Problem, Unit, parameter, picodollars
from .moments import parse_moment
from .queries.bounds import found_by, is_text, like_text, number, some_number, some_text
from .queries.where import WHOLE, Bounds, Clause, Where, any_of, negated

COMPARISONS = (">=", "<=", ">", "<", "=", ":")


@dataclass(frozen=True, slots=True)
class Term:
    """`field operator value` as written. `literal` is set where the value was quoted: then `*` is no wildcard."""

    field: str
    operator: str
    value: str
    literal: bool
    now: float


type Condition = Callable[[Term], Where]


@dataclass(frozen=True, slots=True)
class Field:
    """One thing a filter can ask. `values` are the words it takes, where these are known in advance."""

    name: str
    meaning: str
    operators: tuple[str, ...]
    example: str
    condition: Condition
    values: tuple[str, ...] = ()


def _match(column: str, term: Term) -> Where:
    return matching(column, term.value, not term.literal and term.operator != "=" and "*" in term.value)


def _text(name: str, column: str, meaning: str, example: str) -> Field:
    return Field(name, meaning, (":", "="), example, lambda term: _match(column, term))


def _long_text(name: str, column: str, meaning: str, example: str) -> Field:
    """A text of which each call has its own: found by its index, whatever it begins with."""

    def condition(term: Term) -> Where:
        match = _match(column.removeprefix("c."), term)
        sql = f"c.id in (select id from calls where {match.sql.removeprefix('+')} and id {WHOLE})"
        if match.sql.endswith("= ?"):
            return Where(f"c.{match.sql}", match.parameters, found_by(match.sql, match.parameters))
        return Where(sql, match.parameters)

    return Field(name, meaning, (":", "="), example, condition)


def _words(name: str, column: str, meaning: str, example: str, values: tuple[str, ...]) -> Field:
    def condition(term: Term) -> Where:
        if term.value == "*":
            return Where(f"{column} is not null", (), some_text(column.removeprefix("c.")))
        word = term.value.lower()
        if word not in values:
            raise Problem(f"{name} takes {', '.join(values)}")
        return matching(column, word, wild=False)

    return Field(name, meaning, (":", "="), example, condition, values)


def _process(name: str, column: str, meaning: str, example: str) -> Field:
    def condition(term: Term) -> Where:
        match = _match(column, term)
        return Where(f"c.process_id in (select id from processes where {match.sql})", match.parameters, match.bounds)

    return Field(name, meaning, (":", "="), example, condition)


def _session(term: Term) -> Where:
    match = _match("name", term)
    chosen = f"(select id from sessions where {match.sql})"
    if not match.sql.endswith("= ?"):
        return Where(f"c.session_id in {chosen}", match.parameters)
    listed = Clause(f"ifnull(instr(b.session_id, ',' || ifnull({chosen}, '-') || ',') > 0, 1)", match.parameters)
    return Where(f"c.session_id = {chosen}", match.parameters, Bounds(listed))


def _number(name: str, column: str, meaning: str, example: str, unit: Unit = COUNT) -> Field:
    kept = column.removeprefix("c.")

    def condition(term: Term) -> Where:
        if term.operator not in (":", "="):
            value = parameter(unit(term.value))
            return Where(f"+{column} {term.operator} ?", (value,), number(kept, term.operator, value))
        if term.value == "*":
            return Where(f"{column} is not null", (), some_number(kept))
        low, dots, high = term.value.partition("..")
        if dots:
            between = (parameter(unit(low)), parameter(unit(high)))
            return Where(f"+{column} between ? and ?", between, number(kept, "between", *between))
        value = parameter(unit(term.value))
        return Where(f"{column} = ?", (value,), number(kept, "=", value))

    return Field(name, meaning, COMPARISONS, example, condition)


def _status(term: Term) -> Where:
    if term.operator == ":" and re.fullmatch(r"[1-5]xx", term.value.lower()):
        between = (int(term.value[0]) * 100, int(term.value[0]) * 100 + 99)
        return Where("+c.status between ? and ?", between, number("status", "between", *between))
    found = _number("status", "c.status", "", "").condition(term)
    if found.sql == "c.status = ?":
        return Where(found.sql, found.parameters, is_text("status", found.parameters[0]))
    return found


def _model(term: Term) -> Where:
    found = _match("c.model", term)
    if found.sql.endswith("= ?"):
        return found
    return Where(f"+c.model in {MODELS.format('name glob ?')}", found.parameters, found.bounds)


def _pid(term: Term) -> Where:
    found = _number("pid", "pid", "", "").condition(term)
    chosen = f"process_id in (select id from processes where {found.sql})"
    return Where(f"c.{chosen}", found.parameters, found_by(chosen, found.parameters))


def _tag(term: Term) -> Where:
    key, equals, value = term.value.partition("=")
    if not key:
        raise Problem("a tag is written tag:name or tag:name=value")
    found = Where("key = ?", (key,))
    written = [key]
    if equals:
        match = _match("value", Term("tag", ":", value, term.literal, term.now))
        found = found & match
        if match.sql.endswith("= ?"):
            written.append(value)
    held = Where(f"exists (select 1 from json_each(c.tags) where {found.sql})", found.parameters)
    tagged = Where("c.tags is not null", (), some_text("tags"))
    for text in reversed(written):
        if re.fullmatch(r"[\w .:/-]+", text, re.ASCII):  # in JSON as it is: found before decoding
            near = like_text("tags", "like", like(f'"{text}"'))
            held = Where("instr(c.tags, ?) > 0", (f'"{text}"',), near) & held
    return tagged & held


def _is_text(column: str, value: str | int) -> Where:
    written = value if isinstance(value, int) else f"'{value}'"
    return Where(f"c.{column} = {written}", (), is_text(column, value))


IS: dict[str, Where] = {
    "error": _is_text("state", "failed"),
    "failed": _is_text("state", "failed"),
    "aborted": _is_text("state", "aborted"),
    "open": _is_text("state", "open"),
    "done": _is_text("state", "done"),
    "stream": _is_text("stream", 1),
    "estimated": any_of([_is_text("usage_source", "estimated"), _is_text("cost_source", "estimated")]),
    "unpriced": _is_text("cost_source", "unpriced"),
    "priced": _is_text("cost_source", "priced"),
    "free": _is_text("cost_source", "free"),
    "cached": Where("c.cached_tokens > 0", (), number("cached_tokens", ">", 0)),
    "retry": any_of(
        [
            Where("c.retry_count > 0", (), number("retry_count", ">", 0)),
            Where("c.retry_of is not null", (), some_number("retry_of")),
        ]
    ),
    "truncated": Where("c.truncated = 1", (), number("truncated", "=", 1)),
    "noted": in_notes(None),
    "rated": Where("c.rating is not null", (), some_text("rating")),
    "tagged": Where("c.tags is not null and c.tags <> '{}'", (), some_text("tags")),
}


def _is(term: Term) -> Where:
    if (found := IS.get(term.value.lower())) is None:
        raise Problem(f"is: takes {', '.join(IS)}")
    return found


def _moment(operator: str) -> Condition:
    def condition(term: Term) -> Where:
        try:
            moment = parse_moment(term.value, term.now)
        except ValueError as error:
            raise Problem(str(error)) from None
        return Where(f"+c.started_at {operator} ?", (moment,), number("started_at", operator, moment))

    return condition


def _body(term: Term) -> Where:
    kept = Where("exists (select 1 from bodies where call_id = c.id)")
    words = {"kept": kept, "none": negated(kept)}
    if term.value not in words:
        raise Problem("body takes kept, none")
    return words[term.value]


def _error(term: Term) -> Where:
    if term.value == "*" and not term.literal:
        return any_of(Where(f"c.{column} <> ''", (), some_text(column)) for column in ERROR)
    return in_errors(term.value)


def _note(term: Term) -> Where:
    return in_notes(None if term.value == "*" and not term.literal else term.value)


FIELDS: tuple[Field, ...] = (
    Field("model", "model as served", (":", "="), "model:gpt-5*", _model),
    _text("requested", "c.model_requested", "model as asked for", "requested:gpt-5"),
    Field("status", "HTTP status", COMPARISONS, "status:429", _status),
    _process("app", "app", "program that made the call", "app:worker"),
    _number("cost", "c.cost_pico", "cost in USD", "cost>0.01", picodollars),
    _number("latency", "c.duration_ms", "time from request to end of answer", "latency>5s", MILLISECONDS),
    _number("ttft", "c.ttft_ms", "time to the first content", "ttft>1s", MILLISECONDS),
    _number("tokens", "c.total_tokens", "input and output tokens", "tokens>10k"),
    _number("input", "c.input_tokens", "input tokens, cached ones included", "input>100k"),
    _number("cached", "c.cached_tokens", "input tokens read from the provider's cache", "cached>0"),
    _number("output", "c.output_tokens", "output tokens, reasoning included", "output>4k"),
    _number("reasoning", "c.reasoning_tokens", "reasoning tokens", "reasoning>1k"),
    _number("speed", "c.output_tokens_per_second", "output tokens per second", "speed<20"),
    _words("fault", "c.fault", "whose move it is after a failure", "fault:quota", get_args(Fault.__value__)),
    Field("is", "a property of the call", (":",), "is:error", _is, tuple(IS)),
    Field("tag", "a tag, or a tag's value", (":",), "tag:team=a", _tag),
    Field("session", "session's name", (":", "="), "session:night", _session),
    _number("conversation", "c.conversation_id", "conversation's number", "conversation:12"),
    _text("endpoint", "c.endpoint", "path with ids as {id}", "endpoint:/v1/chat/completions"),
    _text("kind", "c.kind", "kind of call: chat, responses, embeddings, ...", "kind:embeddings"),
    _text("host", "c.host", "host called", "host:api.openai.com"),
    _text("path", "c.path", "path with its query", "path:/v1/files*"),
    _text("method", "c.method", "HTTP method", "method:POST"),
    _words("state", "c.state", "where the call stands", "state:open", get_args(State.__value__)),
    _text("finish", "c.finish_reason", "why the model stopped", "finish:length"),
    Field("error", "words in the error's message, code or type", (":",), 'error:"rate limit"', _error),
    _text("code", "c.error_code", "provider's error code", "code:insufficient_quota"),
    _text("tier", "c.service_tier", "service tier that answered", "tier:flex"),
    _text("key", "c.api_key", "last four characters of the API key", "key:x9Qd"),
    _text("user", "c.user", "end user named in the request", "user:42"),
    _text("project", "c.project", "project", "project:proj_*"),
    _text("organization", "c.organization", "organization", "organization:org-*"),
    _text("agent", "c.user_agent", "User-Agent header", "agent:OpenAI/Python*"),
    _long_text("request", "c.request_id", "provider's request id", "request:req_8f*"),
    _long_text("response", "c.response_id", "response's id", "response:resp_68*"),
    _long_text("trace", "c.trace_id", "trace id of the traceparent header", "trace:4bf9*"),
    _process("command", "command", "command line of the app", "command:*pytest*"),
    _process("cwd", "cwd", "folder the app runs in", "cwd:*/shop"),
    _process("branch", "git_branch", "git branch of that folder", "branch:main"),
    Field("pid", "process id of the app", COMPARISONS, "pid:4711", _pid),
    _number("retries", "c.retry_count", "how often this request had been tried before", "retries>0"),
    _number("id", "c.id", "call's number", "id:100..200"),
    _number("sent", "c.request_bytes", "size of the request body", "sent>64kb", SIZE),
    _number("received", "c.response_bytes", "size of the answer's body", "received>1mb", SIZE),
    _text("door", "c.door", "how the call came in: proxy, base_url, local, import", "door:base_url"),
    Field("note", "words in the remark on the call", (":",), "note:wrong", _note),
    _words("rating", "c.rating", "rating of the call", "rating:down", ("up", "down")),
    Field("body", "whether bodies are kept", (":",), "body:none", _body, ("kept", "none")),
    Field("since", "started at or after", (":",), "since:2h", _moment(">=")),
    Field("until", "started before", (":",), "until:2026-03-01", _moment("<")),
)  # fmt: skip

BY_NAME = {field.name: field for field in FIELDS}
