"""A recorded call as something to run: a curl command or openai-python code. The key is `$OPENAI_API_KEY`, never a
recorded one; what was masked when it was recorded stays masked."""

from __future__ import annotations

import pprint
import shlex
from dataclasses import dataclass
from urllib.parse import urlsplit

from .errors import WiretallyError
from .headers import Headers, header
from .transcript import decoded
from .wire.draft import Fields

LEFT_OUT = frozenset({
    "host", "content-length", "connection", "accept-encoding", "user-agent", "authorization", "cookie", "traceparent",
    "tracestate", "proxy-authorization", "proxy-connection", "transfer-encoding", "api-key", "x-api-key",
})  # fmt: skip
HOME_HOST = "api.openai.com"
LONGEST_ARGUMENT = 100_000  # Linux takes 128 KiB for one argument

METHODS = {
    # endpoint: (method of the client, parameters it has of its own; others go into extra_body)
    "/v1/chat/completions": (
        "chat.completions.create",
        "messages model audio frequency_penalty function_call functions logit_bias logprobs max_completion_tokens "
        "max_tokens metadata modalities n parallel_tool_calls prediction presence_penalty prompt_cache_key "
        "reasoning_effort response_format safety_identifier seed service_tier stop store stream stream_options "
        "temperature tool_choice tools top_logprobs top_p user verbosity web_search_options",
    ),
    "/v1/responses": (
        "responses.create",
        "background conversation include input instructions max_output_tokens max_tool_calls metadata model "
        "parallel_tool_calls previous_response_id prompt prompt_cache_key reasoning safety_identifier service_tier "
        "store stream stream_options temperature text tool_choice tools top_logprobs top_p truncation user",
    ),
    "/v1/embeddings": ("embeddings.create", "input model dimensions encoding_format user"),
    "/v1/moderations": ("moderations.create", "input model"),
    "/v1/completions": (
        "completions.create",
        "model prompt best_of echo frequency_penalty logit_bias logprobs max_tokens n presence_penalty seed stop "
        "stream stream_options suffix temperature top_p user",
    ),
}


@dataclass(frozen=True, slots=True)
class Request:
    """What a snippet is made of."""

    method: str
    url: str
    headers: Headers
    body: bytes | None


def sent_headers(headers: Headers) -> list[tuple[str, str]]:
    """The headers that matter to the provider; those of the connection, the SDK and of secrets are left out."""
    kept: list[tuple[str, str]] = []
    for name, value in headers:
        lower = name.lower()
        if lower not in LEFT_OUT and not lower.startswith(("x-stainless-", ":")):
            kept.append((name, value))
    return kept


def body_text(request: Request) -> str:
    """The request's body as text. Raises WiretallyError where it is not."""
    try:
        text = (request.body or b"").decode("utf-8")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise WiretallyError(
            f"the body of {request.method} {request.url} is not text, so it can't be put on a command line. "
            "Take it from `wiretally export --bodies`."
        )
    return text


def curl(request: Request) -> str:
    """A curl command for a POSIX shell."""
    text = body_text(request)
    lines = [f"curl {shlex.quote(request.url)}"]
    if request.method != ("POST" if text else "GET"):
        lines[0] += f" -X {shlex.quote(request.method)}"
    if '"stream"' in text:
        lines[0] += " -N"
    lines.append('-H "Authorization: Bearer $OPENAI_API_KEY"')
    lines += [f"-H {shlex.quote(f'{name}: {value}')}" for name, value in sent_headers(request.headers)]
    if not text:
        return " \\\n  ".join(lines)
    if len(text.encode()) <= LONGEST_ARGUMENT:
        lines.append(f"--data-raw {shlex.quote(text)}")
        return " \\\n  ".join(lines)
    lines.append("--data-binary @- <<'END_OF_BODY'")
    return " \\\n  ".join(lines) + f"\n{text}\nEND_OF_BODY"


def openai_python(request: Request) -> str:
    """A program for the openai package."""
    parts = urlsplit(request.url)
    body = decoded(request.body)
    if request.body and body is None:
        raise WiretallyError(
            f"the body of {request.method} {request.url} is not a JSON object. Use `wiretally curl` without --python."
        )
    extra: list[str] = []
    for name in ("openai-organization", "openai-project"):
        if value := header(request.headers, name):
            extra.append(f"{name.removeprefix('openai-')}={value!r}")
    if parts.netloc != HOME_HOST:
        extra.insert(0, f"base_url={f'{parts.scheme}://{parts.netloc}/v1'!r}")
    lines = ["from openai import OpenAI", "", f"client = OpenAI({', '.join(extra)})  # reads OPENAI_API_KEY"]
    if parts.path in METHODS and request.method == "POST" and body is not None:
        lines += _method(parts.path, body)
    else:
        path = parts.path.removeprefix("/v1") + (f"?{parts.query}" if parts.query else "")
        arguments = [f"{path!r}", "cast_to=object"] + ([f"body={_literal(body, 4)}"] if body is not None else [])
        lines.append(f"answer = client.{request.method.lower()}({', '.join(arguments)})")
        lines.append("print(answer)")
    return "\n".join(lines)


def _method(path: str, body: Fields) -> list[str]:
    method, known = METHODS[path]
    names = set(known.split())
    arguments = [f"    {name}={_literal(value, 4)}," for name, value in body.items() if name in names]
    if rest := {name: value for name, value in body.items() if name not in names}:
        arguments.append(f"    extra_body={_literal(rest, 4)},")
    call = [f"client.{method}(", *arguments, ")"]
    if body.get("stream"):
        return [f"for event in {call[0]}", *call[1:-1], "):", "    print(event)"]
    return [f"answer = {call[0]}", *call[1:], "print(answer)"]


def _literal(value: object, indent: int) -> str:
    return pprint.pformat(value, width=100, sort_dicts=False).replace("\n", "\n" + " " * indent)
