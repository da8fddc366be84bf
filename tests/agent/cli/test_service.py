"""`wiretally agent service` with a systemctl on PATH that writes down what it is told."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

SYSTEMCTL = """#!/bin/sh
echo "$@" >> "{log}"
case $2 in is-active) exit {active};; esac
"""


def test_install_status_uninstall(tmp_path: Path) -> None:
    tool, log = tmp_path / "systemctl", tmp_path / "log"
    tool.write_text(SYSTEMCTL.format(log=log, active=0))
    tool.chmod(tool.stat().st_mode | stat.S_IXUSR)
    environ = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}", "XDG_CONFIG_HOME": str(tmp_path / "config")}
    environ["WIRETALLY_HOME"] = str(tmp_path / "home")

    def service(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "wiretally.agent.cli", "agent", "service", *arguments]
        return subprocess.run(command, env=environ, capture_output=True, text=True, timeout=60, check=False)

    file = tmp_path / "config/systemd/user/wiretally.service"
    assert service("status").stdout == "not installed\n"
    done = service("install", "--host", "llm.example")
    assert done.returncode == 0, done.stderr
    assert done.stderr.splitlines() == [
        f"write {file}",
        "$ systemctl --user daemon-reload",
        "$ systemctl --user enable --now wiretally.service",
    ]
    assert '"--host" "llm.example"' in file.read_text()
    assert service("status").stdout == f"installed as {file}, running\n"
    assert service("uninstall").returncode == 0
    assert not file.exists()
    assert log.read_text().splitlines()[-2:] == ["--user disable --now wiretally.service", "--user daemon-reload"]
    again = service("uninstall")
    assert again.returncode == 1 and "no service is installed" in again.stderr
