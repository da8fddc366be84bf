"""The database's tables, as numbered migrations. Documented for users in docs/schema.md, which is made from this file.

Conventions: times are Unix milliseconds (`*_ms` for durations), money is an integer of picodollars (1e-12 USD), so that
sums are exact; the views give both in friendly units. Every change of a call takes the next `revision`. A migration,
the record of it and the rise of `user_version` commit together, so one stopped half-way has not begun.
"""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

from . import call_blocks
from .errors import WiretallyError

FIRST = """
create table counters (name text primary key, value integer not null) without rowid;
insert into counters values ('revision', 0), ('deletions', 0);

create table sessions (
  id integer primary key, name text not null unique, started_at integer not null, ended_at integer,
  tags text, command text, kind text not null default 'agent', revision integer not null default 0);

create table processes (
  id integer primary key, pid integer not null, started_at integer not null default 0, app text not null,
  command text not null default '', cwd text not null default '', git_branch text not null default '',
  unique (pid, started_at, command));

create table conversations (
  id integer primary key, title text not null, first_call integer not null, last_call integer not null,
  turns integer not null, started_at integer not null, last_at integer not null, revision integer not null);
create index conversations_last on conversations (last_at);
create table conversation_keys (key integer primary key, call_id integer not null);

create table calls (
  id integer primary key autoincrement, revision integer not null, started_at integer not null, state text not null,
  session_id integer not null, process_id integer, conversation_id integer,
  status integer, fault text, model text, endpoint text not null, kind text not null, stream integer not null,
  input_tokens integer, cached_tokens integer, cache_write_tokens integer, output_tokens integer,
  reasoning_tokens integer, total_tokens integer, usage_source text not null, cost_pico integer,
  cost_source text not null, duration_ms real, ttft_ms real, output_tokens_per_second real,
  retry_of integer, retry_count integer, finish_reason text, error_code text, error_type text, error_message text,
  request_bytes integer not null default 0, response_bytes integer not null default 0,
  truncated integer not null default 0, audio_input_tokens integer, audio_output_tokens integer, image_tokens integer,
  model_requested text, service_tier text, api_key text, user text, tags text, note text, rating text,
  door text not null, method text not null, scheme text not null, host text not null, path text not null,
  processing_ms real, body_hash integer, key_hash text, organization text, project text, user_agent text,
  request_id text, response_id text, trace_id text, limit_requests integer,
  remaining_requests integer, reset_requests_ms integer, limit_tokens integer, remaining_tokens integer,
  reset_tokens_ms integer, limits_other text, problem text, uid text not null unique);
create index calls_started on calls (started_at);
create index calls_revision on calls (revision);
create index calls_session on calls (session_id);
create index calls_model on calls (model);
create index calls_status on calls (status);
create index calls_fault on calls (fault) where fault is not null;
create index calls_process on calls (process_id);
create index calls_conversation on calls (conversation_id) where conversation_id is not null;
create index calls_response on calls (response_id) where response_id is not null;
create index calls_request on calls (request_id) where request_id is not null;
create index calls_retries on calls (retry_of) where retry_of is not null;
create index calls_repeats on calls (body_hash, process_id) where body_hash is not null;
create index calls_open on calls (id) where state = 'open';
create index calls_failed on calls (id) where state = 'failed';
create index calls_aborted on calls (id) where state = 'aborted';
create index calls_error on calls (id) where error_message is not null;
create index calls_note on calls (id) where note is not null;
create index calls_user on calls (user) where user is not null;
create index calls_tags on calls (id) where tags is not null;
create index calls_code on calls (error_code) where error_code is not null;
create index calls_truncated on calls (id) where truncated = 1;
create index calls_key on calls (api_key);
create index calls_ttft on calls (ttft_ms);
create index calls_cost on calls (cost_pico);
create index calls_duration on calls (duration_ms);
create index calls_tokens on calls (total_tokens);

create table details (call_id integer primary key, data blob not null);

create table usage_keys (key integer primary key, call_id integer not null);

create table body_logs (id integer primary key, size integer not null, parts integer not null, users integer not null);
create table body_parts (id integer primary key, start integer not null, size integer not null, data blob not null);
create table bodies (
  call_id integer not null, side text not null, log_id integer not null, size integer not null, spans blob not null,
  primary key (call_id, side)) without rowid;

create table rollups (
  level integer not null, dimension text not null, start integer not null, value text not null,
  calls integer not null, failed integer not null, aborted integer not null, streams integer not null,
  retries integer not null, estimated integer not null, unpriced integer not null,
  input_tokens integer not null, cached_tokens integer not null, cache_write_tokens integer not null,
  output_tokens integer not null, reasoning_tokens integer not null, estimated_input_tokens integer not null,
  estimated_output_tokens integer not null, cost_pico integer not null, estimated_cost_pico integer not null,
  request_bytes integer not null, response_bytes integer not null,
  duration_us integer not null, durations integer not null, ttft_us integer not null, ttfts integer not null,
  generation_us integer not null, generated_tokens integer not null,
  latency_histogram blob, ttft_histogram blob, input_histogram blob, output_histogram blob,
  primary key (level, dimension, start, value)) without rowid;

create table ratelimits (
  model text not null, key_hash text not null, at integer not null, api_key text, limit_requests integer,
  remaining_requests integer, reset_requests_ms integer, limit_tokens integer, remaining_tokens integer,
  reset_tokens_ms integer, primary key (model, key_hash, at)) without rowid;

create table balance_events (
  id integer primary key, at integer not null, kind text not null, amount_pico integer, note text);
create table alarm_events (
  id integer primary key, at integer not null, rule text not null, event text not null, value real, threshold real,
  message text not null, notified text, revision integer not null default 0);
create table alarm_states (
  rule text primary key, state text not null, since integer not null, value real) without rowid;

create table refusals (
  id integer primary key, at integer not null, app text, pid integer, server_name text, error text);
create table faults (
  id integer primary key, at integer not null, place text not null, error text not null, count integer not null,
  unique (place, error));
create table agent_state (name text primary key, value text not null) without rowid;

create virtual table search using fts5 (prompt, answer, content='', tokenize='unicode61');

create view readable_calls as select
  c.id, strftime('%Y-%m-%dT%H:%M:%fZ', c.started_at / 1000.0, 'unixepoch') as started_at, s.name as session, p.app,
  c.state, c.kind, c.endpoint, c.stream, c.model, c.status, c.fault, c.error_code, c.error_message, c.finish_reason,
  c.input_tokens, c.cached_tokens, c.output_tokens, c.reasoning_tokens, c.total_tokens, c.usage_source,
  c.cost_pico / 1e12 as cost_usd, c.cost_source, c.duration_ms / 1000 as duration_seconds,
  c.ttft_ms / 1000 as ttft_seconds, c.output_tokens_per_second, c.conversation_id, c.retry_of, c.retry_count, c.user,
  c.api_key, c.tags, c.note, c.rating, c.request_id, c.response_id, p.command, p.cwd, p.git_branch
  from calls c left join processes p on p.id = c.process_id left join sessions s on s.id = c.session_id;
create view readable_days as select
  date(start / 1000, 'unixepoch') as day, value as model, calls, failed, aborted, retries, input_tokens, cached_tokens,
  output_tokens, estimated_input_tokens, estimated_output_tokens, cost_pico / 1e12 as cost_usd,
  estimated_cost_pico / 1e12 as estimated_cost_usd, unpriced, duration_us / 1e6 / nullif(durations, 0) as mean_seconds
  from rollups where level = 86400000 and dimension = 'model';
"""

