"""Follows one call from its first frame to its last, and says at any moment what there is to save of it.

Chooses the way of reading: an answer read whole, a stream followed piece by piece, or a websocket with many calls.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from contextlib import suppress

from msgspec import Struct

from .assembly import Assembled
from .call import Call
from .copies import replace
from .earlier import Lookup
from .entry import Entry, Process
from .errors import WiretallyError
from .exchange import Message
from .interpret import Interpreter, SocketInterpreter, StreamProgress
from .locations import Home
from .plans import RecorderPlan
from .pricing import PriceBook
from .redaction import Own, credentials_of
from .settings import Settings, load
from .whole_file import replace_file

type Fault = Callable[[str, BaseException], None]
type Mask = Callable[[bytes, Own], bytes]


class Observer:
    """Makes an observation for each call. Holds what they share."""

    def __init__(self, home: Home, plan: RecorderPlan, fault: Fault, earlier: Lookup | None = None) -> None:
        own = self.settings = _settings(home, fault)
        self.interpreter = Interpreter(
            salt=_salt(home), prices=PriceBook(own.prices), redaction=own.redaction, fault=fault, earlier=earlier
        )
        self.bodies = plan.bodies
        self.fault = fault

    def observe(self, call: Assembled) -> Observation:
        """The way to read `call`."""
        if (call.exchange.request_headers.get("upgrade") or "").lower() == "websocket":
            return SocketObservation(self)
        return Observation(self)


class Seen(Struct, frozen=True):
    """A call as the proxy saw it, who made it, and the session of those that name none."""

    call: Assembled
    process: Process | None
    session: str


class Observation:
    """One HTTP call."""

    def __init__(self, observer: Observer) -> None:
        self._observer = observer
        self._progress: StreamProgress | None = None

    def entries(self, call: Assembled, process: Process | None, session: str) -> list[Entry]:
        """What to save now."""
        seen, exchange = Seen(call, process, session), call.exchange
        if call.ended:
            return [self._whole(seen)]
        if exchange.status is None:
            return [self._entry(self._observer.interpreter.call(call.whole()), seen)]
        if self._progress is None:
            self._progress = StreamProgress(exchange, self._observer.interpreter)
        pieces = list(call.new)
        call.new.clear()  # first: what fails once is not read again, the whole answer is at its end
        for at, piece in pieces:
            self._progress.feed(piece, at)
        return [self._entry(self._progress.call(), seen)]

    def _whole(self, seen: Seen) -> Entry:
        seen.call.new.clear()  # the same bytes once more
        exchange = seen.call.whole()
        interpreter = self._observer.interpreter
        read = interpreter.call(exchange)
        bodies = interpreter.decoded_bodies(exchange) if self._observer.bodies else (None, None)
        entry = self._entry(read, seen, bodies)
        interpreter.forget()
        return entry

    def _entry(self, call: Call, seen: Seen, bodies: tuple[bytes | None, bytes | None] = (None, None)) -> Entry:
        exchange, interpreter = seen.call.exchange, self._observer.interpreter
        own = interpreter.context(exchange).own
        if exchange.tags:
            call = replace(call, tags={**call.tags, **exchange.tags})
        return Entry(
            call,
            exchange.session or seen.session,
            seen.process,
            None,
            interpreter.redacted_headers(exchange.request_headers, own),
            interpreter.redacted_headers(exchange.response_headers, own),
            *bodies,
        )


def unreadable(call: Assembled, process: Process | None, session: str, mask: Mask | None) -> Entry:
    """The row of a call that no reader could read: what the proxy knew, and the answer's bytes as they came.

    `mask` takes the secrets out of them; without it, or where it is what fails, no bytes are kept.
    """
    it = call.whole()
    own = credentials_of(it.request_headers.pairs(), it.path)
    path = "/"  # a path may hold a key as well
    if mask:
        with suppress(Exception):
            path = mask(it.path.partition("?")[0].encode(), own).decode("utf-8", "replace")
    bare = Call(
        uid=it.uid,
        started_at=it.started_at,
        state="open" if not call.ended else "done" if it.ending == "answered" else "aborted",
        method=it.method,
        scheme=it.scheme,
        host=it.host,
        path=path,
        endpoint=path,
        door=it.door,
        status=it.status,
        request_bytes=it.request_size,
        response_bytes=it.response_size,
        note="unreadable: wiretally could not read this call; its answer is kept as it came",
    )
    body = None
    if mask and call.ended:
        with suppress(Exception):  # counted by who calls: the row tells that nothing could be read
            body = mask(it.response_body, own)
    return Entry(bare, it.session or session, process, response_body=body)


class SocketObservation(Observation):
    """One websocket: the connection is a call, and each response on it is one."""

    def __init__(self, observer: Observer) -> None:
        super().__init__(observer)
        self._socket: SocketInterpreter | None = None
        self._unread: str | None = None

    def entries(self, call: Assembled, process: Process | None, session: str) -> list[Entry]:
        seen = Seen(call, process, session)
        if self._socket is None:
            self._socket = SocketInterpreter(call.exchange, self._observer.interpreter)
        responses: list[tuple[Call, tuple[Message, ...]]] = []
        for message in call.new_messages:
            try:
                responses += self._socket.feed(message)
            except Exception as error:  # noqa: BLE001 one message's fault must not cost those after it; the note says so
                self._observer.fault("sockets", error)
                self._unread = f"a message could not be read: {type(error).__name__}: {error}"
        call.new_messages.clear()
        if call.ended:
            responses += self._socket.close()
        found = [
            replace(
                self._entry(it, seen),
                connection=call.exchange.uid,
                messages=messages if self._observer.bodies else (),
            )
            for it, messages in responses
        ]
        if not call.ended:
            connection = self._entry(self._socket.connection(), seen)
            found.append(replace(connection, connection=call.exchange.uid))
        if self._unread:
            last = found[-1]  # the connection
            found[-1] = replace(last, call=replace(last.call, note=last.call.note or self._unread))
        return found


def _settings(home: Home, fault: Fault) -> Settings:
    """The user's prices and redaction rules; the defaults where config.toml has become unreadable since the start."""
    try:
        return load(home.config)
    except WiretallyError as error:
        fault("settings", error)
        return Settings.model_validate({})


def _salt(home: Home) -> bytes:
    """What key hashes of this home are salted with; made once, 0600."""
    path = home.path / "salt"
    if not path.exists():
        replace_file(path, secrets.token_bytes(16), 0o600)
    return path.read_bytes()
