"""The small writes: each shows, and says what is wrong where it cannot."""

from __future__ import annotations

from pathlib import Path

import pytest
from wiretally.agent import edits
from wiretally.agent.database import DatabaseMissing
from wiretally.agent.errors import UsageError
from wiretally.agent.queries import calls, conversations, sessions
from wiretally.agent.queries.reader import Reader
from wiretally.agent.store import Store

from . import made
from .queries.conftest import turns


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "wiretally.db"
    store = Store(path)
    store.save([*turns(3), made.entry(1, session="second")])
    store.close()
    return path


def test_a_note_takes_a_revision_and_outlives_news_of_the_call(path: Path) -> None:
    store = Store(path)
    whole = made.entry(9000)
    store.save([made.opened(whole)])
    with Reader(path) as reader:
        revision = calls.newest_revision(reader)
        number = calls.newest_id(reader)
        edits.note(path, number, "slow", "down")
        (changed,) = calls.changed(reader, revision)
        assert (changed.note, changed.rating) == ("slow", "down")
        store.save([whole])
        assert calls.rows(reader, [number])[0].note == "slow"
        edits.note(path, number, "")
        assert (calls.rows(reader, [number])[0].note, calls.rows(reader, [number])[0].rating) == (None, "down")
    store.close()


def test_sessions_are_renamed_and_deleted(path: Path) -> None:
    edits.rename_session(path, "second", "night")
    with Reader(path) as reader:
        assert {session.name for session in sessions.sessions(reader)} == {"night", "first"}
        assert edits.delete_session(path, "first") == 3
        assert [session.name for session in sessions.sessions(reader)] == ["night"]
        assert calls.count(reader) == 1
    with pytest.raises(UsageError, match="no session 'first'"):
        edits.delete_session(path, "first")


def test_a_recorder_goes_on_in_a_session_that_was_deleted(path: Path) -> None:
    store = Store(path)
    store.save([made.entry(50)])
    edits.delete_session(path, "first")
    store.save([made.entry(51)])
    with Reader(path) as reader:
        assert [row.session for row in calls.page(reader).rows] == ["first", "second"]
    store.close()


def test_conversations_are_renamed_and_deleted(path: Path) -> None:
    with Reader(path) as reader:
        (found,) = conversations.conversations(reader)
        edits.rename_conversation(path, found.id, "Invoices")
        assert conversations.conversations(reader)[0].title == "Invoices"
        assert edits.delete_conversation(path, found.id) == 3
        assert conversations.conversations(reader) == []


def test_what_cannot_be_done_is_said(path: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no call 99"):
        edits.note(path, 99, "x")
    with pytest.raises(UsageError, match="already"):
        edits.rename_session(path, "second", "first")
    with pytest.raises(DatabaseMissing):
        edits.note(tmp_path / "none.db", 1, "x")
