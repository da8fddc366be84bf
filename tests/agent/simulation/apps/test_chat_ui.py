"""The chat streams, remembers what was said, and one person does not ask for usage."""

from tests.agent.simulation.apps.conftest import Stage


def test_three_people_talk_and_their_conversations_grow(stage: Stage) -> None:
    stage.play("chat_ui", lambda: any(len(body["messages"]) >= 6 for body in stage.bodies()))
    bodies = stage.bodies()
    assert all(body["stream"] for body in bodies)
    assert {body["messages"][0]["content"] for body in bodies if "stream_options" not in body} == {
        "You advise Grace about furniture."
    }
    ada = [body["messages"] for body in bodies if "Ada" in body["messages"][0]["content"]]
    assert ada[1][: len(ada[0])] == ada[0]
