import pytest
from wiretally.agent.locations import Home
from wiretally.agent.store import Store
from wiretally.tui.widgets.filter_bar import FilterSuggester

from ...agent.made import traffic
from ..driving import opened


@pytest.mark.parametrize(
    ("typed", "suggested"),
    [
        ("mod", "model:"),
        ("status:429 -mod", "status:429 -model:"),
        ("model:gpt-5-", "model:gpt-5-mini"),
        ("(app:w", "(app:worker.py"),
        ("model:zzz", None),
        ("", None),
        ("model:gpt-5 ", None),
    ],
)
async def test_the_last_word_is_completed(typed: str, suggested: str | None) -> None:
    values = {"model": ("gpt-5", "gpt-5-mini"), "app": ("worker.py",)}
    assert await FilterSuggester(lambda field: values.get(field, ())).get_suggestion(typed) == suggested


async def test_tab_completes_and_arrows_bring_back_older_filters(place: Home, store: Store) -> None:
    store.save(traffic(50))
    async with opened(place) as screen:
        await screen.shows("50 calls")
        await screen.press("slash", *"model:gpt-5-")
        await screen.shows("nothing matches")
        await screen.press("m")
        await screen.until(lambda: "model:gpt-5-mini" in screen.text)
        await screen.press("tab")
        assert screen.app.live.bar.input.value == "model:gpt-5-mini"
        await screen.press("enter", "slash", "end", "shift+home", "delete", *"status:429", "enter")
        await screen.until(lambda: screen.app.live.bar.applied == "status:429")
        await screen.press("slash", "up", "up")
        assert screen.app.live.bar.input.value == "model:gpt-5-mini"
