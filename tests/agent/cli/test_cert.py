"""`wiretally cert` as its user types it, on a browser's store of the test's own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path


def wiretally(tmp_path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environ = {**os.environ, "HOME": str(tmp_path / "user"), "WIRETALLY_HOME": str(tmp_path / "home")}
    code = "from wiretally.agent.cli import main; main()"
    command = [sys.executable, "-c", code, "cert", *arguments]
    return subprocess.run(command, env=environ, capture_output=True, text=True, timeout=60, check=False)


def test_path_prints_the_file_and_makes_it(tmp_path: Path) -> None:
    done = wiretally(tmp_path, "path")
    assert done.stdout == f"{tmp_path}/home/ca/mitmproxy-ca-cert.pem\n"
    assert Path(done.stdout.strip()).read_text().startswith("-----BEGIN CERTIFICATE-----")


def test_every_step_is_printed_and_undone(tmp_path: Path) -> None:
    folder = tmp_path / "user/.pki/nssdb"
    folder.mkdir(parents=True)
    if not shutil.which("certutil"):
        (folder / "cert9.db").touch()
        assert "Chromium: left out, certutil is missing" in wiretally(tmp_path, "install", "--store", "chromium").stderr
        return
    subprocess.run(["certutil", "-N", "-d", f"sql:{folder}", "--empty-password"], check=True)
    assert "nothing of ours" in wiretally(tmp_path, "uninstall", "--store", "chromium").stderr
    done = wiretally(tmp_path, "install", "--store", "chromium")
    assert (done.returncode, done.stdout) == (0, "")
    assert f"Chromium: $ certutil -d sql:{folder} -A -t C,, -n wiretally -i {tmp_path}/home/ca/" in done.stderr
    assert "trusted already" in wiretally(tmp_path, "install", "--store", "chromium").stderr
    stores = json.loads(wiretally(tmp_path, "status", "--json").stdout)["stores"]
    assert {"name": "Chromium", "readers": "this browser", "state": "trusted"} in stores
    assert "-D -n wiretally" in wiretally(tmp_path, "uninstall", "--store", "chromium").stderr
    assert "Chromium: does not trust it (read by" in wiretally(tmp_path, "status").stdout


def test_a_store_that_is_not_here_is_named(tmp_path: Path) -> None:
    done = wiretally(tmp_path, "install", "--store", "beos")
    assert done.returncode == 2
    assert done.stderr.startswith("wiretally: --store beos is not here. Here: ")
    assert "Traceback" not in done.stderr
