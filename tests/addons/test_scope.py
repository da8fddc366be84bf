"""The decisions about a request, by table."""

from __future__ import annotations

import base64
import re

import pytest
from wiretally.addons import scope
from wiretally.addons.scope import Sender


@pytest.mark.parametrize(
    ("host", "address", "fits"),
    [
        ("api.openai.com", "api.openai.com:443", True),
        ("api.openai.com", "api.openai.com:8443", True),
        ("api.openai.com", "apixopenai.com:443", False),
        ("api.openai.com", "api.openai.com.evil.com:443", False),
        ("api.openai.com", "evil-api.openai.com:443", False),
        ("localhost:1234", "localhost:1234", True),
        ("localhost:1234", "localhost:12345", False),
    ],
)
def test_only_the_host_itself_is_intercepted(host: str, address: str, fits: bool) -> None:
    assert bool(re.search(scope.allow_pattern(host), address, re.IGNORECASE)) is fits


def basic(text: str) -> str:
    return "Basic " + base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    ("value", "sender"),
    [
        (basic("night:-"), Sender("night", {})),
        (basic("night:team=a,who=b%2Cc"), Sender("night", {"team": "a", "who": "b,c"})),
        (basic("night:team%3Da"), Sender("night", {"team": "a"})),
        (basic("my%20night:"), Sender("my night", {})),
        (basic(":x=1"), Sender(None, {"x": "1"})),
        ("Bearer abc", scope.NOBODY),
        ("Basic ***", scope.NOBODY),
        ("Basic " + base64.b64encode(b"\xff\xfe").decode(), scope.NOBODY),
    ],
)
def test_the_proxys_user_names_session_and_tags(value: str, sender: Sender) -> None:
    assert scope.sender_of_proxy_authorization(value) == sender


@pytest.mark.parametrize(
    ("path", "sender", "rest"),
    [
        ("/v1/chat/completions", scope.NOBODY, "/v1/chat/completions"),
        ("/wiretally/my%20night/team=a/v1/x?y=1", Sender("my night", {"team": "a"}), "/v1/x?y=1"),
        ("/wiretally/night/-/v1", Sender("night", {}), "/v1"),
        ("/wiretally/night/-", Sender("night", {}), "/"),
        ("/wiretally/night", scope.NOBODY, "/wiretally/night"),
    ],
)
def test_a_base_urls_prefix_names_session_and_tags(path: str, sender: Sender, rest: str) -> None:
    assert scope.sender_of_path(path) == (sender, rest)


@pytest.mark.parametrize(
    ("host", "origin", "may"),
    [
        ("127.0.0.1:8788", None, True),
        ("localhost:8788", "http://localhost:3000", True),
        ("[::1]:8788", None, True),
        ("127.0.0.1:8788", "https://evil.example", False),
        ("evil.example:8788", None, False),
        ("127.0.0.1.evil.example", None, False),
        ("localhost@evil.example", None, False),
        ("127.0.0.1:8788", "null", False),
        ("", None, False),
        ("[", None, False),
    ],
)
def test_web_pages_from_elsewhere_may_not_use_the_door(host: str, origin: str | None, may: bool) -> None:
    assert scope.may_ask(host, origin, listens_on="127.0.0.1") is may


@pytest.mark.parametrize(
    ("kind", "length", "chunked", "streamed"),
    [
        ("text/event-stream; charset=utf-8", None, True, True),
        ("text/event-stream", "12", False, True),
        ("application/json", "12", False, False),
        ("application/json", None, True, True),
        ("application/json", None, False, False),
        ("audio/mpeg", str(5_000_000), False, True),
        ("application/json", "nonsense", False, True),
    ],
)
def test_what_is_long_or_of_unknown_length_is_streamed(
    kind: str, length: str | None, chunked: bool, streamed: bool
) -> None:
    assert scope.is_streamed(kind, length, chunked) is streamed


def test_headers_are_read_and_left_out_whatever_their_case() -> None:
    fields = ((b"X-Wiretally-Tag", b"a=b"), (b"Host", b"h"))
    assert scope.header(fields, b"host") == "h"
    assert scope.header(fields, b"none") is None
    assert scope.without(fields, b"x-wiretally-tag") == ((b"Host", b"h"),)


@pytest.mark.parametrize(
    ("error", "here", "speaks_h2", "app"),
    [
        ("Client disconnected.", True, False, True),
        ("peer closed connection", False, True, True),
        ("peer closed connection", True, True, False),
        ("stream reset by client (CANCEL)", True, True, True),
        ("stream reset by client (CANCEL)", True, False, False),
        ("stream reset by client (INTERNAL_ERROR)", True, True, False),
    ],
)
def test_who_ended_a_call(error: str, here: bool, speaks_h2: bool, app: bool) -> None:
    assert scope.app_ended(error, here=here, speaks_h2=speaks_h2) is app


@pytest.mark.parametrize(
    ("peer", "own", "same"),
    [
        ("127.0.0.1", "127.0.0.1", True),
        ("::1", "::1", True),
        ("172.17.0.1", "172.17.0.1", True),
        ("172.17.0.2", "172.17.0.1", False),
        ("127.0.0.5", "192.0.2.2", True),
    ],
)
def test_who_calls_from_this_machine(peer: str, own: str, same: bool) -> None:
    assert scope.is_same_machine(peer, own) is same
