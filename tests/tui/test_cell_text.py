from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from wiretally.tui.cell_text import fit, fold, visible, visible_lines

HOSTILE = (
    "\x1b[31mred\x1b[0m",
    "\x1b]0;title\x07",
    "\x1bP$q\x1b\\",
    "\x9b31m",
    "a\x00b",
    "a\rb\nc\td",
    "\u202egpj.exe",
    "\u2066x\u2069",
    "e" + "\u0301" * 400,
    "\U000e0041\U000e0042",
    "👩‍👩‍👧 👍🏽 🇩🇪 ❤️",
    "कि",
    "\ud800",
    "[bold red]markup[/] [@click=app.quit]x[/]",
    "日本語" * 50,
    "x" * 1_000_000,
)


def is_harmless(text: str, allowed: str = "") -> bool:
    return all(character in allowed or (character.isprintable() and character != "\x1b") for character in text)


def test_hostile_text_becomes_signs_that_no_terminal_obeys() -> None:
    for text in HOSTILE:
        shown = visible(text)
        assert is_harmless(shown, "◌\u0301"), ascii(shown[:80])
        assert "\n" not in shown


def test_a_cell_is_exactly_as_wide_as_asked_whatever_is_in_it() -> None:
    for text in HOSTILE:
        for width in (1, 2, 3, 9, 40):
            for right in (False, True):
                assert cell_len(fit(text, width, right=right)) == width, ascii(text[:20])


@given(st.text(max_size=60), st.integers(1, 30))
def test_any_text_fits_any_width(text: str, width: int) -> None:
    assert cell_len(fit(text, width)) == width


def test_what_was_sent_can_still_be_read() -> None:
    assert visible("\x1b[31mred") == "␛[31mred"
    assert visible("\u202eabc") == "‹202e›abc"
    assert visible("line\nline") == "line␊line"
    assert visible("[bold]x[/]") == "[bold]x[/]"
    assert visible("Grüße, 日本") == "Grüße, 日本"
    assert fit("responses", 6) == "respo…"


def test_lines_keep_newlines_and_tabs_and_nothing_else() -> None:
    assert visible_lines("a\tb\r\nc\x07") == "a    b\nc␇"
    assert is_harmless(visible_lines("".join(HOSTILE[:10])), "\n◌\u0301")


@given(st.text(max_size=200), st.integers(2, 40))
def test_folding_loses_nothing_and_fits(text: str, width: int) -> None:
    line = visible(text)
    pieces = list(fold(line, width))
    assert "".join(pieces) == line
    assert all(cell_len(piece) <= width for piece in pieces)
