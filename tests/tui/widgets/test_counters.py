from decimal import Decimal

from wiretally.tui.counting import Counters, Purse
from wiretally.tui.widgets.counters import PANELS, CounterLines

FULL = Counters(
    "today", 5120, 97, 4.2, Decimal("1.2841"), Decimal("0.02"), 3, Decimal("0.0412"), 412_000, 156_000, 28_400, 61.0,
    800.0, 4100.0, 300.0, 1200.0, (0.0,) * 60, (1.0,) * 60, (2.0,) * 60, (None, 3.0) * 30,
    Purse(Decimal("3.72"), Decimal(5), 0.19, 5460),
)  # fmt: skip


def test_every_panel_has_three_lines_that_fit() -> None:
    for counters in (FULL, Counters("last 30 days")):
        for panel in PANELS:
            for width in (16, 20, 36):
                lines = panel().lines(counters, width)
                assert len(lines) == 3
                assert all(line.cell_length <= width for line in lines), (panel, width, [str(line) for line in lines])


def test_nothing_known_is_never_shown_as_nothing_spent() -> None:
    said = "\n".join(str(line) for panel in PANELS for line in panel().lines(Counters("today"), 30))
    assert "not set" in said
    assert "– cached" in said
    assert "p95 –" in said


def test_a_low_balance_is_marked_by_a_sign_as_well() -> None:
    said = "\n".join(str(line) for line in PANELS[-1]().lines(FULL, 24))
    assert "⚑ alarm below $5.00" in said
    assert "~1h31m left" in said


def test_the_two_lines_of_a_narrow_screen_tell_the_same() -> None:
    lines = CounterLines()
    said = str(lines._first(FULL, 78)) + str(lines._second(FULL, 78))  # pyright: ignore[reportPrivateUsage]
    for figure in ("$1.2841", "5,120", "1.9% failed", "$3.72", "0.0412", "4.1s", "0.3s", "61 tok/s", "38% cached"):
        assert figure in said
