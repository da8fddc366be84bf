"""Changes config.toml as its owner would by hand: comments, order and everything else stay as they are.

Apart from settings.py, which reads it, because only the screen's dialogs write it. What would not load is not written.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import tomlkit
import tomlkit.exceptions
from tomlkit import TOMLDocument
from tomlkit.items import Table

from .errors import UsageError, WiretallyError
from .settings import load


def change(config: Path, table: Sequence[str], values: Mapping[str, Any]) -> None:
    """Set `values` in the table named by `table` ("alarm", "slow"); None takes a key out, so that its default holds.

    Raises UsageError where the file would not load with them, and WiretallyError where it can't be written.
    """
    document = _read(config)
    found: Any = document
    for name in table:
        if name not in found:
            found[name] = tomlkit.table(is_super_table=name != table[-1])
        found = found[name]
    for name, value in values.items():
        if value is None:
            found.pop(name, None)
        elif name not in found or found[name] != value:
            found[name] = value
    _write(config, document)


def remove(config: Path, table: Sequence[str]) -> None:
    """Take out a table. Nothing happens where there is none. Raises as `change` does."""
    document = _read(config)
    found: Any = document
    for name in table[:-1]:
        if name not in found:
            return
        found = found[name]
    if table[-1] in found:
        cast(Table, found).remove(table[-1])
        _write(config, document)


def _read(config: Path) -> TOMLDocument:
    try:
        return tomlkit.parse(config.read_text("utf-8"))
    except FileNotFoundError:
        return tomlkit.document()
    except OSError as error:
        raise WiretallyError(f"cannot read {config}: {error.strerror}. Check its permissions.") from error
    except (tomlkit.exceptions.ParseError, UnicodeDecodeError) as error:
        raise UsageError(f"{config} is not valid TOML: {error}. Correct it, or move it away.") from error


def _write(config: Path, document: TOMLDocument) -> None:
    """Replace the file in one step, after trying what is to stand in it."""
    target = config.resolve()  # one that is linked to keeps its place
    draft = target.with_name(f"{target.name}.{os.getpid()}.new")
    try:
        mode = target.stat().st_mode & 0o777 if target.exists() else 0o600
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "w", encoding="utf-8") as file:
            file.write(tomlkit.dumps(document))
            file.flush()
            os.fsync(file.fileno())
        load(draft)
        draft.replace(target)
    except UsageError as error:
        raise UsageError(str(error).replace(str(draft), str(config))) from error
    except OSError as error:
        raise WiretallyError(f"cannot write {config}: {error.strerror}. Check its permissions.") from error
    finally:
        draft.unlink(missing_ok=True)
