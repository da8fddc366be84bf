"""The addresses of an agent's doors: what they carry, and which are its own."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

import pytest
from wiretally.agent.doors import Doors, Labels, base_url, proxy_url

DOORS = Doors(port=8787, base_url_port=8788)


def test_labels_survive_both_ways_of_carrying_them() -> None:
    labels = Labels("nightly run/7", {"team": "a,b", "x=y": "1 %"})
    url = urlsplit(proxy_url(DOORS, labels))
    assert (url.hostname, url.port, unquote(url.username or "")) == ("127.0.0.1", 8787, labels.session)
    parts = base_url(DOORS, labels).removeprefix("http://127.0.0.1:8788/").split("/")
    assert (parts[0], unquote(parts[1]), parts[3:]) == ("wiretally", labels.session, ["v1"])
    for written in (unquote(url.password or ""), unquote(parts[2])):
        pairs = [pair.split("=") for pair in written.split(",")]
        assert {unquote(key): unquote(value) for key, value in pairs} == labels.tags


def test_without_tags_the_password_is_a_dash_because_some_clients_drop_an_empty_one() -> None:
    assert proxy_url(DOORS, Labels("s")) == "http://s:-@127.0.0.1:8787"
    assert base_url(DOORS, Labels("s")) == "http://127.0.0.1:8788/wiretally/s/-/v1"


@pytest.mark.parametrize(
    ("listens", "reached", "url"),
    [
        ("127.0.0.1", "127.0.0.1", "http://127.0.0.1:1"),
        ("0.0.0.0", "127.0.0.1", "http://127.0.0.1:1"),
        ("::", "::1", "http://[::1]:1"),
        ("192.168.1.7", "192.168.1.7", "http://192.168.1.7:1"),
    ],
)
def test_a_program_of_this_machine_reaches_the_proxy_wherever_it_listens(listens: str, reached: str, url: str) -> None:
    doors = Doors.of(1, 2, listens)
    assert doors.host == reached
    assert proxy_url(doors) == url
    assert base_url(doors) == "http://127.0.0.1:2/v1"


@pytest.mark.parametrize(
    ("url", "own"),
    [
        ("http://127.0.0.1:8787", True),
        ("s:t@localhost:8788", True),
        ("http://[::1]:8787/v1", True),
        ("http://127.0.0.1:8789", False),
        ("http://proxy.example:8787", False),
        ("http://127.0.0.1", False),
        ("http://127.0.0.1:port", False),
        ("", False),
    ],
)
def test_an_address_that_leads_to_the_agent_itself_is_known(url: str, own: bool) -> None:
    assert DOORS.own(url) is own
