"""Recorded calls read for other parts."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from wiretally.agent.copies import replace
from wiretally.agent.errors import UsageError
from wiretally.agent.queries.reader import Reader
from wiretally.agent.recorded import recorded_request, recorded_side
from wiretally.agent.store import Store

from .made import entry

BODY = b'{"model":"gpt-5-mini","messages":[{"role":"user","content":"Hi"}]}'
ANSWER = b'{"choices":[{"message":{"role":"assistant","content":"Hello"}}]}'


def test_a_call_is_told_as_a_request_and_as_a_side(tmp_path: Path) -> None:
    store = Store(tmp_path / "w.db")
    store.save([replace(entry(1), request_body=BODY, response_body=ANSWER)])
    with Reader(tmp_path / "w.db") as reader:
        request, side = recorded_request(reader, 1), recorded_side(reader, 1)
    store.close()
    assert (request.method, request.url, request.body) == (
        "POST", "https://api.openai.com/v1/chat/completions", BODY,
    )  # fmt: skip
    assert side.label == "call 1"
    assert side.figures["cost_usd"] == Decimal(1001) * Decimal("0.00000125")
    assert side.transcript is not None
    assert side.transcript.answer == {"role": "assistant", "content": "Hello"}


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    store = Store(tmp_path / "w.db")
    store.save([
        replace(entry(1), request_body=None), replace(entry(2, truncated=True), request_body=b"{"),
    ])  # fmt: skip
    with Reader(tmp_path / "w.db") as reader:
        with pytest.raises(UsageError, match="body of call 1 is not kept"):
            recorded_request(reader, 1)
        with pytest.raises(UsageError, match="only 1 of 2,000 bytes of call 2's request are kept"):
            recorded_request(reader, 2)
        for ask in (recorded_request, recorded_side):
            with pytest.raises(UsageError, match="there is no call 3"):
                ask(reader, 3)
    store.close()
