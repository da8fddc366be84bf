"""Events are the same however a stream is cut, over every recorded stream."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st
from wiretally.agent.wire.sse import Event, EventStream, read_events

from .. import recorded

TRICKY = (
    b"\xef\xbb\xbf: a comment\r\nevent: one\r\ndata: first\r\ndata: second \xe2\x82\xac\r\n\r\n"
    b"data:no space\n\ndata\nid: 7\nretry: 10\n\ndata: {}\r\rdata: last without an empty line\n"
)


def cut(body: bytes, size: int) -> list[Event]:
    stream = EventStream()
    events = [event for start in range(0, len(body), size) for event in stream.feed(body[start : start + size])]
    return events + stream.finish()


def test_lines_end_in_lf_crlf_or_cr_and_data_lines_are_joined() -> None:
    assert [(event.name, event.data) for event in read_events(TRICKY)] == [
        ("one", b"first\nsecond \xe2\x82\xac"),
        ("", b"no space"),
        ("", b"{}"),
        ("", b"last without an empty line"),
    ]


def test_an_event_knows_where_it_ended() -> None:
    body = b"data: a\n\ndata: b\r\n\r\n"
    assert [event.end for event in read_events(body)] == [9, 20]


def test_a_line_may_be_longer_than_any_buffer() -> None:
    line = b"x" * 3_000_000
    assert [event.data for event in cut(b"data: " + line + b"\n\n", 65_536)] == [line]


@given(st.lists(st.integers(0, len(TRICKY)), max_size=12))
def test_where_it_is_cut_does_not_matter(places: list[int]) -> None:
    stream = EventStream()
    edges = [0, *sorted(places), len(TRICKY)]
    pieces = [TRICKY[start:end] for start, end in pairwise(edges)]
    events = [event for piece in pieces for event in stream.feed(piece)]
    assert events + stream.finish() == read_events(TRICKY)


@given(st.lists(st.sampled_from([b"data: a", b"\n", b"\r", b"\r\n", b"event: b", b":", b"data:", b"\xc3\xa4"])))
@settings(max_examples=300)
def test_any_mixture_gives_the_same_byte_by_byte(parts: list[bytes]) -> None:
    body = b"".join(parts)
    whole, bytewise = read_events(body), cut(body, 1)
    assert whole == bytewise


def streams() -> list[bytes]:
    return [recorded.body(record, "response") for record in recorded.records() if record["stream"]]


def test_every_recorded_stream_cut_at_every_byte_gives_the_same_events() -> None:
    assert len(streams()) > 400
    for body in streams():
        whole = read_events(body)
        assert b"".join(event.data for event in whole)
        assert cut(body, 1) == whole


@given(st.data())
@settings(deadline=None)
def test_recorded_streams_give_the_same_events_in_any_pieces(data: st.DataObject) -> None:
    body = data.draw(st.sampled_from(streams()))
    places = data.draw(st.lists(st.integers(0, len(body)), max_size=40))
    stream = EventStream()
    pieces = [body[start:end] for start, end in pairwise([0, *sorted(places), len(body)])]
    assert [event for piece in pieces for event in stream.feed(piece)] + stream.finish() == read_events(body)


def test_some_recorded_streams_cut_at_every_single_byte() -> None:
    for body in sorted(streams(), key=len)[3:60:8]:
        whole = read_events(body)
        for place in range(len(body)):
            stream = EventStream()
            assert stream.feed(body[:place]) + stream.feed(body[place:]) + stream.finish() == whole
