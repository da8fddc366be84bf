"""An alarm rung as a test, by a real command."""

from __future__ import annotations

from pathlib import Path

import pytest
from wiretally.agent.alarm_rules import Rule
from wiretally.agent.alarm_trial import ring
from wiretally.agent.errors import UsageError

RULE = Rule("slow", "latency_p95_ms", 5000.0, 4500.0, filter="app:worker")


def test_the_command_is_run_with_what_the_alarm_is(tmp_path: Path) -> None:
    config, told = tmp_path / "config.toml", tmp_path / "told"
    config.write_text(
        "[notify]\ndesktop = false\n"
        f"command = 'echo $WIRETALLY_ALARM_NAME $WIRETALLY_ALARM_EVENT $WIRETALLY_ALARM_FILTER > {told}'\n"
    )
    assert ring(config, RULE) == {"command": "ok"}
    assert told.read_text() == "slow test app:worker\n"


def test_an_alarm_with_nobody_to_tell_says_what_to_set(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text("[notify]\ndesktop = false\n")
    with pytest.raises(UsageError, match="alarm slow has nobody to tell"):
        ring(config, RULE)
