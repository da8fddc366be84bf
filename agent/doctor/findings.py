"""What the doctor found: one record a check, so that text, JSON and exit code come from the same facts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

type State = Literal["ok", "warning", "failed", "skipped"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One check. `what` is seen, `why` it matters or happened, `cure` a command. Both empty where all is well."""

    name: str
    state: State
    what: str
    why: str = ""
    cure: str = ""


def ok(name: str, what: str) -> Finding:
    """All is well."""
    return Finding(name, "ok", what)


def skipped(name: str, what: str) -> Finding:
    """Nothing to check here."""
    return Finding(name, "skipped", what)


def is_sound(findings: Sequence[Finding]) -> bool:
    """Did nothing fail? A warning is not a failure."""
    return all(finding.state != "failed" for finding in findings)
