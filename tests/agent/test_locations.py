"""One private folder holds everything; where it can't, that is said."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from wiretally.agent.errors import WiretallyError
from wiretally.agent.locations import Home, home


def test_the_variable_chooses_the_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("WIRETALLY_HOME", str(tmp_path / "here"))
    assert home().database == tmp_path / "here" / "wiretally.db"
    monkeypatch.setenv("WIRETALLY_HOME", "~/there")
    assert home().path == Path.home() / "there"
    monkeypatch.delenv("WIRETALLY_HOME")
    assert home().path.name == "wiretally"


def test_it_is_private_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        made = Home(tmp_path / "home").make()
    finally:
        os.umask(before)
    for folder in (made.path, made.ca, made.spool):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_file_in_the_way_is_named_with_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(WiretallyError, match=r"file/home: .*set WIRETALLY_HOME"):
        Home(tmp_path / "file" / "home").make()
