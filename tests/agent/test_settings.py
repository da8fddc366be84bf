"""Flags beat variables beat the file beat defaults; what is wrong is named with where it stands."""

from __future__ import annotations

from pathlib import Path

import pytest
from wiretally.agent.errors import UsageError
from wiretally.agent.settings import ENVIRONMENT, Settings, load


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for variable in ENVIRONMENT:
        monkeypatch.delenv(variable, raising=False)
    return tmp_path / "config.toml"


def test_defaults_hold_where_nothing_is_said(config: Path) -> None:
    agent = load(config).agent
    assert (agent.port, agent.base_url_port, agent.listen_host, agent.bodies) == (8787, 8788, "127.0.0.1", True)


def test_each_source_beats_the_one_before(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config.write_text("[agent]\nport = 1001\nbase_url_port = 1002\nbodies = false\n")
    monkeypatch.setenv("WIRETALLY_BASE_URL_PORT", "2002")
    monkeypatch.setenv("WIRETALLY_PORT", "2001")
    agent = load(config, {"agent": {"port": 3001, "session": None}}).agent
    assert (agent.port, agent.base_url_port, agent.bodies, agent.session) == (3001, 2002, False, None)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[agent]\nprot = 1\n", "unknown key agent.prot. Known here: "),
        ("[agnet]\nport = 1\n", "unknown key agnet. Known here: "),
        ("[agent]\nport = 99999\n", "agent.port is 99999: input should be less than or equal to 65535"),
        ("[agent]\nport = 'x'\n", "agent.port is 'x': input should be a valid integer"),
        ("[agent\n", "is not valid TOML"),
        ("agent = 3\n", "agent is 3: it is a table, written [agent]"),
        ("[agent]\nhosts = ['*.example']\n", "agent.hosts is ['*.example']: give one host by its name"),
        ("[agent]\nhosts = ['https://llm.example']\n", "give one host by its name, such as llm.example"),
        ("[agent]\nproxy_auth = 'me'\n", "agent.proxy_auth is 'me': give a user and a password"),
        ("\xff", "is not valid TOML"),
    ],
)
def test_a_wrong_file_is_named_with_the_key_and_what_is_allowed(config: Path, text: str, message: str) -> None:
    config.write_bytes(text.encode("latin-1"))
    with pytest.raises(UsageError) as error:
        load(config)
    assert str(config) in str(error.value)
    assert message in str(error.value)


def test_a_wrong_variable_or_flag_is_named_itself(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WIRETALLY_PORT", "many")
    with pytest.raises(UsageError, match=r"^WIRETALLY_PORT: agent.port is 'many'"):
        load(config)
    with pytest.raises(UsageError, match=r"^--port: agent.port is -1"):
        load(config, {"agent": {"port": -1}})


def test_every_setting_says_what_it_is() -> None:
    for name, section in Settings.model_fields.items():
        assert section.description, name
        for key, field in getattr(section.annotation, "model_fields", {}).items():
            assert field.description, f"{name}.{key}"


def test_hosts_are_as_requests_name_them(config: Path) -> None:
    found = load(config, {"agent": {"hosts": ["API.Groq.com", "llm.intranet:8443", "münchen.example"]}})
    assert found.agent.hosts == ["api.groq.com", "llm.intranet:8443", "xn--mnchen-3ya.example"]
