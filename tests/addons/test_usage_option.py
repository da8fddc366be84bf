"""Usage is asked for and hidden again: what the app gets is what it would have got."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mitmproxy.test import taddons, tflow
from wiretally.addons.capture import CAPTURE
from wiretally.addons.usage_option import ASKED, UsageHider, UsageOption, with_usage_asked


def chunk(index: int, usage: str) -> str:
    choices = '[{"index":0,"delta":{"content":"say \\"usage\\":null é"},"finish_reason":null}]'
    return f'data: {{"id":"c{index}","choices":{choices}{usage}}}\n\n'


PLAIN = "".join(chunk(n, "") for n in range(3)) + "data: [DONE]\n\n"
USAGE = 'data: {"id":"c9","choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}\n\n'
ASKED_FOR = "".join(chunk(n, ',"usage":null') for n in range(3)) + USAGE + "data: [DONE]\n\n"


def fault(where: str, error: BaseException) -> None:
    raise AssertionError(where) from error


@given(st.lists(st.integers(0, len(ASKED_FOR.encode())), max_size=12))
def test_the_app_gets_the_stream_as_if_nothing_had_been_asked(cuts: list[int]) -> None:
    data, seen = ASKED_FOR.encode(), bytearray()

    def tap(piece: bytes) -> bytes:
        seen.extend(piece)
        return piece

    hider = UsageHider(tap, fault)
    places = [0, *sorted(cuts), len(data)]
    pieces = [data[a:b] for a, b in itertools.pairwise(places) if a < b]
    shown = [part for piece in (*pieces, b"") for part in hider(piece)]
    assert b"".join(shown).decode() == PLAIN
    assert b"" not in shown  # it would end the answer
    assert bytes(seen) == data


def test_each_event_goes_out_when_it_is_whole() -> None:
    hider = UsageHider(lambda piece: piece, fault)
    first, second = chunk(0, ',"usage":null').encode(), chunk(1, ',"usage":null').encode()
    assert hider(first + second[:20]) == [chunk(0, "").encode()]
    assert hider(second[20:]) == [chunk(1, "").encode()]
    assert hider(USAGE.encode()) == []


def test_what_is_no_event_stream_comes_out_unchanged() -> None:
    hider = UsageHider(lambda piece: piece, fault)
    assert hider(b'{"error": "\xff') + hider(b'no"}') + hider(b"") == [b'{"error": "\xffno"}']


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[1]",
        b"not json",
        b'{"model":"m"}',
        b'{"stream":false}',
        b'{"stream":true,"stream_options":{"include_usage":true}}',
        b'{"stream":true,"stream_options":[]}',
        b'{"stream":true,"stream_options":"all"}',
    ],
)
def test_nothing_is_asked_where_nothing_streams_or_the_app_asks_itself(body: bytes) -> None:
    assert with_usage_asked(body) is None


def test_the_rest_of_the_request_stays_as_it_was() -> None:
    body = b' {"model": "m",  "stream":true}'
    asked = with_usage_asked(body)
    assert asked and asked.endswith(b'"model": "m",  "stream":true}')
    assert json.loads(asked) == {"model": "m", "stream": True, "stream_options": {"include_usage": True}}


@pytest.mark.parametrize("options", [None, {}, {"include_obfuscation": False}, {"include_usage": False}])
def test_it_joins_the_options_that_a_stream_has(options: dict[str, Any] | None) -> None:
    asked = with_usage_asked(json.dumps({"stream": True, "stream_options": options, "user": "é"}).encode())
    expected = {"stream": True, "stream_options": {**(options or {}), "include_usage": True}, "user": "é"}
    assert asked and json.loads(asked) == expected


@pytest.mark.parametrize("on", [True, False])
def test_only_who_opted_in_is_asked(on: bool) -> None:
    addon = UsageOption(fault)
    with taddons.context() as context:
        any_context: Any = context
        any_context.master.addons.add(addon)
        any_context.options.update(usage_option=on)
        flow = tflow.tflow()
        flow.metadata[CAPTURE] = True
        flow.request.method, flow.request.path = "POST", "/v1/chat/completions"
        flow.request.raw_content = b'{"stream":true,"model":"m"}'
        addon.request(flow)
    assert flow.metadata.get(ASKED, False) is on
    assert (b"include_usage" in (flow.request.raw_content or b"")) is on
    if on:
        assert flow.request.headers["content-length"] == str(len(flow.request.raw_content or b""))