NARROW = """
create index calls_narrow on calls (
  id, state, stream, kind, status, session_id, process_id, retry_of, retry_count, input_tokens, cached_tokens,
  output_tokens, reasoning_tokens, cost_pico, request_bytes, response_bytes, finish_reason, service_tier, method, door,
  usage_source, cost_source, model, host, user_agent, tags, model_requested, project, organization, endpoint, path,
  output_tokens_per_second, started_at, duration_ms, ttft_ms, total_tokens, fault, api_key, user, truncated, rating);
create index calls_rating on calls (rating) where rating is not null;
create index calls_trace on calls (trace_id) where trace_id is not null;
drop index calls_tags;
create index calls_tags on calls (id, tags) where tags is not null;
drop index calls_error;
create index calls_error on calls (id, error_message, error_code, error_type) where error_message is not null;
"""
"""`calls_narrow` is a copy of what filters ask without an index of its own, a third as wide as the rows; SQLite reads
it in their place, in the order of ids. It begins with the id so that each call is added at its end."""

FEWER = "".join(f"drop index calls_{name};\n" for name in ("ttft", "tokens", "key")) + "drop table usage_keys;\n"
"""What the blocks' summaries and the index of response ids tell as well; each call's place there was another."""

type Migration = tuple[str, Callable[[Any], None]]


