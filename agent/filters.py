"""The filter language of the command line, the TUI and the exports: text in, a condition with bound parameters out.

    model:gpt-5* status:429 -app:worker (latency>5s OR ttft>1s) "free text"

    filter := part*                       parts are joined by AND
    part   := term ("OR" term)*           so OR binds the terms beside it, before AND does
    term   := "-" term | "(" filter ")" | field operator value | text

Values and texts in double quotes may hold anything (`\\"` for a quote); a `*` outside quotes stands for any characters.
Errors point at the column, counted from 1.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import NoReturn

from .errors import UsageError
from .filter_fields import BY_NAME, FIELDS, Field, Term
from .filter_texts import free_text
from .filter_units import Problem
from .queries.where import EVERYTHING, Where, all_of, any_of, negated

__all__ = ["FIELDS", "Field", "parse"]

MOST_TERMS = 200
DEEPEST = 40
LONGEST = 4000
UNREADABLE = re.compile("[\0\ud800-\udfff]")  # SQLite ends a pattern at a NUL; half a character has no UTF-8

TOKEN = re.compile(
    r"""\s*(?:
      (?P<open>\() | (?P<close>\)) | (?P<minus>-(?=\S))
    | (?P<word>OR|AND)(?=[\s()]|$)
    | (?P<field>[A-Za-z_]+) (?P<operator>>=|<=|:|=|>|<) (?:"(?P<quoted>(?:[^"\\]|\\.)*)" | (?P<value>[^\s()"]*))
    | "(?P<phrase>(?:[^"\\]|\\.)*)" | (?P<text>[^\s()"]+)
    )""",
    re.VERBOSE | re.DOTALL,
)


def parse(text: str, *, scenarios: Mapping[str, str] | None = None, now: float | None = None) -> Where:
    """The condition that `text` asks for; of an empty text, everything.

    `scenarios` are filters by name, for `scenario:NAME`. `now` (Unix seconds) is what `since:2h` counts from.
    Raises UsageError with the column and what is allowed there.
    """
    if bad := UNREADABLE.search(text):
        raise UsageError(f"filter: a character that is not text at column {bad.start() + 1}. Leave it out.")
    if len(text) > LONGEST:
        raise UsageError(f"filter: {len(text)} characters are more than {LONGEST}. Shorten it.")
    parser = _Parser(text, scenarios or {}, time.time() if now is None else now)
    where = parser.filter()
    if parser.kind != "end":
        parser.fail("there is a ) without its (")
    return where if where == EVERYTHING else Where(f"({where.sql})", where.parameters, where.bounds)


@dataclass(slots=True)
class _Parser:
    """A cursor over the text, one token ahead."""

    text: str
    scenarios: Mapping[str, str]
    now: float
    inside: tuple[str, ...] = ()  # scenarios being expanded, outermost first
    position: int = 0
    column: int = 1
    kind: str = ""
    depth: int = 0
    terms: int = 0
    found: dict[str, str] = field(default_factory=dict[str, str])

    def __post_init__(self) -> None:
        self.advance()

    def fail(self, problem: str) -> NoReturn:
        where = f"filter: {problem} (column {self.column} of {self.text!r})"
        if self.inside:
            where = f"scenario {self.inside[-1]}: {where}"
        raise UsageError(where + ". `wiretally stats --help` lists the fields.")

    def advance(self) -> None:
        """Read the next token into `kind`, `found` and `column`."""
        rest = self.text[self.position :]
        self.column = self.position + len(rest) - len(rest.lstrip()) + 1
        if not rest.strip():
            self.kind = "end"
            return
        match = TOKEN.match(self.text, self.position)
        if match is None:
            self.fail('a " is not closed')
        self.found = {name: value for name, value in match.groupdict().items() if value is not None}
        self.kind = next(iter(self.found))
        self.position = match.end()

    def filter(self) -> Where:
        parts: list[Where] = []
        while self.kind not in ("end", "close"):
            if self.kind == "word" and self.found["word"] == "AND" and parts:
                self.advance()
                if self.kind in ("end", "close", "word"):
                    self.fail("AND needs a term on both sides")
            parts.append(self.either())
        return all_of(parts)

    def either(self) -> Where:
        terms = [self.term()]
        while self.kind == "word" and self.found["word"] == "OR":
            self.advance()
            terms.append(self.term())
        return any_of(terms)

    def term(self) -> Where:
        self.depth += 1
        self.terms += 1
        if self.depth > DEEPEST or self.terms > MOST_TERMS:
            self.fail(f"more than {DEEPEST} levels or {MOST_TERMS} terms")
        kind, found = self.kind, self.found
        if kind in ("end", "close", "word"):
            self.fail("a term is missing here")
        elif kind == "minus":
            self.advance()
            where = negated(self.term())
        elif kind == "open":
            where = self.group()
        elif kind == "field":
            where = self.condition(found)
            self.advance()
        else:
            where = self.free(found)
            self.advance()
        self.depth -= 1
        return where

    def group(self) -> Where:
        opened = self.column
        self.advance()
        where = self.filter()
        if self.kind != "close":
            self.column = opened
            self.fail("a ( is not closed")
        self.advance()
        return where

    def free(self, found: dict[str, str]) -> Where:
        text = unescape(found["phrase"]) if "phrase" in found else found["text"]
        if not text.strip("* \t\n"):
            self.fail("there is no text to search for")
        return free_text(text, literal="phrase" in found)

    def condition(self, found: dict[str, str]) -> Where:
        name = found["field"].lower()
        literal = "quoted" in found
        value = unescape(found["quoted"]) if literal else found["value"]
        if name == "scenario":
            return self.scenario(value)
        if (known := BY_NAME.get(name)) is None:
            near = get_close_matches(name, [*BY_NAME, "scenario"], n=1, cutoff=0.5)
            hint = f"; did you mean {near[0]}?" if near else ""
            self.fail(f'there is no field {name}{hint}; text with a colon goes in "quotes"')
        if found["operator"] not in known.operators:
            self.fail(f"{name} takes {' '.join(known.operators)}, as in {known.example}")
        if not value:
            self.fail(f"{name} needs a value, as in {known.example}")
        try:
            return known.condition(Term(name, found["operator"], value, literal, self.now))
        except Problem as problem:
            self.fail(str(problem))

    def scenario(self, name: str) -> Where:
        if name not in self.scenarios:
            known = ", ".join(self.scenarios) or "none is set; add a [scenario] table to config.toml"
            self.fail(f"there is no scenario {name!r}; known: {known}")
        if name in self.inside:
            self.fail(f"scenario {name!r} names itself")
        inner = _Parser(self.scenarios[name], self.scenarios, self.now, (*self.inside, name))
        where = inner.filter()
        if inner.kind != "end":
            inner.fail("there is a ) without its (")
        return where


def unescape(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text, flags=re.DOTALL)
