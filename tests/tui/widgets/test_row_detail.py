from rich.cells import cell_len
from wiretally.agent.locations import Home
from wiretally.agent.store import Store

from ...agent.made import entry
from ..driving import opened

ADVICE = "the model is overloaded, and " * 12 + "this is the end"


async def test_a_long_text_is_folded_and_cut_where_the_lines_end(place: Home, store: Store) -> None:
    store.save([entry(1)])
    async with opened(place, (80, 24)) as screen:
        await screen.shows("1 call")
        await screen.press("4")
        await screen.shows("calls failed")
        detail = screen.app.query_one("#errors RowDetail")
        assert not detail.display
        detail.text = f"\x1b[2J{ADVICE}"  # pyright: ignore[reportAttributeAccessIssue]
        await screen.shows("␛[2Jthe model is overloaded")
        lines = screen.text.splitlines()
        assert all(cell_len(line) <= 80 for line in lines)
        assert any(line.endswith("…") for line in lines)
