"""HAR 1.2 as its specification has it, strictly: no field is missing, none is unknown but those that begin with `_`."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator


class Part(BaseModel):
    model_config = ConfigDict(strict=True, extra="allow")

    @model_validator(mode="after")
    def no_unknown_fields(self) -> Part:
        unknown = [name for name in self.model_extra or {} if not name.startswith("_") and name != "comment"]
        assert not unknown, f"{type(self).__name__} has {unknown}"
        return self


class Pair(Part):
    name: str
    value: str


class Creator(Part):
    name: str
    version: str


class PostData(Part):
    mimeType: str
    text: str
    params: list[Any] = []


class Request(Part):
    method: str
    url: str
    httpVersion: str
    cookies: list[Any]
    headers: list[Pair]
    queryString: list[Pair]
    postData: PostData | None = None
    headersSize: int
    bodySize: int


class Content(Part):
    size: int
    mimeType: str
    text: str | None = None
    encoding: str | None = None
    compression: int | None = None


class Response(Part):
    status: int
    statusText: str
    httpVersion: str
    cookies: list[Any]
    headers: list[Pair]
    content: Content
    redirectURL: str
    headersSize: int
    bodySize: int


class Timings(Part):
    blocked: float = -1
    dns: float = -1
    connect: float = -1
    send: float
    wait: float
    receive: float
    ssl: float = -1


class Entry(Part):
    startedDateTime: str
    time: float
    request: Request
    response: Response
    cache: dict[str, Any]
    timings: Timings
    serverIPAddress: str | None = None
    connection: str | None = None
    pageref: str | None = None

    @model_validator(mode="after")
    def time_is_the_sum_of_timings(self) -> Entry:
        datetime.fromisoformat(self.startedDateTime)
        parts = self.timings.model_dump()
        total = sum(value for name, value in parts.items() if name != "ssl" and value > 0)
        assert abs(total - self.time) < 0.01
        assert min(self.timings.send, self.timings.wait, self.timings.receive) >= 0
        return self


class Log(Part):
    version: str
    creator: Creator
    pages: list[Any] = []
    entries: list[Entry]


class Har(Part):
    log: Log
