"""JSON as lenient as it must be, streams known by how they begin, errors in every wrapping."""

from __future__ import annotations

import pytest
from wiretally.agent.reading import is_stream, load, read_answer, read_error
from wiretally.agent.wire.draft import Draft, Said
from wiretally.agent.wire.endpoints import endpoint_of


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (b'{"a": 1}', {"a": 1}),
        (b'{"a": "\xff"}', {"a": "\N{REPLACEMENT CHARACTER}"}),
        (b'{"a": "x\\ud800y"}', {"a": "x?y"}),
        (b'{"a": "\\ud83d\\ude00"}', {"a": "\U0001f600"}),
        (b"[1", None),
        (b"", None),
        (b"[" * 100_000, None),
    ],
)
def test_json_is_read_as_far_as_it_is_json(data: bytes, value: object) -> None:
    assert load(data) == value


@pytest.mark.parametrize(
    ("asked", "content_type", "body", "expected"),
    [
        (True, "text/event-stream; charset=utf-8", b"data: {}\n\n", True),
        (False, "text/event-stream", b"", True),
        (True, "application/json", b'{"error": {}}', False),
        (True, "", b"data: {}\n\n", True),
        (False, "", b"event: a\ndata: {}\n\n", True),
        (True, "text/plain", b"data: {}\n\n", True),
        (False, "text/plain", b"data: my notes\n", False),
        (False, "text/vtt", b"WEBVTT\n\ndata:", False),
    ],
)
def test_a_stream_is_known(asked: bool, content_type: str, body: bytes, expected: bool) -> None:
    assert is_stream(Draft(stream=asked), content_type, body) is expected


@pytest.mark.parametrize(
    ("document", "body", "said"),
    [
        ({"error": {"type": "t", "code": "c", "message": "m"}}, b"", Said("t", "c", "m")),
        ({"error": "plain words"}, b"", Said(None, None, "plain words")),
        ({"message": "m", "code": 404}, b"", Said(None, "404", "m")),
        ({"detail": [{"loc": ["body"]}]}, b"", Said(None, None, "[{'loc': ['body']}]")),
        (None, b"<html>\n  <h1>502</h1>", Said(None, None, "<html> <h1>502</h1>")),
        ({}, b"", Said(None, None, None)),
        (None, b"\xff" * 5000, Said(None, None, "\N{REPLACEMENT CHARACTER}" * 300)),
    ],
)
def test_an_error_is_read_in_every_wrapping(document: object, body: bytes, said: Said) -> None:
    assert read_error(document, body) == said


def test_an_answer_that_should_be_json_and_is_not_is_noted() -> None:
    draft = Draft(method="POST", path="/v1/chat/completions")
    read_answer(draft, endpoint_of(draft.path)[1], b"oops", "application/json", 200)
    assert draft.note == "the answer is not valid JSON"
