"""`wiretally alarm test`."""

from __future__ import annotations

import click

from ..errors import EXIT_DONE, EXIT_FAILED, UsageError
from .alarms import rules_in_force
from .options import JSON
from .tables import print_json, print_pairs


@click.group()
def command() -> None:
    """Test one alarm. `wiretally alarms` lists them."""


@command.command()
@click.argument("name")
@JSON
def test(name: str, as_json: bool) -> int:
    """Send the notifications of alarm NAME, marked as a test, and say what came of each.

    Exits with 1 where one failed.
    """
    import time

    from .. import notify
    from ..locations import home
    from ..moments import iso
    from ..settings import load

    found = {rule.name: rule for rule in rules_in_force()}
    if name not in found:
        raise UsageError(f"there is no alarm {name!r}. There are: {', '.join(found)}.")
    rule = found[name]
    settings = load(home().config).notify
    if not notify.channels(settings, rule.notify):
        raise UsageError(
            f"alarm {name} has nobody to tell. Set webhook or command under [notify] in {home().config}, "
            "or install wiretally[desktop]."
        )
    notice = notify.Notice(
        rule.name, "test", rule.metric, None, rule.threshold, iso(round(time.time() * 1000)),
        f"this is a test; the alarm watches {rule.kind.label}", rule.filter,
        rule.window if rule.kind.windowed else None,
    )  # fmt: skip
    outcomes = notify.deliver(notice, settings, rule.notify)
    if as_json:
        print_json(outcomes)
    else:
        print_pairs(outcomes.items())
    return EXIT_DONE if all(outcome == notify.OK for outcome in outcomes.values()) else EXIT_FAILED
