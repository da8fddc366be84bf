"""What a filter looks for in texts: in prompts and answers, names of models and apps, errors and remarks.

Apart from the list of fields (filter_fields.py) because free text asks in several places at once.
"""

from __future__ import annotations

import re

from .call_blocks import SHIFT
from .queries.bounds import found_by, is_text, like_text
from .queries.where import WHOLE, Bounds, Clause, Where, any_of, joined

MODELS = """(with recursive names (name) as (select min(model) from calls union all
 select (select min(model) from calls where model > name) from names where name is not null)
 select name from names where {})"""
"""The different models that match, read from their index in as many steps as there are models."""

ERROR = ("error_message", "error_code", "error_type")


def like(value: str) -> str:
    """A LIKE pattern (escape character \\) for text that contains `value`."""
    return "%" + re.sub(r"[%_\\]", r"\\\g<0>", value) + "%"


def glob(value: str) -> str:
    """`value` as a GLOB pattern where only `*` is special."""
    return re.sub(r"[?\[]", r"[\g<0>]", value)


def matching(column: str, value: str, wild: bool) -> Where:
    """Calls whose column is `value`, or matches it where its stars are `wild`."""
    name = column.removeprefix("c.")
    if not wild:
        return Where(f"{column} = ?", (value,), is_text(name, value))
    return Where(f"+{column} glob ?", (glob(value),), like_text(name, "glob", glob(value)))


def in_errors(value: str) -> Where:
    """Calls whose error's message, code or type contains `value`: from the index of calls that have an error."""
    columns = " or ".join(f"{column} like ?1 escape '\\'" for column in ERROR)
    sql = f"c.id in (select id from calls where error_message is not null and id {WHOLE} and ({columns}))"
    pattern = like(value)
    possible = joined("or", (like_text(column, "like", pattern).possible for column in ERROR))
    return Where(sql.replace("?1", "?"), (pattern,) * len(ERROR), Bounds(possible))


def in_notes(value: str | None) -> Where:
    """Calls whose remark contains `value`; with any remark where that is None."""
    noted = Where("c.note is not null", (), found_by("note is not null"))
    return noted if value is None else noted & Where("c.note like ? escape '\\'", (like(value),))


def free_text(text: str, literal: bool) -> Where:
    """Calls whose prompt or answer holds these words, in this order, or whose model, app or error contains the text.

    A `*` at the end of an unquoted word finds all words that begin so.
    """
    prefix = not literal and text.endswith("*")
    plain = text.rstrip("*") if prefix else text
    pattern, contains = like(plain), "{} like ? escape '\\'"
    apps = f"select id from processes where {contains.format('app')}"
    return any_of(
        [
            _in_words('"' + plain.replace('"', '""') + '"' + ("*" if prefix else "")),
            Where(
                f"c.model in {MODELS.format(contains.format('name'))}", (pattern,), like_text("model", "like", pattern)
            ),
            in_errors(plain),
            Where(f"c.process_id in ({apps})", (pattern,), like_text("app", "like", pattern)),
        ]
    )


def _in_words(match: str) -> Where:
    """Calls whose prompt or answer the full-text index finds."""
    found = "select rowid{} from search where search match ?"
    blocks = Clause(f"b.block in ({found.format(f' >> {SHIFT}')})", (match,))
    return Where(f"c.id in ({found.format('')} and rowid {WHOLE})", (match,), Bounds(blocks))
