"""What is known of one call while it is being read. Its own file because every wire format writes into it, event by
event, and only interpret.py turns it into a Call; a stream under way keeps one and never reads itself again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from msgspec import Struct

from ..call import Usage

type Fields = dict[str, Any]
"""A JSON object; its values are checked where they are read."""

MOST = 2**53
"""A count from here on is nonsense, and would not fit the database."""

type Bill = Literal["by_use", "free", "none"]
"""by_use: the call generates, and its usage is money. free: the provider charges nothing for it. none: nothing to bill
yet, a later call reports it (background responses, queued runs, batches)."""


class Said(Struct, frozen=True):
    """An error object as the provider put it."""

    type: str | None = None
    code: str | None = None
    message: str | None = None


class Draft(Struct):
    """One call as far as it was read. Lists hold text in order of arrival."""

    method: str = "GET"
    path: str = "/"
    request: Fields = {}
    request_text: str = ""  # where the request is not JSON
    stream: bool = False
    model_requested: str | None = None
    model: str | None = None
    bill: Bill = "free"
    batch: bool = False
    usage: Usage | None = None
    extra: dict[str, Any] = {}  # what a bill needs besides usage: size, quality, ...
    tool_calls: dict[str, int] = {}
    service_tier: str | None = None
    finish_reason: str | None = None
    response_id: str | None = None
    created_at: int | None = None  # Unix time, by the provider's clock
    usage_key: str | None = None
    previous_response_id: str | None = None
    conversation_ref: str | None = None
    user: str | None = None
    messages: list[Any] = []  # the conversation as sent
    stored_prompt: list[Any] = []  # what a prompt kept by the provider put before it
    reply: list[Any] = []  # what a following turn will have appended
    answer: list[str] = []  # what the model said
    silent: list[str] = []  # what it generated besides: names and arguments of tools
    thought: list[str] = []  # its reasoning, or a summary of it, where it shows any
    calls: int = 0  # how many tools it called
    hosted: list[Fields] = []  # what tools of the provider's did, item by item
    said: Said | None = None  # the error the provider reported
    failed: bool = False  # reported inside the answer, whatever the status
    ended: bool = False  # a stream's last event came
    events: int = 0
    note: str | None = None
    of_request: Any = None  # what was concluded from the request alone, remembered while the answer comes


@dataclass(frozen=True, slots=True)
class Format:
    """One wire format: how a request, a JSON answer, one event of a stream and an answer that is not JSON are read.

    `event` returns whether the event carried content (text, arguments, audio, an image), which is what time to first
    token is measured by.
    """

    kind: str
    request: Callable[[Draft, Fields], None] | None = None
    answer: Callable[[Draft, Fields], None] | None = None
    event: Callable[[Draft, str, Fields], bool] | None = None
    raw: Callable[[Draft, bytes, str], None] | None = None  # body, content type


def text_of(fields: Fields, name: str) -> str | None:
    """The string at `name`, None where there is none."""
    value = fields.get(name)
    return value if isinstance(value, str) else None


def fields_of(fields: Fields, name: str) -> Fields:
    """The object at `name`, an empty one where there is none."""
    value: Fields | None = fields.get(name)
    return value if isinstance(value, dict) else {}


def list_of(fields: Fields, name: str) -> list[Any]:
    """The list at `name`, an empty one where there is none."""
    value: list[Any] | None = fields.get(name)
    return value if isinstance(value, list) else []


def objects_of(fields: Fields, name: str) -> list[Fields]:
    """The objects in the list at `name`; what is not an object is left out."""
    value: list[Fields | None] | None = fields.get(name)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def count_of(fields: Fields, name: str) -> int | None:
    """The count at `name`: an integer from 0; None where there is none (a negative number means "not told")."""
    value = fields.get(name)
    if type(value) is int:
        return value if 0 <= value < MOST else None
    if isinstance(value, float) and 0 <= value < MOST and value.is_integer():
        return int(value)
    return None


def said_of(fields: Fields) -> Said:
    """An error object's type, code and message; numbers are taken as text."""
    code = fields.get("code")
    return Said(
        text_of(fields, "type"),
        str(code) if isinstance(code, str | int) and not isinstance(code, bool) else None,
        text_of(fields, "message"),
    )
