"""A line a call, with the fields of the contract in their order, and the values of the database."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from wiretally.agent.export import jsonl
from wiretally.agent.export.job import Job
from wiretally.agent.moments import iso
from wiretally.agent.queries import export as query
from wiretally.agent.queries.reader import Reader

from .exported import written

FIELDS = """
id session conversation tags started_at duration_ms ttft_ms output_tokens_per_second state method host path
endpoint stream model model_requested status fault error_type error_code error_message finish_reason
input_tokens cached_tokens cache_write_tokens output_tokens reasoning_tokens audio_input_tokens
audio_output_tokens image_tokens total_tokens usage_source cost_usd cost_source service_tier app pid command
cwd git_branch user_agent api_key organization project user request_id response_id trace_id processing_ms
retry_of retry_count note rating ratelimit request_bytes response_bytes truncated
"""


def test_every_line_has_the_fields_in_their_order(job: Callable[..., Job]) -> None:
    lines = written("jsonl", job()).splitlines()
    assert len(lines) == len(job().ids) == 204
    for line in lines:
        assert list(json.loads(line)) == FIELDS.split()


def test_the_values_are_those_of_the_database(job: Callable[..., Job], reader: Reader) -> None:
    stored = {
        row[0]: row[1:]
        for row in reader.rows("select id, started_at, cost_pico, model, stream, duration_ms, tags from calls")
    }
    for line in written("jsonl", job()).splitlines():
        call: dict[str, Any] = json.loads(line, parse_float=Decimal)
        started, pico, model, stream, duration, tags = stored[call["id"]]
        assert call["started_at"] == iso(started)
        assert call["cost_usd"] == (None if pico is None else Decimal(pico).scaleb(-12))
        assert (call["model"], call["stream"]) == (model, bool(stream))
        assert (None if call["duration_ms"] is None else float(call["duration_ms"])) == duration
        assert call["tags"] == json.loads(tags or "{}")


def test_bodies_come_as_text_or_base64(job: Callable[..., Job]) -> None:
    calls = [json.loads(line) for line in written("jsonl", job(bodies=True)).splitlines()]
    assert list(calls[0])[-4:] == ["request_headers", "request_body", "response_headers", "response_body"]
    by_path = {call["endpoint"]: call for call in calls}
    assert base64.b64decode(by_path["/v1/audio/speech"]["response_body"]["base64"]) == b"\x00\x01\xff"
    assert "response.completed" in by_path["/v1/responses"]["response_body"] or by_path["/v1/responses"]["id"] < 200
    assert calls[0]["request_headers"][0] == ["Content-Type", "application/json"]


def test_an_export_shared_among_processes_is_the_same(job: Callable[..., Job], monkeypatch: pytest.MonkeyPatch) -> None:
    alone = written("jsonl", job())
    monkeypatch.setattr(jsonl, "SHARED_FROM", 0)
    monkeypatch.setattr(query, "PAGE", 10)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    assert written("jsonl", job()) == alone
