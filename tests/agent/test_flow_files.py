"""Flow files that mitmproxy itself writes."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from mitmproxy.io import FlowWriter
from mitmproxy.test import tflow as made
from wiretally.agent.errors import UsageError
from wiretally.agent.flow_files import read_flows

tflow: Any = made


def written(*flows: Any) -> io.BytesIO:
    file = io.BytesIO()
    writer = FlowWriter(file)
    for flow in flows:
        writer.add(flow)
    file.seek(0)
    return file


def test_exchanges_hold_what_the_flows_held() -> None:
    flow = tflow.tflow(resp=True)
    flow.request.host, flow.request.path = "api.openai.com", "/v1/models?x=1"
    (exchange,) = read_flows(written(flow, tflow.tdnsflow()), Path("x"))
    assert (exchange.uid, exchange.host, exchange.path) == (f"flow-{flow.id}", "api.openai.com", "/v1/models?x=1")
    assert (exchange.status, exchange.response_body) == (200, b"message")
    assert exchange.response_headers.get("header-response") == "svalue"
    assert exchange.ending == "answered"
    assert exchange.started_at == flow.request.timestamp_start


def test_failures_and_websockets() -> None:
    failed, socket = tflow.tflow(err=True), tflow.twebsocketflow()
    first, second = read_flows(written(failed, socket), Path("x"))
    assert (first.status, first.ending, first.error) == (None, "upstream_error", "error")
    assert [message.content for message in second.messages] == [b"hello binary", b"hello text", b"it's me"]
    assert [message.from_client for message in second.messages] == [True, True, False]


def test_a_damaged_file_is_named() -> None:
    with pytest.raises(UsageError, match=r"x\.flow is damaged"):
        list(read_flows(io.BytesIO(b"9999:7:version;"), Path("x.flow")))
