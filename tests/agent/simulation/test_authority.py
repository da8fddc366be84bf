"""The throwaway authority vouches for the service, and for nobody who does not trust it."""

import ssl
from pathlib import Path

import httpx
import pytest

from tests import fake_openai


def test_it_answers_as_api_openai_com_to_who_trusts_its_authority(tmp_path: Path) -> None:
    with fake_openai.running(tmp_path) as provider:
        trusting = ssl.create_default_context(cafile=provider.identity.authority)
        with httpx.Client(verify=trusting, trust_env=False) as client:
            answer = client.get(
                f"https://127.0.0.1:{provider.port}/v1/models",
                headers={"authorization": "Bearer sk-test"},
                extensions={"sni_hostname": "api.openai.com"},
            )
        with httpx.Client(trust_env=False) as client, pytest.raises(httpx.ConnectError, match="certificate"):
            client.get(f"https://127.0.0.1:{provider.port}/v1/models")
    assert answer.json()["object"] == "list"
