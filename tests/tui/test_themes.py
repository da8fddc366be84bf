import pytest
from textual.theme import BUILTIN_THEMES
from wiretally.tui.themes import OWN, completed, without_colour


def luminance(colour: str) -> float:
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_every_colour_of_meaning_can_be_read_on_its_background() -> None:
    for theme in OWN:
        assert theme.background
        for colour in (theme.accent, theme.success, theme.warning, theme.error, theme.foreground):
            assert colour
            assert contrast(colour, theme.background) >= 4.5, (theme.name, colour)
        assert contrast(theme.variables["dim"], theme.background) >= 4.5, theme.name


def test_one_theme_is_dark_and_one_is_light() -> None:
    assert [theme.dark for theme in OWN] == [True, False]
    assert set(OWN[0].variables) == set(OWN[1].variables)


@pytest.mark.parametrize("name", [name for name in BUILTIN_THEMES if not name.startswith("ansi")])
def test_the_line_of_the_cursor_can_be_read_in_every_theme(name: str) -> None:
    theme = BUILTIN_THEMES[name]
    found = completed({**theme.to_color_system().generate(), **theme.variables})
    meant = contrast(found["foreground"], found["background"])
    assert contrast(found["block-cursor-foreground"], found["block-cursor-background"]) >= 0.55 * meant
    assert contrast(found["dim"], found["background"]) >= min(4.5, 0.5 * meant)


def test_colours_of_the_terminal_are_left_as_they_are() -> None:
    theme = BUILTIN_THEMES["ansi-dark"]
    variables = {**theme.to_color_system().generate(), **theme.variables}
    assert completed(variables) == {**variables, "dim": "ansi_bright_black"}


def test_without_colour_trouble_stands_out_from_the_text() -> None:
    for theme in OWN:
        plain = without_colour(theme)
        for colour in (plain.error, plain.warning):
            assert colour
            assert contrast(colour, plain.background or "") > contrast(plain.foreground or "", plain.background or "")
