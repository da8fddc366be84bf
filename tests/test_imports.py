"""The rules of who may import whom, tried in a clean interpreter."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from wiretally.agent.store import Store

from .agent.made import entry

FORBIDDEN = {
    "wiretally.agent.cli": ["textual", "mitmproxy", "sqlite3", "sqlite_utils", "httpx", "pydantic", "genai_prices"],
    "wiretally.agent.store": ["textual", "mitmproxy"],
    "wiretally.agent.recorder_host": ["textual", "mitmproxy", "cryptography", "numpy"],
    "wiretally.tui.call_actions": ["mitmproxy", "httpx"],  # imported when a key is pressed, where the screen is drawn
}


@pytest.mark.parametrize("module", FORBIDDEN)
def test_importing_a_module_leaves_out_what_it_must_not_know(module: str) -> None:
    code = f"import sys, {module}; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not set(FORBIDDEN[module]) & set(loaded)


NOT_AT_FIRST = {
    "aiohttp", "desktop_notifier", "genai_prices", "httpx", "markdown_it", "mitmproxy", "openai", "opentelemetry",
    "plotext", "prometheus_client", "psutil", "pyarrow", "pygments", "requests", "sqlite_utils", "textual_serve",
    "tiktoken", "tree_sitter", "wiretally.agent.interpret", "wiretally.agent.snippets", "wiretally.agent.supervisor",
    "wiretally.tui.screens.help", "wiretally.tui.screens.inspector", "wiretally.tui.tabs.cost",
}  # fmt: skip
"""What the first screen, the list with its rows, is painted without."""

FIRST_SCREEN = """
import sys
from wiretally.agent.cli import tui
from wiretally.agent.locations import home
from wiretally.agent.settings import load
from wiretally.tui.app import Options, WiretallyApp

class FirstScreen(WiretallyApp):
    CSS_PATH = sys.modules[WiretallyApp.__module__].__file__.replace("app.py", "app.tcss")

    def on_mount(self):
        self.set_interval(0.02, self.look)

    def look(self):
        if self.live.list.window.rows:
            self.exit()

FirstScreen(Options(home(), load(home().config).tui)).run(headless=True)
print(*sys.modules)
"""


def test_the_first_screen_is_painted_without_what_only_later_ones_need(tmp_path: Path) -> None:
    store = Store(tmp_path / "wiretally.db")
    store.save([entry(1)])
    store.close()
    done = subprocess.run(
        [sys.executable, "-c", FIRST_SCREEN],
        env={**os.environ, "WIRETALLY_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    loaded = set(done.stdout.split())
    assert "wiretally.tui.window" in loaded
    assert not NOT_AT_FIRST & loaded
