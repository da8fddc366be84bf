"""Clock readings of an exchange as milliseconds from its start. Its own file because the time of a stream's event has
to be found through the decoder: pieces are timed as they came on the wire, events are read from what they decode to.
"""

from __future__ import annotations

from bisect import bisect_left

from .call import Timing
from .exchange import CapturedExchange
from .wire.coding import Decoder

MOST_EVENTS = 500


def read_timing(exchange: CapturedExchange, first_content: float | None, last_content: float | None) -> Timing:
    """The timing of an exchange whose first and last content came at these times (Unix seconds)."""
    start = exchange.started_at
    events = tuple([(_ms(at, start), size) for at, size in thinned(exchange.pieces)])
    first_piece = events[0][0] if events else None
    sent, head, ended = exchange.sent_at, exchange.head_at, exchange.ended_at
    return Timing(
        exchange.connect_ms,
        exchange.tls_ms,
        None if sent is None else _ms(sent, start),
        first_piece if events else None if head is None else _ms(head, start),
        first_piece if first_content is None else _ms(first_content, start),
        None if last_content is None else _ms(last_content, start),
        None if ended is None else _ms(ended, start),
        events,
    )


def _ms(at: float, start: float) -> float:
    return round((at - start) * 1_000_000) / 1000 if at > start else 0.0


def thinned(pieces: list[tuple[float, int]]) -> list[tuple[float, int]]:
    """At most `MOST_EVENTS` of the pieces, evenly chosen, the first and the last among them."""
    if len(pieces) <= MOST_EVENTS:
        return pieces
    step = (len(pieces) - 1) / (MOST_EVENTS - 1)
    return [pieces[round(i * step)] for i in range(MOST_EVENTS)]


def arrival_of(exchange: CapturedExchange, content_encoding: str | None, ends: tuple[int, ...]) -> list[float | None]:
    """When the piece came that completed each of these positions in the decoded answer."""
    pieces = exchange.pieces
    if not pieces:
        return [None] * len(ends)
    sizes = [size for _, size in pieces]
    decoder = Decoder(content_encoding)
    if not decoder.is_plain:
        body, start, decoded = exchange.response_body, 0, 0
        for position, size in enumerate(sizes):
            decoded += len(decoder.feed(body[start:size]))
            start = size
            sizes[position] = decoded
    return [pieces[min(bisect_left(sizes, end), len(pieces) - 1)][0] for end in ends]
