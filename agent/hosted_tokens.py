"""What tools that the provider runs add to a prompt: instructions that no request shows, results that no answer shows,
and the whole prompt again after each of their calls. Its own file because none of it is documented.

Measured on recorded usage (2025-03 to 2026-08); the median where recordings differed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from .tokens import count
from .tool_tokens import function_tokens, functions_in
from .wire.draft import Draft, Fields, fields_of, objects_of, text_of

SEARCH_FOR_TOOLS = 395
"""Instructions for finding tools, where some are still to be found."""

TOOLS_FOUND = 121
"""What tools that were found are introduced with."""


@dataclass(frozen=True, slots=True)
class Hosted:
    """What a hosted tool adds to the input."""

    item: str  # what a call of it leaves in the answer
    instructions: int  # in every prompt
    results: int  # of one call, in every prompt after it
    again: bool = True  # whether the whole prompt is billed again after a call


OLDER = {
    # before GPT-5
    "web_search": Hosted("web_search_call", 294, 16_600),
    "web_search_preview": Hosted("web_search_call", 294, 0, again=False),
    "file_search": Hosted("file_search_call", 400, 290),
    "code_interpreter": Hosted("code_interpreter_call", 640, 175),
    "image_generation": Hosted("image_generation_call", 830, 30),
    "mcp": Hosted("mcp_call", 10, 0),
}
NEWER = {
    **OLDER,
    "web_search": Hosted("web_search_call", 4_070, 300),
    "web_search_preview": Hosted("web_search_call", 4_070, 300),
}


def hosted_tokens(draft: Draft, prompt: int, model: str | None) -> int:
    """The input tokens that tools run by the provider add to a prompt of `prompt` tokens.

    `prompt` is without the functions that are to be found by a search first.
    """
    tools = objects_of(draft.request, "tools")
    messages = [cast(Fields, message) for message in draft.messages if isinstance(message, dict)]
    known = NEWER if (model or "").startswith(("gpt-5", "gpt-6")) else OLDER
    kinds = {_kind(tool) for tool in tools}
    rounds, results = 1, 0
    shown = prompt + _listed([*messages, *draft.hosted], model)
    for kind in kinds & known.keys():
        hosted = known[kind]
        made = [item for item in draft.hosted if text_of(item, "type") == hosted.item and _begins(item)]
        calls = len(made)
        shown += hosted.instructions
        results += hosted.results * calls * (calls + 1) // 2
        told = (count(text_of(item, "output") or "", model) for item in made)
        results += sum(tokens * (calls - place) for place, tokens in enumerate(told))
        rounds += calls if hosted.again else 0
    searched = _found(messages, model) + _to_find(tools, messages, model)
    total = rounds * (shown + searched) + results
    if any(text_of(item, "type") == "tool_search_output" for item in draft.hosted):
        total += shown + _found([*messages, *draft.hosted], model)
    return total - prompt


def _kind(tool: Fields) -> str:
    kind = text_of(tool, "type") or ""
    return next((name for name in ("web_search_preview", "web_search") if kind.startswith(name)), kind)


def _begins(item: Fields) -> bool:
    """A search's follow-ups (opening a page, finding in it) come in its round."""
    return text_of(fields_of(item, "action"), "type") not in ("open_page", "find_in_page", "find")


def _listed(items: list[Fields], model: str | None) -> int:
    """The tools of MCP servers, as this answer or an earlier one lists them."""
    total = 0
    for item in items:
        if text_of(item, "type") == "mcp_list_tools":
            tools = [{**tool, "parameters": tool.get("input_schema")} for tool in objects_of(item, "tools")]
            total += function_tokens(tools, model)
    return total


def _loaded(items: list[Fields]) -> list[list[Fields]]:
    return [
        functions_in(objects_of(item, "tools"))
        for item in items
        if text_of(item, "type") in ("tool_search_output", "additional_tools")
    ]


def _found(items: list[Fields], model: str | None) -> int:
    """Functions that the model was given on the way."""
    return sum(TOOLS_FOUND + function_tokens(functions, model) for functions in _loaded(items))


def _to_find(tools: list[Fields], items: list[Fields], model: str | None) -> int:
    """How to find functions that the model was not given yet."""
    names = {text_of(function, "name") for functions in _loaded(items) for function in functions}
    for search in tools:
        if _kind(search) == "tool_search" and text_of(search, "execution") == "client":
            return function_tokens([{**search, "name": "tool_search"}], model)
        if _kind(search) == "tool_search":
            left = any(tool.get("defer_loading") and text_of(tool, "name") not in names for tool in tools)
            return SEARCH_FOR_TOOLS if left else 0
    return 0
