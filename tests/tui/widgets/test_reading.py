import json

from wiretally.agent.copies import replace
from wiretally.agent.locations import Home
from wiretally.agent.store import Store
from wiretally.tui.screens.inspector import InspectorScreen

from ...agent.made import entry
from ..driving import opened


async def test_levels_fold_and_the_cursor_walks_what_is_seen(place: Home, store: Store) -> None:
    body = json.dumps({"a": {"b": 1, "c": 2}, "d": "x" * 3000, "e": 5}).encode()
    store.save([replace(entry(1), request_body=body)])
    async with opened(place) as screen:
        await screen.shows("1 call")
        await screen.press("enter")
        await screen.shows("call 1")
        await screen.press("tab")
        await screen.shows('"b": 1')
        inspector = screen.app.screen
        assert isinstance(inspector, InspectorScreen)
        reading = inspector.reading
        await screen.press("down", "down", "space")
        await screen.until(lambda: '"b": 1' not in screen.text)
        assert "2 keys" in screen.text
        await screen.press("down", "down")
        assert reading.part.entries[reading.cursor].text.startswith('"d"')
        await screen.press("up", "up", "space")
        await screen.shows('"b": 1')
        await screen.press("end")
        assert reading.cursor == len(reading.part.entries) - 1
        await screen.press("home", "pagedown", "pageup")
        assert reading.scroll_offset.y == 0


async def test_what_is_searched_for_is_marked_word_by_word_and_can_be_read(place: Home, store: Store) -> None:
    body = json.dumps({"text": "An Äpfel, an apple, no pear", "other": "ANother"}).encode()
    store.save([replace(entry(1), request_body=body)])
    async with opened(place) as screen:
        await screen.shows("1 call")
        await screen.press("enter", "tab")
        await screen.shows("An Äpfel")
        inspector = screen.app.screen
        assert isinstance(inspector, InspectorScreen)
        reading = inspector.reading
        assert reading.find("an") == 2
        colour = screen.app.theme_variables["warning"].lower()
        marked = [
            segment
            for line in range(reading.size.height)
            for segment in reading.render_line(line)
            if segment.style and segment.style.bgcolor and segment.style.bgcolor.name == colour
        ]
        assert [segment.text for segment in marked] == ["An", "an", "AN"]
        assert {segment.style.color.name for segment in marked if segment.style and segment.style.color} == {
            screen.app.theme_variables["background"].lower()
        }
