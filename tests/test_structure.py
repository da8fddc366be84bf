"""The tree is as the house says: a test for every file, files one can read, names that say something."""

from __future__ import annotations

import ast
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PARTS = ("agent", "addons", "tui")
MODULES = sorted(path.relative_to(ROOT) for part in PARTS for path in (ROOT / part).rglob("*.py"))
SAY_NOTHING = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "types"}
LONGEST_FILE = 300
LONGEST_FUNCTION = 60

TRIED_ELSEWHERE = {
    "agent/cli/__main__.py": "tests/agent/test_supervisor.py",  # start_detached runs it
    "agent/entry.py": "tests/agent/test_spool.py",
    "agent/proxy.py": "tests/agent/test_supervisor.py",
    "agent/errors.py": "tests/agent/test_claims.py",
}
"""Modules that only have something to try together with others, and where that is done."""


@pytest.mark.parametrize("module", [str(path) for path in MODULES if path.name != "__init__.py"])
def test_every_module_has_its_tests(module: str) -> None:
    path = Path(module)
    expected = TRIED_ELSEWHERE.get(module, str(Path("tests") / path.parent / f"test_{path.name}"))
    assert (ROOT / expected).exists(), f"{module} has no {expected}"


@pytest.mark.parametrize("module", [str(path) for path in MODULES])
def test_a_file_can_be_read_at_one_sitting(module: str) -> None:
    text = (ROOT / module).read_text()
    assert text.count("\n") <= LONGEST_FILE
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert (node.end_lineno or node.lineno) - node.lineno <= LONGEST_FUNCTION, node.name


@pytest.mark.parametrize("module", [str(path) for path in MODULES])
def test_a_module_says_why_it_is_one(module: str) -> None:
    path = ROOT / module
    assert path.stem not in SAY_NOTHING
    assert ast.get_docstring(ast.parse(path.read_text())), f"{module} has no docstring"


def test_types_are_checked_for_the_oldest_python_that_is_promised() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert project["project"]["requires-python"] == f">={project['tool']['pyright']['pythonVersion']}"
