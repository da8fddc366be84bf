"""A block's summary never says that nothing is there where something is, nor that all is so where something is not."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest
from wiretally.agent.call_blocks import SHIFT, summarise
from wiretally.agent.database import open_writer
from wiretally.agent.filter_fields import FIELDS, IS
from wiretally.agent.filters import parse
from wiretally.agent.queries.bounds import is_text, number
from wiretally.agent.queries.calls import count
from wiretally.agent.queries.reader import Reader
from wiretally.agent.queries.where import UNKNOWN

TERMS = (
    *(field.example for field in FIELDS), *(f"is:{name}" for name in IS),
    "model:gpt-5", "model:*mini", "model:none", "requested:*", "status:429", "status:5xx", "status>=500", "status<429",
    "status:400..450", "status:*", "fault:quota", "fault:*", "latency>55s", "latency<100ms", "ttft:*",
    "ttft:250ms..251ms",
    "cost>0.0009", "cost<0.00001", "tokens>89k", "cached>0", "user:u1", "key:bbbb", "tag:team=a", "tag:env",
    "tag:nokey",
    "session:second", "session:sec*", "session:nope", "app:a.py", "app:*.py", "app:nope", "pid:7", "retries>0",
    "id:1..2000", "id>9000", "since:2000-01-01", "until:2099-01-01", "error:boom", "gpt", "words", "a.py",
    "rating:down", "note:wrong", "note:*", "error:*", "body:kept", "path:/v1/*", "request:req_*", "conversation:1",
)  # fmt: skip


def _filters() -> list[str]:
    chance = random.Random(5)
    made = [*TERMS, *(f"-{term}" for term in TERMS)]
    for _ in range(300):
        one, two, three = chance.sample(TERMS, 3)
        made.append(
            chance.choice((f"{one} {two}", f"{one} OR {two}", f"-({one} {two})", f"({one} OR -{two}) -{three}"))
        )
    return made


def test_what_summaries_say_is_true(spread: Path) -> None:
    skipped = 0
    with Reader(spread) as reader:
        calls = {row[0]: row[0] >> SHIFT for row in reader.rows("select id from calls")}
        blocks = {row[0] for row in reader.rows("select block from call_blocks")}
        assert len(blocks) > 8
        for text in _filters():
            where = parse(text)
            sql = f"select id from calls c where {where.sql}"
            found = {row[0] for row in reader.rows(sql, where.parameters)}
            told: dict[str, dict[int, int]] = {}
            for name, clause in (("possible", where.bounds.possible), ("certain", where.bounds.certain)):
                rows = reader.rows(f"select b.block, {clause.sql} from call_blocks b", clause.parameters)
                told[name] = {row[0]: row[1] for row in rows}
                assert set(told[name].values()) <= {0, 1}, text
            for block in blocks:
                here = {number for number, place in calls.items() if place == block}
                assert told["possible"][block] or not here & found, (text, block)
                assert not told["certain"][block] or here <= found, (text, block)
                skipped += not told["possible"][block]
    assert skipped > 1000


@pytest.mark.parametrize(
    "text", ["model:none", "cost>99", "-host:api.openai.com", "user:none", "tag:team=none", "nowhere"]
)
def test_what_is_nowhere_is_looked_for_in_no_block(spread: Path, text: str) -> None:
    clause = parse(text).bounds.possible
    with Reader(spread) as reader:
        assert not reader.value(f"select max({clause.sql}) from call_blocks b", clause.parameters)


def test_an_error_of_empty_texts_is_none_in_a_summary_and_in_the_rows(spread: Path, tmp_path: Path) -> None:
    path = tmp_path / "wiretally.db"
    shutil.copy(spread, path)
    writer = open_writer(path)
    writer.execute("update calls set error_message = '', error_code = '', error_type = null where id < 4096")
    writer.execute("update calls set error_code = 'odd' where id > 6000")
    summarise(writer, None)
    writer.close()
    where = parse("error:*")
    with Reader(path) as reader:
        found = reader.value(f"select count(*) from calls c where {where.sql}", where.parameters)
        assert count(reader, where) == found > 0
        assert not reader.value(f"select count(*) from calls c where c.id < 4096 and ({where.sql})", where.parameters)


def test_nothing_is_known_of_other_columns_and_of_values_with_the_separator() -> None:
    assert is_text("request_id", "a") == is_text("model", "a,b") == number("pid", "=", 1) == UNKNOWN
