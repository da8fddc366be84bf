"""`wiretally tui` with a stop-watch on its event loop: how long each frame took, and each step between two looks at it.

    python -m bench.timed_screen FILE        (FILE gets the times at the end)

A step is what Textual's loop runs in one go: handling a message, laying out, painting. Nothing else happens meanwhile,
so no key is answered and no frame painted. A frame is the painting of the screen, timed where Textual itself does it
(`Screen._compositor_refresh`, written against 8.2). Processor time of the loop's thread stands beside each time on the
clock: on a busy machine only the former is the screen's own.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

from textual.screen import Screen
from wiretally.agent.cli import main as wiretally

type Times = list[tuple[float, float, float]]  # when it began (monotonic), milliseconds on the clock, of the processor


def timed(inner: Callable[..., Any], into: Times) -> Callable[..., Any]:
    """`inner`, with each run's times kept."""

    @wraps(inner)
    def run(*arguments: Any, **named: Any) -> Any:
        began, spent = time.monotonic(), time.thread_time()
        try:
            return inner(*arguments, **named)
        finally:
            into.append((began, (time.monotonic() - began) * 1000, (time.thread_time() - spent) * 1000))

    return run


def main(file: Path) -> None:
    """Run the screen, then write the times."""
    steps: Times = []
    frames: Times = []
    asyncio.Handle._run = timed(asyncio.Handle._run, steps)  # type: ignore[method-assign]  # pyright: ignore
    Screen._compositor_refresh = timed(Screen._compositor_refresh, frames)  # pyright: ignore
    try:
        wiretally(["tui"])
    finally:
        file.write_text(json.dumps({"steps": steps, "frames": frames}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
