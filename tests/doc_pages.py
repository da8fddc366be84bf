"""The parts of docs/ that the program itself knows: `python -m tests.doc_pages` writes them, test_docs checks them."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path
from typing import Any, get_args, get_origin

import click
from pydantic.fields import FieldInfo
from wiretally.agent.cli import COMMANDS, cli
from wiretally.agent.filter_fields import FIELDS
from wiretally.agent.queries.export import BODY_COLUMNS, COLUMNS
from wiretally.agent.settings import ENVIRONMENT, Settings

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
        context = click.Context(
            command, info_name=f"wiretally {name}", terminal_width=100, max_content_width=100, **cli.context_settings
        )
        parts.append(f"## {name}\n\n```\n{command.get_help(context)}\n```\n")
    return "\n".join(parts)


def settings() -> str:
    """Every table of config.toml and the variables, as a page."""
    parts = [
        "# Settings\n\n"
        "Flags beat `WIRETALLY_*` variables beat `config.toml` in wiretally's home (`WIRETALLY_HOME`, else the\n"
        "platform's data folder) beat the defaults. An unknown key or a value out of range is an error that names\n"
        "the file, the key and what is allowed; `kill -HUP` of the agent reads the file again. Written by\n"
        "`python -m tests.doc_pages`.\n"
    ]
    for name, section in Settings.model_fields.items():
        table: Any = section.annotation
        inner = get_args(table)[1] if get_origin(table) is dict else table
        keys: dict[str, FieldInfo] = getattr(inner, "model_fields", {})
        heading = f"[{name}]" if inner is table or not keys else f"[{name}.NAME]"
        rows = [f"| `{key}` | {field.description} | {_default(field)} |" for key, field in keys.items()]
        lines = ["| key | what it is | default |", "|---|---|---|", *rows] if rows else ["Keys are names of your own."]
        parts.append(f"## `{heading}`\n\n{section.description}\n\n" + "\n".join(lines) + "\n")
    rows = [f"| `{variable}` | `{section}.{key}` |" for variable, (section, key) in ENVIRONMENT.items()]
    variables = "\n".join(["| variable | sets |", "|---|---|", "| `WIRETALLY_HOME` | the home |", *rows])
    return "\n".join([*parts, f"## Variables\n\n{variables}\n"])


def _default(field: FieldInfo) -> str:
    value: Any = field.get_default(call_default_factory=True)
    return "required" if field.is_required() else "–" if value in (None, [], {}, "") else f"`{value}`"


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
        DOCS / "settings.md": settings(),
    }


if __name__ == "__main__":
    for path, text in pages().items():
        path.write_text(text, "utf-8")
