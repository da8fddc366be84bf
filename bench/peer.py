"""The other tools for the same work, each in an environment of its own that is made on demand in the user's cache.

Never a dependency of wiretally's: `uv` installs each by name and version, once. Each is set up as its users have it,
recording on, one worker, in front of the same provider (peer_setups.py); `Peer.note` says what it needed and what is in
its favour. Where one can't be installed or started, CannotStart says why.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import platformdirs
import psutil
from wiretally.agent import tokens

from .client import BODY
from .subjects import BIN, Subject, Upstream

INSTALL_SECONDS, START_SECONDS, STOP_SECONDS = 180, 60, 5


class CannotStart(Exception):
    """A peer can't be measured here; says why in a line."""


@dataclass(frozen=True, slots=True)
class Setup:
    """How a peer is started in its home folder: arguments behind its program, what is added to its environment, and
    where it answers (`port` is its own, `path` leads to the provider)."""

    command: tuple[str, ...]
    port: int
    path: str = ""
    environment: dict[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Repair:
    """What a peer needs to be measured at all: `old` becomes `new` in a module (`file` in site-packages)."""

    file: str
    old: str
    new: str

    def apply(self, environment: Path) -> None:
        """Change the installed module. Raises CannotStart where it isn't as expected."""
        for path in environment.glob(f"lib/python*/site-packages/{self.file}"):
            text = path.read_text("utf-8")
            if self.old in text:
                path.write_text(text.replace(self.old, self.new), "utf-8")
                return
        raise CannotStart(f"{self.file} is not as the repair expects it")


@dataclass(frozen=True, slots=True)
class Peer:
    """One other tool: what PyPI calls it, the program it brings, and how it is set up in front of a provider."""

    name: str
    requirement: str
    program: str
    set_up: Callable[[Path, Upstream], Setup]
    note: str = ""
    repair: Repair | None = None

    @property
    def environment(self) -> Path:
        """Its virtual environment's folder."""
        return platformdirs.user_cache_path("wiretally") / "bench-peers" / self.requirement.replace("[proxy]", "")

    def install(self) -> None:
        """Make its environment, unless it is there. Raises CannotStart."""
        folder = self.environment
        if (folder / ".ready").exists():
            return
        print(f"  installing {self.requirement} into {folder}", file=sys.stderr)
        commands = (
            [str(BIN / "uv"), "venv", "--quiet", "--clear", "--python", sys.executable, str(folder)],
            [str(BIN / "uv"), "pip", "install", "--quiet", "--python", str(folder / "bin/python"), self.requirement],
        )
        for command in commands:
            try:
                subprocess.run(command, check=True, capture_output=True, text=True, timeout=INSTALL_SECONDS)
            except subprocess.TimeoutExpired as error:
                raise CannotStart(f"not installed within {INSTALL_SECONDS} s") from error
            except (subprocess.CalledProcessError, OSError) as error:
                said = str(getattr(error, "stderr", "") or error).strip().splitlines() or [""]
                raise CannotStart(f"not installed: {said[-1].strip()[:160]}") from error
        if self.repair:
            self.repair.apply(folder)
        (folder / ".ready").touch()

    @contextmanager
    def running(self, to: Upstream) -> Generator[Subject]:
        """The peer in front of the provider, once it answers a call through. Raises CannotStart."""
        self.install()
        with TemporaryDirectory(prefix=f"{self.program}-bench-") as folder:
            home = Path(folder)
            setup = self.set_up(home, to)
            command = [str(self.environment / "bin" / self.program), *setup.command]
            with (home / "log").open("wb") as log:
                process = subprocess.Popen(
                    command, cwd=home, env=_environment(home, to) | setup.environment, stdin=subprocess.DEVNULL,
                    stdout=log, stderr=log, start_new_session=True,
                )  # fmt: skip
            try:
                base = f"http://127.0.0.1:{setup.port}{setup.path}"
                _wait_until_it_answers(base, process, home / "log")
                own = psutil.Process(process.pid)
                yield Subject(self.name, base_url=base, processes=(own, *own.children(recursive=True)))
            finally:
                _end(process)


def _environment(home: Path, to: Upstream) -> dict[str, str]:
    """What every peer gets: a home of its own, trust in the provider, its address and a key, vocabularies offline."""
    trust = str(to.authority) if to.authority else ""
    return os.environ | {
        "HOME": str(home), "SSL_CERT_FILE": trust, "REQUESTS_CA_BUNDLE": trust, "OPENAI_API_KEY": "sk-bench-0123456789",
        "OPENAI_API_BASE": f"{to.url}/v1", "OPENAI_BASE_URL": f"{to.url}/v1", "TIKTOKEN_CACHE_DIR": _vocabularies(),
        "LITELLM_LOCAL_MODEL_COST_MAP": "True", "LITELLM_DANGEROUSLY_PERMIT_WEAK_OR_UNSET_MASTER_KEY": "true",
        "NO_COLOR": "1",
    }  # fmt: skip


def _vocabularies() -> str:
    """The folder with tiktoken's vocabularies: without it a tokenizer would go to the network."""
    for name in tokens.VOCABULARIES:
        tokens.encoding(name)
    return str(platformdirs.user_cache_path("wiretally") / "tiktoken")


def _wait_until_it_answers(base: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline, said = time.monotonic() + START_SECONDS, "nothing"
    headers = {"authorization": "Bearer sk-bench-0123456789", "content-type": "application/json"}
    while time.monotonic() < deadline:
        if process.poll() is not None:
            last = (log.read_text("utf-8", "replace").strip().splitlines() or ["without a word"])[-1]
            raise CannotStart(f"ended with {process.returncode}: {last[:160]}")
        try:
            answer = httpx.post(f"{base}/v1/chat/completions", content=BODY, headers=headers, timeout=10)
            if answer.status_code == 200 and json.loads(answer.content)["choices"]:
                return
            said = f"status {answer.status_code}, {answer.text[:120]}"
        except httpx.HTTPError as error:
            said = f"{type(error).__name__} {error}"
        time.sleep(0.3)
    raise CannotStart(f"no call came through within {START_SECONDS} s: {said}")


def _end(process: subprocess.Popen[bytes]) -> None:
    """End it and what it started: the session is its own."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
        except ProcessLookupError:
            break
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            continue
    process.wait()
