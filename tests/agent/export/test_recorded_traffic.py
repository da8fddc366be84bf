"""Every format on all of the recorded traffic: the same values whoever reads them, and what was said is still there."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from openai.types.chat import ChatCompletionMessageParam, ChatCompletionToolUnionParam
from pydantic import TypeAdapter
from wiretally.agent.export import exporter
from wiretally.agent.export.csv import FORMULA
from wiretally.agent.export.job import Job, body_bytes
from wiretally.agent.importing import Imported, Rules, import_file
from wiretally.agent.interpret import Interpreter
from wiretally.agent.queries import export as query
from wiretally.agent.queries.export import BODY_COLUMNS, COLUMNS, Column
from wiretally.agent.queries.reader import Reader
from wiretally.agent.verify import verify

from ..recorded_history import History, messages_of
from .browser import Browser, running
from .har_model import Har

pandas: Any = import_module("pandas")
parquet: Any = import_module("pyarrow.parquet")
duckdb: Any = import_module("duckdb")

MOST_CELL = 1 << 26
type Value = Any


def exported(database: Path, format: str, bodies: bool = True) -> bytes:
    out = io.BytesIO()
    with Reader(database) as reader:
        for _ in exporter(format).write(Job(reader, query.ids(reader), bodies), out, False):
            pass
    return out.getvalue()


@pytest.fixture(scope="module", params=[False, True], ids=["columns", "bodies"])
def files(request: pytest.FixtureRequest, history: History, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `calls.jsonl`, `calls.csv` and `calls.parquet`."""
    folder = tmp_path_factory.mktemp("files")
    for format in ("jsonl", "csv", "parquet"):
        (folder / f"calls.{format}").write_bytes(exported(history.database, format, request.param))
    return folder


@pytest.fixture(scope="module")
def calls(files: Path) -> list[dict[str, Value]]:
    """The calls as jsonl has them, amounts exact."""
    return [json.loads(line, parse_float=Decimal) for line in (files / "calls.jsonl").read_bytes().splitlines()]


def columns(calls: list[dict[str, Value]]) -> tuple[Column, ...]:
    found = COLUMNS + (BODY_COLUMNS if "request_body" in calls[0] else ())
    assert list(calls[0]) == [column.name for column in found]
    return found


def as_cell(value: Value) -> str:
    """A value as the one text that a cell of it may hold, but for how a number is written."""
    if isinstance(value, str):
        return f"'{value}" if value.startswith(FORMULA) else value
    return "" if value is None else json.dumps(value) if isinstance(value, bool) else str(value)


def assert_cells(calls: list[dict[str, Value]], rows: list[dict[str, str]]) -> None:
    for call, row in zip(calls, rows, strict=True):
        for column in columns(calls):
            value, text = call[column.name], row[column.name]
            if isinstance(value, dict | list):
                assert json.loads(text, parse_float=Decimal) == value, column.name
            elif isinstance(value, Decimal):
                assert Decimal(text) == value, column.name
            else:
                assert text == as_cell(value), column.name


def test_csv_holds_the_values_of_jsonl(files: Path, calls: list[dict[str, Value]]) -> None:
    before = csv.field_size_limit(MOST_CELL)
    try:
        with (files / "calls.csv").open(encoding="utf-8", newline="") as file:
            assert_cells(calls, list(csv.DictReader(file)))
    finally:
        csv.field_size_limit(before)


def test_pandas_reads_the_same_csv(files: Path, calls: list[dict[str, Value]]) -> None:
    assert_cells(calls, pandas.read_csv(files / "calls.csv", dtype=str, keep_default_na=False).to_dict("records"))


def test_duckdb_reads_the_same_csv_and_the_same_jsonl(files: Path, calls: list[dict[str, Value]]) -> None:
    with duckdb.connect() as database:
        # quotes doubled inside quotes, said outright: the sniffer looks at the first lines only
        found = database.execute(
            "from read_csv(?, all_varchar = true, header = true, delim = ',', quote = '\"', escape = '\"', "
            "max_line_size = 67108864, buffer_size = 134217728, parallel = false)", [str(files / "calls.csv")],
        )  # fmt: skip
        names = [column[0] for column in found.description]
        assert_cells(calls, [{n: v or "" for n, v in zip(names, row, strict=True)} for row in found.fetchall()])
        kinds = ", ".join(f"{column.name}: 'JSON'" for column in columns(calls))
        found = database.execute(
            f"from read_json(?, format = 'newline_delimited', columns = {{{kinds}}}, maximum_object_size = 67108864)",
            [str(files / "calls.jsonl")],
        )
        for call, row in zip(calls, found.fetchall(), strict=True):
            read = [None if text is None else json.loads(text, parse_float=Decimal) for text in row]
            assert read == list(call.values())


