"""A stream under way, seen as a call at any moment. Its own file because it must stay cheap per piece however long the
stream grows: each piece is decoded and read once, tokens are counted only when asked for and only over new text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .call import Call, Usage
from .copies import replace
from .exchange import CapturedExchange
from .reading import is_stream, read_event, read_request
from .timing import read_timing
from .tokens import count
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
        self._counted = [0, 0]
        self._tokens = 0
        _, self._format = endpoint_of(exchange.path)

    def feed(self, piece: bytes, at: float) -> None:
        """Take the next piece of the answer as it came on the wire. `at` is Unix time in seconds."""
        draft = self._draft or self._begin()
        if self._decoder is None:
            headers = self._exchange.response_headers
            self._decoder = Decoder(headers.get("content-encoding"))
            plain = self._decoder.feed(piece)
            draft.stream = is_stream(draft, headers.get("content-type") or "", plain)
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
        seen = replace(draft, usage=self._so_far(draft)) if draft.usage is None else draft
        call = self._interpreter.unfinished(self._exchange, seen, timing)
        draft.of_request = seen.of_request
        return call

    def _so_far(self, draft: Draft) -> Usage | None:
        """The output so far, counted over what came since the last time; input is estimated once, at the end."""
        model = draft.model or draft.model_requested
        texts = (draft.answer, draft.silent)
        try:
            for which, pieces in enumerate(texts):
                if new := "".join(pieces[self._counted[which] :]):
                    self._tokens += count(new, model)
                    self._counted[which] = len(pieces)
        except Exception as error:  # noqa: BLE001  as in estimate(): the row comes first; the note shows it
            draft.note = f"its tokens could not be counted: {type(error).__name__}: {error}"
            return None
        return Usage(output_tokens=self._tokens, source="estimated") if self._tokens else None

    def _begin(self) -> Draft:
        exchange = self._exchange
        self._draft = draft = Draft(method=exchange.method, path=exchange.path)
        read_request(draft, self._format, self._interpreter.decoded_request(exchange))
        return draft
