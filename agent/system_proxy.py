"""The operating system's proxy setting, pointed at the agent for a while.

Its own file because a setting that outlives its agent would cut the user off: what was there before is on disk before
anything is changed, and is put back by `off`, when the agent ends, and when the next one starts after a crash. A
value that somebody else has changed meanwhile is left as it is.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from .desktops import Desktop, desktop
from .errors import WiretallyError
from .locations import Home
from .whole_file import replace_file

log = logging.getLogger("agent")


@dataclass(frozen=True, slots=True)
class Setting:
    """The setting as it is. `proxy` is HOST:PORT or None; `former` is what `off` goes back to, None without one."""

    system: str
    proxy: str | None
    is_ours: bool
    former: str | None


def status(home: Home) -> Setting:
    """The setting now. Raises WiretallyError where this system has none that we know."""
    system = _desktop()
    now = system.read()
    saved = _saved(home)
    former = system.proxy(saved["former"]) if saved else None
    return Setting(system.name, system.proxy(now), bool(saved) and bool(_ours(now, saved)), former)


def turn_on(home: Home, host: str, port: int) -> Setting:
    """Lead https through `host`:`port`. What was there is kept in the home first, once."""
    system = _desktop()
    restore(home)
    former = system.read()
    ours = system.leading_to(host, port)
    kept = json.dumps({"system": system.name, "former": former, "ours": ours})
    replace_file(_file(home.make()), kept.encode(), 0o600)
    try:
        system.write(ours)
    except WiretallyError:
        restore(home)
        raise
    return status(home)


def restore(home: Home) -> bool:
    """Put back what was there before `turn_on`. False where nothing of ours was left to undo."""
    saved = _saved(home)
    if not saved:
        return False
    system = _desktop()
    back = {key: saved["former"].get(key, "") for key in _ours(system.read(), saved)}
    # What switches the proxy off goes first: no program may meet a half-restored address.
    system.write(dict(reversed(back.items())))
    _file(home).unlink(missing_ok=True)
    return bool(back)


@contextmanager
def put_back(home: Home) -> Generator[None]:
    """Around an agent's life: what one that crashed has left is undone before, and what this one leaves after."""
    _restore_if_possible(home)
    try:
        yield
    finally:
        _restore_if_possible(home)


def _restore_if_possible(home: Home) -> None:
    try:
        restore(home)
    except WiretallyError as error:  # no reason not to start or end; `proxy status` and `doctor` show it
        log.warning("%s", error)


def _desktop() -> Desktop:
    if system := desktop():
        return system
    raise WiretallyError(
        "no proxy setting of GNOME, KDE, macOS or Windows found here. "
        'Use `wiretally exec -- CMD`, or eval "$(wiretally env)" in the shell.'
    )


def _ours(now: dict[str, str], saved: dict[str, dict[str, str]]) -> list[str]:
    """The keys that still have the value we gave them, and had another one before."""
    return [key for key, value in saved["ours"].items() if now.get(key) == value != saved["former"].get(key, "")]


def _file(home: Home) -> Path:
    return home.path / "system-proxy.json"


def _saved(home: Home) -> dict[str, dict[str, str]]:
    """What `turn_on` kept: `former` and `ours`; empty where it kept nothing, or for another system."""
    try:
        saved = json.loads(_file(home).read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise WiretallyError(
            f"{_file(home)} can't be read: {error}. Set the proxy in the system's settings, then delete the file."
        ) from error
    return {part: saved[part] for part in ("former", "ours")}
