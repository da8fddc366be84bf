"""What is installed is all of it, and only under our own name."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
PARTS = ("agent", "addons", "tui")


def test_the_wheel_holds_every_module_and_data_file(tmp_path: Path) -> None:
    source = tmp_path / "source"  # a copy, because building leaves files behind that a later wheel would hold
    for part in PARTS:
        shutil.copytree(ROOT / part, source / part, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    expected = {
        f"wiretally/{path.relative_to(source)}"
        for part in PARTS
        for path in (source / part).rglob("*")
        if path.is_file()
    }
    subprocess.run(
        [sys.executable, "-m", "uv", "build", "--wheel", "--quiet", "--no-build-isolation", "-o", tmp_path, source],
        check=True,
        timeout=120,
    )
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert names == expected
