"""What every row has, from the exchange and its headers alone."""

from __future__ import annotations

import pytest
from wiretally.agent.call import Call
from wiretally.agent.exchange import CapturedExchange
from wiretally.agent.headers import HeaderBlock
from wiretally.agent.outline import Outline, context_of, outline
from wiretally.agent.redaction import Redactor


@pytest.mark.parametrize(
    ("key", "last"), [("sk-proj-abcdefghijklWXYZ", "WXYZ"), ("short-key", None), ("exactly12345", "2345")]
)
def test_of_a_key_no_more_than_the_last_four_are_kept(key: str, last: str | None) -> None:
    exchange = CapturedExchange(
        uid="1",
        started_at=2.0,
        method="POST",
        host="api.openai.com",
        path=f"/v1/chat/completions?api_key={key}",
        request_headers=HeaderBlock.of(("Authorization", f"Bearer {key}"), ("User-Agent", "curl/8")),
        request_body=b"12345",
        tags={"team": "a"},
    )
    call = Call("open", *outline(exchange, context_of(exchange), Redactor(b"salt")))
    assert call.api_key == last
    assert call.key_hash is not None
    assert len(call.key_hash) == 16
    assert key not in repr(call)
    assert (call.state, call.user_agent, call.request_bytes, call.tags, call.ratelimit) == (
        "open",
        "curl/8",
        5,
        {"team": "a"},
        None,
    )


def test_an_outline_is_the_beginning_of_a_call() -> None:
    assert Call.__struct_fields__[: 1 + len(Outline._fields)] == ("state", *Outline._fields)
