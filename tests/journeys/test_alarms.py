"""With no screen open: an app spends, the agent's alarm fires, the webhook and the command have it."""

from __future__ import annotations

import os
import signal
from decimal import Decimal
from pathlib import Path

import pytest
from openai import OpenAI, RateLimitError
from wiretally.agent import balance, lifecycle
from wiretally.agent.locations import Home
from wiretally.agent.queries import agent as agent_queries
from wiretally.agent.queries import alarms
from wiretally.agent.queries.reader import Reader

from tests.agent.receiver import receiving, until
from tests.fake_openai import FakeOpenAI
from tests.journeys.conftest import lead, running_agent
from tests.journeys.sdk_calls import MESSAGES

CONFIG = """
[notify]
desktop = false
webhook = "{url}"
command = 'printf "%s " "$WIRETALLY_ALARM_NAME" "$WIRETALLY_ALARM_EVENT" >> "{told}"'

[alarm.refusals]
metric = "error_rate"
threshold = 0.2
window = "10m"
filter = "fault:quota OR is:stream"
notify = ["command"]

[alarm.mistaken]
metric = "error_rate"
threshold = 0.2
filter = "colour:red"
"""


def history(home: Home) -> list[tuple[str, str]]:
    with Reader(home.database) as reader:
        return [(event.rule, event.event) for event in reversed(alarms.events(reader)) if event.notified]


def test_an_alarm_reaches_its_receivers(provider: FakeOpenAI, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home, told = Home(tmp_path / "home").make(), tmp_path / "told"
    with receiving() as receiver:
        receiver.statuses.extend([503, 503])
        home.config.write_text(CONFIG.format(url=receiver.url, told=told))
        flags = ("--upstream", provider.upstream, "--upstream-ca", str(provider.identity.authority))
        with running_agent(tmp_path, *flags) as agent:
            lead(agent, "proxy", monkeypatch)
            balance.state(home, "set", Decimal("1.000001"), Decimal(1))
            with OpenAI(max_retries=0) as client:
                client.chat.completions.create(model="gpt-4o-mini", messages=MESSAGES)
                until(lambda: history(home) == [("balance", "fired")])
                assert [document["event"] for document in receiver.documents] == ["fired"] * 3  # the third was taken
                fired = receiver.documents[-1]
                assert fired["alarm"] == "balance" and fired["threshold"] == 1 and 0.9 < fired["value"] < 1
                balance.state(home, "add", Decimal(5), None)
                until(lambda: len(history(home)) == 2)
                with pytest.raises(RateLimitError):
                    client.chat.completions.create(
                        model="gpt-4o-mini", messages=MESSAGES, extra_headers={"x-simulate": "credit"}
                    )
                until(lambda: len(history(home)) == 4)
            assert sorted(history(home)[2:]) == [("balance", "fired"), ("refusals", "fired")]
            assert receiver.documents[-1]["message"] == "the provider said that the prepaid balance is used up"
            assert {document["alarm"] for document in receiver.documents} == {"balance"}
            with Reader(home.database) as reader:
                assert any("alarm.mistaken" in fault.error for fault in agent_queries.faults(reader))
            killed = agent.status.recorder_pid
            assert killed
            os.kill(killed, signal.SIGKILL)
            until(lambda: (now := lifecycle.status(home)) and now.recorder_pid not in (None, killed))
            balance.state(home, "set", Decimal(50), None)  # a new recorder goes on where the old one was
            until(lambda: len(history(home)) == 5)
        assert history(home)[4] == ("balance", "cleared")
    words = told.read_text().split()
    assert sorted(zip(words[::2], words[1::2], strict=True)) == sorted(history(home))
    assert sum("used up" in document["message"] for document in receiver.documents) == 1
