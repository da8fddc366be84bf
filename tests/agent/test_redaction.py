"""Secrets of every kind are masked wherever they stand, and what is none is left alone."""

from __future__ import annotations

import json
import time

import pytest
from wiretally.agent.errors import UsageError
from wiretally.agent.headers import HeaderBlock, Joined
from wiretally.agent.redaction import MASK, Redactor, api_key_of
from wiretally.agent.settings import RedactionSettings

from . import recorded

REDACTOR = Redactor(b"a salt for tests")

# put together here, so that no scanner takes this file for a leak
SECRETS = {
    "OpenAI": "sk-" + "aB3" * 16,
    "OpenAI project": "sk-proj-" + "x_Y-9" * 12,
    "OpenAI service account": "sk-svcacct-" + "Zz9" * 14,
    "OpenAI admin": "sk-admin-" + "Qq1" * 14,
    "Anthropic": "sk-ant-api03-" + "k7-" * 20,
    "OpenAI session": "sess-" + "a1B2" * 8,
    "realtime secret": "ek_" + "68af296e8e40" * 2,
    "GitHub": "ghp_" + "a1B2c3" * 6,
    "GitHub fine-grained": "github_pat_" + "11ABCDEFG0" * 4,
    "GitLab": "glpat-" + "a1B2c3D4e5" * 2,
    "AWS": "AKIA" + "IOSFODNN7EXAMPLE",
    "AWS session": "ASIA" + "IOSFODNN7EXAMPLE",
    "Google": "AIza" + "SyA1-b2_c3D" * 3 + "xy",
    "Slack": "xoxb-" + "123456789012-" * 2 + "AbCdEf",
    "Stripe": "sk_live_" + "4eC39HqLyjWDarjtT1zdp7dc",
    "Hugging Face": "hf_" + "aBcDeF" * 6,
    "npm": "npm_" + "a1B2c3" * 6,
    "SendGrid": "SG." + "a" * 22 + "." + "b" * 43,
    "JWT": "eyJhbGciOiJIUzI1NiJ9." + "eyJzdWIiOiIxMjM0NTY3ODkwIn0." + "dozjgNryP4J3jVmNHl0w5N",
    "bearer": "Bearer " + "1a2b3c4d5e" * 4,
}


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_in_a_body_is_masked_and_the_json_stays_json(name: str) -> None:
    secret = SECRETS[name]
    body = json.dumps({"content": f"use {secret}, please", "quoted": secret, "nested": json.dumps({"k": secret})})
    masked = REDACTOR.body(body.encode())
    assert secret.removeprefix("Bearer ").encode() not in masked
    told = json.loads(masked)
    assert told["content"].startswith("use ")
    assert told["content"].endswith(", please")
    assert "[redacted " in told["quoted"]


def test_a_private_key_is_masked_whole_also_escaped() -> None:
    lines = [
        "-----BEGIN RSA PRIVATE KEY-----",
        "MIIEpAIBAAKCAQEA" * 4,
        "abc+/=",
        "-----END RSA PRIVATE KEY-----",
        "after",
    ]
    for text in (
        "\n".join(lines),
        json.dumps({"key": "\n".join(lines)}),
        json.dumps(json.dumps({"k": "\n".join(lines)})),
    ):
        masked = REDACTOR.body(text.encode())
        assert b"MIIE" not in masked
        assert b"after" in masked
    cut = json.dumps({"key": "\n".join(lines[:2]), "next": 1}).encode()
    assert json.loads(REDACTOR.body(cut)) == {"key": "[redacted private key]", "next": 1}


def test_a_password_in_a_url_is_masked() -> None:
    assert REDACTOR.text("postgres://me:hunter22@db:5432/x") == "postgres://me:[redacted password in a URL]@db:5432/x"


@pytest.mark.parametrize(
    "text",
    [
        "a task-oriented and risk-averse sk- prefix",
        "the ghp_ prefix, and AKIA alone",
        "https://example.com/a@b and mail me@example.com at 10:30",
        "earer Bearer of bad news",
        "iVBORw0KGgoAAAANSUhEUg" + "sk-" + "A" * 8,
        '{"usage":{"prompt_tokens":10}}',
    ],
)
def test_what_is_no_secret_is_left_alone(text: str) -> None:
    assert REDACTOR.text(text) == text


def test_a_body_without_secrets_is_the_very_same_object() -> None:
    body = b'{"messages":[{"role":"user","content":"hello"}]}' * 40
    assert REDACTOR.body(body) is body


