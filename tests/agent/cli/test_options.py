"""The options that listings share."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from wiretally.agent.cli.options import Listing
from wiretally.agent.queries.where import EVERYTHING

from .conftest import Run


def test_filter_and_span_become_one_condition() -> None:
    assert Listing().calls == EVERYTHING
    asked = Listing(since="2h", until="1h", filter="status:429", now=10_000)
    assert asked.bounds == (2800, 6400)
    assert asked.calls.parameters == (429, 2_800_000, 6_400_000)


def test_every_listing_takes_the_same_options(run: Run) -> None:
    for name in ("tail", "stats", "errors", "insights", "sessions", "conversations"):
        done = run(name, "--json", "--since", "2026-01-01", "--until", "2030-01-01", "--filter", "status:429")
        assert (done.code, done.err) == (0, "")
        for line in done.out.splitlines():
            json.loads(line)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["stats", "--filter", "foo:1"], "wiretally: filter: there is no field foo"),
        (["stats", "--since", "tuesday"], "wiretally: --since: 'tuesday' is not a time"),
        (["tail", "--since", "10m", "--until", "1h"], "wiretally: --until 1h is not after --since 10m"),
        (["show", "9999"], "wiretally: there is no call 9999."),
    ],
)
def test_wrong_usage_is_one_line_and_exit_code_2(run: Run, arguments: list[str], said: str) -> None:
    done = run(*arguments)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(said)
    assert done.err.count("\n") == 1


def test_without_a_database_the_next_step_is_named(run: Run, home: Path) -> None:
    (home / "wiretally.db").unlink()
    done = run("tail")
    assert done.code == 1
    assert "there is no database" in done.err


def test_a_scenario_of_config_toml_is_a_filter(run: Run, home: Path) -> None:
    (home / "config.toml").write_text('[scenario]\nsmall = "model:gpt-5-mini"\n')
    one = json.loads(run("stats", "--json", "--filter", "scenario:small").out)
    two = json.loads(run("stats", "--json", "--filter", "model:gpt-5-mini").out)
    assert one == two
