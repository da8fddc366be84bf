"""Totals and groups."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest
from wiretally.agent.cli.stats import BY

from .conftest import Run


def exported(run: Run, *arguments: str) -> list[dict[str, object]]:
    out = run("export", *arguments).out
    return [json.loads(line, parse_float=Decimal) for line in out.splitlines()]


def test_totals_are_the_sums_of_the_exported_calls(run: Run) -> None:
    calls = exported(run)
    stats = json.loads(run("stats", "--json").out, parse_float=Decimal)
    assert stats["calls"] == len(calls) == 64
    priced = [Decimal(str(call["cost_usd"])) for call in calls if call["cost_source"] == "priced"]
    assert stats["cost_usd"] == sum(priced)
    assert stats["failed"] == sum(call["state"] == "failed" for call in calls)
    assert stats["output_tokens_percentiles"]["p50"] > 0


@pytest.mark.parametrize("by", BY)
def test_groups_add_up(run: Run, home: Path, by: str) -> None:
    (home / "config.toml").write_text('[scenario]\nall = "status:* OR -status:*"\n')
    groups = json.loads(run("stats", "--by", by, "--json").out)
    assert groups
    assert all(by in group for group in groups)
    if by not in ("user", "tag"):
        assert sum(group["calls"] for group in groups) == 64
    assert by in run("stats", "--by", by).out


def test_people_read_figures_with_units(run: Run) -> None:
    out = run("stats").out
    assert "calls          64" in out
    assert " tokens" in out
    assert " ms" in out
    assert run("stats", "--filter", "model:none").out.startswith("calls          0")


def test_help_lists_the_fields_of_a_filter(run: Run) -> None:
    assert "latency>5s" in run("stats", "--help").out
