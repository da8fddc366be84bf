"""The rules of who may import whom, tried in a clean interpreter."""

import subprocess
import sys

import pytest

FORBIDDEN = {
    "wiretally.agent.cli": ["textual", "mitmproxy", "sqlite3", "sqlite_utils", "httpx", "pydantic", "genai_prices"],
    "wiretally.agent.store": ["textual", "mitmproxy"],
}


@pytest.mark.parametrize("module", FORBIDDEN)
def test_importing_a_module_leaves_out_what_it_must_not_know(module: str) -> None:
    code = f"import sys, {module}; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not set(FORBIDDEN[module]) & set(loaded)
