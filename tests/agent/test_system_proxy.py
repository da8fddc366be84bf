"""The user's own setting comes back, whatever happened in between."""

from __future__ import annotations

import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from wiretally.agent.desktops import Gnome
from wiretally.agent.errors import WiretallyError
from wiretally.agent.locations import Home
from wiretally.agent.system_proxy import put_back, restore, status, turn_on

GSETTINGS = """#!/bin/sh
cd "$(dirname "$0")/state" || exit 1
[ -e ../broken ] && [ "$1" = set ] && { echo "no dconf" >&2; exit 1; }
case $1 in
  get) [ -e "$2.$3" ] && cat "$2.$3" || echo "''" ;;
  set) printf '%s\\n' "$4" > "$2.$3" ;;
esac
"""
CORPORATE = Gnome().leading_to("corporate.example", 3128)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A home, and on PATH a gsettings that keeps state, with a proxy that the user had set."""
    (tmp_path / "tools/state").mkdir(parents=True)
    tool = tmp_path / "tools/gsettings"
    tool.write_text(GSETTINGS)
    tool.chmod(tool.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{tmp_path / 'tools'}:/usr/bin:/bin")
    monkeypatch.delenv("XDG_CURRENT_DESKTOP", raising=False)
    Gnome().write(CORPORATE)
    return Home(tmp_path / "home")


def test_on_and_off(home: Home) -> None:
    setting = turn_on(home, "127.0.0.1", 8787)
    assert (setting.system, setting.proxy, setting.is_ours, setting.former) == (
        "GNOME", "127.0.0.1:8787", True, "corporate.example:3128",
    )  # fmt: skip
    assert restore(home) is True
    assert Gnome().read() == CORPORATE
    assert not status(home).is_ours
    assert restore(home) is False
    assert list(home.path.glob("*.json")) == []


def test_on_twice_remembers_the_users_setting_not_ours(home: Home) -> None:
    turn_on(home, "127.0.0.1", 8787)
    assert turn_on(home, "127.0.0.1", 9999).former == "corporate.example:3128"
    restore(home)
    assert Gnome().read() == CORPORATE


def test_after_a_kill_the_next_start_restores(home: Home) -> None:
    code = (
        "import os, signal, sys; from pathlib import Path\n"
        "from wiretally.agent.locations import Home; from wiretally.agent.system_proxy import turn_on\n"
        "turn_on(Home(Path(sys.argv[1])), '127.0.0.1', 8787); os.kill(os.getpid(), signal.SIGKILL)"
    )
    killed = subprocess.run([sys.executable, "-c", code, str(home.path)], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert Gnome().proxy(Gnome().read()) == "127.0.0.1:8787"
    with put_back(home):
        assert Gnome().read() == CORPORATE


def test_at_an_agents_end_the_setting_is_put_back(home: Home) -> None:
    with pytest.raises(KeyboardInterrupt), put_back(home):
        turn_on(home, "127.0.0.1", 8787)
        raise KeyboardInterrupt
    assert Gnome().read() == CORPORATE


def test_what_the_user_changed_meanwhile_stays(home: Home) -> None:
    turn_on(home, "127.0.0.1", 8787)
    Gnome().write({"org.gnome.system.proxy mode": "'none'"})
    restore(home)
    assert Gnome().read() == {**CORPORATE, "org.gnome.system.proxy mode": "'none'"}


def test_a_setting_that_cannot_be_made_is_an_error_and_changes_nothing(home: Home, tmp_path: Path) -> None:
    (tmp_path / "tools/broken").touch()
    with pytest.raises(WiretallyError, match="no dconf"):
        turn_on(home, "127.0.0.1", 8787)
    assert Gnome().read() == CORPORATE
    assert not status(home).is_ours and restore(home) is False


def test_a_damaged_note_of_what_was_there_is_named_and_stops_no_agent(home: Home) -> None:
    home.make()
    (home.path / "system-proxy.json").write_text("{")
    with pytest.raises(WiretallyError, match=r"system-proxy\.json can't be read"):
        restore(home)
    with put_back(home):
        pass


def test_without_a_known_system_another_way_is_named(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(home.path))
    with pytest.raises(WiretallyError, match="wiretally exec"):
        turn_on(home, "127.0.0.1", 8787)
