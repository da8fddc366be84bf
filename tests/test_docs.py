"""The docs say what the program does."""

from __future__ import annotations

import json
import re
import sqlite3
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import click
import pytest
from wiretally.agent.cli import COMMANDS, GROUPS
from wiretally.agent.filters import parse
from wiretally.agent.store import Store

from .doc_pages import DOCS, found_commands


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    """The pages as a new interpreter makes them: click remembers a command's help option from whoever asked first."""
    code = "import json; from tests.doc_pages import pages; print(json.dumps({p.name: t for p, t in pages().items()}))"
    done = subprocess.run([sys.executable, "-c", code], cwd=DOCS.parent, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


@pytest.mark.parametrize("name", ["filters.md", "export.md", "commands.md", "settings.md"])
def test_what_the_program_knows_is_in_the_docs(name: str, pages: dict[str, str]) -> None:
    assert (DOCS / name).read_text("utf-8") == pages[name], "run `python -m tests.doc_pages`"


def test_the_architecture_names_modules_that_exist() -> None:
    text = (DOCS / "architecture.md").read_text("utf-8").partition("## Modules of `agent/`")[2]
    named = [name for row in re.findall(r"^\| (`.*?) \|", text, re.MULTILINE) for name in re.findall(r"`(.+?)`", row)]
    assert len(named) > 50
    assert [name for name in named if not (DOCS.parent / "agent" / name).exists()] == []


def test_every_command_and_option_has_help() -> None:
    for name, command in found_commands().items():
        assert command.help, name
        for option in command.params:
            assert not isinstance(option, click.Option) or option.help, f"{name} {option.name}"


def test_the_help_shows_every_command_once() -> None:
    assert sorted(name for names in GROUPS.values() for name in names) == sorted(COMMANDS)


def test_every_link_leads_somewhere() -> None:
    root = DOCS.parent
    for page in (root / "README.md", root / "SECURITY.md", *DOCS.rglob("*.md")):
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
            if "://" not in target:
                assert (page.parent / target).exists(), f"{page.relative_to(root)} links to {target}"


def test_the_filters_of_the_docs_are_filters() -> None:
    for page in DOCS.glob("*.md"):
        for text in re.findall(r"--filter '([^']+)'", page.read_text("utf-8")):
            parse(text)


def test_the_recipes_sql_runs(tmp_path: Path) -> None:
    Store(tmp_path / "wiretally.db").close()
    text = (DOCS / "recipes.md").read_text("utf-8")
    (query,) = re.findall(r'sqlite-utils query "[^"]+" "([^"]+)"', text)
    connection = sqlite3.connect(tmp_path / "wiretally.db")
    connection.execute(query)
    connection.close()
    pandas: Any = import_module("pandas")
    program = re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL)[0]
    begin = program.index("with sqlite3")
    scope: dict[str, Any] = {"path": tmp_path / "wiretally.db", "pd": pandas, "sqlite3": sqlite3}
    body = program[begin:].split("\n\n")[0]
    exec(body, scope)
    assert "usd" in scope["calls"].columns
    scope["db"].close()
