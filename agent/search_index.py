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


def forget_before(connection: sqlite3.Connection, moment: int) -> None:
    """Note that the words of calls before `moment` (Unix milliseconds) are to go with their bodies."""
    connection.execute(
        "insert into agent_state (name, value) values (?, ?) on conflict do update set value = excluded.value "
        "where cast(value as integer) < cast(excluded.value as integer)",
        (WORDS_UNTIL, str(moment)),
    )


def cleanse(connection: sqlite3.Connection) -> int:
    """Make the index anew without the calls that are gone, within the transaction; how many calls left it."""
    gone = int(connection.execute(f"select count(*) from search where rowid not in ({_KEPT})").fetchone()[0])
    if not gone:
        connection.execute("insert into search (search) values ('optimize')")
        return 0
    (definition,) = connection.execute("select sql from sqlite_master where name = 'search'").fetchone()
    connection.execute("create virtual table temp.words using fts5vocab(main, search, instance)")
    connection.execute(
        "create temp table kept_words as select doc, col, term from temp.words "
        f"where doc in ({_KEPT}) order by doc, col, offset"
    )
    connection.execute("drop table temp.words")
    connection.execute("drop table main.search")
    connection.execute(definition)
    words = connection.execute("select doc, col, term from kept_words order by rowid")
    for number, of_call in groupby(words, key=lambda row: row[0]):
        texts = {"prompt": "", "answer": ""}
        for column, of_column in groupby(of_call, key=lambda row: row[1]):
            texts[column] = " ".join(row[2] for row in of_column)
        enter(connection, [(number, texts["prompt"], texts["answer"])])
    connection.execute("drop table kept_words")
    return gone
