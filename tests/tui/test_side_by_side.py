"""Comparisons as text in two columns."""

from __future__ import annotations

from rich.cells import cell_len
from wiretally.agent.comparison import Row
from wiretally.tui.outline import wrap
from wiretally.tui.side_by_side import as_text, side_by_side

LABELS = ("call 1", "call 2")
ROWS = [
    Row("figures", "model", "gpt-5", "gpt-5-mini", False),
    Row("figures", "status", "200", "200", True),
    Row("messages", "1 user", "What changed\nsince May?", "What changed\nsince June?", False),
    Row("answer", "assistant", "日本 " * 60, "", False),
]


def lines(width: int, everything: bool = False) -> list[str]:
    return ["".join(text for text, _ in entry.spans) for entry in side_by_side(ROWS, LABELS, width, everything).entries]


def test_only_what_differs_unless_everything_is_wanted() -> None:
    few, all_ = lines(120), lines(120, everything=True)
    assert any("≠ model" in line and "gpt-5-mini" in line for line in few)
    assert not any("status" in line for line in few)
    assert any(line.startswith("= status") for line in all_)
    notes = {entry.text: entry.note for entry in side_by_side(ROWS, LABELS, 120).entries if entry.opens}
    assert notes == {"figures": "1 of 2 differ", "messages": "1 of 1 differ", "answer": "1 of 1 differ"}


def test_a_price_stands_on_the_line_of_its_name() -> None:
    rows = [Row("figures", "gpt-4.1-mini input tokens", "1,204", "388", False)]
    shown = side_by_side(rows, LABELS, 120).entries
    assert any("gpt-4.1-mini input tokens" in entry.text and "1,204" in entry.text for entry in shown)


def test_names_get_the_room_that_short_values_leave_and_no_more() -> None:
    long, short = "gpt-4.1-mini-2025-04-14 first token p50 ms", "calls"
    rows = [Row("models", long, "52", "23", False), Row("models", short, "1,204", "388", False)]
    one, two = (entry.text for entry in side_by_side(rows, LABELS, 120).entries[2:])
    assert one.index(" 52 ") == two.index(" 1,204 ") > len(long)
    wide = Row("models", "model", "gpt-5-mini-20250807", "gpt-5", False)  # its value has just the room it needs
    texts = [entry.text for entry in side_by_side([*rows, wide], LABELS, 120).entries]
    assert any("≠ model" in text and "gpt-5-mini-20250807 │" in text for text in texts)


def test_words_that_differ_are_marked_and_lines_stand_beside_each_other() -> None:
    entries = side_by_side(ROWS, LABELS, 120).entries
    (line,) = (entry for entry in entries if "since" in entry.text)
    assert [text for text, tone in line.spans if tone == "accent"] == ["May", "June"]
    left, right = line.text.split(" │ ")
    assert left.strip() == "since May?"
    assert right == "since June?"


def test_no_line_is_wrapped_again_at_any_width() -> None:
    for width in (80, 81, 120, 200):
        for entry in side_by_side(ROWS, LABELS, width).entries:
            room = width - 1 - 2 - entry.depth * 2 - 2  # scroll bar, margin, indent, mark
            assert len(list(wrap(entry, room))) == 1, (width, entry.text)
            assert cell_len(entry.text) <= room


def test_the_clipboard_gets_it_one_under_the_other() -> None:
    assert as_text(ROWS[:2], LABELS).split("\n") == [
        "- call 1", "+ call 2", "- figures model: gpt-5", "+ figures model: gpt-5-mini",
    ]  # fmt: skip
    assert "  figures status: 200" in as_text(ROWS[:2], LABELS, everything=True)


def test_hostile_text_is_shown_and_long_text_is_cut() -> None:
    rows = [Row("answer", "a\x1b[2J", "\x1b]0;x\x07", "x " * 60_000, False)]
    part = side_by_side(rows, LABELS, 120)
    text = "\n".join(entry.text for entry in part.entries)
    assert "\x1b" not in text
    assert "more characters" in text
