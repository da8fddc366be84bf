from wiretally.tui.widgets.sparkline import SteadyScale, round_top, sparkline


def test_tops_are_round() -> None:
    assert [round_top(value) for value in (0, 0.03, 1, 1.2, 4.9, 7, 180)] == [1, 0.05, 1, 2, 5, 10, 200]


def test_the_scale_rises_at_once_and_sinks_late() -> None:
    scale = SteadyScale()
    assert scale.fit([3.0]) == 5
    assert scale.fit([4.9, None]) == 5
    assert scale.fit([1.1]) == 5
    assert scale.fit([6.0]) == 10
    assert scale.fit([0.9]) == 1


def test_bars_stand_at_the_right_and_gaps_stay_blank() -> None:
    assert sparkline([None, 0.0, 1.0, 5.0, 10.0], 8, 10.0) == "    ▁▂▄█"
    assert sparkline([1.0] * 20, 4, 1.0) == "████"
    assert sparkline([], 0, 1.0) == ""
