"""Anything at all on the wire: no reader raises, hangs or grows; what cannot be read is a row with its raw bytes."""

from __future__ import annotations

import zlib
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from wiretally.agent.assembly import Assembler
from wiretally.agent.exchange import CapturedExchange, Frame, Kind, Message, decode
from wiretally.agent.headers import HeaderBlock
from wiretally.agent.interpret import Interpreter, SocketInterpreter, StreamProgress
from wiretally.agent.observation import unreadable
from wiretally.agent.wire.coding import MAX_DECODED, Decoder
from wiretally.agent.wire.sse import read_events

PATHS = (
    "/v1/chat/completions", "/v1/responses", "/v1/embeddings", "/v1/images/generations", "/v1/audio/speech",
    "/v1/batches", "/v1/files", "/v1/realtime?model=m", "/", "*", "//", "/v1/threads/x/runs",
)  # fmt: skip
WORDS = (
    b"data: ", b"event: ", b"\n\n", b"\r\n", b"\r", b'{"usage":', b'{"choices":[{"delta":', b"[DONE]", b"\xff\xfe",
    b'"response.completed"', b'{"type":"response.done","response":', b"null", b"1e999", b"[" * 500, b"}", b"\xe2\x82",
)  # fmt: skip
COMMON = settings(
    max_examples=150, deadline=20_000, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
pytestmark = pytest.mark.fault("fuzz: readers and frames, given anything", rounds=COMMON.max_examples)

bodies = st.one_of(st.binary(max_size=400), st.lists(st.sampled_from(WORDS), max_size=30).map(b"".join))
documents: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                (
                    "id",
                    "model",
                    "usage",
                    "choices",
                    "type",
                    "response",
                    "delta",
                    "prompt_tokens",
                    "error",
                    "output",
                    "message",
                    "messages",
                    "content",
                    "code",
                    "n",
                    "stream",
                    "data",
                )
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)
bodies = bodies | documents.map(lambda it: repr(it).replace("'", '"').encode("utf-8", "surrogatepass"))
kinds = st.sampled_from(("application/json", "text/event-stream", "multipart/form-data; boundary=b", "", "audio/mpeg"))
codings = st.sampled_from((None, "gzip", "br", "zstd", "deflate, gzip", "nonsense"))


@pytest.fixture(scope="module")
def interpreter() -> Interpreter:
    return Interpreter(salt=b"salt")


def _exchange(path: str, asked: bytes, answered: bytes, kind: str, coding: str | None) -> CapturedExchange:
    headers = (("content-type", kind), *((("content-encoding", coding),) if coding else ()))
    return CapturedExchange(
        "fuzzed", 1.0, method="POST", path=path, request_body=asked, request_size=len(asked), status=200,
        response_headers=HeaderBlock.of(*headers), response_body=answered, response_size=len(answered), head_at=1.1,
        pieces=[(1.2, len(answered))], ended_at=2.0, ending="answered",
    )  # fmt: skip


@COMMON
@given(st.sampled_from(PATHS), bodies, bodies, kinds, codings)
def test_any_exchange_makes_a_row(
    interpreter: Interpreter, path: str, asked: bytes, answered: bytes, kind: str, coding: str | None
) -> None:
    exchange = _exchange(path, asked, answered, kind, coding)
    call = interpreter.call(exchange)
    assert (call.uid, call.status) == ("fuzzed", 200)
    assert call.state in ("done", "failed", "aborted")
    assert "could not be read" not in (call.note or ""), call.note


@COMMON
@given(st.sampled_from(PATHS), st.lists(bodies, max_size=6), kinds, codings)
def test_any_pieces_make_a_call_under_way(
    interpreter: Interpreter, path: str, pieces: list[bytes], kind: str, coding: str | None
) -> None:
    exchange = _exchange(path, b"{}", b"", kind, coding)
    exchange.ended_at, exchange.ending = None, "open"
    progress = StreamProgress(exchange, interpreter)
    for number, piece in enumerate(pieces):
        progress.feed(piece, 1.0 + number)
    assert progress.call().state in ("open", "failed")


