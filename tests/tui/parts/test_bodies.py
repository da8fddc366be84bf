import json

from wiretally.agent.copies import replace
from wiretally.agent.exchange import Message
from wiretally.agent.locations import Home
from wiretally.agent.store import Store
from wiretally.tui.outline import wrap
from wiretally.tui.parts.bodies import headers, raw, request, response

from ...agent.made import START, entry
from .whole import text_of, whole_of


def test_json_is_a_tree_that_folds_and_copies_as_it_came(place: Home, store: Store) -> None:
    body = json.dumps({"model": "m", "messages": [{"role": "user"}]}).encode()
    part = request(whole_of(place, store, replace(entry(1), request_body=body)), 80)
    assert part.copy == body.decode()
    assert [entry.note for entry in part.entries if entry.opens] == ["2 keys", "1 item", "1 key"]
    assert "POST https://api.openai.com/v1/chat/completions" in part.entries[0].text


def test_what_is_not_text_is_shown_as_bytes(place: Home, store: Store) -> None:
    part = response(whole_of(place, store, replace(entry(1), response_body=bytes(range(256)) * 4)), 80)
    assert "1,024 bytes that are not text" in text_of(part)
    assert "00 01 02 03" in text_of(part)


def test_a_body_that_was_not_kept_is_named(place: Home, store: Store) -> None:
    whole = whole_of(place, store, replace(entry(1), request_body=None, response_body=None))
    assert "not kept" in text_of(request(whole, 80))
    assert "not kept" in text_of(response(whole, 80))


def test_a_stream_is_shown_event_by_event(place: Home, store: Store) -> None:
    body = (
        b'event: response.created\ndata: {"type": "response.created"}\n\ndata: {"object": "chat.completion.chunk"}\n\n'
    )
    whole = whole_of(place, store, replace(entry(1, stream=True), response_body=body))
    heads = [entry.text for entry in response(whole, 80).entries if entry.opens and entry.folded]
    assert ["response.created" in head for head in heads] == [True, False]
    assert "chat.completion.chunk" in heads[1]


def test_a_websocket_is_shown_message_by_message(place: Home, store: Store) -> None:
    messages = (Message(START + 1.5, True, True, b'{"type": "hello"}'), Message(START + 2, False, False, b"\x00\x01"))
    text = text_of(response(whole_of(place, store, replace(entry(1), messages=messages)), 80))
    assert '→ +   0.500s  {"type": "hello"}' in text
    assert "2 bytes" in text


def test_heads_and_everything_raw(place: Home, store: Store) -> None:
    whole = whole_of(place, store, entry(1, tags={"team": "a"}))
    assert "team=a" in text_of(headers(whole, 80))
    assert "/srv (main)" in text_of(headers(whole, 80))
    assert '{"id":"chatcmpl-1"}' in text_of(raw(whole, 80))
    assert "Content-Type: application/json" in raw(whole, 80).copy


def test_an_event_is_one_line_that_opens_to_all_of_it(place: Home, store: Store) -> None:
    long = json.dumps({"object": "chat.completion.chunk", "text": "word " * 200})
    body = f"data: {long}\n\ndata: {'plain ' * 100}\n\ndata: [DONE]\n\n".encode()
    part = response(whole_of(place, store, replace(entry(1, stream=True), response_body=body)), 80)
    heads = [entry for entry in part.entries[1:] if entry.depth == 0 and entry.text.strip() != "}"]
    assert [len(list(wrap(head, 76))) for head in heads] == [1, 1, 1]
    assert [head.opens for head in heads] == [True, True, False]
    assert "plain " * 100 in text_of(part)
    assert "word " * 200 in text_of(part)