def test_headers_that_hold_credentials_are_masked() -> None:
    key = SECRETS["OpenAI project"]
    given = (
        ("Authorization", f"Bearer {key}"),
        ("api-key", key),
        ("Cookie", "a=b; c=d"),
        ("Set-Cookie", "__cf_bm=abc; path=/"),
        ("X-Some-Token", "abc"),
        ("Sec-WebSocket-Protocol", f"realtime, openai-insecure-api-key.{key}, openai-beta.realtime-v1"),
        ("Referer", f"https://x.example/?api_key={key}&a=1"),
        ("X-Odd", f"the key is {SECRETS['GitHub']}"),
        ("Content-Type", "application/json"),
        ("x-ratelimit-remaining-tokens", "99"),
    )
    masked = REDACTOR.headers(HeaderBlock.of(*given))
    assert isinstance(masked, Joined)
    kept = dict(masked.pairs())
    assert key not in repr(kept)
    assert SECRETS["GitHub"] not in repr(kept)
    assert kept["Authorization"] == f"Bearer {MASK}"
    assert kept["Cookie"] == kept["Set-Cookie"] == kept["api-key"] == kept["X-Some-Token"] == MASK
    assert kept["Sec-WebSocket-Protocol"] == f"realtime, openai-insecure-api-key.{MASK}, openai-beta.realtime-v1"
    assert kept["Referer"] == f"https://x.example/?api_key={MASK}&a=1"
    assert kept["Content-Type"] == "application/json"
    assert kept["x-ratelimit-remaining-tokens"] == "99"


def test_a_query_string_keeps_no_key() -> None:
    assert REDACTOR.path("/v1/realtime?model=gpt-4o&api_key=abc123") == f"/v1/realtime?model=gpt-4o&api_key={MASK}"
    assert REDACTOR.path("/v1/models") == "/v1/models"


def test_the_key_of_a_request_is_found_wherever_it_stands() -> None:
    assert api_key_of((("Authorization", "Bearer sk-1"),), "/") == "sk-1"
    assert api_key_of((("Api-Key", "k"),), "/") == "k"
    assert api_key_of((("Sec-WebSocket-Protocol", "realtime, openai-insecure-api-key.sk-2"),), "/") == "sk-2"
    assert api_key_of((), "/v1/x?key=sk-3&a=b") == "sk-3"
    assert api_key_of((("Authorization", "Basic abc"),), "/") is None


def test_an_answer_with_a_client_secret_is_masked() -> None:
    answer = {"client_secret": {"expires_at": 1, "value": "abcdefghijkl"}, "value": SECRETS["realtime secret"]}
    masked = json.loads(REDACTOR.body(json.dumps(answer).encode()))
    assert masked["client_secret"]["value"] == masked["value"] == "[redacted client secret]"
    assert masked["client_secret"]["expires_at"] == 1


def test_own_patterns_are_masked_too_and_a_bad_one_is_named() -> None:
    own = Redactor(b"", RedactionSettings(bodies=True, patterns={"ticket": r"TICKET-\d+"}))
    assert own.text("see TICKET-123") == "see [redacted ticket]"
    with pytest.raises(UsageError, match=r"redaction\.patterns\.ticket is '\('"):
        Redactor(b"", RedactionSettings(bodies=True, patterns={"ticket": "("}))


def test_bodies_may_be_kept_as_they_are() -> None:
    own = Redactor(b"", RedactionSettings(bodies=False, patterns={}))
    assert own.text(SECRETS["GitHub"]) == SECRETS["GitHub"]


def test_a_calls_own_credentials_are_masked_whatever_they_look_like() -> None:
    own = ("a-key-no-rule-knows", "sk-not-quite-a-key", "short")
    clean = b"short words"
    for redactor in (REDACTOR, Redactor(b"", RedactionSettings(bodies=False, patterns={}))):
        assert redactor.body(clean, own) is clean
        for key in own[:2]:
            assert redactor.body(f"<{key}> {SECRETS['GitHub']}".encode(), own).startswith(b"<[redacted API key]>")
            assert redactor.body(f"<{key}>".encode(), own) == b"<[redacted API key]>"


def test_spans_count_characters() -> None:
    text = f"€ü {SECRETS['GitHub']} ."
    ((start, end),) = REDACTOR.spans(text)
    assert text[start:end] == SECRETS["GitHub"]


def test_recorded_traffic_stays_readable_and_costs_little() -> None:
    bodies = [recorded.body(record, side) for record in recorded.records() for side in ("request", "response")]
    began = time.thread_time()
    masked = [REDACTOR.body(body) for body in bodies]
    spent = time.thread_time() - began
    changed = sum(before is not after and before != after for before, after in zip(bodies, masked, strict=True))
    assert changed < len(bodies) * 0.02
    assert spent < 3  # 33 MB
