"""The clients of the self-test: small programs in each runtime, which call as apps do and say what they got.

Their texts lie beside this file (`client.*`). Each prints a line a check: name, `ok`, `failed` or `skipped`, and what
it saw, with tabs between. They read their address from WIRETALLY_TEST_URL and take everything else (proxy, authority,
preload) from the same variables as any app.
"""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

SOURCES = Path(__file__).parent
PYTHON_LIBRARIES = ("urllib", "sockets", "requests", "httpx", "httpx2", "aiohttp", "openai")


@dataclass(frozen=True, slots=True)
class Client:
    """One program of the self-test: its words, and by which door it goes."""

    name: str
    command: tuple[str, ...]
    base_url: bool = False


def clients() -> list[Client]:
    """The clients that can run here."""
    found: list[Client] = []
    if shutil.which("curl") and shutil.which("sh"):
        words = ("sh", str(SOURCES / "client.sh"))
        found += [Client("curl", words), Client("curl, base URL", words, base_url=True)]
    # The interpreter that the user's own programs would get, which need not be ours.
    python = shutil.which("python3") or shutil.which("python") or sys.executable
    code = (SOURCES / "client.python").read_text("utf-8")
    found += [Client(f"python {library}", (python, "-c", code, library)) for library in PYTHON_LIBRARIES]
    if shutil.which("node"):
        found.append(Client("node fetch", ("node", str(SOURCES / "client.cjs"))))
    if shutil.which("go"):
        found.append(Client("go net/http", ("go", "run", str(SOURCES / "client.go"))))
    return found
