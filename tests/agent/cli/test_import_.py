"""The import command on each kind of file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from mitmproxy.io import FlowWriter
from mitmproxy.test import tflow

from .conftest import Run


@pytest.mark.parametrize("name", ["calls.jsonl", "calls.har"])
def test_an_export_is_imported_once(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    file = tmp_path / name
    run("export", "-o", str(file), "--filter", "-is:open")
    monkeypatch.setenv("WIRETALLY_HOME", str(tmp_path / "colleague"))
    done = run("import", str(file))
    assert (done.code, done.out) == (0, "")
    calls = json.loads(run("stats", "--json").out)["calls"]
    assert done.err == f"{file}: {calls:,} calls imported, 0 were here already\n"
    assert f"0 calls imported, {calls:,} were here already" in run("import", str(file)).err


def test_a_flow_file_goes_into_a_session(run: Run, tmp_path: Path) -> None:
    flow = tflow.tflow(resp=True)
    flow.request.host = "api.openai.com"
    file = tmp_path / "x.flow"
    with file.open("wb") as out:
        FlowWriter(out).add(flow)
    assert "1 calls imported" in run("import", "--session", "colleague", str(file)).err
    (line,) = run("export", "--filter", "session:colleague door:import").out.splitlines()
    assert json.loads(line)["status"] == 200


def test_a_file_that_is_nothing_of_the_sort_is_named(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "x"
    file.write_text("hello")
    done = run("import", str(file))
    assert (done.code, done.err.startswith(f"wiretally: {file} is neither")) == (2, True)
