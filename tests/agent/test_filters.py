"""The filter language against an independent reading of the same expression, row by row in Python."""

from __future__ import annotations

import fnmatch
import json
import operator
import random
import re
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from wiretally.agent import filters
from wiretally.agent.errors import UsageError
from wiretally.agent.queries.where import Where
from wiretally.agent.schema import migrate

type Row = dict[str, Any]
type Predicate = Callable[[Row], bool]

MODELS = ("gpt-5", "gpt-5-mini", "gpt-4o", "o3", "GPT-5", "text*[odd]?", None)
APPS = ("worker", "web", "Nightly job", 'quo"ted', None)
SESSIONS = ("night", "day shift", "night-2")
WORDS = ("alpha", "beta", "gamma", "rate", "limit")
COLUMNS = (
    "id uid revision session_id process_id started_at duration_ms ttft_ms state door method scheme host path "
    "endpoint kind stream model status fault error_type error_code error_message input_tokens cached_tokens "
    "output_tokens total_tokens usage_source cost_pico cost_source retry_count tags note rating"
)


def make_row(number: int, rng: random.Random) -> Row:
    words = " ".join(rng.choices(WORDS, k=3))
    failed = rng.random() < 0.3
    return {
        "id": number, "uid": f"u{number}", "revision": number, "session_id": rng.randint(1, 3),
        "process_id": rng.choice([1, 2, 3, 4, None]), "started_at": 1_700_000_000_000 + number * 60_000,
        "duration_ms": rng.choice([None, 500.0, 5000.0, 5000.5, 90_000.0]),
        "ttft_ms": rng.choice([None, 100.0, 1000.0]),
        "state": "failed" if failed else rng.choice(["done", "aborted", "open"]),
        "door": "proxy", "method": rng.choice(["GET", "POST"]), "scheme": "https", "host": "api.openai.com",
        "path": "/v1/x", "endpoint": rng.choice(["/v1/responses", "/v1/files/{id}"]), "kind": "chat",
        "stream": rng.randint(0, 1), "model": rng.choice(MODELS), "status": rng.choice([None, 200, 429, 500, 503]),
        "fault": rng.choice(["quota", "provider"]) if failed else None, "error_type": None, "error_code": None,
        "error_message": rng.choice(["Rate limit reached", "100% of_it"]) if failed else None,
        "input_tokens": rng.choice([None, 0, 10, 12_000]), "cached_tokens": rng.choice([None, 0, 8]),
        "output_tokens": rng.choice([None, 5]), "total_tokens": rng.choice([None, 15, 10_000, 1_500_000]),
        "usage_source": rng.choice(["reported", "estimated", "none"]),
        "cost_pico": rng.choice([None, 0, 10**10, 3 * 10**12]), "cost_source": rng.choice(["priced", "unpriced"]),
        "retry_count": rng.choice([None, 0, 2]),
        "tags": rng.choice([None, "{}", '{"team":"a"}', '{"team":"b c","x":"a"}']),
        "note": rng.choice([None, "wrong answer"]), "rating": rng.choice([None, "up", "down"]),
        "prompt": words, "answer": rng.choice(["", "Beta rate"]),
    }  # fmt: skip


@dataclass(frozen=True)
class Sample:
    connection: sqlite3.Connection
    rows: list[Row]

    def ids(self, where: Where) -> set[int]:
        sql = f"select c.id from calls c where {where.sql}"
        return {row[0] for row in self.connection.execute(sql, where.parameters)}


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sample]:
    folder: Path = tmp_path_factory.mktemp("filters")
    connection = sqlite3.connect(folder / "sample.db")
    migrate(connection)
    rng = random.Random(8)
    rows = [make_row(number, rng) for number in range(1, 161)]
    for number, name in enumerate(SESSIONS, 1):
        connection.execute("insert into sessions (id, name, started_at) values (?, ?, 0)", (number, name))
    for number, app in enumerate(APPS[:4], 1):
        connection.execute("insert into processes (id, pid, app) values (?, ?, ?)", (number, 100 + number, app))
    for row in rows:
        names = COLUMNS.split()
        marks = ", ".join("?" * len(names))
        connection.execute(f"insert into calls ({', '.join(names)}) values ({marks})", [row[name] for name in names])
        connection.execute(
            "insert into search (rowid, prompt, answer) values (?, ?, ?)", (row["id"], row["prompt"], row["answer"])
        )
        row["app"] = APPS[row["process_id"] - 1] if row["process_id"] else None
        row["session"] = SESSIONS[row["session_id"] - 1]
    connection.commit()
    yield Sample(connection, rows)
    connection.close()


