"""A websocket's messages as calls: one per generation (realtime's `response.done`, or a response over a websocket). Its
own file because a connection has no single request and answer; here messages are grouped into them as they pass.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, cast
from urllib.parse import parse_qs

from .call import Call, Cost, Usage
from .copies import replace
from .exchange import GAP, CapturedExchange, Ending, Message
from .pricing import Terms, together
from .reading import load
from .redaction import credentials_of
from .timing import read_timing
from .usage import read_usage
from .wire import realtime, responses
from .wire.draft import Draft, Fields, Format, fields_of, text_of
from .wire.endpoints import endpoint_of

if TYPE_CHECKING:
    from .interpret import Interpreter

type Group = tuple[Call, tuple[Message, ...]]

MOST_KEPT = 8_388_608
"""Bytes of messages held for one call; beyond that they are counted, not kept."""

LAST = responses.LAST_EVENTS | {"response.done"}


@dataclass(slots=True)
class _Open:
    """A generation under way."""

    draft: Draft
    started_at: float
    first: float | None = None
    last: float | None = None


@dataclass(slots=True)
class _Kept:
    """Messages since the last call was handed out."""

    messages: list[Message] = field(default_factory=list[Message])
    kept: int = 0
    sent: int = 0
    received: int = 0
    truncated: bool = False

    def add(self, message: Message) -> None:
        size = len(message.content)
        if message.from_client:
            self.sent += size
        else:
            self.received += size
        if self.kept + size > MOST_KEPT:
            self.truncated = True
            return
        self.kept += size
        self.messages.append(message)


class SocketInterpreter:
    """Reads one websocket. Feed it every message in order; each finished generation comes back as a call."""

    def __init__(self, exchange: CapturedExchange, interpreter: Interpreter) -> None:
        self._exchange = exchange
        self._interpreter = interpreter
        self._own = credentials_of(exchange.request_headers.pairs(), exchange.path)
        self._endpoint, found = endpoint_of(exchange.path)
        self._is_realtime = found.kind == "realtime"
        self._format: Format = realtime.FORMAT if self._is_realtime else responses.FORMAT
        self._model = (parse_qs(exchange.path.partition("?")[2]).get("model") or [None])[0]
        self._transcriber: str | None = None
        self._open: dict[str, _Open] = {}
        self._kept = _Kept()
        self._asked_at: float | None = None
        self._request: Fields = {}
        self._texts: list[str] = []
        self._heard: list[tuple[str | None, Usage]] = []

    def feed(self, message: Message) -> list[Group]:
        """Take the next message; the calls it completed, each with the messages since the call before."""
        if message is GAP:  # what was under way before it ended unheard, and was stored by who heard it
            self._open, self._asked_at, self._texts, self._heard, self._kept = {}, None, [], [], _Kept()
            return []
        content = self._interpreter.redactor.body(message.content, self._own)
        message = message if content is message.content else replace(message, content=content)
        self._kept.add(message)
        document = load(content) if message.is_text else None
        if not isinstance(document, dict):
            return []
        fields = cast(Fields, document)
        kind = text_of(fields, "type") or ""
        if message.from_client:
            self._from_client(kind, fields, message.time)
            return []
        return self._from_server(kind, fields, message.time)

    def close(self) -> list[Group]:
        """What was cut off when the connection ended, then the connection itself with the messages left over."""
        groups: list[Group] = []
        ending: Ending = "proxy_gone" if self._exchange.ending == "proxy_gone" else "client_gone"
        for key in list(self._open):
            groups.append(self._hand_out(key, self._exchange.ended_at or self._exchange.started_at, ending))
        groups.append((self.connection(), tuple(self._kept.messages)))
        self._kept, self._heard = _Kept(), []
        return groups

    def connection(self) -> Call:
        """The connection itself. What was transcribed without a response to follow is billed on it."""
        call = self._interpreter.call(self._exchange)
        call = replace(call, model=call.model or self._model, kind=self._format.kind)
        if call.fault == "client":  # the app closes a websocket when it is done with it
            call = replace(call, state="done", fault=None, error_code=None, error_message=None)
        if self._heard:
            call = replace(call, cost=self._with_heard(Cost(usd=Decimal(0), source="priced")))
        return call

    def _from_client(self, kind: str, fields: Fields, at: float) -> None:
        if kind == "response.create":
            self._asked_at = at
            self._request = fields_of(fields, "response") if self._is_realtime else fields
            if not self._is_realtime:
                self._begin(text_of(fields, "stream_id") or "", at)
        elif kind == "session.update":
            self._session(fields_of(fields, "session"))
        elif kind == "conversation.item.create" and (text := realtime.item_text(fields_of(fields, "item"))):
            self._texts.append(text)

    def _from_server(self, kind: str, fields: Fields, at: float) -> list[Group]:
        if kind in ("session.created", "session.updated", "transcription_session.updated"):
            self._session(fields_of(fields, "session"))
            return []
        if kind == realtime.TRANSCRIBED:
            if text := text_of(fields, "transcript"):
                self._texts.append(text)
            if usage := read_usage(fields.get("usage")):
                self._heard.append((self._transcriber, usage))
            return []
        key = self._key(fields)
        if kind == "response.created" and key not in self._open:
            self._begin(key, self._asked_at or at)
        current = self._open.get(key)
        if current is None and kind in LAST:
            current = self._begin(key, self._asked_at or at)
        if current is None:
            return []
        if self._format.event and self._format.event(current.draft, kind, fields):
            current.last = at
            current.first = current.first or at
        is_over = kind in LAST or (kind == "error" and not self._is_realtime)
        return [self._hand_out(key, at, "answered")] if is_over else []

    def _key(self, fields: Fields) -> str:
        if not self._is_realtime:
            return text_of(fields, "stream_id") or ""
        return text_of(fields, "response_id") or text_of(fields_of(fields, "response"), "id") or ""

    def _session(self, session: Fields) -> None:
        self._model = realtime.model_of(session) or self._model
        self._transcriber = realtime.transcription_model_of(session) or self._transcriber

    def _begin(self, key: str, at: float) -> _Open:
        draft = Draft(method="POST", path=self._exchange.path, stream=True, bill="by_use")
        draft.request = self._request
        draft.model_requested = text_of(self._request, "model") or self._model
        if self._format.request:
            self._format.request(draft, self._request)
        if self._is_realtime:
            draft.messages = [{"role": "user", "content": "\n".join(self._texts)}] if self._texts else []
            draft.model = self._model
            self._texts = []
        self._open[key] = opened = _Open(draft, at)
        self._asked_at = None
        return opened

    def _hand_out(self, key: str, at: float, ending: Ending) -> Group:
        """The call of the generation `key`, ended at `at`, with the messages since the last one.

        Its uid is made of what the messages say, not of a count: a recorder that takes over hears only a part of them.
        """
        current = self._open.pop(key)
        kept, self._kept = self._kept, _Kept()
        part = replace(
            self._exchange,
            uid=f"{self._exchange.uid}:{current.draft.response_id or current.started_at}",
            started_at=current.started_at,
            sent_at=current.started_at,
            head_at=None,
            connect_ms=None,
            tls_ms=None,
            request_body=b"",
            response_body=b"",
            request_size=kept.sent,
            response_size=kept.received,
            pieces=[],
            messages=[],
            ended_at=at,
            ending=ending,
            truncated=kept.truncated,
        )
        timing = read_timing(part, current.first, current.last)
        call = self._interpreter.unfinished(part, current.draft, timing)
        call = replace(call, kind=self._format.kind, endpoint=self._endpoint)
        if self._heard:
            call = replace(call, cost=self._with_heard(call.cost))
            self._heard = []
        return call, tuple(kept.messages)

    def _with_heard(self, cost: Cost) -> Cost:
        """`cost` with the transcription of the input that was heard since the last call."""
        costs = [cost]
        for model, usage in self._heard:
            terms = Terms(self._exchange.started_at, "audio", host=self._exchange.host)
            added = self._interpreter.prices.price(model, usage, terms)
            lines = tuple(replace(line, label=f"transcription {line.label} ({model})") for line in added.lines)
            note = f"input transcription: {added.note}" if added.note else None
            costs.append(replace(added, lines=lines, note=note))
        return together(costs)
