"""Tools that the provider runs: their instructions in each prompt, and the whole prompt again after each call."""

from __future__ import annotations

from typing import Any

import pytest
from wiretally.agent.hosted_tokens import NEWER, OLDER, SEARCH_FOR_TOOLS, TOOLS_FOUND, hosted_tokens
from wiretally.agent.tool_tokens import function_tokens
from wiretally.agent.wire.draft import Draft

PROMPT = 1000
FOUND: dict[str, Any] = {"type": "function", "name": "rate", "description": "An exchange rate.", "defer_loading": True}


def added(tools: list[dict[str, Any]], *hosted: dict[str, Any], model: str = "gpt-4.1", said: Any = ()) -> int:
    draft = Draft(path="/v1/responses", request={"tools": tools}, hosted=list(hosted), messages=list(said))
    return hosted_tokens(draft, PROMPT, model)


def test_a_request_with_functions_alone_gets_nothing_more() -> None:
    assert added([{"type": "function", "name": "f"}]) == 0


@pytest.mark.parametrize("kind", [kind for kind, it in NEWER.items() if it.again])
def test_the_prompt_is_billed_again_after_each_call(kind: str) -> None:
    it = NEWER[kind]
    call = {"type": it.item}
    assert added([{"type": kind}], model="gpt-5") == it.instructions
    assert added([{"type": kind}], call, model="gpt-5") == PROMPT + 2 * it.instructions + it.results
    twice = 2 * PROMPT + 3 * it.instructions + 3 * it.results  # what the first call found is in two prompts
    assert added([{"type": kind}], call, call, model="gpt-5") == twice


def test_opening_a_page_is_part_of_its_search() -> None:
    search = {"type": "web_search_call", "action": {"type": "search"}}
    page = {"type": "web_search_call", "action": {"type": "open_page"}}
    tools = [{"type": "web_search_2025_08_26"}]
    assert added(tools, search, page) == added(tools, search)


def test_a_preview_search_of_older_models_finds_for_free() -> None:
    search = {"type": "web_search_call", "action": {"type": "search"}}
    assert added([{"type": "web_search_preview"}], search) == OLDER["web_search_preview"].instructions


def test_the_tools_of_an_mcp_server_are_shown() -> None:
    tool = {"name": "ask", "description": "Ask it.", "input_schema": {"properties": {"q": {"type": "string"}}}}
    shown = function_tokens([{**tool, "parameters": tool["input_schema"]}], "gpt-4.1")
    assert added([{"type": "mcp"}], {"type": "mcp_list_tools", "tools": [tool]}) == OLDER["mcp"].instructions + shown


def test_searching_for_tools() -> None:
    tools = [{"type": "tool_search"}, FOUND]
    output = {"type": "tool_search_output", "tools": [FOUND]}
    found = TOOLS_FOUND + function_tokens([FOUND], "gpt-4.1")
    assert added(tools) == SEARCH_FOR_TOOLS
    assert added(tools, {"type": "tool_search_call"}, output) == SEARCH_FOR_TOOLS + PROMPT + found
    assert added(tools, said=[{"type": "tool_search_call"}, output]) == found
    assert added([], said=[{"role": "developer", "type": "additional_tools", "tools": [FOUND]}]) == found


def test_a_search_of_the_apps_own_is_shown_as_a_function() -> None:
    search: dict[str, Any] = {"type": "tool_search", "execution": "client", "description": "Find tools."}
    assert added([search, FOUND]) == function_tokens([{**search, "name": "tool_search"}], "gpt-4.1")
