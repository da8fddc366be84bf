"""Makes the pictures of the README and of docs/walk-through.md from real traffic: `make pictures`.

The demo's apps call the simulated service through a real agent; the screen opens on what that agent records, is driven
by keys as a reader would drive it, and is saved as SVG. A run before it, exported and imported, is what the last
picture compares with. A PNG beside it is drawn by Chromium or rsvg-convert where one
is installed.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from textual.pilot import Pilot
from wiretally.agent.cli.demo import stage
from wiretally.agent.edits import rename_session
from wiretally.agent.locations import Home
from wiretally.agent.settings import TuiSettings
from wiretally.tui.app import Options, WiretallyApp
from wiretally.tui.widgets.bars import Choices

HERE = Path(__file__).parent / "pictures"
SIZE = (120, 32)
SECONDS = float(os.environ.get("SECONDS", "45"))
"""How long the apps run before the first picture."""


async def take(home: Home) -> list[Path]:
    """The Live tab, the Inspector, and one picture for each question of the walk-through."""
    app = WiretallyApp(Options(home, TuiSettings.model_validate({"range": "all"})))
    made: list[Path] = []
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause(2)
        calls = app.live.list
        failed = (line for line in range(12) if (row := calls.window.row_at(line)) is not None and row.fault)
        for _ in range(next(failed, 0)):
            await pilot.press("down")
        made.append(save(app, "live"))
        await pilot.press("slash", *"is:stream -is:error endpoint:/v1/chat/completions session:demo", "enter")
        await pilot.pause(1)
        await pilot.press("down", "down", "enter")
        await pilot.pause(1)
        made.append(save(app, "inspector"))
        await _to_part(app, pilot, "Timing")
        made.append(save(app, "timing"))
        await pilot.press("escape", "escape")
        for key, name in (("2", "cost"), ("4", "errors")):
            await pilot.press(key)
            await pilot.pause(2)
            if name == "cost":
                await pilot.press("b")  # from by model to by app
                await pilot.pause(1)
            made.append(save(app, name))
        await pilot.press("8", "d", "down", "d")
        await pilot.pause(2)
        app.clear_notifications()
        await pilot.pause(1)
        made.append(save(app, "comparison"))
    return made


async def _to_part(app: WiretallyApp, pilot: Pilot[None], name: str) -> None:
    """Turn the Inspector to a part by its key."""
    for _ in range(12):
        if app.screen.query_one("#parts", Choices).active == name:
            return
        await pilot.press("tab")
        await pilot.pause(0.3)
    raise RuntimeError(f"the Inspector has no part {name}")


def save(app: WiretallyApp, name: str) -> Path:
    HERE.mkdir(exist_ok=True)
    file = HERE / f"{name}.svg"
    file.write_text(app.export_screenshot(title="wiretally"), "utf-8")
    return file


def draw(svg: Path) -> Path | None:
    """The picture as PNG; None where nothing here draws SVG."""
    png = svg.with_suffix(".png")
    box = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg.read_text("utf-8"))
    assert box is not None
    width, height = (str(round(float(side))) for side in box.groups())
    if browser := shutil.which("chromium") or shutil.which("google-chrome"):
        options = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--hide-scrollbars",
            f"--window-size={width},{height}",
        ]
        command = [browser, *options, f"--screenshot={png}", svg.as_uri()]
    elif converter := shutil.which("rsvg-convert"):
        command = [converter, "-o", str(png), str(svg)]
    else:
        return None
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return png


def earlier(file: Path) -> None:
    """Record a shorter run under the name of yesterday's and export it to `file`."""
    with stage(seed=3) as (home, simulation):
        time.sleep(SECONDS / 2)
        simulation.end()
        rename_session(home.database, "demo", "yesterday")
        _run("export", "--format", "jsonl", "--bodies", "-o", str(file))


def _run(*words: str) -> None:
    subprocess.run([sys.executable, "-m", "wiretally.agent.cli", *words], check=True, capture_output=True, timeout=120)


def main() -> None:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "yesterday.jsonl"
        earlier(file)
        with stage(seed=7) as (home, _simulation):
            _run("import", str(file))
            time.sleep(SECONDS)
            made = asyncio.run(take(home))
    for svg in made:
        print(svg, draw(svg) or "(no PNG: neither chromium nor rsvg-convert is here)", file=sys.stderr)


if __name__ == "__main__":
    main()
