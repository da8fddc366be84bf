"""Other machines are asked for the password, programs on this one never."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from mitmproxy.addons.proxyauth import ProxyAuth
from mitmproxy.test import taddons
from wiretally.addons.doors import SENDER, Doors
from wiretally.addons.password import Password
from wiretally.addons.scope import Sender

from .test_doors import BASIC, REVERSE, flow


@pytest.mark.parametrize(
    ("peer", "own", "mode", "given", "status"),
    [
        ("127.0.0.1", "127.0.0.1", "regular", BASIC, None),
        ("192.0.2.2", "192.0.2.2", "regular", BASIC, None),
        ("192.0.2.7", "192.0.2.2", "regular", BASIC, 407),
        ("192.0.2.7", "192.0.2.2", "regular", b"Basic " + base64.b64encode(b"me:secret"), None),
        ("127.0.0.1", "127.0.0.1", REVERSE, b"Bearer sk-x", None),
    ],
)
def test_other_machines_need_the_password_and_programs_here_carry_their_session_instead(
    peer: str, own: str, mode: str, given: bytes, status: int | None
) -> None:
    addon = Password()
    it = flow((b"Proxy-Authorization", given), mode=mode)
    it.client_conn.peername, it.client_conn.sockname = (peer, 40000), (own, 8787)
    with taddons.context(addon) as given_context:
        context: Any = given_context
        context.configure(addon, proxyauth="me:secret")
        addon.http_connect(it)
        addon.requestheaders(it)
    assert (it.response and it.response.status_code) == status
    if given == BASIC and not status:
        Doors(own).requestheaders(it)
        assert it.metadata[SENDER] == Sender("night", {"team": "a"})


def test_a_bug_in_asking_for_the_password_lets_nobody_in(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> bool:
        raise RuntimeError("a bug that was planted")

    monkeypatch.setattr(ProxyAuth, "authenticate_http", broken)
    it = flow((b"Proxy-Authorization", BASIC))
    it.client_conn.peername, it.client_conn.sockname = ("10.0.0.9", 40000), ("10.0.0.1", 8787)
    with pytest.raises(RuntimeError):
        Password().authenticate_http(it)
    assert it.response
    assert it.response.status_code == 407
