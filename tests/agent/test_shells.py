"""Every shell gives back the value that went in, whatever is in it."""

from __future__ import annotations

import shutil
import subprocess

import pytest
from wiretally.agent.errors import UsageError
from wiretally.agent.shells import EXPORTS, current_shell, export_lines

NASTY = "a b'c\"d$HOME`id`\\e;f%g"


@pytest.mark.parametrize("shell", [name for name in EXPORTS if shutil.which(name)])
def test_a_value_survives_its_shell(shell: str) -> None:
    script = "\n".join([*export_lines(shell, {"NASTY": NASTY}), "printenv NASTY"])
    assert subprocess.run([shell, "-c", script], capture_output=True, text=True, check=True).stdout == f"{NASTY}\n"


def test_lines_for_shells_that_may_not_be_here() -> None:
    assert export_lines("fish", {"A": "it's \\"}) == [r"set -gx A 'it\'s \\'"]
    assert export_lines("powershell", {"A": "it's $x"}) == ["$Env:A = 'it''s $x'"]


def test_an_unknown_shell_is_named_with_the_known_ones() -> None:
    with pytest.raises(UsageError, match=r"tcsh is not known\. Known: bash, zsh, fish, powershell"):
        export_lines("tcsh", {})


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"SHELL": "/usr/bin/fish"}, "fish"),
        ({"SHELL": "/bin/zsh", "PSModulePath": "x"}, "zsh"),
        ({"PSModulePath": "x"}, "powershell"),
        ({"SHELL": "/bin/sh"}, "bash"),
        ({}, "bash"),
    ],
)
def test_the_shell_in_use(environ: dict[str, str], expected: str) -> None:
    assert current_shell(environ) == expected
