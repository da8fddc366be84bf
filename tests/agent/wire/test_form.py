"""Forms as clients send them, and what only looks like one."""

from __future__ import annotations

import httpx
from wiretally.agent.wire.form import read_form


def test_a_form_of_httpx_is_read() -> None:
    request = httpx.Request(
        "POST",
        "http://x/",
        data={"model": "whisper-1", "stream": "true", "include[]": "logprobs"},
        files={"file": ("a.wav", b"RIFF\r\n\x00--", "audio/wav")},
    )
    fields = read_form(request.read())
    assert fields == {"model": "whisper-1", "stream": True, "include": "logprobs", "file": b"RIFF\r\n\x00--"}


def test_lines_may_end_in_lf_alone() -> None:
    assert read_form(b"--b\nContent-Disposition: form-data; name=model\n\ngpt-4o\n--b--\n") == {"model": "gpt-4o"}


def test_what_is_no_form_has_no_fields() -> None:
    for body in (b"", b"--", b"-- \n", b'{"a": 1}', b"--boundary\r\nno headers"):
        assert read_form(body) == {}
