"""`wiretally demo`: real apps call a simulated service through a real agent, all of it gone afterwards.

The simulation, the agent and the screen are three processes, as they are in use: nothing here is nearer to the screen
than a user's traffic would be.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click

from ..errors import WiretallyError
from ..locations import Home
from .signals import clean_up_when_told_to_end

if TYPE_CHECKING:
    from ..lifecycle import Status

DEFAULT_SECONDS = 10.0
START_SECONDS = 60.0
BALANCE, ALARM_BELOW = Decimal("0.50"), Decimal("0.42")
"""USD; the apps spend the difference within a minute."""


@click.command()
@click.option(
    "--seconds",
    type=click.FloatRange(min=1),
    help=f"run so long and print a summary  [default: the screen at a terminal, else {DEFAULT_SECONDS:g}]",
)
@click.option("--seed", type=int, default=0, show_default=True, help="what decides the service's answers and failures")
def command(seconds: float | None, seed: int) -> None:
    """Watch simulated apps call a simulated OpenAI service.

    Needs no key and no network, and leaves nothing behind.
    """
    at_terminal = sys.stdin.isatty() and sys.stdout.isatty()
    clean_up_when_told_to_end()
    with stage(seed) as (home, simulation):
        if seconds is None and at_terminal:
            from .tui import open_with_agent

            open_with_agent(keep=True)
            return
        _wait_for_calls(home)
        time.sleep(seconds or DEFAULT_SECONDS)
        simulation.end()
        _print_summary(home)


@dataclass(frozen=True, slots=True)
class Simulation:
    """The process with the service and the apps."""

    process: subprocess.Popen[str]
    port: int
    authority: str

    def start_apps(self, agent: Status) -> None:
        """Have the apps call through the agent."""
        assert self.process.stdin
        where = {"home": agent.home, "port": agent.port, "base_url_port": agent.base_url_port}
        self.process.stdin.write(json.dumps(where) + "\n")
        self.process.stdin.flush()

    def end(self) -> None:
        """Stop the apps, then the service. Does nothing the second time."""
        assert self.process.stdin
        self.process.stdin.close()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@contextmanager
def stage(seed: int) -> Generator[tuple[Home, Simulation]]:
    """A home, an agent and a simulation of their own, gone at the end."""
    from .. import lifecycle
    from ..edits import state_balance
    from ..simulation.crew import neutral

    with TemporaryDirectory(prefix="wiretally-demo-") as folder, _simulation(Path(folder), seed) as simulation:
        home = Home(Path(folder)).make()
        settings = neutral(os.environ) | {"WIRETALLY_HOME": str(home.path)}
        os.environ.clear()
        os.environ.update(settings)
        ports = ["--port", "0", "--base-url-port", "0", "--session", "demo"]
        upstream = ["--upstream", f"api.openai.com=127.0.0.1:{simulation.port}", "--upstream-ca", simulation.authority]
        with lifecycle.temporary(home, [*ports, *upstream]) as agent:
            try:
                state_balance(home.database, "set", BALANCE)
                state_balance(home.database, "alarm", ALARM_BELOW)
                simulation.start_apps(agent)
                yield home, simulation
            finally:
                simulation.end()


@contextmanager
def _simulation(folder: Path, seed: int) -> Generator[Simulation]:
    process = subprocess.Popen(
        [sys.executable, "-m", "wiretally.agent.simulation", str(folder), "--seed", str(seed)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout
        try:
            where = json.loads(process.stdout.readline())
        except ValueError:
            raise WiretallyError("the simulated service did not start; what it said is above.") from None
        simulation = Simulation(process, where["port"], where["authority"])
        try:
            yield simulation
        finally:
            simulation.end()


def _wait_for_calls(home: Home) -> None:
    """Until the first call is in the database; the apps take a moment to start."""
    from ..queries.calls import newest_id
    from ..queries.reader import Reader

    with Reader(home.database) as reader:
        deadline = time.monotonic() + START_SECONDS
        while not newest_id(reader):
            if time.monotonic() > deadline:
                raise WiretallyError(f"no app had called after {START_SECONDS:g} s. Run `wiretally doctor`.")
            time.sleep(0.1)


def _print_summary(home: Home) -> None:
    from rich.console import Console
    from rich.table import Table

    from ..queries import totals
    from ..queries.reader import Reader

    with Reader(home.database) as reader:
        groups, total = totals.by(reader, "app"), totals.totals(reader)
        faults = totals.by(reader, "fault")
    table = Table(title="What the demo's apps called, as the agent recorded it")
    table.add_column("app")
    for name in ("calls", "failed", "aborted", "tokens in", "cached", "tokens out", "cost USD", "p50 ms", "p95 ms"):
        table.add_column(name, justify="right")
    for name, sums in (*((group.value, group.totals) for group in groups), ("total", total)):
        counts = (sums.calls, sums.failed, sums.aborted, sums.input_tokens, sums.cached_tokens, sums.output_tokens)
        times = ("-" if ms is None else f"{ms:,.0f}" for ms in (sums.latency_p50_ms, sums.latency_p95_ms))
        table.add_row(
            name, *(f"{count:,}" for count in counts), f"{sums.cost:.4f}", *times, end_section=name == groups[-1].value
        )
    console = Console(width=None if sys.stdout.isatty() else 110)
    console.print(table)
    failures = ", ".join(f"{group.value} {group.totals.calls}" for group in faults)
    console.print(f"Failures by whose move it is: {failures or 'none'}", highlight=False)
