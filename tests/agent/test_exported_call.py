"""A line's types: what the export writes is read back, field for field, and anything else is named."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest
from wiretally.agent.exported_call import Encoded, ExportedCall, ExportedLimits
from wiretally.agent.queries.export import BODY_COLUMNS, COLUMNS

from .test_exported_records import lines


def test_every_column_of_the_export_is_read() -> None:
    assert [field.name for field in msgspec.structs.fields(ExportedCall)] == [
        *(column.name for column in COLUMNS), "request_headers", "request_body", "response_headers", "response_body",
    ]  # fmt: skip
    assert {column.name for column in BODY_COLUMNS} <= {field.name for field in msgspec.structs.fields(ExportedCall)}


def test_a_line_is_read_as_it_was_written(tmp_path: Path) -> None:
    line = lines(tmp_path, 7)
    record = msgspec.json.decode(line, type=ExportedCall)
    for name, value in json.loads(line).items():
        got = getattr(record, name)
        assert (float(got) if name == "cost_usd" else got) == value, name


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("status", "200", "Expected `int | null`, got `str` - at `$.status`"),
        ("status", 2**53, "Expected `int` <= 9007199254740991 - at `$.status`"),
        ("input_tokens", -1, "Expected `int` >= 0 - at `$.input_tokens`"),
        ("duration_ms", 1e300, "Expected `float` < 9007199254740992.0 - at `$.duration_ms`"),
        ("model", ["gpt-5"], "Expected `str | null`, got `array` - at `$.model`"),
        ("state", "gone", "Invalid enum value 'gone' - at `$.state`"),
        ("tags", {"team": 1}, "Expected `str`, got `int` - at `$.tags[...]`"),
        ("request_headers", [["a"]], "Expected `array` of length 2 - at `$.request_headers[0]`"),
        ("response_body", {"text": "x"}, "Object missing required field `base64` - at `$.response_body`"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(tmp_path: Path, name: str, value: object, said: str) -> None:
    record: dict[str, object] = json.loads(lines(tmp_path, 7))
    with pytest.raises(msgspec.ValidationError) as caught:
        msgspec.json.decode(json.dumps({**record, name: value}), type=ExportedCall)
    assert said in str(caught.value)


def test_bodies_are_texts_or_bytes_and_unknown_fields_are_left_alone(tmp_path: Path) -> None:
    record: dict[str, object] = json.loads(lines(tmp_path, 7))
    more = {"request_body": {"base64": "/w=="}, "response_body": "text", "of_a_later_version": 1}
    read = msgspec.json.decode(json.dumps({**record, **more}), type=ExportedCall)
    assert (read.request_body, read.response_body, read.request_headers) == (Encoded(b"\xff"), "text", None)


def test_limits_are_numbers_and_what_else_was_told_is_no_business_of_theirs() -> None:
    assert msgspec.convert({"limit_tokens": 5, "x": "y"}, ExportedLimits) == ExportedLimits(limit_tokens=5)
    with pytest.raises(msgspec.ValidationError, match=r"\$\.reset_tokens_ms"):
        msgspec.convert({"reset_tokens_ms": "1s"}, ExportedLimits)