def from_parquet(column: Column, value: Value) -> Value:
    """A typed value as jsonl writes it."""
    if value is None:
        return None
    if column.type == "time":
        return value.isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"
    return value


def assert_typed(calls: list[dict[str, Value]], rows: Iterator[dict[str, Value]]) -> None:
    for call, row in zip(calls, rows, strict=True):
        for column in columns(calls):
            value, found = call[column.name], from_parquet(column, row[column.name])
            if column.type == "number" and value is not None:
                value = float(value)
            elif isinstance(value, dict | list):
                found = json.loads(found, parse_float=Decimal)
            assert found == value, column.name


def test_parquet_holds_the_values_of_jsonl_for_pyarrow(files: Path, calls: list[dict[str, Value]]) -> None:
    assert_typed(calls, iter(parquet.read_table(files / "calls.parquet").to_pylist()))


def test_parquet_holds_the_values_of_jsonl_for_pandas(files: Path, calls: list[dict[str, Value]]) -> None:
    frame = pandas.read_parquet(files / "calls.parquet", dtype_backend="pyarrow").astype(object)
    rows = frame.where(frame.notna(), None).to_dict("records")
    assert_typed(calls, iter(rows))


def test_parquet_holds_the_values_of_jsonl_for_duckdb(files: Path, calls: list[dict[str, Value]]) -> None:
    with duckdb.connect() as database:
        in_utc = "make_timestamp(epoch_us(started_at)) as started_at"  # with a zone, DuckDB's Python asks for pytz
        found = database.execute(f"select * replace ({in_utc}) from read_parquet(?)", [str(files / "calls.parquet")])
        names = [column[0] for column in found.description]
        assert_typed(calls, (dict(zip(names, row, strict=True)) for row in found.fetchall()))


