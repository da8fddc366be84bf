"""Rings one alarm as a test, so that its webhook, command and desktop are known to work before it matters.

Its own file because the command line and the screen both do it, and the judge of the rules never does.
"""

from __future__ import annotations

import time
from pathlib import Path

from . import notify
from .alarm_rules import Rule
from .errors import UsageError
from .moments import iso
from .settings import load


def ring(config: Path, rule: Rule) -> dict[str, str]:
    """Send the rule's notifications, marked as a test; by channel `ok`, or why not.

    Raises UsageError where it has nobody to tell.
    """
    settings = load(config).notify
    if not notify.channels(settings, rule.notify):
        raise UsageError(
            f"alarm {rule.name} has nobody to tell. Set webhook or command under [notify] in {config}, "
            "or install wiretally[desktop]."
        )
    notice = notify.Notice(
        rule.name, "test", rule.metric, None, rule.threshold, iso(round(time.time() * 1000)),
        f"this is a test; the alarm watches {rule.kind.label}", rule.filter,
        rule.window if rule.kind.windowed else None,
    )  # fmt: skip
    return notify.deliver(notice, settings, rule.notify)
