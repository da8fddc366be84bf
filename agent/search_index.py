"""The full-text index of prompts and answers: what enters it, and how the words of deleted calls leave it.

Apart from the store because the index holds words and no text (FTS5, `content=''`), so that nothing can be taken out of
it call by call: once calls are gone, it is made anew from its own words of those that stay.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from itertools import groupby

WORDS_UNTIL = "words_deleted_before"
"""Name in agent_state: the moment (Unix milliseconds) before which calls without bodies keep no words."""

DELETED = "words_deleted"
"""Name in agent_state: calls or bodies went since the index was made anew, so it may hold words of theirs."""

DEFINITION = "create virtual table search using fts5 (prompt, answer, content='', columnsize=0, tokenize='unicode61')"
"""Without the table of texts' lengths, which only a ranking reads: a tenth of what entering a call's words takes."""

_KEPT = (
    "select id from calls where started_at >= coalesce("
    f"(select cast(value as integer) from agent_state where name = '{WORDS_UNTIL}'), 0) "
    "or exists (select 1 from bodies where call_id = calls.id)"
)


def enter(connection: sqlite3.Connection, texts: Iterable[tuple[int, str, str]]) -> None:
    """Index prompt and answer of these calls, by number."""
    connection.executemany(
        "insert into search (rowid, prompt, answer) values (?, ?, ?)",
        [(number, prompt, answer) for number, prompt, answer in texts if prompt or answer],
    )


def forget(connection: sqlite3.Connection) -> None:
    """Note that the words of calls that are gone are to go."""
    connection.execute("insert or replace into agent_state (name, value) values (?, '')", (DELETED,))


def forget_before(connection: sqlite3.Connection, moment: int) -> None:
    """Note that the words of calls before `moment` (Unix milliseconds) are to go with their bodies."""
    forget(connection)
    connection.execute(
        "insert into agent_state (name, value) values (?, ?) on conflict do update set value = excluded.value "
        "where cast(value as integer) < cast(excluded.value as integer)",
        (WORDS_UNTIL, str(moment)),
    )


def cleanse(connection: sqlite3.Connection) -> int:
    """Make the index anew without the calls that are gone, within the transaction; how many calls left it."""
    if not connection.execute("delete from agent_state where name = ?", (DELETED,)).rowcount:
        connection.execute("insert into search (search) values ('optimize')")
        return 0
    connection.execute("create virtual table temp.words using fts5vocab(main, search, instance)")
    forgotten = f"select count(distinct doc) from temp.words where doc not in ({_KEPT})"
    gone = int(connection.execute(forgotten).fetchone()[0])
    connection.execute(
        "create temp table kept_words as select doc, col, term from temp.words "
        f"where doc in ({_KEPT}) order by doc, col, offset"
    )
    connection.execute("drop table temp.words")
    connection.execute("drop table main.search")
    connection.execute(DEFINITION)
    words = connection.execute("select doc, col, term from kept_words order by rowid")
    for number, of_call in groupby(words, key=lambda row: row[0]):
        texts = {"prompt": "", "answer": ""}
        for column, of_column in groupby(of_call, key=lambda row: row[1]):
            texts[column] = " ".join(row[2] for row in of_column)
        enter(connection, [(number, texts["prompt"], texts["answer"])])
    connection.execute("drop table kept_words")
    return gone
