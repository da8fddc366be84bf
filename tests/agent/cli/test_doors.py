"""Without an agent the doors are those of the settings; a running agent's are tried in test_env.py."""

from __future__ import annotations

from pathlib import Path

import pytest
from wiretally.agent.cli.doors import doors_in_use
from wiretally.agent.doors import Doors
from wiretally.agent.locations import Home


def test_the_settings_name_the_doors_of_an_agent_to_come(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WIRETALLY_PORT", raising=False)
    monkeypatch.delenv("WIRETALLY_BASE_URL_PORT", raising=False)
    assert doors_in_use(Home(tmp_path)) == Doors(8787, 8788)
    (tmp_path / "config.toml").write_text("[agent]\nport = 1234\n")
    assert doors_in_use(Home(tmp_path)) == Doors(1234, 8788)
