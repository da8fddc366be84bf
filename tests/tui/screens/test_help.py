from rich.cells import cell_len
from wiretally.agent.filters import FIELDS
from wiretally.tui.screens.help import MARKS, WIDTH, help_text


def test_help_explains_every_mark_and_every_field_of_a_filter() -> None:
    said = help_text().plain
    assert all(meaning in said for _, meaning in MARKS)
    assert all(known.meaning in said and known.example in said for known in FIELDS)


def test_no_line_of_help_is_folded_at_80_columns() -> None:
    assert [line for line in help_text().plain.splitlines() if cell_len(line) > WIDTH] == []
