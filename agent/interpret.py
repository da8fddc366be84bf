"""CapturedExchange → Call: calls the others in order, nothing else. Its own file because it is the one way from bytes
to a row, and the one place that may never raise: what can't be read becomes a note on a row with what is known.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from msgspec import Struct

from . import estimates, faults, turns
from .call import Call, Cost, Timing, Usage
from .copies import replace
from .earlier import Asked, Lookup
from .exchange import CapturedExchange
from .headers import HeaderBlock, Kept
from .outline import Context, context_of, outline
from .pricing import FREE, PriceBook, Terms, together
from .progress import StreamProgress
from .reading import is_stream, read_answer, read_event, read_request
from .redaction import Own, Redactor
from .settings import RedactionSettings
from .sockets import SocketInterpreter
from .spread_secrets import has_spread, mask_spread
from .timing import arrival_of, read_timing
from .wire.coding import decode
from .wire.draft import Draft, Format
from .wire.sse import read_events

__all__ = ["Interpreter", "SocketInterpreter", "StreamProgress"]


class Bodies(Struct, frozen=True):
    """Both bodies as kept, and the answer before secrets were masked (the same object where there were none)."""

    request: bytes
    response: bytes
    unmasked: bytes
    coding: str | None
    problem: str | None


class OfRequest(Struct, frozen=True):
    """What follows from the request alone."""

    said: turns.Said
    body_hash: str | None


class Interpreter:
    """Reads exchanges. `salt` belongs to this installation; it keeps hashes of keys from being looked up elsewhere."""

    def __init__(
        self,
        *,
        salt: bytes,
        prices: PriceBook | None = None,
        redaction: RedactionSettings | None = None,
        fault: Callable[[str, BaseException], None] | None = None,
        earlier: Lookup | None = None,
    ) -> None:
        """`fault` is told where a reader failed; the row's note says so in any case.

        `earlier` is asked for the prompt that a call continues, where its own usage has to be estimated.
        """
        self.prices = prices or PriceBook()
        self.redactor = Redactor(salt, redaction)
        self._fault = fault
        self._earlier = earlier
        self._last: tuple[CapturedExchange, tuple[bytes, bytes], Bodies] | None = None
        self._last_context: tuple[CapturedExchange, Context] | None = None

    def call(self, exchange: CapturedExchange) -> Call:
        """The exchange as a call, whatever its ending. Never raises."""
        try:
            return self._call(exchange)
        except Exception as error:  # noqa: BLE001  a reader's bug costs one row its details, not the row; the note shows it
            return self._unread(exchange, error)

    def decoded_bodies(self, exchange: CapturedExchange) -> tuple[bytes, bytes]:
        """Request and response body as kept: content codings undone, secrets masked."""
        bodies = self._bodies(exchange, self.context(exchange))
        return bodies.request, bodies.response

    def decoded_request(self, exchange: CapturedExchange) -> bytes:
        """The request body as kept."""
        context = self.context(exchange)
        body, _ = decode(exchange.request_body, exchange.request_headers.get("content-encoding"))
        return self.redactor.body(body, context.own)

    def context(self, exchange: CapturedExchange) -> Context:
        """Where the exchange went and with which key; the last one's is remembered."""
        last = self._last_context
        if last is not None and last[0] is exchange:
            return last[1]
        context = context_of(exchange)
        self._last_context = (exchange, context)
        return context

    def forget(self) -> None:
        """Let go of the last exchange, whose bodies may be large."""
        self._last = self._last_context = None

    def unfinished(self, exchange: CapturedExchange, draft: Draft, timing: Timing) -> Call:
        """The call of a draft read so far, for streams and sockets under way. Never raises."""
        try:
            return self.finish(exchange, draft, timing, self.context(exchange))
        except Exception as error:  # noqa: BLE001  as in call(): shown in the note
            return self._unread(exchange, error)

    def redacted_headers(self, headers: HeaderBlock, own: Own = ()) -> Kept:
        """Headers as kept. `own` are the call's credentials."""
        return self.redactor.headers(headers, own)

    def _bodies(self, exchange: CapturedExchange, context: Context) -> Bodies:
        came, last = (exchange.request_body, exchange.response_body), self._last
        if last is not None and last[0] is exchange and last[1] == came:
            return last[2]
        coding = exchange.response_headers.get("content-encoding")
        request, problem = decode(exchange.request_body, exchange.request_headers.get("content-encoding"))
        response, response_problem = decode(exchange.response_body, coding)
        mask, own = self.redactor.body, context.own
        bodies = Bodies(mask(request, own), mask(response, own), response, coding, response_problem or problem)
        self._last = (exchange, came, bodies)
        return bodies

    def _call(self, exchange: CapturedExchange) -> Call:
        context = self.context(exchange)
        bodies, format = self._bodies(exchange, context), context.format
        draft = Draft(method=exchange.method, path=exchange.path, note=bodies.problem)
        read_request(draft, format, bodies.request)
        content_type = exchange.response_headers.get("content-type") or ""
        content: list[float | None] = [None, None]
        if is_stream(draft, content_type, bodies.response):
            draft.stream = True
            content = self._stream(exchange, draft, format, bodies)
            if has_spread(draft, self.redactor):
                masked = mask_spread(bodies.response, format, self.redactor)
                came = exchange.request_body, exchange.response_body
                self._last = (exchange, came, replace(bodies, response=masked))
        elif bodies.response:
            read_answer(draft, format, bodies.response, content_type, exchange.status)
        timing = read_timing(exchange, content[0], content[1])
        return self.finish(exchange, draft, timing, context)

    def _stream(self, exchange: CapturedExchange, draft: Draft, format: Format, bodies: Bodies) -> list[float | None]:
        """Read a stream into the draft; when its first and its last content came."""
        events = read_events(bodies.response)
        content = [i for i, event in enumerate(events) if read_event(draft, format, event.name, event.data)]
        if not content or not exchange.pieces:
            return [None, None]
        if bodies.unmasked is not bodies.response:
            events = read_events(bodies.unmasked)
        ends = (events[content[0]].end, events[content[-1]].end)
        return arrival_of(exchange, bodies.coding, ends)

    def finish(
        self,
        exchange: CapturedExchange,
        draft: Draft,
        timing: Timing,
        context: Context,
    ) -> Call:
        """The call of a draft that has been read as far as it goes."""
        format = context.format
        is_complete = draft.stream and draft.ended
        is_cut = draft.stream and not draft.ended and not _may_end_so(draft, format)
        outcome = faults.judge(
            faults.Evidence(
                exchange.ending, exchange.status, draft.said, draft.failed, is_cut, exchange.error, is_complete
            )
        )
        request = draft.of_request = draft.of_request or OfRequest(
            turns.read_turns(draft.messages), body_hash(exchange)
        )
        usage, note = self._usage(draft, outcome, request)
        said = request.said
        reply = turns.reply_of(draft) if said.digest else []
        return Call(
            outcome.state,
            *outline(exchange, context, self.redactor),
            draft.stream,
            draft.model or draft.model_requested,
            draft.model_requested,
            outcome.fault,
            outcome.type,
            outcome.code,
            self.redactor.text(outcome.message, context.own) if outcome.message else None,
            draft.finish_reason,
            usage,
            FREE if _is_free(exchange, draft, outcome) else self._cost(exchange, draft, usage, format.kind),
            draft.service_tier,
            timing,
            _speed(usage, timing, draft.stream),
            draft.user,
            draft.response_id,
            draft.previous_response_id,
            draft.conversation_ref,
            said.prefixes,
            turns.following(said.digest, reply) if reply else None,
            draft.usage_key,
            request.body_hash,
            said.new,
            self._answer_text(draft),
            draft.note or note,
        )

    def _answer_text(self, draft: Draft) -> str:
        text = "".join(draft.answer)[: turns.MOST_TEXT]
        return self.redactor.text(text) if draft.stream else text  # other answers were masked before they were read

    def _usage(self, draft: Draft, outcome: faults.Outcome, request: OfRequest) -> tuple[Usage, str | None]:
        """What the provider reported, else an estimate where something was generated; and what to say about it."""
        usage, note = draft.usage, None
        has_answered = bool(draft.answer or draft.silent or draft.ended) and not draft.failed
        if usage is None and draft.bill == "by_use" and has_answered and outcome.state != "open":
            asked = Asked(request.body_hash, draft.previous_response_id, draft.conversation_ref)
            usage, note = estimates.estimate(draft, self._earlier(asked) if self._earlier else None)
        usage = usage or Usage()
        return (replace(usage, tool_calls=draft.tool_calls) if draft.tool_calls else usage), note

    def _cost(self, exchange: CapturedExchange, draft: Draft, usage: Usage, kind: str) -> Cost:
        if draft.bill == "none":
            return Cost(source="free", note="what it costs is told by a later call")
        terms = Terms(exchange.started_at, kind, draft.service_tier, draft.batch, exchange.host, draft.extra)
        if parts := draft.extra.get("per_model"):
            return together([_labelled(self.prices.price(name, part, terms), name) for name, part in parts])
        return self.prices.price(draft.model or draft.model_requested, usage, terms)

    def _unread(self, exchange: CapturedExchange, error: Exception) -> Call:
        if self._fault:
            self._fault("interpret", error)
        return self._bare(exchange, f"this call could not be read: {type(error).__name__}: {error}")

    def _bare(self, exchange: CapturedExchange, note: str) -> Call:
        outcome = faults.judge(faults.Evidence(exchange.ending, exchange.status, None, False, False, exchange.error))
        return Call(
            uid=exchange.uid,
            started_at=exchange.started_at,
            state=outcome.state,
            method=exchange.method,
            scheme=exchange.scheme,
            host=exchange.host,
            path=self.redactor.path(exchange.path),
            endpoint=self.redactor.path(exchange.path.partition("?")[0]),
            door=exchange.door,
            status=exchange.status,
            fault=outcome.fault,
            error_code=outcome.code,
            error_message=outcome.message and self.redactor.text(outcome.message),
            timing=read_timing(exchange, None, None),
            request_bytes=exchange.request_size,
            response_bytes=exchange.response_size,
            truncated=exchange.truncated,
            tags=exchange.tags,
            note=note,
        )


