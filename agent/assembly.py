"""Frames → exchanges: puts together what the proxy sent, in order, each frame once.

Frames of a call come in order, but after a recorder's death they come again from the start, and those of the ring may
come before them; so each call counts its frames, ignores what it had and keeps what is early.
"""

from __future__ import annotations

from collections import OrderedDict
from io import BytesIO
from typing import Final

from msgspec import Struct

from .exchange import GAP, CapturedExchange, Frame, Kind, Message
from .headers import parted

REMEMBERED: Final = 20_000
"""How many ended calls are remembered, to know their frames when they come again."""


class Assembled(Struct):
    """One call as far as it has come. `new` are the pieces not read yet, for who follows a stream."""

    exchange: CapturedExchange
    next: int = 0
    early: dict[int, Frame] = {}
    sent: BytesIO | None = None
    """A request's body that comes in pieces, until it is whole; `body` is the answer's."""
    body: BytesIO | None = None
    new: list[tuple[float, bytes]] = []
    new_messages: list[Message] = []
    begun: bool = False
    spoilt: Exception | None = None
    """The bug of ours that kept a frame out of the exchange."""

    @property
    def ended(self) -> bool:
        return self.exchange.ended_at is not None

    def whole(self) -> CapturedExchange:
        """The exchange with all bytes that came so far; of one that has ended they are kept once."""
        if self.sent:
            self.exchange.request_body = self.sent.getvalue()
        if self.body:
            self.exchange.response_body = self.body.getvalue()
        if self.ended:
            self.sent = self.body = None
        return self.exchange


class Assembler:
    """All calls under way."""

    def __init__(self) -> None:
        self.open: dict[str, Assembled] = {}
        self._ended: OrderedDict[str, None] = OrderedDict()

    def feed(self, frame: Frame) -> Assembled | None:
        """Take one frame of a call. Returns its call, or None where the frame brought nothing new."""
        kind, uid, sequence = frame[0], frame[1], frame[2]
        call = self.open.get(uid)
        if call is None:
            if uid in self._ended:
                return None
            call = self.open[uid] = Assembled(CapturedExchange(uid=uid, started_at=frame[3]))
        if kind == Kind.SKIPPED:
            self._apply_early(call)
            if sequence > call.next:
                call.new_messages.append(GAP)
                call.next = sequence
        elif sequence < call.next:
            return None
        elif sequence > call.next:
            call.early[sequence] = frame
            return None
        else:
            self._apply(call, frame)
            while call.early and (early := call.early.pop(call.next, None)):
                self._apply(call, early)
        return call

    def forget(self, uid: str) -> None:
        """The call is stored in its final state."""
        self.open.pop(uid, None)
        self._ended[uid] = None
        if len(self._ended) > REMEMBERED:
            self._ended.popitem(last=False)

    def gone(self, at: float) -> list[Assembled]:
        """The proxy died: all its calls end with what had arrived. Those whose beginning never came are dropped."""
        for call in self.open.values():
            self._apply_early(call)
            if not call.ended:
                call.exchange.ended_at = call.exchange.pieces[-1][0] if call.exchange.pieces else at
                call.exchange.ending = "proxy_gone"
        calls = [call for call in self.open.values() if call.begun]
        self.open.clear()
        return calls

    @property
    def incomplete(self) -> bool:
        """Does a call miss frames that are on their way again? What came early is here only, and in the journal."""
        return any(call.early for call in self.open.values())

    def _apply_early(self, call: Assembled) -> None:
        for number in sorted(call.early):
            if number > call.next:
                call.new_messages.append(GAP)
            self._apply(call, call.early.pop(number))

    def _apply(self, call: Assembled, frame: Frame) -> None:
        call.next = frame[2] + 1
        try:
            _APPLY[frame[0]](call, frame)
        except Exception as error:  # noqa: BLE001 the recorder counts it, and keeps a row without what was in the frame
            call.spoilt, call.begun = error, True
            if frame[0] in (Kind.END, Kind.ANSWER):
                call.exchange.ended_at = frame[3]
                call.exchange.ending = frame[4] if frame[0] == Kind.END else "answered"


def _begin(call: Assembled, frame: Frame) -> None:
    it, (at, *fields) = call.exchange, frame[3:]
    it.started_at, call.begun = at, True
    (it.door, it.connection, peer, it.method, it.scheme, it.host, it.port, it.path, it.http_version) = fields[:9]
    headers, it.session, tags, body, size, sent_at = fields[9:15]
    it.peer = (peer[0], peer[1]) if peer else ("", 0)
    it.request_headers, it.tags = parted(headers), dict(tags or {})
    if sent_at is not None:
        it.request_body, it.request_size, it.sent_at = body or b"", size, sent_at
        it.truncated = size > len(it.request_body)


def _request_data(call: Assembled, frame: Frame) -> None:
    it, (data, size) = call.exchange, frame[4:]
    call.sent = call.sent or BytesIO()  # which gives its bytes away without copying them
    call.sent.write(data)
    it.request_size += size
    it.truncated = it.truncated or size > len(data)


def _request_end(call: Assembled, frame: Frame) -> None:
    it = call.exchange
    it.sent_at = frame[3]
    if call.sent:
        it.request_body, call.sent = call.sent.getvalue(), None


def _head(call: Assembled, frame: Frame) -> None:
    it = call.exchange
    it.head_at, it.status, it.reason, _, headers, it.connect_ms, it.tls_ms = frame[3:10]
    it.response_headers = parted(headers)


def _data(call: Assembled, frame: Frame) -> None:
    _take(call, frame[3], frame[4], frame[5])


def _take(call: Assembled, at: float, data: bytes, size: int) -> None:
    it = call.exchange
    call.body = call.body or BytesIO()
    call.body.write(data)
    it.response_size += size
    it.pieces.append((at, it.response_size))
    if size > len(data):
        it.truncated = True
    if data:
        call.new.append((at, data))


def _end(call: Assembled, frame: Frame) -> None:
    it = call.exchange
    it.ended_at, it.ending, it.error = frame[3:6]


def _message(call: Assembled, frame: Frame) -> None:
    it, (at, from_client, is_text, content, size) = call.exchange, frame[3:8]
    if from_client:
        it.request_size += size
    else:
        it.response_size += size
    it.truncated = it.truncated or size > len(content)
    call.new_messages.append(Message(at, from_client, is_text, content))


def _answer(call: Assembled, frame: Frame) -> None:
    _head(call, frame)
    body, size, ended_at = frame[10:13]
    if size:
        _take(call, frame[3], body, size)
    it = call.exchange
    it.ended_at, it.ending = ended_at, "answered"


_APPLY = {
    Kind.BEGIN: _begin,
    Kind.REQUEST_DATA: _request_data,
    Kind.REQUEST_END: _request_end,
    Kind.HEAD: _head,
    Kind.DATA: _data,
    Kind.END: _end,
    Kind.MESSAGE: _message,
    Kind.ANSWER: _answer,
}
