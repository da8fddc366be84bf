"""`wiretally alarm test` tells a real receiver and a real command, and says what came of each."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from wiretally.agent.cli import main

from ..receiver import receiving


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("WIRETALLY_HOME", str(tmp_path))
    return tmp_path


def wiretally(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    assert isinstance(ended.value.code, int)
    return ended.value.code


def test_every_channel_is_told_with_the_mark_of_a_test(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with receiving() as receiver:
        config = f"[notify]\ndesktop = false\nwebhook = \"{receiver.url}\"\ncommand = 'exit 3'\n"
        (home / "config.toml").write_text(config)
        assert wiretally("alarm", "test", "balance", "--json") == 1
        assert json.loads(capsys.readouterr().out) == {"command": "failed: exit status 3", "webhook": "ok"}
        (home / "config.toml").write_text(config.replace("exit 3", 'test "$WIRETALLY_ALARM_EVENT" = test'))
        assert wiretally("alarm", "test", "balance") == 0
    assert capsys.readouterr().out.splitlines() == ["command  ok", "webhook  ok"]
    assert [document["event"] for document in receiver.documents] == ["test", "test"]
    assert receiver.documents[0]["text"].startswith("Test of alarm balance: this is a test")


def test_what_cannot_be_tested_is_named(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "config.toml").write_text("[notify]\ndesktop = false\n")
    assert wiretally("alarm", "test", "smoke") == 2
    assert capsys.readouterr().err == "wiretally: there is no alarm 'smoke'. There are: balance.\n"
    assert wiretally("alarm", "test", "balance") == 2
    assert f"Set webhook or command under [notify] in {home / 'config.toml'}" in capsys.readouterr().err
