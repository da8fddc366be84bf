"""The evaluation grades streamed answers, and makes the mistakes one makes."""

from tests.agent.simulation.apps.conftest import Stage


def test_answers_are_graded_and_mistakes_are_refused(stage: Stage) -> None:
    stage.play("evals", lambda: any(body.get("previous_response_id") for body in stage.bodies()))
    for refusal in ("Invalid 'temperature'", "`gpt-4o-minni` does not exist", "Incorrect API key"):
        assert refusal in stage.output("evals")
    graded = next(body for body in stage.bodies() if body.get("previous_response_id"))
    assert graded["model"] == "gpt-5.1"
