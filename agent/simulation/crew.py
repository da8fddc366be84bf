"""Starts the apps as a developer's machine would have them: each a process in a folder of its own, with a git branch, a
key, and the variables that lead it through the agent."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from .. import environment
from ..doors import Doors
from ..locations import Home
from . import apps

SOURCES = Path(apps.__file__).parent


@dataclass(frozen=True, slots=True)
class App:
    """One app: its script in `apps/`, the branch its folder is on, and the door it uses."""

    name: str
    branch: str
    door: Literal["proxy", "base-url"] = "proxy"


APPS = (
    App("worker", "main"),
    App("ingest", "feature/islands"),
    App("chat_ui", "main", door="base-url"),
    App("evals", "fix/refund-prompt"),
)


@dataclass(frozen=True, slots=True)
class Running:
    """A started app."""

    app: App
    process: subprocess.Popen[bytes]

    def stop(self) -> None:
        """End the process, and wait until it has."""
        self.process.terminate()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def start(app: App, variables: Mapping[str, str], folder: Path) -> Running:
    """Start `app` with these variables in a folder of its own under `folder`; what it prints goes to a file there."""
    place = folder / app.name
    (place / ".git").mkdir(parents=True, exist_ok=True)
    (place / ".git" / "HEAD").write_text(f"ref: refs/heads/{app.branch}\n")
    script = shutil.copy(SOURCES / f"{app.name}.py", place)
    with (place / "output.log").open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, Path(script).name],
            cwd=place,
            env={**variables, "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    return Running(app, process)


def neutral(environ: Mapping[str, str]) -> dict[str, str]:
    """`environ` without what leads elsewhere: the user's proxies, authorities, OpenAI and wiretally settings."""
    return {
        name: value
        for name, value in environ.items()
        if not name.startswith(("OPENAI_", "WIRETALLY_", "SSL_CERT_")) and not name.lower().endswith("_proxy")
    }


def variables(app: App, home: Home, doors: Doors, environ: Mapping[str, str]) -> dict[str, str]:
    """The environment of `app`: neutral ground, a key, and the way through the agent."""
    inherited = neutral(environ)
    led = (
        environment.base_url_variables(doors, environ=inherited)
        if app.door == "base-url"
        else environment.variables(home, doors, environ=inherited)
    )
    return inherited | led | {"OPENAI_API_KEY": f"sk-demo-{app.name}-0123456789abcdef"}
