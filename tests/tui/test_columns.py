import pytest
from rich.cells import cell_len
from wiretally.agent.locations import Home
from wiretally.agent.queries import calls
from wiretally.agent.queries.calls import CallRow
from wiretally.agent.queries.reader import Reader
from wiretally.agent.store import Store
from wiretally.tui.columns import COLUMNS, Moment, gap_for, place, seconds, state_of, text_of

from ..agent.made import START, entry


@pytest.mark.parametrize("width", [79, 100, 119, 140, 199, 250])
def test_columns_fit_their_width_and_wider_screens_show_no_fewer(width: int) -> None:
    placed = place(width)
    assert sum(cells for _, cells in placed) + gap_for(width) * (len(placed) - 1) <= width
    assert len(placed) >= len(place(79)) == 8
    assert all(column.width <= cells <= column.most for column, cells in placed)


def test_chosen_columns_come_in_the_order_chosen() -> None:
    assert [column.name for column, _ in place(120, ["cost", "model", "time"])] == ["cost", "model", "time"]
    assert [column.name for column, _ in place(20, ["model", "cost", "time"])] == ["model", "cost"]


def rows(place_: Home) -> dict[int, CallRow]:
    with Reader(place_.database) as reader:
        return {row.id: row for row in calls.page(reader).rows}


def test_every_cell_is_as_wide_as_its_column(place: Home, store: Store) -> None:
    store.save([entry(1), entry(2, state="open", status=None), entry(3, state="failed", fault="quota", status=429)])
    for row in rows(place).values():
        for column in COLUMNS:
            text, _ = text_of(column, column.width, row, Moment(START + 100))
            assert cell_len(text) == column.width


def test_the_state_says_whose_move_it_is(place: Home, store: Store) -> None:
    store.save(
        [
            entry(1, finish_reason="stop"),
            entry(2, state="failed", fault="quota", status=429, retry_count=2),
            entry(3, state="aborted", fault="provider", status=200),
            entry(4, state="aborted", fault="client", status=200),
            entry(5, state="failed", fault="network", status=None),
            entry(6, finish_reason=None),
            entry(7, state="open", finish_reason=None, retry_count=1),
        ]
    )
    found = rows(place)
    later = Moment(START + 1_000_000)
    assert [state_of(found[number], later)[0] for number in range(1, 7)] == [
        "stop", "429 quota ↻2", "cut off", "app hung up", "network", "ok",
    ]  # fmt: skip
    assert [state_of(found[number], later)[1] for number in range(1, 6)] == ["muted", "bad", "warn", "warn", "bad"]
    assert "↻1" in state_of(found[7], later)[0]


def test_decimal_points_stand_under_each_other() -> None:
    shown = [seconds(value).rjust(8) for value in (190, 5810, 31_040, 192_300)]
    assert {text.index(".") for text in shown} == {4}
