"""What earlier calls reported of a prompt that a later call repeats or continues. Its own file because an estimate then
begins with a reported number, and because it is the one question that reading a call asks of the database.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

from msgspec import Struct

from .call_rows import number_of


class Asked(Struct, frozen=True):
    """How a call names the prompt it repeats or continues."""

    body_hash: str | None = None
    previous_response_id: str | None = None
    conversation_ref: str | None = None


class Earlier(Struct, frozen=True):
    """An earlier call's tokens; `repeated` where the prompt is the same one, else it came before the call's own."""

    input_tokens: int
    output_tokens: int
    reasoning_tokens: int
    repeated: bool


type Lookup = Callable[[Asked], Earlier | None]

_COUNTS = "select input_tokens, coalesce(output_tokens, 0), coalesce(reasoning_tokens, 0) from calls"
_LAST = "input_tokens is not null order by id desc limit 1"
REPEATED = f"{_COUNTS} where body_hash = ? and usage_source = 'reported' and {_LAST}"
RESPONSE = f"{_COUNTS} where response_id = ? and {_LAST}"
CONVERSATION = (
    f"{_COUNTS} where conversation_id = (select c.conversation_id from conversation_keys k join calls c "
    f"on c.id = k.call_id where k.key = ?) and {_LAST}"
)
BEGUN = f"{_COUNTS} where id = (select call_id from conversation_keys where key = ?) and {_LAST}"


def look_up(connection: sqlite3.Connection, asked: Asked) -> Earlier | None:
    """What the database knows of the prompt, None where it knows nothing."""
    questions: list[tuple[str, str | int, bool]] = []
    if asked.body_hash:
        questions.append((REPEATED, number_of(asked.body_hash), True))
    if asked.previous_response_id:
        questions.append((RESPONSE, asked.previous_response_id, False))
    if asked.conversation_ref:
        key = number_of(f"conversation:{asked.conversation_ref}")
        questions += [(CONVERSATION, key, False), (BEGUN, key, False)]
    for question, value, repeated in questions:
        if row := connection.execute(question, (value,)).fetchone():
            inputs, outputs, reasoning = row
            return Earlier(inputs, outputs, reasoning, repeated)
    return None
