"""What leads where, and what is wrong with it, for shells of all kinds."""

from __future__ import annotations

import socket
from contextlib import closing
from pathlib import Path

import pytest
from wiretally.agent.doctor.findings import Finding
from wiretally.agent.doctor.ways import ways
from wiretally.agent.locations import Home


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A home whose calls are led to this machine, on a system without a proxy setting."""
    monkeypatch.setenv("PATH", str(tmp_path))
    for name in ("WIRETALLY_PORT", "WIRETALLY_UPSTREAM_PROXY"):
        monkeypatch.delenv(name, raising=False)
    made = Home(tmp_path / "home").make()
    made.config.write_text('[agent]\nupstream = { "api.openai.com" = "127.0.0.1:1" }\n')
    return made


def named(found: list[Finding], name: str) -> list[Finding]:
    return [finding for finding in found if finding.name == name]


@pytest.mark.parametrize(
    ("environ", "state", "what", "cure"),
    [
        ({}, "skipped", "does not lead to the agent", ""),
        ({"HTTPS_PROXY": "http://s:t@127.0.0.1:8787"}, "failed", "8787, where no agent", "agent --detach"),
        ({"OPENAI_BASE_URL": "http://127.0.0.1:8788/v1"}, "failed", "8788, where no agent", "wiretally agent --detach"),
        ({"HTTPS_PROXY": "http://127.0.0.1:1", "WIRETALLY_HOSTS": "x"}, "failed", "not this home", "wiretally env"),
        ({"OPENAI_BASE_URL": "https://llm.example/v1"}, "warning", "llm.example", "--host llm.example"),
        ({"SSL_CERT_FILE": "/gone.pem"}, "failed", "SSL_CERT_FILE is /gone.pem", "unset SSL_CERT_FILE"),
        ({"NODE_TLS_REJECT_UNAUTHORIZED": "0"}, "warning", "is 0", "unset NODE_TLS"),
        ({"NODE_OPTIONS": "--require /old/node_preload.cjs"}, "warning", "another installation", "wiretally env"),
    ],
)  # fmt: skip
def test_variables(home: Home, environ: dict[str, str], state: str, what: str, cure: str) -> None:
    found = [finding for finding in named(ways(home, environ), "variables") if what in finding.what]
    assert [finding.state for finding in found] == [state]
    assert cure in found[0].cure and "s:t@" not in found[0].what


def test_a_shell_that_excludes_the_provider_is_told(home: Home) -> None:
    environ = {"HTTPS_PROXY": "http://127.0.0.1:8787", "NO_PROXY": "localhost,.openai.com"}
    found = [finding for finding in ways(home, environ) if "NO_PROXY" in finding.what]
    assert [finding.state for finding in found] == ["failed"]
    assert found[0].cure == "unset NO_PROXY no_proxy"


def test_an_existing_proxy_is_tried(home: Home) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as proxy:
        address = f"127.0.0.1:{proxy.getsockname()[1]}"
        (answers,) = named(ways(home, {"HTTPS_PROXY": f"http://u:secret@{address}"}), "upstream proxy")
    assert (answers.state, answers.what) == ("ok", f"{address} answers; the agent calls through it")
    (gone,) = named(ways(home, {"HTTPS_PROXY": f"http://{address}"}), "upstream proxy")
    assert gone.state == "failed" and "refused" in gone.what
    (socks,) = named(ways(home, {"ALL_PROXY": "socks5://127.0.0.1:1"}), "upstream proxy")
    assert socks.state == "failed" and "socks5" in socks.what


def test_a_provider_that_cannot_be_reached_is_a_warning(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    home.config.write_text("")

    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr("socket.getaddrinfo", unknown)
    (found,) = named(ways(home, {}), "upstream")
    assert found.state == "warning" and "can't be reached" in found.what


def test_without_a_system_setting_another_way_is_named(home: Home) -> None:
    (found,) = named(ways(home, {}), "system proxy")
    assert found.state == "skipped" and "wiretally exec" in found.what


def test_settings_that_cannot_be_read_are_said_elsewhere(home: Home) -> None:
    home.config.write_text("nonsense")
    assert ways(home, {}) == []
