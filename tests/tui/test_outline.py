import json

from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len
from wiretally.tui.outline import SHOWN_AT_MOST, Entry, facts, json_entries, shown, text_entry, wrap

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


@given(json_values)
@example({"\x7f": ["\x7f", "\x00"]})
def test_a_json_tree_read_off_the_screen_is_the_same_document(value: object) -> None:
    entries = json_entries(json.dumps(value).encode())
    assert entries is not None
    text = "".join(entry.text for entry in entries)
    if json.dumps(value, ensure_ascii=False).isascii():  # other characters may be shown by a sign, or left out
        assert json.loads(text) == value


def test_what_is_no_json_or_too_large_is_no_tree() -> None:
    assert json_entries(b"{broken") is None
    assert json_entries(None) is None
    assert json_entries(b'"' + b"x" * (5 * SHOWN_AT_MOST) + b'"') is None


def test_folding_hides_what_belongs_to_an_entry_and_nothing_else() -> None:
    entries = [Entry((("a", ""),)), Entry((("b", ""),), 1), Entry((("c", ""),), 2), Entry((("d", ""),))]
    assert list(shown(entries, set())) == [0, 1, 2, 3]
    assert list(shown(entries, {1})) == [0, 1, 3]
    assert list(shown(entries, {0})) == [0, 3]


@given(st.lists(st.text(max_size=40), min_size=1, max_size=4), st.integers(8, 30))
def test_no_line_is_wider_than_asked_and_no_text_is_lost(texts: list[str], width: int) -> None:
    entry = Entry(tuple((text_entry(text.replace("\n", " ")).text, "") for text in texts))
    lines = list(wrap(entry, width))
    assert all(sum(cell_len(text) for text, _ in spans) <= width for spans, _ in lines)
    assert "".join(text for spans, _ in lines for text, _ in spans) == entry.text


def test_a_megabyte_on_one_line_is_cut_and_says_so() -> None:
    entry = text_entry("x" * 1_000_000)
    assert len(entry.text) < SHOWN_AT_MOST + 200
    assert "600,000 more characters" in entry.text


def test_facts_leave_out_what_is_not_known() -> None:
    assert [entry.text for entry in facts([("a", "1"), ("long name", ""), ("b\x1b", "2")])] == ["a   1", "b␛  2"]
