"""Once the proxy is to go, an answer ends its connection."""

from __future__ import annotations

import pytest
from mitmproxy.test import tflow
from wiretally.addons.leaving import Leaving


@pytest.mark.parametrize(
    ("begun", "status", "expected"), [(False, 200, None), (True, 200, b"close"), (True, 101, None)]
)
def test_connections_end_only_when_it_is_time(begun: bool, status: int, expected: bytes | None) -> None:
    flow = tflow.tflow(resp=True)
    assert flow.response
    flow.response.status_code = status
    leaving = Leaving()
    leaving.begun = begun
    leaving.responseheaders(flow)
    (value,) = [value for name, value in flow.response.headers.fields if name.lower() == b"connection"] or [None]
    assert value == expected
