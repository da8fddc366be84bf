"""What personal data is found, what is left alone, and how stable pseudonyms are."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from wiretally.agent.personal_data import Pseudonyms, redact, redactor, secret

MASK = redactor()


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("mail jo.doe+x@example.co.uk now", "mail [email] now"),
        ("jo@example.com.", "[email]."),
        ("call +41 44 668 18 00 today", "call [phone] today"),
        ("call (650) 253-0000", "call [phone]"),
        ("card 4111 1111 1111 1111, 5555-5555-5555-4444", "card [card], [card]"),
    ],
)
def test_addresses_phones_and_cards_are_masked(text: str, masked: str) -> None:
    assert MASK(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "not an address: a@b", "1760000000123", "resp_68af5c0e2d848190", "4111 1111 1111 1112", "gpt-4o-2024-08-06",
        "0000 0000 0000 0000", "2026-11-22T11:05:00.000Z", "3.14159265358979", "192.168.100.200",
    ],
)  # fmt: skip
def test_other_numbers_are_left_alone(text: str) -> None:
    assert MASK(text) == text


def test_a_json_body_stays_json_and_a_stream_a_stream() -> None:
    body = json.dumps({"messages": [{"content": 'say "jo@example.com"'}], "n": 4111111111111111})
    record = {
        "id": 1,
        "stream": True,
        "note": "a@example.com",
        "request_body": body,
        "response_body": "data: jo@example.com\n\n",
    }
    masked = redact(record, MASK)
    assert json.loads(masked["request_body"]) == {
        "messages": [{"content": 'say "[email]"'}], "n": 4111111111111111,
    }  # fmt: skip
    assert (masked["response_body"], masked["note"]) == ("data: [email]\n\n", "[email]")
    assert redact({"stream": True, "response_body": {"base64": "/w=="}}, MASK)["response_body"] is None


def test_pseudonyms_are_stable_and_depend_on_the_secret(tmp_path: Path) -> None:
    kept = secret(tmp_path / "salt")
    assert secret(tmp_path / "salt") == kept
    assert (tmp_path / "salt").stat().st_mode & 0o777 == 0o600
    names = Pseudonyms(kept)
    assert names.of("user", "jo") == Pseudonyms(kept).of("user", "jo")
    assert (
        len({names.of("user", "jo"), names.of("user", "al"), names.of("app", "jo"), Pseudonyms(b"x").of("user", "jo")})
        == 4
    )


def test_anonymize_replaces_who_and_where() -> None:
    record = {
        "user": "jo", "app": "a.py", "pid": 4, "command": "a.py --for jo", "cwd": "/home/jo", "api_key": "9f2c",
        "git_branch": None, "model": "gpt-5", "note": "jo", "tags": {"who": "jo"},
        "request_headers": [["OpenAI-Project", "proj_1"], ["Accept", "x"]], "request_body": '{"user":"jo","model":"m"}',
    }  # fmt: skip
    hidden = Pseudonyms(b"s").anonymize(record)
    assert '"jo"' not in json.dumps(hidden)
    assert hidden["user"] == json.loads(hidden["request_body"])["user"]
    assert (hidden["model"], hidden["pid"], hidden["git_branch"]) == ("gpt-5", None, None)
    assert hidden["request_headers"][1] == ["Accept", "x"]
    assert hidden["request_headers"][0][1].startswith("openai-project-")
