"""The parts of docs/ that the program itself knows: `python -m tests.doc_pages` writes them, test_docs checks them."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import click
from wiretally.agent.cli import COMMANDS
from wiretally.agent.filter_fields import FIELDS
from wiretally.agent.queries.export import BODY_COLUMNS, COLUMNS

DOCS = Path(__file__).resolve().parents[1] / "docs"


def fields() -> str:
    """The filter's fields as a table."""
    rows = [
        f"| `{field.name}` | {field.meaning} | `{'` `'.join(field.operators)}` | `{field.example}` |"
        for field in FIELDS
    ]
    return "\n".join(["| field | what it asks | operators | example |", "|---|---|---|---|", *rows])


def columns() -> str:
    """The export's columns as a table."""
    rows = [f"| `{column.name}` | {column.type} | {column.meaning} |" for column in COLUMNS]
    more = [f"| `{column.name}` (`--bodies`) | {column.type} | {column.meaning} |" for column in BODY_COLUMNS]
    return "\n".join(["| column | type | meaning |", "|---|---|---|", *rows, *more])


def found_commands() -> dict[str, click.Command]:
    """Every command of the program, subcommands as `group sub`."""
    found: dict[str, click.Command] = {}
    for name, (module, _) in COMMANDS.items():
        command: click.Command = import_module(f"wiretally.agent.cli.{module}").command
        found[name] = command
        if isinstance(command, click.Group):
            found |= {f"{name} {sub}": inner for sub, inner in command.commands.items()}
    return found


def commands() -> str:
    """Every command with its `--help`."""
    parts = ["# Commands\n\nWhat `wiretally COMMAND --help` says; written by `python -m tests.doc_pages`.\n"]
    for name, command in found_commands().items():
        context = click.Context(command, info_name=f"wiretally {name}", terminal_width=100, max_content_width=100)
        parts.append(f"## {name}\n\n```\n{command.get_help(context)}\n```\n")
    return "\n".join(parts)


def with_part(text: str, name: str, part: str) -> str:
    """A page with what stands between `<!-- name -->` and `<!-- end -->` replaced."""
    return re.sub(rf"(<!-- {name} -->\n).*?(<!-- end -->)", lambda m: f"{m[1]}{part}\n{m[2]}", text, flags=re.DOTALL)


def pages() -> dict[Path, str]:
    """What each page should say."""
    filters, export = DOCS / "filters.md", DOCS / "export.md"
    return {
        filters: with_part(filters.read_text("utf-8"), "fields", fields()),
        export: with_part(export.read_text("utf-8"), "columns", columns()),
        DOCS / "commands.md": commands(),
    }


if __name__ == "__main__":
    for path, text in pages().items():
        path.write_text(text, "utf-8")
