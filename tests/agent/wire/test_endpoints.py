"""Paths become endpoints: ids out, words in, whatever stands before /v1/."""

from __future__ import annotations

import pytest
from wiretally.agent.wire.endpoints import ENDPOINTS, endpoint_of


@pytest.mark.parametrize(
    ("path", "endpoint", "kind"),
    [
        ("/v1/chat/completions?beta=true", "/v1/chat/completions", "chat"),
        ("/v1/responses/resp_abc", "/v1/responses/{id}", "responses"),
        ("/v1/responses/compact", "/v1/responses/compact", "responses"),
        ("/v1/threads/thread_a/runs/run_b/steps/step_c", "/v1/threads/{id}/runs/{id}/steps/{id}", "assistants"),
        ("/v1/threads/runs", "/v1/threads/runs", "assistants"),
        ("/v1/organization/usage/completions", "/v1/organization/usage/completions", "organization"),
        ("/v1/organization/costs", "/v1/organization/costs", "organization"),
        ("/v1/models/ft:gpt-4o:org::a", "/v1/models/{id}", "models"),
        ("/openai/v1/embeddings", "/openai/v1/embeddings", "embeddings"),
        ("/chat/completions", "/chat/completions", "chat"),
        ("/openai/deployments/mine/embeddings?api-version=1", "/openai/deployments/mine/embeddings", "embeddings"),
        ("/v1/edits", "/v1/edits", "completions"),
        ("/v1/new_things/thing_123456/parts", "/v1/new_things/{id}/parts", "other"),
        ("/v1/new-things/42", "/v1/new-things/{id}", "other"),
        ("/", "/", "other"),
        ("", "/", "other"),
    ],
)
def test_a_path_has_its_endpoint(path: str, endpoint: str, kind: str) -> None:
    found, format = endpoint_of(path)
    assert (found, format.kind) == (endpoint, kind)


def test_every_listed_endpoint_is_found_by_a_path_of_its_kind() -> None:
    for endpoint, format in ENDPOINTS.items():
        path = "/v1/" + endpoint.replace("{id}", "x_1a2b3c").replace("{word}", "word")
        assert endpoint_of(path) == ("/v1/" + endpoint.replace("{word}", "word"), format)
