from wiretally.agent.locations import Home
from wiretally.tui.agent_watch import read_title
from wiretally.tui.widgets.bars import Title


def test_an_agent_that_never_ran_is_absent_and_one_that_went_is_lost(place: Home) -> None:
    assert read_title(place, Title()).agent == "absent"
    gone = read_title(place, Title(agent="running", session="night", port=8787))
    assert gone.agent == "lost"
    assert gone.session == "night"
    assert gone.port is None
