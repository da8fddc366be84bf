"""A file is there whole, or as it was before."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from wiretally.agent.whole_file import replace_file


@pytest.mark.parametrize("mask", [0o000, 0o077])
def test_the_mode_is_the_one_asked_for(tmp_path: Path, mask: int) -> None:
    file = tmp_path / "file"
    before = os.umask(mask)
    try:
        replace_file(file, b"new", 0o644)
    finally:
        os.umask(before)
    assert (file.read_bytes(), file.stat().st_mode & 0o777) == (b"new", 0o644)


def test_what_cannot_take_its_place_leaves_nothing_behind(tmp_path: Path) -> None:
    folder = tmp_path / "in its place"
    folder.mkdir()
    with pytest.raises(IsADirectoryError):
        replace_file(folder, b"new", 0o600)
    assert [*tmp_path.iterdir()] == [folder]
