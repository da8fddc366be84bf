"""The rows that stand beside other tools: who is first, who could not be measured, and why."""

from pathlib import Path

import pytest

from bench.peer import CannotStart, Repair
from bench.peer_setups import PEERS
from bench.peers import METRICS, OURS, Contestant, Figures, contestants, rows


def _rows(ours: float, theirs: float | None) -> list[tuple[str, bool]]:
    field_of = [Contestant(OURS, contestants()[0].start), Contestant("other", contestants()[1].start, "a note")]
    found: dict[str, list[Figures]] = {OURS: [(ours,) * len(METRICS)] * 3, "other": [(theirs,) * len(METRICS)] * 3}
    made = rows(field_of, found, {"other": "it broke"} if theirs is None else {})
    assert all("it broke" in row.note if theirs is None else row.note.startswith("a note") for row in made)
    return [(row.ratio, row.holds) for row in made]


def test_more_calls_and_less_of_everything_else_is_first() -> None:
    assert [metric.more_is_better for metric in METRICS].count(True) == 1
    assert _rows(2.0, 1.0) == [("2.00 (2.00-2.00, n=3)", metric.more_is_better) for metric in METRICS]


def test_what_could_not_be_measured_says_why_and_does_not_hold() -> None:
    assert _rows(2.0, None) == [("", False)] * len(METRICS)


def test_a_tool_that_never_ran_is_one_row() -> None:
    field_of = [Contestant(OURS, contestants()[0].start), Contestant("other", contestants()[1].start)]
    made = rows(field_of, {OURS: [(1.0,) * len(METRICS)], "other": []}, {"other": "not installed: no such version"})
    assert [(row.promise, row.holds, row.note) for row in made] == [("other", False, "not installed: no such version")]


def test_peers_stay_out_of_what_the_project_installs() -> None:
    locked = (Path(__file__).parents[2] / "requirements.lock").read_text().splitlines()
    installed = {line.partition("==")[0] for line in locked}
    assert not installed & {peer.requirement.partition("==")[0].partition("[")[0] for peer in PEERS}


def test_a_repair_changes_the_one_place_or_says_that_it_is_not_there(tmp_path: Path) -> None:
    module = tmp_path / "lib/python3.13/site-packages/other/server.py"
    module.parent.mkdir(parents=True)
    module.write_text("again = True\n")
    repair = Repair("other/server.py", "again = True", "again = False")
    repair.apply(tmp_path)
    assert module.read_text() == "again = False\n"
    with pytest.raises(CannotStart, match=r"other/server\.py is not as"):
        repair.apply(tmp_path)
