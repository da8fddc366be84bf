"""The service files say what the service managers need, for any path."""

from __future__ import annotations

import configparser
import plistlib
import shlex
import sys
from pathlib import Path

import pytest
from wiretally.agent.errors import WiretallyError
from wiretally.agent.locations import Home
from wiretally.agent.service import LABEL, service

ODD = 'a "quoted" 100% $HOME folder'


def test_the_unit_runs_this_program_on_this_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    made = service(Home(tmp_path / ODD), ["--host", "llm.example"], platform="linux")
    assert made.file == tmp_path / "systemd/user/wiretally.service"
    unit = configparser.ConfigParser(interpolation=None)
    unit.optionxform = str  # pyright: ignore[reportAttributeAccessIssue]
    unit.read_string(made.content)
    words = shlex.split(unit["Service"]["ExecStart"])
    assert words == [sys.executable, "-m", "wiretally.agent.cli", "agent", "--host", "llm.example"]
    (home,) = shlex.split(unit["Service"]["Environment"])
    assert home.replace("%%", "%").replace("$$", "$") == f"WIRETALLY_HOME={tmp_path / ODD}"
    assert unit["Install"]["WantedBy"] == "default.target"
    assert made.enable[-1] == ("systemctl", "--user", "enable", "--now", "wiretally.service")
    assert made.disable[0] == ("systemctl", "--user", "disable", "--now", "wiretally.service")


def test_the_launch_agent_runs_this_program_on_this_home(tmp_path: Path) -> None:
    made = service(Home(tmp_path / ODD), platform="darwin")
    content = plistlib.loads(made.content.encode())
    assert content["ProgramArguments"] == [sys.executable, "-m", "wiretally.agent.cli", "agent"]
    assert content["EnvironmentVariables"] == {"WIRETALLY_HOME": str(tmp_path / ODD)}
    assert made.file.name == f"{LABEL}.plist" and str(made.file) in made.enable[0]


def test_a_system_without_a_manager_names_the_other_way(tmp_path: Path) -> None:
    with pytest.raises(WiretallyError, match="--detach"):
        service(Home(tmp_path), platform="win32")
