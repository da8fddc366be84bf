"""The recipes name commands and options that exist, and every page is reached from the first."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest
from wiretally.agent.cli import cli

RECIPES = Path(__file__).parents[1] / "docs" / "recipes"
PAGES = sorted(RECIPES.glob("*.md"))
CODE = re.compile(r"```sh\n(.*?)```|`(wiretally [^`]+)`", re.S)


def commands(page: Path) -> list[list[str]]:
    """The words after `wiretally` of each command in a page's code."""
    found: list[list[str]] = []
    for block, inline in CODE.findall(page.read_text("utf-8")):
        for line in (block or inline).replace("\\\n", " ").splitlines():
            for part in re.findall(r"(?:^|[(;] ?)wiretally ([^#)]*)", line):
                found.append(shlex.split(part.replace("…", ""), posix=False))
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_commands_and_options_exist(page: Path) -> None:
    context = click.Context(cli)
    for words in commands(page):
        command: click.Command = cli
        rest = words
        while rest and isinstance(command, click.Group) and not rest[0].startswith("-"):
            name, rest = rest[0], rest[1:]
            inner = command.get_command(context, name)
            assert inner, f"{page.name}: wiretally {' '.join(words)}: no command {name}"
            command = inner
        known = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
        own = rest[: rest.index("--")] if "--" in rest else rest
        used = {word.partition("=")[0] for word in own if word.startswith("--")}
        assert used <= known | {"--json"}, f"{page.name}: wiretally {' '.join(words)}: {used - known}"


def test_every_page_is_linked_from_the_first() -> None:
    first = (RECIPES / "README.md").read_text("utf-8")
    linked = set(re.findall(r"\]\(([\w-]+\.md)\)", first))
    assert linked == {page.name for page in PAGES} - {"README.md"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", page.read_text("utf-8")):
        assert (page.parent / target).exists(), f"{page.name} links to {target}"
