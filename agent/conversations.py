"""Which calls are turns of one conversation: by the API's own ids, and by messages that extend an earlier call's.

A conversation begins to exist with its second turn; until then a call only leaves the keys by which a following turn
would name it: its response id, the API's conversation id, and the digest of its messages with its answer.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import cast

import msgspec

from . import bodies
from .call import JSON, Call
from .call_rows import number_of
from .database import next_revision
from .entry import Entry
from .turns import text_in

CONTINUED = frozenset(("responses", "realtime"))
"""Kinds of calls whose answers a later request may name as the one before it (`previous_response_id`)."""


def asked_keys(call: Call) -> list[int]:
    """The keys of an earlier turn that this call may continue, best first."""
    keys = [f"conversation:{call.conversation_ref}"] if call.conversation_ref else []
    if call.previous_response_id:
        keys.append(f"response:{call.previous_response_id}")
    keys += [f"thread:{digest}" for digest in call.thread_of]
    return [number_of(key) for key in keys]


def left_keys(call: Call) -> list[int]:
    """The keys by which a following turn may name this call."""
    keys = [f"conversation:{call.conversation_ref}"] if call.conversation_ref else []
    if call.response_id and call.method == "POST" and call.kind in CONTINUED:
        keys.append(f"response:{call.response_id}")
    if call.thread_next:
        keys.append(f"thread:{call.thread_next}")
    return [number_of(key) for key in keys]


class Turn(msgspec.Struct):
    """A call as its conversation sees it. `left` are the keys by which a following turn may name it."""

    id: int
    conversation_id: int | None
    started_at: int
    body: bytes | None = None
    left: Sequence[int] = ()


def earlier_turns(connection: sqlite3.Connection, keys: Iterable[int]) -> dict[int, Turn]:
    """The stored calls that left these keys, by key."""
    rows = connection.execute(
        "select k.key, c.id, c.conversation_id, c.started_at from json_each(?) j "
        "join conversation_keys k on k.key = j.value join calls c on c.id = k.call_id",
        (msgspec.json.encode(list(keys)).decode(),),
    )
    return {row[0]: Turn(*row[1:]) for row in rows}


def title_of(body: bytes | None) -> str:
    """The first words of the user in a request body, at most 120 characters; empty where there are none."""
    try:
        fields: JSON = msgspec.json.decode(body or b"{}")
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ""
    if not isinstance(fields, dict):
        return ""
    request = cast(dict[str, JSON], fields)
    messages = request.get("messages") or request.get("input")
    listed = cast(list[object], messages) if isinstance(messages, list) else [cast(object, messages)]
    for message in listed:
        told = isinstance(message, dict) and cast(dict[str, JSON], message).get("role") == "user"
        if told or isinstance(message, str):
            return " ".join(text_in(cast(object, message)).split())[:120]
    return ""


class Threads:
    """Finds the conversation of each call of a batch; begins it where this is its second turn."""

    def __init__(self, connection: sqlite3.Connection, entries: Sequence[Entry]) -> None:
        self._connection = connection
        self._entries = entries
        self._asked = [asked_keys(entry.call) for entry in entries]
        keys = set(chain.from_iterable(self._asked))
        self._turns: dict[int, Turn] = earlier_turns(connection, keys) if keys else {}

    def turns(self, numbers: Iterable[int], conversations: Iterable[int | None]) -> list[Turn]:
        """The calls as turns, from their numbers and the conversations that they are known to belong to.

        Where that is None, a later turn of the batch may still set it.
        """
        each = zip(self._entries, self._asked, numbers, conversations, strict=True)
        return [self._turn(*one) for one in each]

    def _turn(self, entry: Entry, asked: list[int], number: int, conversation_id: int | None) -> Turn:
        call = entry.call
        mine = Turn(number, conversation_id, round(call.started_at * 1000), entry.request_body, left_keys(call))
        earlier = None
        for key in asked:
            if earlier := self._turns.get(key):
                break
        if mine.conversation_id is None and earlier is not None and earlier.id != number:
            if earlier.conversation_id is None:
                earlier.conversation_id = self._begin(entry, earlier)
            mine.conversation_id = earlier.conversation_id
            self._connection.execute(
                "update conversations set turns = turns + 1, last_call = ?, last_at = ?, revision = ? where id = ?",
                (number, mine.started_at, next_revision(self._connection), mine.conversation_id),
            )
        self._turns.update(dict.fromkeys(mine.left, mine))
        return mine

    def _begin(self, entry: Entry, first: Turn) -> int:
        connection = self._connection
        body = first.body or bodies.read(connection, first.id, "request") or entry.request_body
        title = title_of(body) or entry.call.prompt_text[:120]
        row = connection.execute(
            "insert into conversations (title, first_call, last_call, turns, started_at, last_at, revision) "
            "values (?, ?, ?, 1, ?, ?, ?) returning id",
            (title, first.id, first.id, first.started_at, first.started_at, next_revision(connection)),
        ).fetchone()
        connection.execute(
            "update calls set conversation_id = ?, revision = ? where id = ?",
            (row[0], next_revision(connection), first.id),
        )
        return int(row[0])
