"""What the recorder hands to the store: one call as interpreted, with what is to be kept of its bytes.

Its own file because both sides of the store's door need it: the recorder and the importers make entries, the store
saves them. Everything in an entry has been redacted.
"""

from __future__ import annotations

from msgspec import Struct

from .call import Call
from .exchange import Message
from .headers import Kept


class Process(Struct, frozen=True):
    """The program that opened the connection. `app` is its short name: script, module or program.

    `session` is the one its environment names, empty where it names none: Java gives a proxy no password to carry it.
    """

    pid: int
    started_at: float
    app: str
    command: str = ""
    cwd: str = ""
    git_branch: str = ""
    session: str = ""


class Entry(Struct, frozen=True):
    """One call to save. The same `call.uid` may come several times: while open, then once with its final state.

    Bodies are decoded (content codings undone) and None where they are not kept. `messages` are those of a websocket
    call. `note` and `rating` come from imports.
    """

    call: Call
    session: str
    process: Process | None = None
    connection: str | None = None
    request_headers: Kept = ()
    response_headers: Kept = ()
    request_body: bytes | None = None
    response_body: bytes | None = None
    messages: tuple[Message, ...] = ()
    note: str | None = None
    rating: str | None = None
