"""The clients that are tried are those that can run here, and their texts are in place."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest
from wiretally.agent.doctor.clients import PYTHON_LIBRARIES, SOURCES, clients


def test_without_any_tool_python_is_still_tried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    found = clients()
    assert [client.name for client in found] == [f"python {library}" for library in PYTHON_LIBRARIES]
    assert all(client.command[0] == sys.executable for client in found)


def test_tools_that_are_here_are_tried() -> None:
    names = {client.name for client in clients()}
    expected = {"curl": "curl", "node": "node fetch", "go": "go net/http"}
    assert all((name in names) == bool(shutil.which(tool)) for tool, name in expected.items())


def test_the_texts_are_where_the_commands_look() -> None:
    assert {path.suffix for path in SOURCES.glob("client.*")} == {".sh", ".cjs", ".go", ".python"}
    compile((SOURCES / "client.python").read_text("utf-8"), "client.python", "exec")
