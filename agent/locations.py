"""Where wiretally keeps its files. One folder holds all of them: `WIRETALLY_HOME`, else the platform's data folder."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from .errors import WiretallyError


@dataclass(frozen=True, slots=True)
class Home:
    """The folder with everything wiretally keeps."""

    path: Path

    @property
    def database(self) -> Path:
        return self.path / "wiretally.db"

    @property
    def config(self) -> Path:
        return self.path / "config.toml"

    @property
    def ca(self) -> Path:
        return self.path / "ca"

    @property
    def log(self) -> Path:
        return self.path / "agent.log"

    @property
    def spool(self) -> Path:
        return self.path / "spool"

    @property
    def filters(self) -> Path:
        """The filters that were typed on the screen, a line each."""
        return self.path / "filters"

    @property
    def agent_file(self) -> Path:
        """Process ids, ports and the control address of the running agent, as JSON."""
        return self.path / "agent.json"

    @property
    def lock(self) -> Path:
        return self.path / "agent.lock"

    @property
    def lease(self) -> Path:
        """Locked (shared) by each `exec` that uses the agent; an agent started by one ends when nobody does."""
        return self.path / "exec.lock"

    def make(self) -> Home:
        """Create the folder (0700) where it is missing. Raises WiretallyError when that can't be done."""
        try:
            self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.path.chmod(0o700)
            for part in (self.ca, self.spool):
                part.mkdir(exist_ok=True, mode=0o700)
        except OSError as error:
            raise WiretallyError(
                f"cannot write to wiretally's home {self.path}: {error.strerror}. "
                "Make it writable, or set WIRETALLY_HOME to a folder that is."
            ) from error
        return self


def home() -> Home:
    """The home in use."""
    if chosen := os.environ.get("WIRETALLY_HOME"):
        return Home(Path(chosen).expanduser().absolute())
    import platformdirs

    return Home(platformdirs.user_data_path("wiretally", appauthor=False))
