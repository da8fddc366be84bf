"""`wiretally doctor`: findings as text or JSON."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from .options import JSON

if TYPE_CHECKING:
    from ..doctor.findings import Finding

MARKS = {"ok": ("✓", "green"), "warning": ("!", "yellow"), "failed": ("✗", "red"), "skipped": ("·", None)}


@click.command()
@JSON
@click.option("--no-self-test", is_flag=True, help="look only; let no client call")
def command(as_json: bool, no_self_test: bool) -> None:
    """Prove that the set-up works, and name the cure for what does not.

    Real clients (curl, Python, Node, Go, where present) call through an agent started for it, over HTTP/1.1, HTTP/2,
    event streams and websockets; it answers by itself, so that no network is needed. Exit 1 on a failure.

    \b
    Examples:
      wiretally doctor
      wiretally doctor --no-self-test --json
    """
    import json
    from dataclasses import asdict

    from ..doctor.findings import is_sound
    from ..doctor.selftest import prove
    from ..doctor.surroundings import surroundings
    from ..doctor.ways import ways
    from ..errors import EXIT_DONE, EXIT_FAILED
    from ..locations import home
    from .signals import clean_up_when_told_to_end

    clean_up_when_told_to_end()
    place = home()
    found: list[Finding] = []
    for look in (lambda: surroundings(place), lambda: ways(place), *(() if no_self_test else (prove,))):
        part = look()
        found += part
        if not as_json:
            for finding in part:
                _say(finding)
    if as_json:
        click.echo(json.dumps({"ok": is_sound(found), "findings": [asdict(finding) for finding in found]}, indent=1))
    sys.exit(EXIT_DONE if is_sound(found) else EXIT_FAILED)


def _say(finding: Finding) -> None:
    from ..printable import printable

    mark, color = MARKS[finding.state]
    click.echo(f"{click.style(mark, fg=color)} {printable(finding.name)}: {printable(finding.what or 'works')}")
    if finding.why:
        click.echo(f"    why   {printable(finding.why)}")
    if finding.cure:
        click.echo(f"    cure  {printable(finding.cure)}")
