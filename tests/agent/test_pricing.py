"""Costs, held against an independent reckoning from genai-prices' rates and the recorded usage."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import genai_prices
import pytest
from wiretally.agent.call import Call, Cost, Usage
from wiretally.agent.errors import UsageError
from wiretally.agent.pricing import CONTAINERS_BY_MINUTE, FREE, PriceBook, Terms, together
from wiretally.agent.settings import PriceSettings, load

from . import recorded

NOON = recorded.NOON


@pytest.fixture(scope="module")
def book() -> PriceBook:
    return PriceBook()


def reckon(usage: Usage, model: str, context: dict[str, str]) -> Decimal:
    """The price of the tokens as genai-prices itself reckons it."""
    parts: dict[str, int | None] = {
        "input_tokens": usage.input_tokens,
        "output_tokens": usage.output_tokens or 0,
        "cache_read_tokens": usage.cached_tokens,
        "cache_write_tokens": usage.cache_write_tokens,
        "input_audio_tokens": usage.audio_input_tokens,
        "output_audio_tokens": usage.audio_output_tokens,
        "cache_audio_read_tokens": usage.cached_audio_tokens,
        "input_image_tokens": usage.image_tokens,
        "output_image_tokens": usage.image_output_tokens,
    }
    counts = {name: count for name, count in parts.items() if count is not None}
    at = datetime.fromtimestamp(NOON, UTC)
    found = genai_prices.calc_price(
        genai_prices.Usage(**counts), model, provider_id="openai", genai_request_timestamp=at, price_context=context
    )
    return found.total_price


IMAGE_FEES = {("high", "1024x1024"): Decimal("0.167"), ("high", "1536x1024"): Decimal("0.25")}


def fees_of(record: recorded.Record, call: Call) -> Decimal:
    """What the hosted tools of a recorded answer cost, by the items it holds and the fees of the price file."""
    if call.kind != "responses":
        return Decimal(0)
    text = recorded.body(record, "response").decode()
    events = [json.loads(line[6:]) for line in text.splitlines() if line.startswith("data: {")]
    documents = events or [json.loads(text)]
    answer = documents[-1].get("response") or documents[-1]
    items, tools = answer.get("output", []), {tool["type"] for tool in answer.get("tools", [])}
    older = not str(call.model).startswith(("gpt-5", "o"))
    search = "25" if older and "web_search_preview" in tools else "10"
    searches = [it for it in items if it["type"] == "web_search_call" and it["action"]["type"] == "search"]
    files = [it for it in items if it["type"] == "file_search_call"]
    containers = {it["container_id"] for it in items if it["type"] == "code_interpreter_call"}
    by_thousand = Decimal(search) * len(searches) + Decimal("2.5") * len(files)
    drawn = [(it["quality"], it["size"]) for it in items if it["type"] == "image_generation_call"]
    return by_thousand / 1000 + Decimal("0.03") * len(containers) + sum(map(IMAGE_FEES.__getitem__, drawn), Decimal(0))


def test_the_cost_of_every_recorded_call_is_rate_times_recorded_tokens() -> None:
    checked, seen_tiers = 0, set[str | None]()
    for record, call in recorded.calls():
        usage = recorded.tool("replay").find_usage(record)
        if not usage or call.usage.input_tokens is None or call.cost.usd is None or call.cost.source == "free":
            continue
        context = {"service_tier": call.service_tier} if call.service_tier not in (None, "auto") else {}
        context = {"processing": "batch"} if call.kind == "batch" else context
        model = (call.model or "").replace(":2023-07-21-v2", "-002")
        expected = reckon(call.usage, model, context) + fees_of(record, call)
        assert abs(call.cost.usd - expected) < Decimal("1e-9"), record["id"]
        assert call.cost.usd == sum(line.amount for line in call.cost.lines)
        checked += 1
        seen_tiers.add(call.service_tier)
    assert checked > 2000
    assert {"default", "flex", "priority"} <= seen_tiers


def test_reported_calls_are_never_free_or_zero_but_where_they_used_nothing() -> None:
    for record, call in recorded.calls():
        if call.usage.source == "reported" and call.cost.usd == 0 and call.usage.total_tokens:
            pytest.fail(f"{record['id']} used {call.usage.total_tokens} tokens of {call.model} for nothing")


@pytest.mark.parametrize(
    ("tier", "million"), [(None, 2), ("auto", 2), ("default", 2), ("flex", 1), ("priority", Decimal("3.5"))]
)
def test_the_tier_of_the_answer_sets_the_rate(book: PriceBook, tier: str | None, million: Decimal) -> None:
    cost = book.price("o3", Usage(input_tokens=1_000_000, source="reported"), Terms(NOON, "chat", tier))
    assert (cost.usd, cost.source) == (million, "priced")


def test_a_tier_without_a_rate_is_marked(book: PriceBook) -> None:
    cost = book.price("o3", Usage(input_tokens=1_000_000), Terms(NOON, "chat", "ultrafast"))
    assert cost.source == "estimated"
    assert cost.note == "no rate is known for service tier ultrafast of o3; the standard rate was taken"


def test_a_batch_costs_half(book: PriceBook) -> None:
    usage = Usage(input_tokens=1_000_000, output_tokens=1_000_000, source="reported")
    whole = book.price("gpt-4o-mini", usage, Terms(NOON, "chat")).usd
    half = book.price("gpt-4o-mini", usage, Terms(NOON, "batch", batch=True)).usd
    assert (whole, half) == (Decimal("0.75"), Decimal("0.375"))


def test_over_the_long_context_boundary_every_token_costs_more(book: PriceBook) -> None:
    at = Terms(NOON, "responses")
    under = book.price("gpt-5.6-sol", Usage(input_tokens=272_000, output_tokens=10, source="reported"), at)
    over = book.price("gpt-5.6-sol", Usage(input_tokens=272_001, output_tokens=10, source="reported"), at)
    assert under.usd == (Decimal(272_000) * 4 + 10 * 20) / 1_000_000
    assert over.usd == (Decimal(272_001) * 8 + 10 * 30) / 1_000_000
    assert "over 272,000 input tokens" in over.lines[0].label


def test_cached_reads_and_writes_are_parts_of_the_input(book: PriceBook) -> None:
    usage = Usage(
        input_tokens=1000,
        cached_tokens=600,
        cache_write_tokens=300,
        output_tokens=0,
        reasoning_tokens=0,
        source="reported",
    )
    cost = book.price("gpt-5.6-sol", usage, Terms(NOON, "responses"))
    assert [(line.label, int(line.quantity)) for line in cost.lines] == [
        ("input", 100),
        ("cached input", 600),
        ("cache write", 300),
    ]
    assert cost.usd == Decimal(100 * 4 + 300 * 5) / 1_000_000 + Decimal(600) * Decimal("0.4") / 1_000_000


def test_rates_follow_the_date(book: PriceBook) -> None:
    usage = Usage(input_tokens=1_000_000, source="reported")
    before = datetime(2025, 6, 9, tzinfo=UTC).timestamp()
    after = datetime(2025, 6, 11, tzinfo=UTC).timestamp()
    assert book.price("o3", usage, Terms(before)).usd == 10
    assert book.price("o3", usage, Terms(after)).usd == 2


def test_a_price_says_of_which_day_it_is_and_never_of_one_to_come(book: PriceBook) -> None:
    usage = Usage(input_tokens=1_000_000, source="reported")
    cut, eve = datetime(2025, 6, 10, 12, tzinfo=UTC).timestamp(), datetime(2025, 6, 9, tzinfo=UTC).timestamp()
    assert book.price("o3", usage, Terms(cut)).price_date == "2025-06-10"
    assert book.price("o3", usage, Terms(eve)).price_date is None


def test_audio_is_billed_as_audio(book: PriceBook) -> None:
    usage = Usage(
        input_tokens=150, cached_tokens=60, cached_audio_tokens=40, audio_input_tokens=100, output_tokens=80,
        audio_output_tokens=70, source="reported",
    )  # fmt: skip
    cost = book.price("gpt-realtime", usage, Terms(NOON, "realtime"))
    assert {line.label: int(line.quantity) for line in cost.lines} == {
        "input": 30,
        "cached audio input": 40,
        "audio input": 60,
        "cached input": 20,
        "audio output": 70,
        "output": 10,
    }
    assert cost.usd == reckon(usage, "gpt-realtime", {})


def test_sound_without_a_rate_of_its_own_is_an_estimate(book: PriceBook) -> None:
    usage = Usage(1000, audio_input_tokens=600, output_tokens=100, audio_output_tokens=80, source="reported")
    cost = book.price("gpt-4o-audio-preview", usage, Terms(NOON))
    assert (cost.usd, cost.source) == (reckon(usage, "gpt-4o-audio-preview", {}), "estimated")


def test_each_source_of_a_bill_has_its_date_and_none_is_named_that_gave_no_rate(book: PriceBook) -> None:
    cost = book.price("gpt-5", Usage(10, output_tokens=1, tool_calls={"code_interpreter": 1}), Terms(NOON))
    tokens = book.price("gpt-5", Usage(10, output_tokens=1), Terms(NOON))
    container = book.price(None, Usage(), Terms(NOON, "containers"))
    assert cost.price_source == f"{tokens.price_source}, {tokens.price_date}; {container.price_source}"
    assert cost.price_date == container.price_date
    trained = book.price("gpt-4o-mini-2024-07-18", Usage(), Terms(NOON, options={"trained_tokens": 5}))
    assert trained.price_source and "genai-prices" not in trained.price_source


def test_cached_tokens_of_untold_kind_do_not_make_a_negative_line(book: PriceBook) -> None:
    usage = Usage(input_tokens=150, cached_tokens=120, audio_input_tokens=100, output_tokens=1, source="reported")
    cost = book.price("gpt-realtime", usage, Terms(NOON, "realtime"))
    assert cost.source == "estimated"
    assert all(line.quantity > 0 for line in cost.lines)
    assert sum(line.quantity for line in cost.lines) == 151


@pytest.mark.parametrize(
    ("model", "usage", "kind"),
    [
        ("whisper-1", Usage(), "audio"),
        ("tts-1", Usage(), "audio"),
        ("dall-e-3", Usage(images=1), "images"),
        ("a-model-nobody-knows", Usage(input_tokens=5, output_tokens=5), "chat"),
        ("sora-2", Usage(seconds=Decimal(4)), "videos"),
        (None, Usage(input_tokens=5), "chat"),
        ("gpt-4o", Usage(), "chat"),
        ("text-embedding-3-small", Usage(input_tokens=1, output_tokens=9), "embeddings"),
    ],
)
def test_unknown_is_unpriced_and_never_zero(book: PriceBook, model: str | None, usage: Usage, kind: str) -> None:
    cost = book.price(model, usage, Terms(NOON, kind, options={"quality": "?", "size": "?"}))
    assert (cost.usd, cost.source) == (None, "unpriced")
    assert cost.note


@pytest.mark.parametrize(
    ("model", "usage", "terms", "usd"),
    [
        ("whisper-1", Usage(seconds=Decimal(60)), Terms(NOON, "audio"), "0.006"),
        ("tts-1", Usage(characters=1000), Terms(NOON, "audio"), "0.015"),
        ("dall-e-3", Usage(images=2), Terms(NOON, "images", options={"quality": "hd", "size": "1024x1024"}), "0.16"),
        ("sora-2", Usage(seconds=Decimal(8)), Terms(NOON, "videos", options={"size": "1280x720"}), "0.80"),
        (None, Usage(), Terms(CONTAINERS_BY_MINUTE - 1, "containers", options={"memory": "4g"}), "0.12"),
        ("gpt-4.1-2025-04-14", Usage(total_tokens=10), Terms(NOON, "x", options={"trained_tokens": 2000}), "0.05"),
        ("davinci:2023-07-21-v2", Usage(input_tokens=500_000), Terms(NOON, "completions"), "1"),
    ],
)
def test_what_is_billed_otherwise_than_by_tokens(
    book: PriceBook, model: str | None, usage: Usage, terms: Terms, usd: str
) -> None:
    cost = book.price(model, usage, terms)
    assert (cost.usd, cost.source) == (Decimal(usd), "priced")


def test_hosted_tools_have_fees_beside_the_tokens(book: PriceBook) -> None:
    tools = {"web_search": 2, "file_search": 4, "code_interpreter": 1}
    usage = Usage(input_tokens=1_000_000, output_tokens=0, tool_calls=tools, source="reported")
    cost = book.price("gpt-4.1", usage, Terms(NOON, "responses"))
    fees = {line.label: line.amount for line in cost.lines if line.unit != "token"}
    assert fees == {"web search": Decimal("0.02"), "file search": Decimal("0.01"), "container 1g": Decimal("0.03")}
    assert cost.usd == Decimal("2.06")
    assert cost.price_source is not None
    assert "prices.toml" not in cost.price_source or "genai-prices" in cost.price_source


def test_a_container_whose_minutes_are_not_told_is_an_estimate_unless_the_user_gives_a_price(book: PriceBook) -> None:
    terms = Terms(CONTAINERS_BY_MINUTE, "containers", options={"memory": "16g"})
    cost = book.price(None, Usage(), terms)
    assert (cost.usd, cost.source) == (Decimal("0.48"), "estimated")
    assert cost.note and "by the minute" in cost.note
    own = PriceBook(PriceSettings.model_validate({"containers": {"16g": "0.5"}})).price(None, Usage(), terms)
    assert (own.usd, own.source) == (Decimal("0.5"), "priced")


def test_moderations_are_free(book: PriceBook) -> None:
    assert book.price("omni-moderation-latest", Usage(), Terms(NOON, "moderations")) == Cost(Decimal(0), "free")


def test_estimated_usage_makes_an_estimated_cost(book: PriceBook) -> None:
    usage = Usage(input_tokens=10, output_tokens=5, source="estimated")
    assert book.price("gpt-4o", usage, Terms(NOON, "chat")).source == "estimated"


def test_the_users_own_prices_come_first(tmp_path: Any) -> None:
    config = tmp_path / "config.toml"
    config.write_text(
        '[prices.models."my-model"]\ninput_mtok = 1.5\noutput_mtok = 3\n[prices.tools]\nweb_search = 4\n'
        '[prices.aliases]\n"my-alias" = "gpt-4o"\n'
    )
    book = PriceBook(load(config).prices)
    usage = Usage(input_tokens=2_000_000, output_tokens=1_000_000, tool_calls={"web_search": 1}, source="reported")
    cost = book.price("my-model", usage, Terms(NOON, "chat"))
    assert cost.usd == Decimal("6.004")
    assert cost.price_source == "config.toml"
    assert book.price("my-alias", Usage(input_tokens=1_000_000), Terms(NOON, "chat")).usd == Decimal("2.5")


def test_a_price_that_is_no_price_is_refused_with_its_name(tmp_path: Any) -> None:
    config = tmp_path / "config.toml"
    config.write_text('[prices.models."my-model"]\ninput_mtok = -1\n')
    with pytest.raises(UsageError, match=r"prices\.models\.my-model\.input_mtok is -1"):
        load(config)


def test_a_setting_that_is_not_given_changes_nothing(book: PriceBook) -> None:
    assert PriceBook(PriceSettings.model_validate({})).price(
        "gpt-4o", Usage(input_tokens=7, output_tokens=7), Terms(NOON)
    ) == book.price("gpt-4o", Usage(input_tokens=7, output_tokens=7), Terms(NOON))


def test_several_costs_are_one_unless_one_is_not_known(book: PriceBook) -> None:
    cost = book.price("gpt-4o", Usage(input_tokens=1_000_000, source="reported"), Terms(NOON))
    unknown = book.price("nobody", Usage(input_tokens=1), Terms(NOON))
    both = together([cost, FREE, cost])
    assert (both.usd, both.source, len(both.lines)) == (Decimal(5), "priced", 2)
    assert together([cost, unknown]).usd is None
