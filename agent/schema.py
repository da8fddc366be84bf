"""The database's tables, as numbered migrations. Documented for users in docs/schema.md, which is made from this file.

Conventions: times are Unix milliseconds (`*_ms` for durations), money is an integer of picodollars (1e-12 USD), so that
sums are exact; the views give both in friendly units. Every change of a row takes the next `revision`.
"""

from __future__ import annotations

import sqlite3
from typing import Any, Protocol, cast

from sqlite_utils import Database, Migrations

from .errors import WiretallyError

migrations = Migrations("wiretally")

FIRST = """
create table counters (name text primary key, value integer not null) without rowid;
insert into counters values ('revision', 0);

create table sessions (
  id integer primary key, name text not null unique, started_at integer not null, ended_at integer,
  tags text, command text, kind text not null default 'agent', revision integer not null default 0);

create table processes (
  id integer primary key, pid integer, started_at integer, app text, command text, cwd text, git_branch text,
  unique (pid, started_at, command));

create table conversations (
  id integer primary key, title text, first_call integer, last_call integer, turns integer not null default 0,
  started_at integer, last_at integer, revision integer not null default 0);
create table conversation_keys (key text primary key, conversation_id integer not null) without rowid;

create table calls (
  id integer primary key autoincrement, uid text not null unique, revision integer not null,
  session_id integer not null, conversation_id integer, process_id integer, connection text,
  started_at integer not null, duration_ms real, ttft_ms real, state text not null,
  door text not null, method text not null, scheme text not null, host text not null, path text not null,
  endpoint text not null, kind text not null, stream integer not null default 0,
  model text, model_requested text, status integer, fault text, error_type text, error_code text, error_message text,
  finish_reason text,
  input_tokens integer, cached_tokens integer, cache_write_tokens integer, output_tokens integer,
  reasoning_tokens integer, audio_input_tokens integer, audio_output_tokens integer, image_tokens integer,
  total_tokens integer, usage_source text not null default 'none',
  cost_pico integer, cost_source text not null default 'unpriced', service_tier text,
  output_tokens_per_second real, user_agent text, api_key text, key_hash text, organization text, project text,
  user text, request_id text, response_id text, trace_id text, processing_ms real,
  retry_of integer, retry_count integer, body_hash text, note text, rating text,
  request_bytes integer not null default 0, response_bytes integer not null default 0,
  truncated integer not null default 0, tags text, problem text);
create index calls_started on calls (started_at);
create index calls_revision on calls (revision);
create index calls_session on calls (session_id, id);
create index calls_model on calls (model, id);
create index calls_status on calls (status, id);
create index calls_fault on calls (fault, id) where fault is not null;
create index calls_process on calls (process_id, id);
create index calls_conversation on calls (conversation_id, id) where conversation_id is not null;
create index calls_response on calls (response_id) where response_id is not null;
create index calls_request on calls (request_id) where request_id is not null;
create index calls_body_hash on calls (body_hash, id) where body_hash is not null;
create index calls_open on calls (id) where state = 'open';
create index calls_cost on calls (cost_pico, id);
create index calls_duration on calls (duration_ms, id);

create table details (
  call_id integer primary key, request_headers text, response_headers text, timing text, usage text, cost text,
  ratelimit text);

create table usage_keys (key text primary key, call_id integer not null) without rowid;

create table body_bases (id integer primary key, data blob not null, size integer not null, users integer not null);
create table bodies (
  call_id integer not null, side text not null, position integer not null default 0, base_id integer,
  data blob not null, size integer not null, coding text not null default 'zstd', at integer,
  primary key (call_id, side, position)) without rowid;

create table rollups (
  level integer not null, dimension text not null, start integer not null, value text not null,
  calls integer not null default 0, failed integer not null default 0, aborted integer not null default 0,
  streams integer not null default 0, retries integer not null default 0,
  input_tokens integer not null default 0, cached_tokens integer not null default 0,
  cache_write_tokens integer not null default 0, output_tokens integer not null default 0,
  reasoning_tokens integer not null default 0, estimated_input_tokens integer not null default 0,
  estimated_output_tokens integer not null default 0,
  cost_pico integer not null default 0, estimated_cost_pico integer not null default 0,
  estimated integer not null default 0, unpriced integer not null default 0,
  request_bytes integer not null default 0, response_bytes integer not null default 0,
  duration_ms real not null default 0, durations integer not null default 0,
  ttft_ms real not null default 0, ttfts integer not null default 0,
  generation_ms real not null default 0, generated_tokens integer not null default 0,
  latency_histogram blob, ttft_histogram blob, output_histogram blob, input_histogram blob,
  primary key (level, dimension, start, value)) without rowid;

create table ratelimits (
  call_id integer primary key, at integer not null, model text, key_hash text, api_key text,
  limit_requests integer, remaining_requests integer, reset_requests_ms integer,
  limit_tokens integer, remaining_tokens integer, reset_tokens_ms integer, other text);
create index ratelimits_latest on ratelimits (model, key_hash, at);

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
"""


@migrations()
def m001_first(db: Database) -> None:
    _run(db, FIRST)


class _Connection(Protocol):
    def execute(self, sql: str, /) -> Any: ...


def _run(db: Database, script: str) -> None:
    """Run `script` statement by statement: executescript would commit the migration's transaction half-way."""
    connection = cast(_Connection, db.conn)
    statement = ""
    for part in script.split(";"):
        statement += part + ";"
        if sqlite3.complete_statement(statement):
            connection.execute(statement)
            statement = ""


def version(connection: sqlite3.Connection) -> int:
    """How many migrations the database has; 0 for a new one."""
    return int(connection.execute("pragma user_version").fetchone()[0])


def newest() -> int:
    """How many migrations this program knows."""
    return 1


def refuse_newer(connection: sqlite3.Connection, name: str) -> None:
    """Raises WiretallyError where the database was written by a newer wiretally."""
    if (found := version(connection)) > newest():
        raise WiretallyError(
            f"{name} was written by a newer wiretally (schema {found}, this one knows {newest()}). "
            "Upgrade wiretally, or set WIRETALLY_HOME to another folder."
        )
