"""What the agent said of itself."""

from pathlib import Path

from wiretally.agent.queries import agent
from wiretally.agent.queries.reader import Reader


def test_state_faults_and_refusals(path: Path) -> None:
    with Reader(path) as reader:
        assert agent.state(reader) == {"doors": "8787 8788"}
        (fault,) = agent.faults(reader)
        assert (fault.place, fault.error, fault.count) == ("capture", "boom", 3)
        (refusal,) = agent.refusals(reader)
        assert (refusal.app, refusal.pid, refusal.server_name) == ("worker.py", 100, "api.openai.com")
