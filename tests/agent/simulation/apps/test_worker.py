"""The worker answers a ticket in two turns, the second with the tool's result."""

from tests.agent.simulation.apps.conftest import Stage


def test_a_ticket_takes_a_tool_call_and_an_answer(stage: Stage) -> None:
    stage.play("worker", lambda: len(stage.provider.requests) >= 6 and "48" in stage.output("worker"))
    bodies = stage.bodies()
    second = next(body for body in bodies if body["messages"][-1]["role"] == "tool")
    first = next(body for body in bodies if body["messages"] == second["messages"][:2])
    assert first["tools"][0]["function"]["name"] == "find_order"
    assert first["user"] == second["user"]
    assert "failed" not in stage.output("worker")
