from wiretally.agent.call import Cost
from wiretally.agent.locations import Home
from wiretally.agent.store import Store

from ...agent.made import entry
from ..driving import opened


async def test_the_strip_follows_the_cursor_and_says_what_to_do(place: Home, store: Store) -> None:
    failed = {"state": "failed", "status": 429, "fault": "quota", "error_message": "No credit.", "retry_count": 2}
    store.save([entry(1, **failed, error_code="credit_balance_exhausted"), entry(2)])
    async with opened(place, (200, 50)) as screen:
        await screen.shows("2 calls", "call 2", "1,002 in (200 cached), 52 out, 10 of them reasoning")
        await screen.press("down")
        await screen.shows("429 credit_balance_exhausted: No credit.", "Add credit", "Retry 2 of the SDK's", "pid 100")


async def test_a_call_under_way_is_counting_not_unpriced(place: Home, store: Store) -> None:
    store.save([entry(1, state="open", cost=Cost())])
    async with opened(place, (200, 50)) as screen:
        await screen.shows("1 call", "open", "counting")
        assert "unpriced" not in screen.text
