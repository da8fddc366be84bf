"""The agent as a service of the user's session: a systemd user unit, or a launchd agent on macOS.

Its own file because what a service manager wants is a file of its own format and two commands; starting an agent by
hand is lifecycle.py's.
"""

from __future__ import annotations

import os
import plistlib
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from .errors import WiretallyError
from .locations import Home

LABEL = "io.wiretally.agent"
STOP_SECONDS = 90
"""Calls under way get this long to end when the service is stopped."""

type Command = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Service:
    """A service file with the commands that switch it on after it was written, and off before it is removed."""

    file: Path
    content: str
    enable: tuple[Command, ...]
    disable: tuple[Command, ...]
    state: Command


def service(home: Home, flags: Sequence[str] = (), *, platform: str = sys.platform) -> Service:
    """The service that runs `wiretally agent FLAGS` on `home`. Raises WiretallyError where no manager is known."""
    words = (sys.executable, "-m", "wiretally.agent.cli", "agent", *flags)
    if platform == "darwin":
        file = Path.home() / f"Library/LaunchAgents/{LABEL}.plist"
        domain = f"gui/{os.getuid()}"
        return Service(
            file,
            _plist(home, words),
            (("launchctl", "bootstrap", domain, str(file)),),
            (("launchctl", "bootout", f"{domain}/{LABEL}"),),
            ("launchctl", "print", f"{domain}/{LABEL}"),
        )
    if platform.startswith("linux"):
        folder = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
        name, manager = "wiretally.service", ("systemctl", "--user")
        return Service(
            folder / "systemd/user" / name,
            _unit(home, words),
            ((*manager, "daemon-reload"), (*manager, "enable", "--now", name)),
            ((*manager, "disable", "--now", name), (*manager, "daemon-reload")),
            (*manager, "is-active", name),
        )
    raise WiretallyError(f"no service manager known for {platform}. Use `wiretally agent --detach`.")


def _unit(home: Home, words: Sequence[str]) -> str:
    command = " ".join(_quoted(word) for word in words)
    return f"""[Unit]
Description=wiretally agent: records OpenAI API traffic

[Service]
ExecStart={command}
ExecReload=/bin/kill -HUP $MAINPID
Environment={_quoted(f"WIRETALLY_HOME={home.path}")}
Restart=on-failure
TimeoutStopSec={STOP_SECONDS}
UMask=0077

[Install]
WantedBy=default.target
"""


def _quoted(word: str) -> str:
    """A word as systemd reads it: specifiers and variables doubled, quotes and backslashes escaped."""
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{escaped}"'


def _plist(home: Home, words: Sequence[str]) -> str:
    content = {
        "Label": LABEL,
        "ProgramArguments": list(words),
        "EnvironmentVariables": {"WIRETALLY_HOME": str(home.path)},
        "RunAtLoad": True,
        "KeepAlive": {"SuccessfulExit": False},
        "ExitTimeOut": STOP_SECONDS,
        "StandardErrorPath": str(home.log),
    }
    return plistlib.dumps(content).decode()
