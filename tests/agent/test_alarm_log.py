"""What the alarms write down reads back, and each write moves the revision that readers wait for."""

from pathlib import Path

from wiretally.agent import alarm_log
from wiretally.agent.alarm_log import Event, Standing
from wiretally.agent.queries import alarms
from wiretally.agent.queries.reader import Reader


def test_states_events_and_outcomes(tmp_path: Path) -> None:
    path = tmp_path / "wiretally.db"
    standings = {"slow": Standing("firing", 20.5, 7.0), "fine": Standing("ok", 20.5, None)}
    event = Event(20.5, "slow", "fired", 7.0, 5.0, "it is slow")
    numbers = alarm_log.keep(path, standings, [event, event])
    with Reader(path) as reader:
        revisions = [row[0] for row in reader.rows("select revision from alarm_events order by id")]
        assert numbers == [1, 2] and 0 < revisions[0] < revisions[1]
        alarm_log.notified(path, 2, {"webhook": "ok"})
        assert reader.value("select revision from alarm_events where id = 2") > revisions[1]
        assert [found.notified for found in alarms.events(reader)] == [{"webhook": "ok"}, None]
        assert [(it.rule, it.since, it.value, it.message) for it in alarms.states(reader)] == [
            ("slow", 20.5, 7.0, "it is slow"), ("fine", 20.5, None, ""),
        ]  # fmt: skip
        alarm_log.forget(path, ["slow"])
        assert [it.rule for it in alarms.states(reader)] == ["fine"]
        assert len(alarms.events(reader)) == 2
