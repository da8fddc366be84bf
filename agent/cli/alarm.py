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
    from ..alarm_trial import ring
    from ..locations import home
    from ..notify import OK

    found = {rule.name: rule for rule in rules_in_force()}
    if name not in found:
        raise UsageError(f"there is no alarm {name!r}. There are: {', '.join(found)}.")
    outcomes = ring(home().config, found[name])
    if as_json:
        print_json(outcomes)
    else:
        print_pairs(outcomes.items())
    return EXIT_DONE if all(outcome == OK for outcome in outcomes.values()) else EXIT_FAILED
