"""Usage estimated from what was sent and said, for calls whose usage the provider did not report. Its own file because
an estimate is a reading of its own, marked as such wherever it shows, and never stands in for a reported number.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from .call import Usage
from .earlier import Earlier
from .hosted_tokens import hosted_tokens
from .message_tokens import MORE, ROUGH, calls_in, in_prompt, message_tokens, unseen_in
from .tokens import count, count_short
from .tool_tokens import function_tokens, functions_in, schema_tokens
from .turns import text_in
from .wire.draft import Draft, Fields, fields_of, objects_of, text_of

FOR_REPLY = 3

LAUNCH_ENDED = 1_743_465_600
LAUNCH = 18
LAUNCH_WITH_STRICT_TOOLS = 215
"""Until April 2025 (Unix time) responses put so many tokens before each prompt; by recorded usage."""


@dataclass(frozen=True, slots=True)
class Overhead:
    """What a family of models adds to the tokens of the text, in chat and in responses.

    A reply that calls tools costs `call` for one call, else `calls` and `per_call` for each.
    """

    base: int  # of the input
    tools: int  # where the request has tools
    schema: int  # where the answer has one
    round: int  # for each earlier call of a tool
    parallel: int  # for several calls in one message
    text: int  # of a reply in words
    call: int
    calls: int
    per_call: int


CHAT = {
    "gpt-4": Overhead(0, -1, 13, 4, 14, 0, 7, 16, 6),
    "gpt-5": Overhead(-1, 81, 12, 8, 0, 9, 16, 11, 11),
    "gpt-5.": Overhead(-1, 81, 12, 10, 0, 3, 10, 4, 11),
    "o": Overhead(-1, 1, 12, 8, 0, 14, 18, 11, 11),
}
RESPONSES = {
    "gpt-4": Overhead(0, -6, 7, 7, 0, 1, 8, 17, 7),
    "gpt-5": Overhead(-1, 0, 7, 9, 0, 6, 13, 8, 11),
    "gpt-5.": Overhead(-1, 0, 7, 12, 0, 4, 11, 4, 11),
    "o": Overhead(-1, 0, 7, 9, 0, 6, 13, 8, 11),
}


def overhead_of(draft: Draft, model: str | None) -> Overhead:
    """The overhead for a draft's endpoint and model."""
    name = (model or "").removeprefix("ft:")
    if name.startswith(("o1", "o3", "o4")):
        family = "o"
    elif name.startswith("gpt-5."):
        family = "gpt-5."
    else:
        family = "gpt-5" if name.startswith("gpt-5") else "gpt-5." if name.startswith("gpt-6") else "gpt-4"
    return (RESPONSES if "responses" in draft.path else CHAT)[family]


def estimate(draft: Draft, earlier: Earlier | None = None) -> tuple[Usage | None, str | None]:
    """The usage of a draft whose answer was not accompanied by one, and what to say about it. Never raises.

    `earlier` is what was reported of a prompt that this one repeats or continues.
    """
    if "messages" not in draft.request and "input" not in draft.request and "prompt" not in draft.request:
        return None, None
    model = draft.model or draft.model_requested
    try:
        inputs = continued(draft, model, earlier) if earlier else input_tokens(draft, model)
        outputs = output_tokens(draft, count("".join(draft.answer) + "".join(draft.silent), model), model)
    except Exception as error:  # noqa: BLE001  a tokenizer that fails must not take the row with it; the note shows it
        return None, f"its tokens could not be estimated: {type(error).__name__}: {error}"
    note = None if earlier else unseen(draft)
    return Usage(input_tokens=inputs, output_tokens=outputs, total_tokens=inputs + outputs, source="estimated"), note


def input_tokens(draft: Draft, model: str | None) -> int:
    """What the request of a draft comes to as tokens."""
    request = draft.request
    prompt = request.get("prompt")
    if isinstance(prompt, str | list) and "messages" not in request:
        return _prompt_tokens(cast(str | list[Any], prompt), model)
    overhead = overhead_of(draft, model)
    messages = in_prompt([*draft.stored_prompt, *draft.messages], request)
    if "-search-" in (model or ""):
        return sum(count(text_in(message), model) for message in messages)  # models that search count the words alone
    total = FOR_REPLY + overhead.base
    rounds = 0
    for message in messages:
        total += message_tokens(message, model, chat="messages" in request)
        calls = calls_in(message)
        rounds += calls
        total += overhead.parallel if calls > 1 else 0
    given = objects_of(request, "tools") or objects_of(request, "functions")
    functions = functions_in([tool for tool in given if not tool.get("defer_loading")])
    if functions:
        total += function_tokens(functions, model) + overhead.tools + _forced_tokens(request, model)
    if schema := schema_tokens(request, model):
        total += schema + overhead.schema
    total += rounds * overhead.round
    if draft.created_at and draft.created_at < LAUNCH_ENDED and (model or "").startswith("gpt-4o"):
        total += LAUNCH_WITH_STRICT_TOOLS if any(it.get("strict") is True for it in functions) else LAUNCH
    return max(total + hosted_tokens(draft, total, model), 0)


def continued(draft: Draft, model: str | None, earlier: Earlier) -> int:
    """The prompt's tokens, by those of the earlier call and what is new in this one.

    Reasoning is kept while a turn goes on, and dropped when the user speaks again.
    """
    if earlier.repeated:
        return earlier.input_tokens
    instructions = draft.request.get("instructions")
    new = [it for it in draft.messages if not (instructions and it is draft.messages[0])]
    speaks = any(isinstance(it, dict) and text_of(cast(Fields, it), "role") == "user" for it in new)
    kept = earlier.output_tokens - (earlier.reasoning_tokens if speaks else 0)
    return earlier.input_tokens + max(kept, 0) + FOR_REPLY + sum(message_tokens(it, model, chat=False) for it in new)


def _forced_tokens(request: Fields, model: str | None) -> int:
    """What naming the one tool to call adds; models before GPT-5 are told in the prompt."""
    choice = fields_of(request, "tool_choice")
    name = text_of(fields_of(choice, "function") or choice, "name")
    if name is None or (model or "").startswith(("gpt-5", "gpt-6", "o")):
        return 0
    return 7 + 2 * count_short(name, model)


def output_tokens(draft: Draft, text_tokens: int, model: str | None) -> int:
    """What the model generated comes to as tokens, `text_tokens` of them in words, names and arguments."""
    if draft.request.get("prompt") is not None or not text_tokens:
        return text_tokens
    overhead = overhead_of(draft, model)
    if draft.calls > 1:
        return text_tokens + overhead.calls + overhead.per_call * draft.calls
    return text_tokens + (overhead.call if draft.calls else overhead.text)


def unseen(draft: Draft) -> str | None:
    """What of the prompt the request does not show, None where it shows all of it."""
    request = draft.request
    if draft.previous_response_id or draft.conversation_ref:
        return f"{MORE}: the conversation so far is kept by the provider"
    if any(text_of(tool, "type") not in ("function", "custom", None) for tool in objects_of(request, "tools")):
        return f"{ROUGH}: what hosted tools add to it is not told"
    for message in [*draft.stored_prompt, *draft.messages]:
        if isinstance(message, dict) and (why := unseen_in(cast(Fields, message), chat="messages" in request)):
            return why
    return None


def _prompt_tokens(prompt: str | list[Any], model: str | None) -> int:
    if isinstance(prompt, str):
        return count(prompt, model)
    if all(isinstance(item, int) for item in prompt):
        return len(prompt)
    return sum(len(cast(list[Any], i)) if isinstance(i, list) else count(str(i), model) for i in prompt)
