"""The catalogue of models."""

from wiretally.agent.simulation.models import MODELS, find


def test_a_model_answers_to_its_name_and_to_its_dated_name() -> None:
    for model in MODELS.values():
        assert find(model.name) is find(model.served) is model


def test_other_names_find_nothing() -> None:
    assert find("gpt-9") is None
    assert find(None) is None
