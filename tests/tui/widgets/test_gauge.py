from wiretally.tui.widgets.gauge import gauge


def test_a_little_is_seen_and_all_but_all_is_not_full() -> None:
    assert gauge(0.0, 5) == "░░░░░"
    assert gauge(0.001, 5) == "▓░░░░"
    assert gauge(0.999, 5) == "▓▓▓▓░"
    assert gauge(1.0, 5) == "▓▓▓▓▓"
    assert gauge(7.0, 3) == "▓▓▓"
    assert gauge(0.5, 0) == ""
