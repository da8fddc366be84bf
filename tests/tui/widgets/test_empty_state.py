from wiretally.agent.locations import Home
from wiretally.agent.store import Store

from ..driving import opened


async def test_the_ways_in_carry_the_agents_own_port(place: Home, store: Store) -> None:
    del store
    async with opened(place) as screen:
        await screen.shows("No agent is running", "http://127.0.0.1:8788/v1")
        screen.app.questions.unwatch("agent")  # it would say again that none runs
        screen.app.live.empty.door = 40_123
        await screen.shows("OPENAI_BASE_URL=http://127.0.0.1:40123/v1")
        assert "No agent is running" not in screen.text
        screen.app.live.empty.problem = "it is locked by another program"
        await screen.shows("The database can't be read just now.", "it is locked by another program")
