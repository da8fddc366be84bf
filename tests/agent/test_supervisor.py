"""What stops an agent from starting is said in one line; what dies is replaced; SIGHUP brings new settings."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import stat
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from wiretally.agent import certificates, lifecycle
from wiretally.agent.errors import UsageError, WiretallyError
from wiretally.agent.lifecycle import Status
from wiretally.agent.locations import Home
from wiretally.agent.plans import ProxyPlan
from wiretally.agent.proxy import build_master

FREE = ["--port", "0", "--base-url-port", "0"]


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    made = Home(tmp_path / "home")
    yield made
    lifecycle.stop(made)


def until(home: Home, holds: Callable[[Status], bool]) -> Status:
    for _ in range(1200):
        found = lifecycle.status(home)
        if found and holds(found):
            return found
        time.sleep(0.05)
    raise AssertionError(lifecycle.status(home))


def accepts(port: int) -> bool:
    with socket.socket() as client:
        client.settimeout(5)
        return client.connect_ex(("127.0.0.1", port)) == 0


def test_an_agent_starts_tells_of_itself_and_leaves_nothing_behind(home: Home) -> None:
    started = lifecycle.start_detached(home, [*FREE, "--session", "night"])
    assert (started.session, started.dropped, started.waiting) == ("night", 0, 0)
    assert accepts(started.port)
    assert accepts(started.base_url_port)
    assert stat.S_IMODE(home.path.stat().st_mode) == 0o700
    assert stat.S_IMODE(home.agent_file.stat().st_mode) == 0o600
    assert lifecycle.stop(home)
    assert lifecycle.status(home) is None
    assert not home.agent_file.exists()
    assert not accepts(started.port)
    for pid in (started.supervisor_pid, started.proxy_pid, started.recorder_pid):
        assert not Path(f"/proc/{pid}").exists() or pid is None
    assert not lifecycle.stop(home)


def test_a_second_agent_on_the_same_home_or_port_is_refused_in_one_line(home: Home, tmp_path: Path) -> None:
    started = lifecycle.start_detached(home, FREE)
    with pytest.raises(WiretallyError, match="an agent already runs on"):
        lifecycle.start_detached(home, FREE)
    other = Home(tmp_path / "other")
    with pytest.raises(WiretallyError, match=rf"cannot listen on 127.0.0.1:{started.port}.*--port"):
        lifecycle.start_detached(other, ["--port", str(started.port), "--base-url-port", "0"])
    assert lifecycle.status(other) is None


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--upstream-ca", "/nowhere.pem"], "--upstream-ca /nowhere.pem is not a file"),
        (["--upstream", "nonsense"], "--upstream 'nonsense' is not of the form"),
        (["--upstream", "api.openai.com=ftp://x"], "--upstream api.openai.com=ftp://x: expected HOST:PORT"),
        (["--upstream-proxy", "ftp://x"], "--upstream-proxy 'ftp://x' is not a URL"),
        (["--listen-host", "0.0.0.0"], "give a password with --proxy-auth"),
        (["--set", "no_such_option=1"], "no_such_option"),
        (["--workers", "99"], "workers is 99"),
        (["--capture", "python3"], "--capture 'python3' is not of the form local:NAME"),
        (["--host", "https://llm.example"], "give one host by its name"),
    ],
)
def test_a_wrong_flag_is_named_with_its_value(home: Home, flags: list[str], message: str) -> None:
    with pytest.raises(WiretallyError) as error:
        lifecycle.start_detached(home, [*FREE, *flags])
    assert message in str(error.value)
    assert "\n" not in str(error.value)
    assert isinstance(error.value, UsageError) or "upstream-ca" in message


def test_a_home_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(WiretallyError, match=r"cannot write to wiretally's home .*/file/home"):
        lifecycle.start_detached(Home(tmp_path / "file" / "home"), FREE)


def test_whatever_dies_is_replaced_on_the_same_ports(home: Home) -> None:
    started = lifecycle.start_detached(home, FREE)
    for name in ("recorder_pid", "proxy_pid"):
        pid = getattr(started, name)
        os.kill(pid, signal.SIGKILL)
        healed = until(home, lambda it, name=name, pid=pid: getattr(it, name) not in (pid, None))
        assert (healed.port, healed.base_url_port) == (started.port, started.base_url_port)
    assert accepts(started.port)


def test_sighup_brings_new_settings_and_keeps_the_old_ones_when_they_are_wrong(home: Home) -> None:
    started = lifecycle.start_detached(home, FREE)
    home.config.write_text('[agent]\nhosts = ["llm.example"]\n')
    assert lifecycle.reload(home)
    reloaded = until(home, lambda it: it.proxy_pid != started.proxy_pid and it.recorder_pid != started.recorder_pid)
    home.config.write_text("[agent]\nprot = 1\n")
    assert lifecycle.reload(home)
    for _ in range(1200):
        if "kept the former settings" in home.log.read_text():
            break
        time.sleep(0.05)
    assert "unknown key agent.prot" in home.log.read_text()
    found = lifecycle.status(home)
    assert found and found.proxy_pid == reloaded.proxy_pid


def test_several_proxies_share_the_doors(home: Home) -> None:
    started = lifecycle.start_detached(home, [*FREE, "--workers", "2"])
    assert len(set(started.proxy_pids)) == 2
    assert accepts(started.port)


def test_an_authority_that_was_removed_is_made_anew_with_its_constraints(home: Home) -> None:
    started = lifecycle.start_detached(home, FREE)
    shutil.rmtree(home.ca)
    home.ca.mkdir()
    assert started.proxy_pid
    os.kill(started.proxy_pid, signal.SIGKILL)
    until(home, lambda it: it.proxy_pid not in (started.proxy_pid, None))
    made = certificates.read(home)
    assert made and made.hosts == ("api.openai.com",)


def test_a_temporary_agent_goes_with_its_maker_and_takes_its_home_along(home: Home) -> None:
    heard, held = os.pipe()
    started = lifecycle.start_detached(home, [*FREE, "--temporary"], stdin=heard)
    os.close(heard)
    os.close(held)
    deadline = time.monotonic() + 60
    while home.path.exists() or lifecycle.is_alive(started.supervisor_pid):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert not accepts(started.port)


def test_without_the_authority_no_proxy_makes_one_of_its_own(home: Home) -> None:
    """mitmproxy would, and that one would vouch for every host."""
    plan = ProxyPlan(str(home.make().ca), ["api.openai.com"])
    with pytest.raises(WiretallyError, match=r"authority in .* is gone"):
        build_master(plan, cast(Any, None))
    assert list(home.ca.iterdir()) == []


def test_local_capture_begins_or_says_why_it_cannot(home: Home) -> None:
    try:
        lifecycle.start_detached(home, [*FREE, "--capture", "local:no-such-program"])
    except UsageError as error:
        said = str(error)
        assert said.startswith("--capture local:no-such-program can't run here: ")
        assert said.endswith("Use `wiretally exec` instead.") and "\n" not in said
    else:
        assert lifecycle.status(home)
