"""mitmproxy's flow files as exchanges. The one place besides proxy.py that knows mitmproxy: it reads its format by
its own reader (mitmproxy 12), of any version that this can upgrade."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from mitmproxy.exceptions import FlowReadException
from mitmproxy.http import HTTPFlow
from mitmproxy.io import FlowReader

from .errors import UsageError
from .exchange import CapturedExchange, Ending, Message
from .headers import NO_HEADERS, parted


def read_flows(file: BinaryIO, path: Path) -> Iterator[CapturedExchange]:
    """Every HTTP flow of the file. Raises UsageError where it is damaged."""
    try:
        for flow in FlowReader(file).stream():
            if isinstance(flow, HTTPFlow):
                yield _exchange(flow)
    except FlowReadException as error:
        raise UsageError(f"{path} is damaged: {error}. What came before has been imported.") from error


def _exchange(flow: HTTPFlow) -> CapturedExchange:
    request, response = flow.request, flow.response
    answered = response.raw_content if response is not None else None
    head = response.timestamp_start if response is not None else None
    server = flow.server_conn
    tcp, tls, begun = server.timestamp_tcp_setup, server.timestamp_tls_setup, server.timestamp_start
    is_new = begun is not None and begun >= request.timestamp_start
    socket = flow.websocket
    ended = (response.timestamp_end if response is not None else None) or (flow.error.timestamp if flow.error else None)
    return CapturedExchange(
        uid=f"flow-{flow.id}", started_at=request.timestamp_start, method=request.method, scheme=request.scheme,
        host=request.pretty_host, port=request.port, path=request.path, http_version=request.http_version,
        door="import",
        request_headers=parted(request.headers.fields), request_body=request.raw_content or b"",
        request_size=len(request.raw_content or b""), sent_at=request.timestamp_end,
        status=response.status_code if response is not None else None,
        reason=response.reason if response is not None else "",
        response_headers=parted(response.headers.fields) if response is not None else NO_HEADERS,
        response_body=answered or b"", response_size=len(answered or b""), head_at=head,
        connect_ms=(tcp - begun) * 1000 if is_new and tcp and begun else None,
        tls_ms=(tls - tcp) * 1000 if is_new and tls and tcp else None,
        pieces=[(head, len(answered))] if head and answered else [],
        messages=[Message(m.timestamp, m.from_client, m.is_text, m.content) for m in socket.messages] if socket else [],
        ended_at=socket.timestamp_end if socket else ended, ending=_ending(flow),
        error=flow.error.msg if flow.error else None,
    )  # fmt: skip


def _ending(flow: HTTPFlow) -> Ending:
    if flow.error is None:
        return "answered"
    return "client_gone" if "client disconnected" in flow.error.msg.lower() else "upstream_error"
