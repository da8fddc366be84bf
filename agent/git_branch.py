"""The git branch a folder is on, read from git's own files: a subprocess for every connection would be felt."""

from __future__ import annotations

from pathlib import Path


def git_branch(folder: str) -> str:
    """The branch checked out at or above `folder`; of a detached head the commit's first 12 digits; else empty."""
    if not folder:
        return ""
    start = Path(folder)
    for candidate in (start, *start.parents):
        try:
            if head := _head(candidate / ".git"):
                return head
        except OSError:
            return ""  # not ours to read
    return ""


def _head(git: Path) -> str:
    """What HEAD says. `.git` is a file naming the real folder in a worktree and in a submodule."""
    if git.is_file():
        target = git.read_text("utf-8", "replace").removeprefix("gitdir:").strip()
        git = git.parent / target
    if not (head := git / "HEAD").is_file():
        return ""
    text = head.read_text("utf-8", "replace").strip()
    return text.removeprefix("ref: refs/heads/") if text.startswith("ref: ") else text[:12]
