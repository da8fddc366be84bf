"""A stream under way, seen as a call at any moment. Its own file because it must stay cheap per piece however long the
stream grows: each piece is decoded and read once, tokens are counted only when asked for and only over new text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .call import Call
from .exchange import CapturedExchange, header
from .reading import is_stream, read_event, read_request
from .timing import read_timing
from .wire.coding import Decoder
from .wire.draft import Draft
from .wire.endpoints import endpoint_of
from .wire.sse import EventStream

if TYPE_CHECKING:
    from .interpret import Interpreter


class StreamProgress:
    """One exchange while its answer arrives. `exchange` is read anew at each `call()`, its bodies are not."""

    def __init__(self, exchange: CapturedExchange, interpreter: Interpreter) -> None:
        self._exchange = exchange
        self._interpreter = interpreter
        self._draft: Draft | None = None
        self._decoder: Decoder | None = None
        self._events = EventStream()
        self._first: float | None = None
        self._last: float | None = None
        _, self._format = endpoint_of(exchange.path)

    def feed(self, piece: bytes, at: float) -> None:
        """Take the next piece of the answer as it came on the wire. `at` is Unix time in seconds."""
        draft = self._draft or self._begin()
        if self._decoder is None:
            headers = self._exchange.response_headers
            self._decoder = Decoder(header(headers, "content-encoding"))
            plain = self._decoder.feed(piece)
            draft.stream = is_stream(draft, header(headers, "content-type") or "", plain)
        else:
            plain = self._decoder.feed(piece)
        if not draft.stream:
            return
        for event in self._events.feed(plain):
            if read_event(draft, self._format, event.name, event.data):
                self._last = at
                if self._first is None:
                    self._first = at

    def call(self) -> Call:
        """The call as known now; state open until the exchange has ended. Never raises."""
        draft = self._draft or self._begin()
        timing = read_timing(self._exchange, self._first, self._last)
        return self._interpreter.unfinished(self._exchange, draft, timing)

    def _begin(self) -> Draft:
        exchange = self._exchange
        self._draft = draft = Draft(method=exchange.method, path=exchange.path)
        read_request(draft, self._format, self._interpreter.decoded_request(exchange))
        return draft
