"""Each call begins once and ends once, whatever its way; a failing sink reaches nobody."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from mitmproxy import connection, http
from mitmproxy import flow as flows
from mitmproxy.test import tflow
from mitmproxy.test import tutils as untyped
from mitmproxy.websocket import WebSocketData, WebSocketMessage
from wiretally.addons.capture import Capture
from wiretally.addons.stream_tap import StreamTap
from wiretally.agent.exchange import Kind
from wsproto.frame_protocol import Opcode

tutils: Any = untyped


class Frames:
    """A sink that keeps what it is given; `broken` makes it fail."""

    def __init__(self) -> None:
        self.frames: list[tuple[Kind, str, tuple[Any, ...]]] = []
        self.faults: list[str] = []
        self.broken = False

    def put(self, kind: Kind, call: str, at: float, *fields: Any) -> None:
        if self.broken:
            raise OSError("no room")
        self.frames.append((kind, call, fields))

    def tell(self, kind: Kind, about: str, at: float, *fields: Any) -> None:
        self.put(kind, about, at, *fields)

    def fault(self, where: str, error: BaseException) -> None:
        self.faults.append(f"{where}: {error}")

    @property
    def kinds(self) -> list[Kind]:
        return [kind for kind, _, _ in self.frames]


@pytest.fixture
def sink() -> Frames:
    return Frames()


@pytest.fixture
def capture(sink: Frames) -> Capture:
    return Capture(sink, frozenset({"api.openai.com"}), 1000)


def made(*request_fields: tuple[bytes, bytes], body: bytes = b"ask") -> http.HTTPFlow:
    flow = tflow.tflow(req=tutils.treq(host="api.openai.com", port=443, scheme=b"https", content=body))
    flow.request.headers.fields = request_fields or ((b"content-length", b"3"),)
    return flow


def answer(flow: http.HTTPFlow, *fields: tuple[bytes, bytes], body: bytes = b"answer") -> None:
    flow.response = tutils.tresp(content=body)
    response: Any = flow.response
    response.headers.fields = fields or ((b"content-length", str(len(body)).encode()),)


def test_a_short_call_takes_two_frames(capture: Capture, sink: Frames) -> None:
    flow = made()
    capture.requestheaders(flow)
    capture.request(flow)
    answer(flow)
    capture.responseheaders(flow)
    capture.response(flow)
    assert sink.kinds == [Kind.BEGIN, Kind.ANSWER]
    begin, end = (fields for _, _, fields in sink.frames)
    assert begin[0] == "proxy"
    assert begin[3:7] == ("GET", "https", "api.openai.com", 443)
    assert begin[-3:-1] == (b"ask", 3)
    assert end[6:8] == (b"answer", 6)


def test_a_stream_is_tapped_and_ends_once(capture: Capture, sink: Frames) -> None:
    flow = made()
    capture.requestheaders(flow)
    capture.request(flow)
    answer(flow, (b"content-type", b"text/event-stream"), body=b"")
    capture.responseheaders(flow)
    assert flow.response
    tap = flow.response.stream
    assert isinstance(tap, StreamTap)
    assert tap(b"data: 1\n\n") == b"data: 1\n\n"
    tap(b"")
    capture.response(flow)
    flow.error = flows.Error("Client disconnected.")
    capture.error(flow)
    assert sink.kinds == [Kind.BEGIN, Kind.HEAD, Kind.DATA, Kind.END]
    assert sink.frames[-1][2] == ("answered", None)


@pytest.mark.parametrize(
    ("message", "ending"), [("Client disconnected.", "client_gone"), ("connection reset", "upstream_error")]
)
def test_a_call_cut_off_says_by_whom(capture: Capture, sink: Frames, message: str, ending: str) -> None:
    flow = made()
    capture.requestheaders(flow)
    flow.error = flows.Error(message)
    capture.error(flow)
    assert sink.kinds == [Kind.BEGIN, Kind.END]
    assert sink.frames[-1][2] == (ending, message)


def test_a_call_whose_app_is_gone_is_the_apps_doing(capture: Capture, sink: Frames) -> None:
    flow = made()
    capture.requestheaders(flow)
    flow.client_conn.state = connection.ConnectionState.CLOSED
    flow.error = flows.Error("peer closed connection")
    capture.error(flow)
    assert sink.frames[-1][2] == ("client_gone", "peer closed connection")


async def test_a_call_that_nothing_ends_ends_with_its_connection(
    capture: Capture, sink: Frames, monkeypatch: pytest.MonkeyPatch
) -> None:
    """mitmproxy 12.2 raises on trailers, and then calls no hook any more for that call."""
    monkeypatch.setattr("wiretally.addons.capture.PATIENCE_SECONDS", 0.01)
    ended, silent = made(), made()
    silent.client_conn = ended.client_conn
    for flow in (ended, silent):
        capture.requestheaders(flow)
        capture.request(flow)
    answer(ended)
    capture.response(ended)
    capture.client_disconnected(ended.client_conn)
    await asyncio.sleep(0.05)
    assert sink.kinds == [Kind.BEGIN, Kind.BEGIN, Kind.ANSWER, Kind.END]
    assert sink.frames[-1][1] == silent.id
    capture.error(silent)
    assert len(sink.frames) == 4


def test_a_chunked_upload_is_visible_from_its_start(capture: Capture, sink: Frames) -> None:
    flow = made((b"transfer-encoding", b"chunked"))
    capture.requestheaders(flow)
    assert sink.kinds == [Kind.BEGIN]
    assert callable(flow.request.stream)
    flow.request.stream(b"part")
    flow.request.stream(b"")
    capture.request(flow)
    assert sink.kinds == [Kind.BEGIN, Kind.REQUEST_DATA, Kind.REQUEST_END]


def test_other_hosts_are_passed_on_and_not_recorded(capture: Capture, sink: Frames) -> None:
    flow = tflow.tflow()
    capture.requestheaders(flow)
    capture.request(flow)
    answer(flow)
    for hook in (capture.responseheaders, capture.response, capture.error):
        hook(flow)
    assert sink.frames == []
    assert flow.request.stream is True
    assert flow.response and flow.response.stream is True


def test_what_is_refused_at_the_door_is_nobodys_call(capture: Capture, sink: Frames) -> None:
    flow = made()
    answer(flow)
    capture.requestheaders(flow)
    capture.response(flow)
    assert sink.frames == []


def test_websocket_messages_are_sent_on_and_let_go(capture: Capture, sink: Frames) -> None:
    flow = made()
    capture.requestheaders(flow)
    capture.request(flow)
    flow.response = tutils.tresp(status_code=101)
    flow.websocket = WebSocketData()
    capture.response(flow)
    flow.websocket.messages.append(WebSocketMessage(Opcode.TEXT, True, b"x" * 2000))
    capture.websocket_message(flow)
    assert flow.websocket.messages == []
    flow.websocket.close_code = 1006
    capture.websocket_end(flow)
    capture.error(flow)
    assert sink.kinds == [Kind.BEGIN, Kind.HEAD, Kind.MESSAGE, Kind.END]
    assert sink.frames[2][2] == (True, True, b"x" * 1000, 2000)
    assert sink.frames[3][2] == ("answered", "1006 ")


def test_a_failing_sink_is_reported_and_the_call_goes_on(capture: Capture, sink: Frames) -> None:
    sink.broken = True
    flow = made()
    answer(flow)
    response, flow.response = flow.response, None
    capture.requestheaders(flow)
    capture.request(flow)
    flow.response = response
    capture.responseheaders(flow)
    capture.response(flow)
    capture.error(flow)
    assert sink.faults == ["capture.request: no room", "capture.response: no room"]
