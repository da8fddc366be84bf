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
from .filter_units import COUNT, MILLISECONDS, SIZE, Problem, Unit, parameter, picodollars
from .moments import parse_moment
from .queries.where import Where, any_of, negated

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


def _glob(value: str) -> str:
    """`value` as a GLOB pattern where only `*` is special."""
    return re.sub(r"[?\[]", r"[\g<0>]", value)


def _match(column: str, term: Term) -> Where:
    if term.literal or term.operator == "=" or "*" not in term.value:
        return Where(f"{column} = ?", (term.value,))
    return Where(f"+{column} glob ?", (_glob(term.value),))


def _text(name: str, column: str, meaning: str, example: str) -> Field:
    return Field(name, meaning, (":", "="), example, lambda term: _match(column, term))


def like(value: str) -> str:
    """A LIKE pattern (escape character \\) for text that contains `value`."""
    return "%" + re.sub(r"[%_\\]", r"\\\g<0>", value) + "%"


def _words(name: str, column: str, meaning: str, example: str, values: tuple[str, ...]) -> Field:
    def condition(term: Term) -> Where:
        if term.value == "*":
            return Where(f"{column} is not null")
        word = term.value.lower()
        if word not in values:
            raise Problem(f"{name} takes {', '.join(values)}")
        return Where(f"{column} = ?", (word,))

    return Field(name, meaning, (":", "="), example, condition, values)


def _process(name: str, column: str, meaning: str, example: str) -> Field:
    def condition(term: Term) -> Where:
        match = _match(column, term)
        return Where(f"c.process_id in (select id from processes where {match.sql})", match.parameters)

    return Field(name, meaning, (":", "="), example, condition)


def _session(term: Term) -> Where:
    match = _match("name", term)
    compare = "=" if match.sql.endswith("= ?") else "in"  # one row at most: the index on sessions then keeps the order
    return Where(f"c.session_id {compare} (select id from sessions where {match.sql})", match.parameters)


def _number(name: str, column: str, meaning: str, example: str, unit: Unit = COUNT) -> Field:
    def condition(term: Term) -> Where:
        if term.operator in (":", "="):
            if term.value == "*":
                return Where(f"{column} is not null")
            low, dots, high = term.value.partition("..")
            if dots:
                return Where(f"+{column} between ? and ?", (parameter(unit(low)), parameter(unit(high))))
            return Where(f"{column} = ?", (parameter(unit(term.value)),))
        return Where(f"+{column} {term.operator} ?", (parameter(unit(term.value)),))

    return Field(name, meaning, COMPARISONS, example, condition)


def _status(term: Term) -> Where:
    if term.operator == ":" and re.fullmatch(r"[1-5]xx", term.value.lower()):
        return Where("+c.status between ? and ?", (int(term.value[0]) * 100, int(term.value[0]) * 100 + 99))
    return _number("status", "c.status", "", "").condition(term)


_MODELS = """(with recursive names (name) as (select min(model) from calls union all
 select (select min(model) from calls where model > name) from names where name is not null)
 select name from names where {})"""
"""The different models that match, read from their index in as many steps as there are models."""


def _model(term: Term) -> Where:
    match = _match("name", term)
    if match.sql.endswith("= ?"):
        return Where("c.model = ?", match.parameters)
    return Where(f"+c.model in {_MODELS.format(match.sql)}", match.parameters)


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
    for text in reversed(written):
        if re.fullmatch(r"[\w .:/-]+", text, re.ASCII):  # in JSON as it is: found before decoding
            held = Where("instr(c.tags, ?) > 0", (f'"{text}"',)) & held
    return Where("c.tags is not null") & held


IS: dict[str, Where] = {
    "error": Where("c.state = 'failed'"),
    "failed": Where("c.state = 'failed'"),
    "aborted": Where("c.state = 'aborted'"),
    "open": Where("c.state = 'open'"),
    "done": Where("c.state = 'done'"),
    "stream": Where("c.stream = 1"),
    "estimated": Where("c.usage_source = 'estimated' or c.cost_source = 'estimated'"),
    "unpriced": Where("c.cost_source = 'unpriced'"),
    "priced": Where("c.cost_source = 'priced'"),
    "free": Where("c.cost_source = 'free'"),
    "cached": Where("c.cached_tokens > 0"),
    "retry": Where("c.retry_count > 0 or c.retry_of is not null"),
    "truncated": Where("c.truncated = 1"),
    "noted": Where("c.note is not null"),
    "rated": Where("c.rating is not null"),
    "tagged": Where("c.tags is not null and c.tags <> '{}'"),
}


def _is(term: Term) -> Where:
    if (found := IS.get(term.value.lower())) is None:
        raise Problem(f"is: takes {', '.join(IS)}")
    return found


def _moment(operator: str) -> Condition:
    def condition(term: Term) -> Where:
        try:
            return Where(f"+c.started_at {operator} ?", (parse_moment(term.value, term.now),))
        except ValueError as error:
            raise Problem(str(error)) from None

    return condition


def _body(term: Term) -> Where:
    kept = Where("exists (select 1 from bodies where call_id = c.id)")
    words = {"kept": kept, "none": negated(kept)}
    if term.value not in words:
        raise Problem("body takes kept, none")
    return words[term.value]


_ERROR = ("error_message", "error_code", "error_type")


def _in_errors(pattern: str) -> Where:
    """Calls whose error's message, code or type is LIKE `pattern`: from the index of calls that have an error."""
    columns = " or ".join(f"{column} like ?1 escape '\\'" for column in _ERROR)
    sql = f"c.id in (select id from calls where error_message is not null and ({columns}))"
    return Where(sql.replace("?1", "?"), (pattern,) * len(_ERROR))


def _error(term: Term) -> Where:
    if term.value == "*" and not term.literal:
        return Where("c.error_message is not null or c.error_code is not null or c.error_type is not null")
    return _in_errors(like(term.value))


def _note(term: Term) -> Where:
    if term.value == "*" and not term.literal:
        return Where("c.note is not null")
    return Where("c.note is not null and c.note like ? escape '\\'", (like(term.value),))


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
    _text("request", "c.request_id", "provider's request id", "request:req_8f*"),
    _text("response", "c.response_id", "response's id", "response:resp_68*"),
    _text("trace", "c.trace_id", "trace id of the traceparent header", "trace:4bf9*"),
    _process("command", "command", "command line of the app", "command:*pytest*"),
    _process("cwd", "cwd", "folder the app runs in", "cwd:*/shop"),
    _process("branch", "git_branch", "git branch of that folder", "branch:main"),
    _number("pid", "(select pid from processes where id = c.process_id)", "process id of the app", "pid:4711"),
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


def free_text(text: str, literal: bool) -> Where:
    """Calls whose prompt or answer holds these words, in this order, or whose model, app or error contains the text.

    A `*` at the end of an unquoted word finds all words that begin so.
    """
    prefix = not literal and text.endswith("*")
    plain = text.rstrip("*") if prefix else text
    phrase = '"' + plain.replace('"', '""') + '"' + ("*" if prefix else "")
    pattern = like(plain)
    parts = [Where("c.id in (select rowid from search where search match ?)", (phrase,))]
    contains = "{} like ? escape '\\'"
    parts.append(Where(f"c.model in {_MODELS.format(contains.format('name'))}", (pattern,)))
    parts.append(_in_errors(pattern))
    parts.append(Where(f"c.process_id in (select id from processes where {contains.format('app')})", (pattern,)))
    return any_of(parts)
