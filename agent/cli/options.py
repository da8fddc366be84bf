"""Options that many commands share: which calls (`--since`, `--until`, `--filter`), how they are printed (`--json`),
and which call. Its own file so that they read and behave the same everywhere."""

from __future__ import annotations

import functools
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..errors import UsageError, WiretallyError

if TYPE_CHECKING:
    from ..queries.reader import Reader
    from ..queries.totals import Span
    from ..queries.where import Where

JSON = click.option("--json", "as_json", is_flag=True, help="JSON instead of text")


@dataclass(frozen=True, slots=True)
class Listing:
    """What a listing was asked for. Texts are as given; the rest is worked out when it is needed."""

    as_json: bool = False
    since: str | None = None
    until: str | None = None
    filter: str = ""
    now: float = field(default_factory=time.time)

    @property
    def where(self) -> Where:
        """The filter, without the span."""
        from ..filters import parse

        return parse(self.filter, scenarios=scenarios() if "scenario" in self.filter else {}, now=self.now)

    @property
    def bounds(self) -> tuple[float | None, float | None]:
        """Start and end in Unix seconds; None is without limit. Raises UsageError where the end comes first."""
        start, end = self._moment("--since", self.since), self._moment("--until", self.until)
        if start is not None and end is not None and end <= start:
            raise UsageError(f"--until {self.until} is not after --since {self.since}, so no call can be between them.")
        return start, end

    @property
    def span(self) -> Span:
        from ..queries.totals import Span

        return Span(*self.bounds)

    @property
    def calls(self) -> Where:
        """Filter and span in one condition."""
        from ..queries.where import Where

        start, end = self.bounds
        found = self.where
        if start is not None:
            found = found & Where("c.started_at >= ?", (round(start * 1000),))
        if end is not None:
            found = found & Where("c.started_at < ?", (round(end * 1000),))
        return found

    def _moment(self, option: str, text: str | None) -> float | None:
        from ..moments import parse_moment

        if text is None:
            return None
        try:
            return parse_moment(text, self.now) / 1000
        except ValueError as error:
            raise UsageError(f"{option}: {error}.") from None


def selection(function: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options that choose calls; it is called with a `listing`."""

    @click.option("--since", metavar="WHEN", help="calls from then on: 10m, 2h, 7d ago, or 2026-03-01T08:00")
    @click.option("--until", metavar="WHEN", help="calls before then")
    @click.option(
        "--filter", "-F", metavar="FILTER", default="", help="calls that match, as in 'model:gpt-5* is:error'"
    )
    @functools.wraps(function)
    def wrapped(*args: Any, **given: Any) -> None:
        names = ("as_json", "since", "until", "filter")
        asked = Listing(**{name: given.pop(name) for name in names if name in given})
        function(*args, **given, listing=asked)

    return wrapped


def listing(function: Callable[..., None]) -> Callable[..., None]:
    """As `selection`, with `--json`."""
    return JSON(selection(function))


def database() -> Path:
    """The database of the home in use."""
    from ..locations import home

    return home().database


def open_reader() -> Reader:
    """The database, for reading. Raises DatabaseError, which says what to do where there is none."""
    from ..queries.reader import Reader

    return Reader(database())


def confirm(question: str) -> None:
    """Ask before what can't be undone. Raises WiretallyError where the answer is no, UsageError where there is none."""
    try:
        agreed = click.confirm(question, err=True)
    except click.Abort:
        if sys.stdin.isatty():
            raise  # Ctrl+C
        click.echo(err=True)
        raise UsageError("nobody is there to answer. Give --yes to go on without being asked.") from None
    if not agreed:
        raise WiretallyError("nothing was deleted.")


def scenarios() -> dict[str, str]:
    """The filters that config.toml names."""
    from ..locations import home
    from ..settings import load

    return dict(load(home().config).scenario)


class CallNumber(click.ParamType[int]):
    """The number of a call, or `last` for the newest."""

    name = "ID"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        if value == "last":
            return 0
        try:
            number = int(value)
        except (TypeError, ValueError):
            number = 0
        if number < 1:
            self.fail(
                f"{value!r} is not a call's number. `wiretally tail` shows them; `last` is the newest.", param, ctx
            )
        return number


CALL = CallNumber()


def existing(reader: Reader, number: int) -> int:
    """The call meant by an argument. Raises UsageError where it is not recorded (any more)."""
    from ..queries import calls

    chosen = number or calls.newest_id(reader)
    if not calls.rows(reader, [chosen]):
        raise UsageError(
            f"there is no call {chosen}. `wiretally tail` lists the newest." if chosen else "nothing is recorded yet."
        )
    return chosen