def _may_end_so(draft: Draft, format: Format) -> bool:
    """Whether a stream may be whole though its last event did not come."""
    if format.event is None or format.kind == "other":
        return True
    return bool(draft.finish_reason) and format.kind in ("chat", "completions")


def _is_free(exchange: CapturedExchange, draft: Draft, outcome: faults.Outcome) -> bool:
    """Whether the provider charged nothing: never does, refused it, or was never asked."""
    if draft.bill == "free" or outcome.fault == "policy":
        return True
    if exchange.status is None:
        return outcome.code in faults.NEVER_SENT
    return exchange.status >= 400 and not draft.usage


def _labelled(cost: Cost, model: str | None) -> Cost:
    """A cost whose lines name the model, beside those of others."""
    return replace(cost, lines=tuple(replace(line, label=f"{line.label} ({model})") for line in cost.lines))


def body_hash(exchange: CapturedExchange) -> str | None:
    """A digest of method, path and request body, None where nothing was sent that could repeat."""
    if exchange.method in ("GET", "HEAD", "OPTIONS"):
        return None
    digest = hashlib.blake2b(f"{exchange.method} {exchange.path}\n".encode("utf-8", "replace"), digest_size=12)
    digest.update(exchange.request_body)
    return digest.hexdigest()


def _speed(usage: Usage, timing: Timing, stream: bool) -> float | None:
    """Output tokens a second: of a stream between its first and last content, else over the whole call."""
    if not usage.output_tokens or timing.duration_ms is None:
        return None
    if stream and timing.ttft_ms is not None and timing.last_content_ms is not None:
        ms = timing.last_content_ms - timing.ttft_ms
        return round(usage.output_tokens / ms * 1000, 2) if ms >= 1 else None
    return round(usage.output_tokens / timing.duration_ms * 1000, 2) if timing.duration_ms >= 1 else None