def quote(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    ">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le, ":": operator.eq, "=": operator.eq,
}  # fmt: skip


def is_number(column: str, compare: str, value: float) -> Predicate:
    return lambda row: row[column] is not None and COMPARE[compare](row[column], value)


@st.composite
def numbers(draw: st.DrawFn) -> tuple[str, Predicate]:
    name, column, values = draw(
        st.sampled_from([
            ("status", "status", {"200": 200, "429": 429, "500": 500}),
            ("latency", "duration_ms", {"5s": 5000, "500ms": 500, "1.5m": 90_000, "5000.5ms": 5000.5}),
            ("tokens", "total_tokens", {"10k": 10_000, "15": 15, "1.5M": 1_500_000}),
            ("cost", "cost_pico", {"0.01": 10**10, "$3": 3 * 10**12, "0": 0}),
            ("retries", "retry_count", {"0": 0, "2": 2}),
        ])
    )  # fmt: skip
    compare = draw(st.sampled_from(sorted(COMPARE)))
    text = draw(st.sampled_from(sorted(values)))
    return f"{name}{compare}{text}", is_number(column, compare, values[text])


@st.composite
def texts(draw: st.DrawFn) -> tuple[str, Predicate]:
    name, known = draw(st.sampled_from([("model", MODELS), ("app", APPS), ("session", SESSIONS)]))
    value = draw(st.sampled_from([word for word in known if word]))
    if draw(st.booleans()):
        return f"{name}:{quote(value)}", lambda row: row[name] == value
    head = value.replace('"', " ").split(" ")[0][: draw(st.integers(1, 6))]
    pattern = re.sub(r"[\[?]", r"[\g<0>]", head) + "*"
    return f"{name}:{head}*", lambda row: row[name] is not None and fnmatch.fnmatchcase(row[name], pattern)


def _tagged(row: Row, key: str, value: str | None) -> bool:
    tags: dict[str, str] = json.loads(row["tags"] or "{}")
    return key in tags and value in (None, tags[key])


PROPERTIES: dict[str, Predicate] = {
    "is:error": lambda row: row["state"] == "failed",
    "is:stream": lambda row: row["stream"] == 1,
    "is:estimated": lambda row: row["usage_source"] == "estimated",
    "is:cached": lambda row: (row["cached_tokens"] or 0) > 0,
    "is:tagged": lambda row: row["tags"] not in (None, "{}"),
    "status:5xx": lambda row: row["status"] in (500, 503),
    "status:400..500": lambda row: row["status"] in (429, 500),
    "fault:QUOTA": lambda row: row["fault"] == "quota",
    "fault:*": lambda row: row["fault"] is not None,
    "cost:*": lambda row: row["cost_pico"] is not None,
    "tag:team": lambda row: _tagged(row, "team", None),
    "tag:team=a": lambda row: _tagged(row, "team", "a"),
    'tag:"team=b c"': lambda row: _tagged(row, "team", "b c"),
    "error:LIMIT": lambda row: "limit" in (row["error_message"] or "").lower(),
    'error:"100%"': lambda row: "100%" in (row["error_message"] or ""),
    "note:wrong": lambda row: row["note"] is not None,
    "until:2023-11-14T23:00:00Z": lambda row: row["started_at"] < 1_700_002_800_000,
}


