"""config.toml changed in place: what its owner wrote stays."""

from __future__ import annotations

from pathlib import Path

import pytest
from wiretally.agent.errors import UsageError, WiretallyError
from wiretally.agent.settings import load
from wiretally.agent.settings_file import change, remove

OWNED = """\
# mine
[agent]
port = 9000  # behind the other one

[alarm.slow]
metric = "latency_p95_ms"  # the whole answer
threshold = 5000
window = "5m"

[scenario]
chat = "kind:chat"
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "config.toml"
    file.write_text(OWNED)
    file.chmod(0o600)
    return file


def test_a_value_changes_and_all_else_stays(config: Path) -> None:
    change(config, ("alarm", "slow"), {"threshold": 8000.0, "window": "5m", "min_calls": 3})
    assert config.read_text() == OWNED.replace("threshold = 5000", "threshold = 8000.0").replace(
        'window = "5m"\n', 'window = "5m"\nmin_calls = 3\n'
    )
    assert config.stat().st_mode & 0o777 == 0o600


def test_none_takes_a_key_out(config: Path) -> None:
    change(config, ("alarm", "slow"), {"window": None, "filter": None})
    assert config.read_text() == OWNED.replace('window = "5m"\n', "")


@pytest.mark.parametrize("name", ["new", "with.dot and blank"])
def test_a_table_is_made_and_taken_out_again(config: Path, name: str) -> None:
    change(config, ("alarm", name), {"metric": "error_rate", "threshold": 0.2, "notify": ["webhook"]})
    assert load(config).alarm[name].threshold == 0.2
    assert load(config).agent.port == 9000
    remove(config, ("alarm", name))
    assert set(load(config).alarm) == {"slow"}
    assert "# behind the other one" in config.read_text()
    remove(config, ("alarm", name))
    remove(config, ("nothing", "here"))


def test_a_file_is_made_where_there_is_none(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    change(config, ("tui",), {"columns": ["model", "cost"]})
    assert config.read_text() == '[tui]\ncolumns = ["model", "cost"]\n'
    assert config.stat().st_mode & 0o777 == 0o600


def test_what_would_not_load_is_not_written(config: Path) -> None:
    with pytest.raises(UsageError, match=r"config\.toml: alarm\.slow\.threshold is -1"):
        change(config, ("alarm", "slow"), {"threshold": -1})
    assert config.read_text() == OWNED
    assert [file.name for file in config.parent.iterdir()] == ["config.toml"]


def test_a_file_that_is_no_toml_is_left_alone(config: Path) -> None:
    config.write_text("[agent\n")
    with pytest.raises(UsageError, match="is not valid TOML"):
        change(config, ("tui",), {"bell": False})
    assert config.read_text() == "[agent\n"


def test_a_linked_file_stays_linked(config: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.toml"
    link.symlink_to(config)
    change(link, ("tui",), {"bell": False})
    assert link.is_symlink()
    assert not load(config).tui.bell


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(WiretallyError, match="cannot write"):
        change(tmp_path / "gone" / "config.toml", ("tui",), {"bell": False})
