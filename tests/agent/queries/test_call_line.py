"""Every column of a line arrives in the field of its name."""

from __future__ import annotations

from dataclasses import fields
from decimal import Decimal
from pathlib import Path

from wiretally.agent.queries.call_line import LINE, WIDTH, CallRow, line_of
from wiretally.agent.queries.reader import FROM, Reader
from wiretally.agent.store import Store

from .. import made

RENAMED = {"cost_pico": "cost", "name": "session"}


def test_columns_and_fields_have_the_same_names_in_the_same_order() -> None:
    columns = [column.strip().partition(".")[2] for column in LINE.split(",")]
    assert [RENAMED.get(name, name) for name in columns] == [field.name for field in fields(CallRow)]
    assert len(columns) == WIDTH


def test_a_line_has_what_was_saved_in_its_own_units(tmp_path: Path) -> None:
    whole = made.entry(
        7, stream=True, truncated=True, retry_count=2, fault="rate_limit", error_type="tokens", error_code="slow",
        error_message="Slow down", state="failed", note="odd", rating="down",
    )  # fmt: skip
    store = Store(tmp_path / "wiretally.db")
    store.save([whole])
    store.close()
    with Reader(tmp_path / "wiretally.db") as reader:
        (row,) = reader.rows(f"select {LINE}, 'more' {FROM}")
    line, call, process = line_of(row), whole.call, whole.process
    assert process
    for name in (
        "uid", "started_at", "state", "endpoint", "kind", "stream", "model", "model_requested", "status", "fault",
        "error_type", "error_code", "error_message", "finish_reason", "output_tokens_per_second", "retry_count",
        "api_key", "host", "method", "request_bytes", "response_bytes", "truncated",
    ):  # fmt: skip
        assert getattr(line, name) == getattr(call, name), name
    for name in ("input_tokens", "cached_tokens", "output_tokens", "reasoning_tokens", "total_tokens"):
        assert getattr(line, name) == getattr(call.usage, name), name
    assert (line.app, line.pid, line.session) == (process.app, process.pid, "first")
    assert (line.ttft_ms, line.duration_ms) == (call.timing.ttft_ms, call.timing.duration_ms)
    assert (line.cost, line.cost_source, line.usage_source) == (Decimal("0.00125875"), "priced", "reported")
    assert (line.note, line.rating) == ("odd", "down")