def run(connection: Any, script: str) -> None:
    """Run `script` statement by statement: executescript would commit the migration's transaction half-way."""
    statement = ""
    for part in script.split(";")[:-1]:
        statement += part + ";"
        if sqlite3.complete_statement(statement):
            connection.execute(statement)
            statement = ""


def _first(connection: Any) -> None:
    run(connection, FIRST)


def _narrow(connection: Any) -> None:
    run(connection, NARROW + call_blocks.table())
    call_blocks.summarise(connection, None)


def _fewer(connection: Any) -> None:
    run(connection, FEWER)


def _packed(connection: Any) -> None:
    """Details are packed otherwise from here on (details.py): a program that can't read them refuses the database."""
    del connection


MIGRATIONS: tuple[Migration, ...] = (
    ("m001_first", _first),
    ("m002_narrow", _narrow),
    ("m003_fewer", _fewer),
    ("m004_packed", _packed),
)
"""Every migration in order; `user_version` of a database says how many it has. One that was released never changes."""


def version(connection: sqlite3.Connection) -> int:
    """How many migrations the database has; 0 for a new one."""
    return int(connection.execute("pragma user_version").fetchone()[0])


def newest() -> int:
    """How many migrations this program knows."""
    return len(MIGRATIONS)


@contextmanager
def _without(*unused: str) -> Generator[None]:
    """Let nothing import these modules, for a moment, that are not loaded yet."""
    modules: dict[str, Any] = sys.modules
    missing = [name for name in unused if name not in modules]
    modules.update(dict.fromkeys(missing))  # importing None raises ImportError
    try:
        yield
    finally:
        for name in missing:
            del modules[name]


def migrate(connection: sqlite3.Connection, steps: tuple[Migration, ...] = MIGRATIONS) -> None:
    """Bring the database up to `steps`; each step commits with its record or not at all."""
    if version(connection) >= len(steps):
        return
    # sqlite-utils loads them where they are installed, for types that no migration uses: 0.2 s and 30 MB of a start.
    with _without("pandas", "numpy"):
        from sqlite_utils import Database, Migrations

    migrations = Migrations("wiretally")
    for number, (name, step) in enumerate(steps, 1):

        def apply(db: Any, number: int = number, step: Callable[[Any], None] = step) -> None:
            step(db.conn)
            db.conn.execute(f"pragma user_version = {number}")

        migrations(name=name)(apply)
    migrations.apply(Database(connection))


def refuse_newer(connection: sqlite3.Connection, name: str) -> None:
    """Raises WiretallyError where the database was written by a newer wiretally."""
    if (found := version(connection)) > newest():
        raise WiretallyError(
            f"{name} was written by a newer wiretally (schema {found}, this one knows {newest()}). "
            "Upgrade wiretally, set WIRETALLY_HOME to another folder, or move it out of the way with "
            "`wiretally db set-aside`."
        )
