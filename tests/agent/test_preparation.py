"""What a supervisor learns of its settings and its authority, and that it keeps none of what told it."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest
from wiretally.agent import preparation
from wiretally.agent.certificates import authority, certificate_file
from wiretally.agent.errors import UsageError, WiretallyError
from wiretally.agent.locations import Home
from wiretally.agent.plans import AgentPlan, ProxyPlan
from wiretally.agent.settings import AgentSettings

PROXIES = ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy", "WIRETALLY_HOSTS")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    for name in PROXIES:
        monkeypatch.delenv(name, raising=False)
    return Home(tmp_path / "home").make()


def test_every_setting_of_the_agent_arrives(home: Home) -> None:
    values: dict[str, object] = {
        "port": 1001, "base_url_port": 1002, "listen_host": "0.0.0.0", "hosts": ["llm.example:8443"],
        "upstream": {"api.openai.com": "127.0.0.1:9"}, "upstream_ca": "/ca.pem", "upstream_proxy": "http://way.out:1",
        "session": "night", "bodies": False, "max_body_bytes": 7, "index": False, "proxy_auth": "me:secret",
        "capture": "local:x", "drain_seconds": 3.5, "workers": 2, "addons": ["a.py"], "options": {"http2": "false"},
    }  # fmt: skip
    assert set(values) == set(AgentSettings.model_fields)
    plan = preparation.plan(home, values)
    got = {it.name: getattr(plan, it.name) for it in fields(AgentPlan) if it.name != "proxy"}
    got |= {it.name: getattr(plan.proxy, it.name) for it in fields(ProxyPlan) if it.name in values}
    assert got == values | {"hosts": ["api.openai.com", "llm.example:8443"]}
    assert plan.proxy.confdir == str(home.ca)


def test_the_command_line_beats_the_file_and_what_is_wrong_there_is_named(home: Home) -> None:
    home.config.write_text("[agent]\nport = 1\nbase_url_port = 2\n")
    plan = preparation.plan(home, {"port": 3})
    assert (plan.port, plan.base_url_port, plan.proxy.hosts) == (3, 2, ["api.openai.com"])
    home.config.write_text("[agent]\nprot = 1\n")
    with pytest.raises(UsageError, match=r"config\.toml: unknown key agent\.prot"):
        preparation.plan(home, {})


def test_other_machines_need_a_password(home: Home) -> None:
    with pytest.raises(UsageError, match=r"--listen-host 0\.0\.0\.0 lets other machines in"):
        preparation.plan(home, {"listen_host": "0.0.0.0"})
    assert preparation.plan(home, {"listen_host": "0.0.0.0", "proxy_auth": "a:b"}).proxy.proxy_auth == "a:b"


def test_the_users_own_proxy_is_the_way_out(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://corporate:3128")
    assert preparation.plan(home, {}).proxy.upstream_proxy == "http://corporate:3128"
    assert preparation.plan(home, {"upstream_proxy": "http://chosen:1"}).proxy.upstream_proxy == "http://chosen:1"
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:8787")
    assert preparation.plan(home, {}).proxy.upstream_proxy is None


def test_an_authority_is_new_once_and_again_where_somebody_removed_it(home: Home) -> None:
    first = preparation.trust(home, ["api.openai.com"], None)
    assert first.is_new
    assert b"BEGIN CERTIFICATE" in Path(first.upstream).read_bytes()
    assert not preparation.trust(home, ["api.openai.com"], None).is_new
    (home.ca / "mitmproxy-ca.pem").unlink()
    assert preparation.trust(home, ["api.openai.com"], None).is_new
    assert certificate_file(home).exists()
    assert preparation.trust(home, ["api.openai.com", "llm.example"], None).is_new
    assert authority(home, ["api.openai.com", "llm.example"]).hosts == ("api.openai.com", "llm.example")


def test_an_upstream_authority_that_is_none_is_named(home: Home) -> None:
    with pytest.raises(WiretallyError, match=r"--upstream-ca /nowhere\.pem is not a file"):
        preparation.trust(home, ["api.openai.com"], "/nowhere.pem")


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere no process is started")
def test_what_told_it_does_not_stay(home: Home) -> None:
    code = f"""
import sys
from pathlib import Path
from wiretally.agent import preparation, supervisor
from wiretally.agent.cli import agent
from wiretally.agent.locations import Home

home = Home(Path({str(home.path)!r}))
plan = preparation.plan(home, {{}})
preparation.trust(home, plan.proxy.hosts, None)
print(*sys.modules)
"""
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert not {"pydantic", "cryptography", "certifi", "sqlite3", "numpy"} & set(said.stdout.split())