@COMMON
@given(bodies, st.integers(1, 7))
def test_events_are_the_same_however_they_are_cut(body: bytes, size: int) -> None:
    from wiretally.agent.wire.sse import EventStream

    stream = EventStream()
    found = [event for start in range(0, len(body), size) for event in stream.feed(body[start : start + size])]
    whole = [(event.name, event.data) for event in read_events(body)]
    assert [(event.name, event.data) for event in found] == whole[: len(found)]


@COMMON
@given(st.lists(st.tuples(st.booleans(), st.booleans(), bodies), max_size=8), st.sampled_from(PATHS))
def test_any_messages_make_calls(interpreter: Interpreter, messages: list[tuple[bool, bool, bytes]], path: str) -> None:
    socket = SocketInterpreter(_exchange(path, b"", b"", "", None), interpreter)
    for number, (from_client, is_text, content) in enumerate(messages):
        socket.feed(Message(1.0 + number, from_client, is_text, content))
    *_, (connection, _kept) = socket.close()
    assert connection.uid == "fuzzed"


@COMMON
@given(st.binary(max_size=200))
def test_any_bytes_are_a_frame_or_a_value_error(data: bytes) -> None:
    try:
        frame = decode(data)
    except ValueError:
        return
    assert frame[0] in list(Kind)


@COMMON
@given(st.lists(st.integers(0, 9), max_size=40))
def test_frames_in_any_order_make_one_call(order: list[int]) -> None:
    """What comes twice counts once, what comes early waits."""
    head: Frame = [1.0, 200, "OK", "HTTP/1.1", [], None, None]
    begin: Frame = ["base_url", "c", ["h", 1], "POST", "https", "h", 1, "/", "1", [], None, {}, b"", 0, 1.0]
    frames: list[Frame] = [[Kind.BEGIN, "u", 0, 1.0, *begin], [Kind.HEAD, "u", 1, *head]]
    frames += [[Kind.DATA, "u", number, 1.0, b"%d" % number, 1] for number in range(2, 9)]
    frames.append([Kind.END, "u", 9, 2.0, "answered", None])
    assembler = Assembler()
    for number in [*order, *range(10)]:
        made = [decode(msgspec.msgpack.encode(frame)) for frame in frames][number]
        call = assembler.feed(made)
    assert not assembler.incomplete
    call = assembler.open["u"]
    assert (call.whole().response_body, call.exchange.response_size, call.ended) == (b"2345678", 7, True)


def test_a_bomb_stays_small() -> None:
    """256 MiB of zeros in a thousandth of that: no more is unpacked than is kept."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    zeros = bytes(16 * 1024 * 1024)
    bomb = b"".join([*(packer.compress(zeros) for _ in range(16)), packer.flush()])
    decoder = Decoder("gzip")
    size = sum(len(decoder.feed(bomb[start : start + 65536])) for start in range(0, len(bomb), 65536))
    assert size <= MAX_DECODED
    assert decoder.problem


def test_an_unreadable_call_keeps_its_bytes() -> None:
    assembler = Assembler()
    begin: Frame = [
        "base_url",
        "c",
        ["h", 1],
        "POST",
        "https",
        "h",
        1,
        "/v1/x?key=secret-secret",
        "1",
        [],
        None,
        {},
        b"",
        0,
        1.0,
    ]
    assembler.feed([Kind.BEGIN, "u", 0, 1.0, *begin])
    call = assembler.feed([Kind.ANSWER, "u", 1, 1.1, 200, "OK", "1", [], None, None, b"\xff raw", 5, 2.0])
    assert call
    entry = unreadable(call, None, "s", lambda body, own: body)
    assert (entry.call.state, entry.call.path, entry.response_body) == ("done", "/v1/x", b"\xff raw")
    assert entry.call.note
    assert entry.call.note.startswith("unreadable")
