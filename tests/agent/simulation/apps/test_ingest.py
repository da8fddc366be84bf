"""The ingest embeds passages and sums documents up behind instructions long enough to be cached."""

from wiretally.agent.simulation.generation import CACHE_FROM
from wiretally.agent.simulation.prose import token_count

from tests.agent.simulation.apps.conftest import Stage


def test_documents_are_embedded_and_summed_up(stage: Stage) -> None:
    stage.play("ingest", lambda: len(stage.provider.requests) >= 4)
    paths = [request.path for request in stage.provider.requests[:4]]
    assert paths == ["/v1/embeddings", "/v1/responses"] * 2
    assert token_count(stage.bodies()[1]["instructions"]) > CACHE_FROM
