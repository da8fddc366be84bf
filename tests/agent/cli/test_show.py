"""One call whole."""

from __future__ import annotations

import json

from ..export.conftest import CHAT, RESPONSES_STREAM
from .conftest import Run


def test_everything_about_a_call_is_printed(run: Run) -> None:
    out = run("show", "62").out
    for part in ("── system", "Be brief.", 'add({"a":1})', "Three", "tools offered", "── cost", "$1.25 per 1,000,000",
                 "first byte", "request headers", "Content-Type"):  # fmt: skip
        assert part in out


def test_a_failure_comes_with_what_to_do(run: Run) -> None:
    failed = json.loads(run("errors", "--json").out)[0]
    assert failed["advice"] in run("show", str(failed["newest_call"])).out


def test_a_hostile_name_is_shown_not_obeyed(run: Run) -> None:
    out = run("show", "61").out
    assert "␛[31m=model" in out
    assert "\x1b" not in out


def test_a_body_comes_byte_for_byte(run: Run) -> None:
    assert json.loads(run("show", "61", "--body", "request").out) == CHAT
    assert run("show", "62", "--body", "response").out.encode() == RESPONSES_STREAM
    done = run("show", "64", "--body", "request")
    assert (done.code, "no request body of call 64 is kept" in done.err) == (2, True)


def test_json_has_the_exported_fields_and_the_bill(run: Run) -> None:
    call = json.loads(run("show", "last", "--json").out)
    assert call["id"] == 64
    assert call["cost_lines"][0]["rate_usd"] == 1.25
    assert call["timing"]["first_byte_ms"] == 99.0
    assert call["request_headers"][0] == ["Content-Type", "application/json"]
