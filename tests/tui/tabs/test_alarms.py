import sqlite3

from wiretally.agent.locations import Home
from wiretally.agent.queries.reader import Reader
from wiretally.agent.queries.totals import Span
from wiretally.agent.store import Store
from wiretally.tui.tabs.alarms import READ
from wiretally.tui.view import Asked

from ...agent.made import START


def test_a_firing_rule_is_said_with_its_message_and_its_history(place: Home, store: Store) -> None:
    del store
    connection = sqlite3.connect(place.database)
    with connection:
        connection.execute("insert into alarm_states values ('balance', 'firing', ?, 3.72)", (START * 1000,))
        connection.execute(
            "insert into alarm_events (at, rule, event, value, threshold, message, notified) "
            "values (?, 'balance', 'fired', 3.72, 5, 'the balance is low', '{\"bell\": \"ok\"}')",
            (START * 1000,),
        )
    connection.close()
    with Reader(place.database) as reader:
        rules = READ(reader, Asked(Span(), START + 60, "rules"))
        history = READ(reader, Asked(Span(), START + 60, "history"))
    assert rules.summary == "1 rule, 1 firing"
    assert [cell[0] for cell in rules.rows[0].cells[:2]] == ["balance", "⚑ firing"]
    assert rules.rows[0].detail == "prepaid balance of all calls · when it fired: the balance is low"
    assert [cell[0] for cell in history.rows[0].cells[2:]] == ["fired", "bell ok", "the balance is low"]