@st.composite
def words(draw: st.DrawFn) -> tuple[str, Predicate]:
    text = draw(st.sampled_from([*WORDS, "alpha beta", "RATE", "bet", "gpt-5", "of_it", "zzz", "work"]))
    prefix = " " not in text and draw(st.booleans())

    def holds(row: Row) -> bool:
        wanted = re.findall(r"[a-z0-9]+", text.lower())
        for part in (row["prompt"], row["answer"]):
            said = re.findall(r"[a-z0-9]+", part.lower())
            for start in range(len(said) - len(wanted) + 1):
                piece = said[start : start + len(wanted)]
                if piece[:-1] == wanted[:-1] and (
                    piece[-1].startswith(wanted[-1]) if prefix else piece[-1] == wanted[-1]
                ):
                    return True
        return any(text.lower() in (row[name] or "").lower() for name in ("model", "app", "error_message"))

    return (f"{text}*" if prefix else quote(text)), holds


type Expression = tuple[str, Predicate]


def negation(inner: Expression) -> Expression:
    return f"-{inner[0]}", lambda row: not inner[1](row)


def either(parts: list[Expression]) -> Expression:
    return f"({' OR '.join(text for text, _ in parts)})", lambda row: any(holds(row) for _, holds in parts)


def both(parts: list[Expression]) -> Expression:
    return f"({' '.join(text for text, _ in parts)})", lambda row: all(holds(row) for _, holds in parts)


def deeper(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    lists = st.lists(inner, min_size=1, max_size=3)
    return inner.map(negation) | lists.map(either) | lists.map(both)


properties = st.sampled_from(sorted(PROPERTIES)).map(lambda text: (text, PROPERTIES[text]))
expressions: st.SearchStrategy[Expression] = st.recursive(
    numbers() | texts() | properties | words(), deeper, max_leaves=6
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(expression=expressions)
def test_a_filter_gives_the_calls_that_a_python_predicate_gives(sample: Sample, expression: Expression) -> None:
    text, holds = expression
    assert sample.ids(filters.parse(text)) == {row["id"] for row in sample.rows if holds(row)}


def pieces(sql: str) -> set[str]:
    return set(re.findall(r"'[^']*'|\d+|\w+|[^\s\w']+?", sql))


def vocabulary() -> set[str]:
    """Every piece of SQL that well-meant filters give; whatever else appears came from the text."""
    benign = [field.example for field in filters.FIELDS]
    benign += [f"{f.name}:{value}" for f in filters.FIELDS for value in f.values]
    benign += [f"-(a OR {f.name}{sign}1) {f.name}:1..2" for f in filters.FIELDS for sign in (">=", "<=", ">", "<")]
    benign += ["status:5xx", "model:x", "tag:a", "a", "status:* fault:* note:* error:* app:* session:*"]
    found: set[str] = set()
    for text in benign:
        try:
            found |= pieces(filters.parse(text).sql)
        except UsageError:
            continue
    return found


VOCABULARY = vocabulary()
HOSTILE = st.sampled_from(
    ["'", '"', "--", ";", "drop table calls", "' or 1=1 --", "?", ":x", "\\", "*", "(", ")", "OR", "AND", "-", " ",
     "\x1b[2J", "model:", "tag:", "cost>", "is:", "session:", "NEAR(", "^", "{prompt}:", "1e400", "9" * 25, "ünï", "\0",
     "id:"]
)  # fmt: skip


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.lists(HOSTILE | st.text(max_size=6), max_size=8).map("".join))
def test_no_text_reaches_sql_unbound(sample: Sample, text: str) -> None:
    try:
        where = filters.parse(text)
    except UsageError as error:
        assert "filter" in str(error)
        return
    assert pieces(where.sql) <= VOCABULARY
    assert where.sql.count("?") == len(where.parameters)
    sample.ids(where)  # and SQLite takes it


def test_or_binds_the_terms_beside_it_before_and_does(sample: Sample) -> None:
    assert filters.parse("is:stream model:o3 OR model:gpt-5") == filters.parse("is:stream (model:o3 OR model:gpt-5)")
    assert sample.ids(filters.parse("is:stream model:o3 OR model:gpt-5")) != sample.ids(
        filters.parse("(is:stream model:o3) OR model:gpt-5")
    )
