"""Frames become exchanges: whole, once, whatever order a recorder's death brings them in."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from wiretally.agent.assembly import Assembler
from wiretally.agent.exchange import CapturedExchange, Frame, Kind
from wiretally.agent.headers import HeaderBlock

HEADERS = [b"Host\0X-Odd", b"api.openai.com\0\xff"]
BEGIN = ["proxy", "conn", ["127.0.0.1", 5000], "POST", "https", "api.openai.com", 443, "/v1/x", "HTTP/1.1", HEADERS]


def frames(call: str = "a") -> list[Frame]:
    return [
        [Kind.BEGIN, call, 0, 1.0, *BEGIN, "night", {"team": "a"}, None, None, None],
        [Kind.REQUEST_DATA, call, 1, 1.1, b"ask", 3],
        [Kind.REQUEST_END, call, 2, 1.2],
        [Kind.HEAD, call, 3, 1.3, 200, "OK", "HTTP/1.1", [[b"a", b"b"]], 1.0, 2.0],
        [Kind.DATA, call, 4, 1.4, b"one", 3],
        [Kind.DATA, call, 5, 1.5, b"two", 3],
        [Kind.END, call, 6, 1.6, "answered", None],
    ]


def expected(call: str = "a") -> CapturedExchange:
    return CapturedExchange(
        uid=call, started_at=1.0, method="POST", scheme="https", host="api.openai.com", port=443, path="/v1/x",
        http_version="HTTP/1.1", door="proxy", connection="conn", peer=("127.0.0.1", 5000), session="night",
        tags={"team": "a"}, request_headers=HeaderBlock.of(("Host", "api.openai.com"), ("X-Odd", "ÿ")),
        request_body=b"ask", request_size=3, sent_at=1.2, status=200, reason="OK",
        response_headers=HeaderBlock.of(("a", "b")), response_body=b"onetwo", response_size=6, head_at=1.3,
        connect_ms=1.0, tls_ms=2.0, pieces=[(1.4, 3), (1.5, 6)], ended_at=1.6, ending="answered",
    )  # fmt: skip


def test_a_call_is_put_together() -> None:
    assembler = Assembler()
    call = [assembler.feed(frame) for frame in frames()][-1]
    assert call and call.ended and call.whole() == expected()
    assert call.new == [(1.4, b"one"), (1.5, b"two")]


def test_a_request_under_way_is_known_as_far_as_it_came() -> None:
    assembler = Assembler()
    begin, data, *_ = frames()
    assembler.feed(begin)
    call = assembler.feed(data)
    assert call and call.whole().request_body == b"ask"
    assembler.feed([Kind.REQUEST_DATA, "a", 2, 1.15, b"ed", 2])
    assert call.whole().request_body == b"asked" and call.exchange.sent_at is None
    assembler.feed([Kind.REQUEST_END, "a", 3, 1.2])
    assert call.exchange.request_body == b"asked" and call.exchange.sent_at == 1.2


def test_an_answer_read_whole_is_the_same_call() -> None:
    assembler = Assembler()
    assembler.feed([Kind.BEGIN, "a", 0, 1.0, *BEGIN, None, None, b"ask", 3, 1.2])
    call = assembler.feed([Kind.ANSWER, "a", 1, 1.3, 200, "OK", "HTTP/1.1", [], None, None, b"body", 4, 1.6])
    assert call
    it = call.whole()
    assert (it.request_body, it.sent_at, it.response_body, it.ended_at, it.ending) == (
        b"ask",
        1.2,
        b"body",
        1.6,
        "answered",
    )
    assert not it.truncated


@given(st.integers(0, 6), st.integers(0, 6), st.data())
def test_a_recorders_death_anywhere_changes_nothing(read: int, kept: int, data: st.DataObject) -> None:
    """A new recorder gets the ring's rest first, then all frames again, in any mixture that keeps each one's order."""
    sent = frames()
    ring, again = list(sent[min(read, kept) :]), [*sent, [Kind.SKIPPED, "a", 7, 2.0]]
    assembler = Assembler()
    call = None
    while ring or again:
        source = ring if ring and (not again or data.draw(st.booleans())) else again
        call = assembler.feed(source.pop(0)) or call
    assert call and call.ended and call.whole() == expected()


def test_frames_of_a_stored_call_are_known_when_they_come_again() -> None:
    assembler = Assembler()
    for frame in frames():
        assembler.feed(frame)
    assembler.forget("a")
    assert [assembler.feed(frame) for frame in frames()] == [None] * 7
    assert not assembler.open


def test_frames_that_never_came_are_skipped() -> None:
    assembler = Assembler()
    sent = frames()
    for frame in (*sent[:4], *sent[5:]):
        assembler.feed(frame)
    assert not assembler.open["a"].ended
    call = assembler.feed([Kind.SKIPPED, "a", 7, 2.0])
    assert call and call.ended and call.whole().response_body == b"two"


def test_a_dead_proxys_calls_end_with_what_had_arrived() -> None:
    assembler = Assembler()
    for frame in frames()[:5]:
        assembler.feed(frame)
    assembler.feed([Kind.DATA, "lost its beginning", 4, 1.0, b"x", 1])
    (call,) = assembler.gone(9.0)
    assert (call.exchange.ending, call.exchange.ended_at, call.whole().response_body) == ("proxy_gone", 1.4, b"one")
    assert not assembler.open


def test_a_body_beyond_the_cap_is_marked() -> None:
    assembler = Assembler()
    for frame in frames()[:4]:
        assembler.feed(frame)
    call = assembler.feed([Kind.DATA, "a", 4, 1.4, b"", 5000])
    assert call and call.exchange.truncated and call.exchange.response_size == 5000


def test_websocket_messages_are_handed_on_as_they_come() -> None:
    assembler = Assembler()
    assembler.feed(frames()[0])
    call = assembler.feed([Kind.MESSAGE, "a", 1, 2.0, True, True, b"hello", 5])
    assert call
    (message,) = call.new_messages
    assert (message.time, message.from_client, message.content) == (2.0, True, b"hello")
    assert call.exchange.request_size == 8 - 3
