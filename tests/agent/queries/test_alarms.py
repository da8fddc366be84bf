"""What the agent wrote of its alarms reads back: what fires first, history newest first."""

from pathlib import Path

from wiretally.agent.database import open_writer
from wiretally.agent.queries import alarms
from wiretally.agent.queries.reader import Reader


def test_states_and_history(tmp_path: Path) -> None:
    path = tmp_path / "wiretally.db"
    writer = open_writer(path)
    writer.executemany(
        "insert into alarm_states values (?, ?, ?, ?)",
        [("a", "ok", 9000, None), ("b", "firing", 2000, 0.5), ("c", "firing", 3000, 1.5)],
    )
    writer.executemany(
        "insert into alarm_events (at, rule, event, value, threshold, message, notified) values (?, ?, ?, ?, ?, ?, ?)",
        [
            (1000, "b", "cleared", 2, 1, "old", "{}"),
            (2000, "b", "fired", 0.5, 1, "b is low", '{"webhook":"ok"}'),
            (3000, "c", "fired", 1.5, 2, "c is low", None),
        ],
    )
    writer.close()
    with Reader(path) as reader:
        found = alarms.states(reader)
        assert [(state.rule, state.state, state.since, state.message) for state in found] == [
            ("c", "firing", 3.0, "c is low"), ("b", "firing", 2.0, "b is low"), ("a", "ok", 9.0, ""),
        ]  # fmt: skip
        assert alarms.firing(reader) == found[:2]
        assert [event.notified for event in alarms.events(reader)] == [None, {"webhook": "ok"}, {}]
        assert [event.event for event in alarms.events(reader, rule="b")] == ["fired", "cleared"]
        assert [event.rule for event in alarms.events(reader, since=2, limit=1)] == ["c"]