@pytest.fixture(scope="module")
def har(history: History, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("har") / "calls.har"
    path.write_bytes(exported(history.database, "har"))
    return path


def test_har_is_valid_and_holds_every_body_and_every_websocket_message(history: History, har: Path) -> None:
    log: dict[str, Any] = json.loads(har.read_bytes())
    Har.model_validate(log)
    entries = {entry["_wiretally"]["uid"]: entry for entry in log["log"]["entries"]}
    assert len(entries) == len(history.entries)
    for stored in history.entries:
        entry = entries[stored.call.uid]
        content, posted = entry["response"]["content"], entry["request"].get("postData", {})
        answered = {"base64": content["text"]} if "encoding" in content else content.get("text", "")
        asked = {"base64": posted["text"]} if "_encoding" in posted else posted.get("text", "")
        assert (body_bytes(asked), body_bytes(answered)) == (stored.request_body or b"", stored.response_body or b"")
    sockets = dict(messages_of(history))
    assert sum(len(messages) for messages in sockets.values()) > 100
    for uid, messages in sockets.items():
        told = [(message["type"] == "send", message["data"].encode()) for message in entries[uid]["_webSocketMessages"]]
        assert told == [(message.from_client, message.content) for message in messages]


def test_the_import_of_the_history_gives_an_equal_export_and_nothing_twice(history: History, tmp_path: Path) -> None:
    file, database = tmp_path / "calls.jsonl", tmp_path / "wiretally.db"
    file.write_bytes(exported(history.database, "jsonl"))
    interpreter, rules = Interpreter(salt=b"another salt"), Rules()
    number = len(history.entries)
    assert import_file(file, database, interpreter, rules, lambda _done, _all: None) == Imported(number, 0, 0)
    assert exported(database, "jsonl") == file.read_bytes()
    assert import_file(file, database, interpreter, rules, lambda _done, _all: None) == Imported(0, number, 0)
    assert exported(database, "jsonl") == file.read_bytes()
    assert verify(database).problems == ()


MESSAGE: TypeAdapter[Any] = TypeAdapter(ChatCompletionMessageParam)
TOOL: TypeAdapter[Any] = TypeAdapter(ChatCompletionToolUnionParam)


def read_through(value: Value) -> None:
    """The SDK's types check what is in a list when it is read."""
    for part in value.values() if isinstance(value, dict) else () if isinstance(value, str | None) else value:  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
        if not isinstance(part, bool | int | float):
            read_through(part)


def test_every_answered_chat_is_a_line_of_what_the_sdk_takes_for_chat(history: History) -> None:
    lines = [json.loads(line) for line in exported(history.database, "openai").splitlines()]
    for line in lines:
        for message in line["messages"]:
            read_through(MESSAGE.validate_python(message))
        for tool in line.get("tools", ()):
            read_through(TOOL.validate_python(tool))
        assert line["messages"][-1]["role"] == "assistant"
    answers = {json.dumps(line["messages"][-1].get("content")) for line in lines}
    chats = [entry for entry in history.entries if entry.call.kind == "chat" and not entry.call.stream]
    said = [json.loads(entry.response_body or b"") for entry in chats if entry.call.state == "done"]
    texts = [text for answer in said if (text := answer["choices"][0]["message"].get("content"))]
    assert len(texts) > 500
    assert {json.dumps(text) for text in texts} <= answers


def test_markdown_has_a_section_for_each_call_and_no_fence_is_left_open(history: History) -> None:
    page = exported(history.database, "markdown").decode()
    fence, headings = "", 0
    for line in page.split("\n"):
        if fence:
            fence = "" if line == fence else fence
        elif line.startswith("```"):
            fence = line.removesuffix("text")
        else:
            headings += line.startswith("## Call ")
    assert (fence, headings) == ("", len(history.entries))


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with running(tmp_path_factory.mktemp("browser")) as browser:
        yield browser


def test_the_report_is_drawn_by_a_browser_that_asks_for_nothing(
    history: History, browser: Browser, tmp_path: Path
) -> None:
    page = tmp_path / "report.html"
    page.write_bytes(exported(history.database, "html"))
    assert browser.open(page.as_uri()) == [page.as_uri()]
    boxes = "[...document.querySelectorAll('rect')].map(it => it.getBoundingClientRect()).filter(it => it.height > 0)"
    assert browser.evaluate(f"{boxes}.length") >= 8
    assert f"{len(history.entries):,}" in browser.evaluate("document.body.innerText")


IMPORT = """
(async () => {
    const {HARFormat, Importer} = await import('./models/har/har.js');
    const log = new HARFormat.HARRoot(JSON.parse(await window.given.text())).log;
    return Promise.all(Importer.Importer.requestsFromHARLog(log).map(async it => {
        const content = await it.requestContentData();
        return {
            url: it.url(), method: it.requestMethod, status: it.statusCode, milliseconds: it.duration * 1000,
            answered: content.isTextContent ? content.text : {base64: content.base64},
            asked: (await it.requestFormData()) ?? '', frames: it.frames().map(frame => [frame.type, frame.text]),
        };
    }));
})()
"""
"""What the network panel does with a file that is dropped on it, by the code of the panel itself."""


def test_the_network_panels_own_importer_reads_the_har(history: History, har: Path, browser: Browser) -> None:
    browser.open(f"{browser.address}/devtools/inspector.html")
    browser.give(har)
    told = browser.evaluate(IMPORT)
    for stored, read in zip(history.entries, told, strict=True):
        call = stored.call
        assert read["url"] == f"https://{call.host}{call.path}"
        assert (read["method"], read["status"]) == (call.method, call.status or 0)
        assert read["milliseconds"] == pytest.approx(call.timing.duration_ms, abs=0.01)
        assert body_bytes(read["answered"]) == (stored.response_body or b"")
        sent = [("send" if message.from_client else "receive", message.content.decode()) for message in stored.messages]
        assert [tuple(frame) for frame in read["frames"]] == sent
        if (asked := stored.request_body or b"").isascii():
            assert read["asked"] == asked.decode()
