from rich.text import Text
from textual.app import App, ComposeResult
from wiretally.tui.widgets.typed import Signs, Typed

from ..screen_text import screen_text

HOSTILE = "a\x1b[31mb\x00\u202ec\u200d[bold]x[/]"


def test_every_sign_stands_in_the_place_of_one_character() -> None:
    shown = Signs()(Text(HOSTILE)).plain
    assert shown == "a␛[31mb␀\ufffdc\ufffd[bold]x[/]"
    assert len(shown) == len(HOSTILE)


async def test_what_is_typed_or_came_from_a_call_is_shown_as_signs_and_kept_as_it_is() -> None:
    class Line(App[None]):
        def compose(self) -> ComposeResult:
            yield Typed(HOSTILE)

    async with Line().run_test() as pilot:
        await pilot.press("end", "y")
        line = pilot.app.query_one(Typed)
        assert line.value == HOSTILE + "y"
        assert "a␛[31mb␀\ufffdc\ufffd[bold]x[/]y" in screen_text(pilot.app)
