"""The text of a deleted call leaves a log that other bodies still use; theirs stays, byte for byte."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import zstandard
from wiretally.agent import leftovers, prune, verify
from wiretally.agent.bodies import PARTS
from wiretally.agent.queries import calls
from wiretally.agent.queries.reader import Reader
from wiretally.agent.store import Store

from . import made
from .queries.conftest import turns

RARE = b"xylotomous"


@pytest.fixture
def path(tmp_path: Path) -> Iterator[Path]:
    """Four calls of one process, whose bodies share a log, and a conversation; a store stays open, as an agent's."""
    path = tmp_path / "wiretally.db"
    store = Store(path)
    for number, word in enumerate((b"plain", RARE, b"other", b"words"), 1):
        text = b'{"model":"gpt-5-mini","input":"A ' + word + b' beetle","instructions":"' + b"Be brief. " * 40 + b'"}'
        store.save([made.entry(number, request_body=text, response_body=b'{"id":"%d","said":"%b"}' % (number, word))])
    for turn in turns(6):
        store.save([turn])
    yield path
    store.save([made.entry(99)])
    store.close()
    assert verify.verify(path).problems == ()


def kept(path: Path) -> dict[tuple[int, str], bytes | None]:
    with Reader(path) as reader:
        return {
            (call_id, side): calls.body(reader, call_id, side)
            for call_id, side in reader.rows("select call_id, side from bodies where side <> 'messages'")
        }


def texts(path: Path) -> bytes:
    """All that the logs hold, read without asking any body."""
    found = b""
    with closing(sqlite3.connect(path)) as connection:
        parts = connection.execute("select id, size, data from body_parts order by id").fetchall()
    decompressor = zstandard.ZstdDecompressor()
    for number, size, data in parts:
        if number % PARTS == 0:
            text = zstandard.ZstdDecompressor().decompress(data, max_output_size=size)
            dictionary = zstandard.ZstdCompressionDict(text, dict_type=zstandard.DICT_TYPE_RAWCONTENT)
            decompressor = zstandard.ZstdDecompressor(dict_data=dictionary)
        else:
            text = decompressor.decompress(data, max_output_size=size)
        found += text
    return found


@pytest.mark.parametrize("gone", ["id = 2", "id in (1, 2)", "id <= 3", "id in (2, 5, 9)"])
def test_a_deleted_text_is_in_no_log_after_vacuum(path: Path, gone: str) -> None:
    prune.delete(path, gone)
    before = kept(path)
    assert RARE in texts(path)
    verify.vacuum(path)
    assert RARE not in texts(path)
    assert kept(path) == before
    assert not any(RARE in file.read_bytes() for file in path.parent.iterdir())


def test_whatever_is_deleted_what_stays_is_as_it_was_and_nothing_else_is_there(path: Path) -> None:
    chance = random.Random(7)
    while before := kept(path):
        prune.delete(path, "id = ?", (chance.choice(list(before))[0],))
        before = kept(path)
        verify.vacuum(path)
        assert kept(path) == before
        with closing(sqlite3.connect(path)) as connection:
            assert leftovers.cleanse(connection) == 0
    assert texts(path) == b""


def test_logs_in_full_use_are_let_be(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        before = connection.execute("select * from body_parts").fetchall()
        assert leftovers.cleanse(connection) == 0
        assert connection.execute("select * from body_parts").fetchall() == before


def test_a_damaged_log_is_left_for_verify_to_name(path: Path) -> None:
    prune.delete(path, "id = 2")
    with closing(sqlite3.connect(path)) as connection:
        kept_data = connection.execute("select id, data from body_parts where id % ? = 0", (PARTS,)).fetchall()
        connection.execute("update body_parts set data = zeroblob(20) where id % ? = 0", (PARTS,))
        connection.commit()
        assert leftovers.cleanse(connection) == 0
        assert any("damaged" in problem for problem in verify.verify(path).problems)
        connection.executemany("update body_parts set data = ?2 where id = ?1", kept_data)
        connection.commit()
