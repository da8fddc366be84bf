from wiretally.tui.themes import DEFAULTS, OWN


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
    assert set(DEFAULTS) <= set(OWN[0].variables)
