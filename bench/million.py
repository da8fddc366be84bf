"""The database of a million calls that several benchmarks read, made once and kept.

It lies in the cache folder of this user (`BENCH_MILLION=FILE` names another, taken as it is) under a name that changes
with what makes it, so none is read that an older schema or generator left.
"""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import platformdirs
from wiretally.agent import schema

from . import generate, month

CALLS = 1_000_000
MAKERS = (schema, generate, month)
MOST_SECONDS = 900
"""Making it takes minutes, and happens once: it is not counted as the time of the benchmark that asks first."""


def million(calls: int = CALLS) -> Path:
    """The database with that many calls; the first who asks makes it. Only to be read: it is everybody's."""
    if calls == CALLS and (given := os.environ.get("BENCH_MILLION")):
        return Path(given)
    sources = b"".join(Path(str(maker.__file__)).read_bytes() for maker in MAKERS)
    folder = platformdirs.user_cache_path("wiretally-bench")
    path = folder / f"{calls}-{hashlib.sha256(sources).hexdigest()[:12]}.db"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob(f"{calls}-*.db*"):
            old.unlink()
        making = path.with_suffix(f".{os.getpid()}")
        command = [sys.executable, "-m", "bench.generate", str(making), "--calls", str(calls)]
        left_seconds = signal.alarm(0)
        try:
            subprocess.run(command, check=True, stdout=sys.stderr, timeout=MOST_SECONDS)
            making.replace(path)
        finally:
            signal.alarm(left_seconds)
            for left in folder.glob(f"{making.name}*"):
                left.unlink()
            making.with_suffix(".rollups").unlink(missing_ok=True)
    return path


@contextmanager
def home_of(database: Path) -> Generator[Path]:
    """A WIRETALLY_HOME of its own whose database is that one."""
    with TemporaryDirectory(prefix="wiretally-bench-") as folder:
        home = Path(folder)
        (home / "wiretally.db").symlink_to(database.absolute())
        yield home
