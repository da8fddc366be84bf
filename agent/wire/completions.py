"""Legacy completions: a prompt in, `choices[].text` out, as JSON or as a stream that ends with `[DONE]`."""

from __future__ import annotations

from .chat_completions import identify
from .draft import Draft, Fields, Format, fields_of, list_of, objects_of, said_of, text_of


def read_request(draft: Draft, fields: Fields) -> None:
    draft.bill = "by_use"
    draft.user = text_of(fields, "user")
    prompt = text_of(fields, "prompt")
    prompts = [prompt] if prompt else [item for item in list_of(fields, "prompt") if isinstance(item, str)]
    draft.messages = [{"role": "user", "content": item} for item in prompts]


def read_answer(draft: Draft, fields: Fields) -> None:
    _take(draft, fields)


def read_event(draft: Draft, name: str, fields: Fields) -> bool:
    del name
    if error := fields_of(fields, "error"):
        draft.said, draft.failed = said_of(error), True
    return _take(draft, fields)


def _take(draft: Draft, fields: Fields) -> bool:
    identify(draft, fields)
    content = False
    for choice in objects_of(fields, "choices"):
        if text := text_of(choice, "text"):
            draft.answer.append(text)
            content = True
        draft.finish_reason = text_of(choice, "finish_reason") or draft.finish_reason
    return content


FORMAT = Format("completions", read_request, read_answer, read_event)
