"""Words of what was deleted leave the file; every other search finds what it found before."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from wiretally.agent import filters, prune, search_index, verify
from wiretally.agent.queries import calls
from wiretally.agent.queries.reader import Reader
from wiretally.agent.store import Store

from . import made

RARE = "xylotomous"
LATER = made.START + 50


@pytest.fixture
def path(tmp_path: Path) -> Iterator[Path]:
    """Calls 1 to 3 in order; the second begins before LATER as the first does. A store stays open, as an agent's."""
    path = tmp_path / "wiretally.db"
    store = Store(path)
    store.save(
        [
            made.entry(1, prompt_text=f"The {RARE} beetle, please", answer_text="It bores into wood"),
            made.entry(2, prompt_text="Über naïve 東京 plans: wood-boring and more", answer_text=""),
            made.entry(60, prompt_text="", answer_text="Boring wood is what it does; the beetle bores"),
        ]
    )
    yield path
    store.save([made.entry(61, prompt_text="after the vacuum")])
    assert found(path, "vacuum") == [4]
    store.close()


def found(path: Path, text: str) -> list[int]:
    with Reader(path) as reader:
        return sorted(row.id for row in calls.page(reader, filters.parse(text)).rows)


def is_in_the_files(path: Path, word: str) -> bool:
    """Whether the bytes of the database, or of what SQLite keeps beside it, hold the word."""
    return any(word.encode() in file.read_bytes() for file in path.parent.iterdir())


def test_a_deleted_prompts_word_is_nowhere_in_the_file(path: Path) -> None:
    assert is_in_the_files(path, RARE)
    prune.delete(path, "id = 1")
    assert found(path, RARE) == []
    assert is_in_the_files(path, RARE)
    verify.vacuum(path)
    assert not is_in_the_files(path, RARE)
    assert verify.verify(path).problems == ()


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("wood", [2, 3]), ('"boring and more"', [2]), ('"more and boring"', []), ('"boring wood"', [3]), ("uber", [2]),
        ("Naive", [2]), ("東京", [2]), ("bor*", [2, 3]), ('"the beetle bores"', [3]), ("beetle", [3]),
    ],
)  # fmt: skip
def test_the_calls_that_stay_are_found_as_before(path: Path, text: str, numbers: list[int]) -> None:
    prune.delete(path, "id = 1")
    assert found(path, text) == numbers
    verify.vacuum(path)
    assert found(path, text) == numbers


def test_words_go_with_the_bodies(path: Path) -> None:
    prune.prune(path, LATER, bodies_only=True)
    assert found(path, RARE) == [1]
    prune.prune(path, LATER - 20, bodies_only=True)  # an earlier moment takes nothing back
    verify.vacuum(path)
    assert found(path, RARE) == found(path, "naive") == []
    assert not is_in_the_files(path, RARE)
    assert found(path, "beetle") == [3]


def test_an_index_without_anything_to_forget_is_only_tidied(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        assert search_index.cleanse(connection) == 0
        connection.commit()
    assert found(path, RARE) == [1]


def test_a_cleansing_that_is_stopped_leaves_the_index_whole(path: Path) -> None:
    prune.delete(path, "id = 1")
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("begin immediate")
        assert search_index.cleanse(connection) == 1
        connection.execute("rollback")
    assert found(path, "beetle") == [3]
    assert verify.verify(path).problems == ()
