"""Variables as lines that a shell can evaluate.

Its own file because quoting is each shell's own matter and has nothing to do with what the variables mean.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Mapping
from pathlib import PurePath

from .errors import UsageError


def _fish(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _powershell(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


EXPORTS: dict[str, Callable[[str, str], str]] = {
    "bash": lambda name, value: f"export {name}={shlex.quote(value)}",
    "zsh": lambda name, value: f"export {name}={shlex.quote(value)}",
    "fish": lambda name, value: f"set -gx {name} {_fish(value)}",
    "powershell": lambda name, value: f"$Env:{name} = {_powershell(value)}",
}


def export_lines(shell: str, values: Mapping[str, str]) -> list[str]:
    """One line a variable, to be evaluated by `shell`. Raises UsageError for a shell not in EXPORTS."""
    if shell not in EXPORTS:
        raise UsageError(f"--shell {shell} is not known. Known: {', '.join(EXPORTS)}.")
    return [EXPORTS[shell](name, value) for name, value in values.items()]


def current_shell(environ: Mapping[str, str] | None = None) -> str:
    """The shell in use as far as can be told: PowerShell by its module path, else what SHELL names, else bash."""
    environ = os.environ if environ is None else environ
    name = PurePath(environ.get("SHELL", "")).name
    if name in EXPORTS:
        return name
    return "powershell" if "PSModulePath" in environ and not name else "bash"
