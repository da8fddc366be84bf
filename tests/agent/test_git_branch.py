"""The branch as git itself reports it, for the ways git lays out its files."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from wiretally.agent.git_branch import git_branch


def git(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.com"]
    done = subprocess.run(["git", *identity, *arguments], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "feature/x")
    git(folder, "commit", "-q", "--allow-empty", "-m", "one")
    return folder


def test_at_the_top_and_below(repository: Path) -> None:
    (repository / "deep" / "er").mkdir(parents=True)
    assert git_branch(str(repository)) == git_branch(str(repository / "deep" / "er")) == "feature/x"


def test_in_a_worktree(repository: Path, tmp_path: Path) -> None:
    git(repository, "worktree", "add", "-q", "-b", "side", str(tmp_path / "side"))
    assert git_branch(str(tmp_path / "side")) == "side"


def test_a_detached_head_is_named_by_its_commit(repository: Path) -> None:
    git(repository, "checkout", "-q", "--detach")
    assert git_branch(str(repository)) == git(repository, "rev-parse", "HEAD")[:12]


def test_outside_of_any_repository(tmp_path: Path) -> None:
    assert git_branch(str(tmp_path)) == git_branch(str(tmp_path / "gone")) == git_branch("") == ""


def test_a_git_file_that_is_no_pointer(tmp_path: Path) -> None:
    (tmp_path / ".git").write_text("nonsense")
    assert git_branch(str(tmp_path)) == ""
