"""`wiretally show`: one call whole."""

from __future__ import annotations

import sys
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

import click

from .options import CALL, JSON, existing, open_reader
from .tables import count, exact, print_json, print_pairs, seconds, usd

if TYPE_CHECKING:
    from ..queries.calls import CallDetail
    from ..queries.reader import Reader
    from ..transcript import Transcript


@click.command()
@click.argument("number", type=CALL, metavar="ID")
@click.option("--body", type=click.Choice(["request", "response"]), help="only this body, as it was kept")
@JSON
def command(number: int, body: Literal["request", "response"] | None, as_json: bool) -> None:
    """Print one call whole: messages, tools, cost line by line, timing, headers. ID `last` is the newest."""
    from .. import transcript
    from ..errors import UsageError
    from ..queries import calls

    with open_reader() as reader:
        number = existing(reader, number)
        if body is not None:
            kept = calls.body(reader, number, body)
            if kept is None:
                raise UsageError(f"no {body} body of call {number} is kept (--no-bodies, pruned, or none was sent).")
            _print_body(kept)
            return
        detail = calls.detail(reader, number)
        assert detail is not None
        if as_json:
            print_json(_record(reader, detail))
            return
        bodies = calls.body(reader, number, "request"), calls.body(reader, number, "response")
        messages = calls.messages(reader, number)
    _print_figures(detail)
    if (said := transcript.read(*bodies)) is not None:
        _print_transcript(said)
    elif messages:
        _section("websocket messages")
        for message in messages:
            arrow = "→" if message.from_client else "←"
            _print_text(f"{arrow} " + (message.content.decode("utf-8", "replace") if message.is_text else "(binary)"))
    else:
        for name, content in zip(("request", "response"), bodies, strict=True):
            if content:
                _section(f"{name} body")
                _print_text(_as_text(content))
    _print_cost(detail)
    _print_timing(detail)
    for name, headers in (("request", detail.request_headers), ("response", detail.response_headers)):
        if headers:
            _section(f"{name} headers")
            print_pairs(headers)


def _record(reader: Reader, detail: CallDetail) -> dict[str, Any]:
    """The exported record with bodies, and what only `show` has."""
    from ..export.job import Job

    record = next(iter(Job(reader, [detail.row.id], bodies=True).records([detail.row.id])))
    lines = [
        {"label": line.label, "quantity": line.quantity, "unit": line.unit, "rate_usd": line.rate, "per": line.per,
         "amount_usd": line.amount}
        for line in detail.cost.lines
    ]  # fmt: skip
    return record | {
        "uid": detail.row.uid, "door": detail.door, "cost_lines": lines, "cost_note": detail.cost.note,
        "price_source": detail.cost.price_source, "price_date": detail.cost.price_date, "timing": detail.timing,
        "usage": detail.usage_raw, "problem": detail.problem,
    }  # fmt: skip


def _print_body(body: bytes) -> None:
    """To a terminal as text that it does not obey, to a pipe byte for byte."""
    if sys.stdout.isatty():
        _print_text(_as_text(body))
        return
    sys.stdout.buffer.write(body)
    sys.stdout.buffer.flush()


def _as_text(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return f"({len(body):,} bytes that are not text; `wiretally show ID --body response > FILE` writes them)"


def _section(title: str) -> None:
    from ..printable import printable

    title = printable(title)
    click.echo(f"\n── {title} " + "─" * max(0, 72 - len(title)))


def _print_text(text: str) -> None:
    from ..printable import printable_lines

    click.echo(printable_lines(text))


def _print_figures(detail: CallDetail) -> None:
    from ..printable import printable
    from .call_lines import state

    row = detail.row
    moment = f"{datetime.fromtimestamp(row.started_at):%Y-%m-%d %H:%M:%S.%f}"[:-3]
    click.echo(printable(f"call {row.id} · {moment} · {row.method} {detail.scheme}://{row.host}{detail.path}"))
    asked = f" (asked {row.model_requested})" if row.model_requested and row.model_requested != row.model else ""
    estimated = row.usage_source == "estimated"
    tokens = (
        f"{count(row.input_tokens, estimated)} in, {count(row.cached_tokens, estimated)} of them cached; "
        f"{count(row.output_tokens, estimated)} out, {count(row.reasoning_tokens, estimated)} of them reasoning"
    )
    pairs: list[tuple[str, object]] = [
        ("state", state(row)), ("model", (row.model or "–") + asked), ("app", row.app), ("process", row.pid),
        ("command", detail.command), ("folder", detail.cwd), ("branch", detail.git_branch), ("session", row.session),
        ("conversation", row.conversation_id), ("tokens", None if row.usage_source == "none" else tokens),
        ("cost", f"{usd(row.cost, row.cost_source == 'estimated')} {row.cost_source}"), ("tier", detail.service_tier),
        ("key", f"…{row.api_key}" if row.api_key else None), ("organization", detail.organization),
        ("project", detail.project), ("user", detail.user), ("request id", detail.request_id),
        ("response id", detail.response_id), ("trace", detail.trace_id), ("retry of", row.retry_of),
        ("tags", ", ".join(f"{name}={value}" for name, value in detail.tags.items())), ("note", row.note),
        ("rating", row.rating), ("problem", detail.problem),
    ]  # fmt: skip
    print_pairs((name, str(value)) for name, value in pairs if value not in (None, ""))
    if row.fault or row.error_message:
        _section("error")
        if row.error_message:
            _print_text(row.error_message)
        if advice := _advice(detail):
            click.echo(advice)


def _advice(detail: CallDetail) -> str:
    from ..faults import ADVICE, ADVICE_BY_FAULT

    row = detail.row
    return ADVICE.get(row.error_code or "") or (ADVICE_BY_FAULT[row.fault] if row.fault else "")


def _print_transcript(said: Transcript) -> None:
    from ..transcript import text_of_message
    from ..wire.draft import fields_of, objects_of, text_of

    for message in (*said.messages, *([said.answer] if said.answer else [])):
        _section(str(message.get("role") or "message"))
        _print_text(text_of_message(message))
    if tools := objects_of(said.parameters, "tools"):
        _section("tools offered")
        for tool in tools:
            name = text_of(fields_of(tool, "function") or tool, "name")
            _print_text(name or text_of(tool, "type") or "tool")


def _print_cost(detail: CallDetail) -> None:
    if not detail.cost.lines and not detail.cost.note:
        return
    _section("cost")
    for line in detail.cost.lines:
        rate = f"${line.rate.normalize():f}" + (f" per {line.per:,}" if line.per != 1 else "")
        click.echo(f"{line.label:<24} {line.quantity:>12,f} {line.unit} × {rate} = {exact(line.amount)}")
    if detail.cost.price_source:
        click.echo(f"prices: {detail.cost.price_source}, {detail.cost.price_date or 'undated'}")
    if detail.cost.note:
        _print_text(detail.cost.note)


def _print_timing(detail: CallDetail) -> None:
    timing = detail.timing
    steps = [
        ("connect", timing.connect_ms), ("TLS", timing.tls_ms), ("request sent", timing.sent_ms),
        ("first byte", timing.first_byte_ms), ("first content", timing.ttft_ms),
        ("last content", timing.last_content_ms), ("end", timing.duration_ms),
    ]  # fmt: skip
    if shown := [(name, seconds(value)) for name, value in steps if value is not None]:
        _section("timing, from the request's first byte")
        print_pairs(shown)
