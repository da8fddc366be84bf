"""The bug that is planted in functions of ours, and how often it was met."""

from __future__ import annotations

from typing import Final, NoReturn

SAYS: Final = "a bug that was planted"
MET: Final = list[str]()


def meet() -> NoReturn:
    """Note it, and fail."""
    MET.append(SAYS)
    raise RuntimeError(SAYS)
