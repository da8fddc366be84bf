"""The agent's log file: what went wrong in any of its processes, rotated. No bodies, no headers."""

from __future__ import annotations

import logging
import os
from collections.abc import Generator
from contextlib import contextmanager
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Final

MAX_BYTES: Final = 2_000_000


@contextmanager
def log_to(path: Path) -> Generator[None]:
    """Log warnings and worse to `path` (0600), keeping two older files."""
    path.touch(0o600)
    os.chmod(path, 0o600)  # noqa: PTH101 a file left by an umask of 000
    handler = RotatingFileHandler(path, maxBytes=MAX_BYTES, backupCount=2, encoding="utf-8", delay=True)
    handler.setFormatter(logging.Formatter("%(asctime)s %(name)s %(message)s"))
    root = logging.getLogger()
    root.addHandler(handler)
    try:
        yield
    finally:
        root.removeHandler(handler)
        handler.close()
