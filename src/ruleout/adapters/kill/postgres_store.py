# SPDX-License-Identifier: Apache-2.0
"""Epochs in PostgreSQL, for many hosts: a table that only grows, made with the first epoch, a notification per row.

Every step has a deadline of ours: a server that is stopped answers nothing and closes nothing, so no time-out of its own
would help. Needs psycopg 3 (the extra `postgres`).
"""

from __future__ import annotations

import select
from collections.abc import Sequence
from importlib import import_module
from types import ModuleType
from typing import Any

from ruleout.adapters.clock import seconds
from ruleout.adapters.kill.store import Conflict, StoreUnavailable
from ruleout.errors import RuleoutError

#: A connection and a result of libpq, as psycopg hands them out.
PGconn = Any
PGresult = Any

TIMEOUT_S = 2.0
_UNIQUE, _NO_TABLE, _OF_CONNECTIONS = b"23505", b"42P01", b"08"
_TABLE = b"""
CREATE TABLE IF NOT EXISTS ruleout_epochs (
  number bigint PRIMARY KEY CHECK (number > 0), data bytea NOT NULL CHECK (octet_length(data) <= 65536),
  written timestamptz NOT NULL DEFAULT now());
CREATE OR REPLACE FUNCTION ruleout_epochs_keep() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN RAISE EXCEPTION 'epochs are only ever added'; END $$;
CREATE OR REPLACE TRIGGER ruleout_epochs_keep BEFORE UPDATE OR DELETE OR TRUNCATE ON ruleout_epochs
  EXECUTE FUNCTION ruleout_epochs_keep();
"""
_APPEND = b"""
WITH added AS (INSERT INTO ruleout_epochs (number, data) SELECT $1::bigint, $2::bytea
  WHERE $1::bigint = 1 + (SELECT coalesce(max(number), 0) FROM ruleout_epochs) RETURNING number)
SELECT pg_notify('ruleout_epochs', number::text) FROM added
"""


class _Refused(StoreUnavailable):
    """The server has answered, and did not do what it was asked."""


class _Bare(_Refused):
    """The database has no table of epochs: there is no state."""


class PostgresStore:
    """See `EpochStore`. One connection, opened when needed and again after every failure."""

    def __init__(self, conninfo: str, *, timeout_s: float = TIMEOUT_S) -> None:
        """Effect: loads psycopg. Raises RuleoutError where it is not installed."""
        self._conninfo, self._timeout_s = conninfo, timeout_s
        self._pq = _psycopg()
        self._connection: PGconn | None = None

    def prepare(self) -> None:
        """Make the table, unless it is there. Effect: writes. Raises StoreUnavailable."""
        self._ask(_TABLE)

    def newest(self) -> tuple[int, bytes] | None:
        """See `EpochStore`."""
        rows = self._rows(b"SELECT number, data FROM ruleout_epochs ORDER BY number DESC LIMIT 1", ())
        return (int.from_bytes(rows[0][0], "big"), rows[0][1]) if rows else None

    def append(self, number: int, data: bytes) -> None:
        """See `EpochStore`. The commit is durable as the server's own settings make it (`synchronous_commit`)."""
        try:
            added = self._added(number, data)
        except _Refused:
            raise
        except StoreUnavailable as error:
            says = f"epoch {number} may be in force all the same: {error}"
            raise StoreUnavailable(says, hint="Look at `ruleout kill --list`.") from error
        if not added:
            raise Conflict(f"epoch {number} is not the next one", hint="Try again.")

    def _added(self, number: int, data: bytes) -> list[list[bytes]]:
        values = (str(number).encode("ascii"), data)
        try:
            return self._ask(_APPEND, values)
        except _Bare:
            if number != 1:
                raise
        self.prepare()
        return self._ask(_APPEND, values)

    def history(self, first: int = 1) -> list[bytes]:
        """See `EpochStore`."""
        sql = b"SELECT data FROM ruleout_epochs WHERE number >= $1::bigint ORDER BY number LIMIT 10000"
        return [row[0] for row in self._rows(sql, (str(first).encode("ascii"),))]

    def watch(self, timeout_s: float) -> bool:
        """See `EpochStore`."""
        try:
            connection = self._connected(seconds() + self._timeout_s)
            if connection.notifies() is None:
                select.select([connection.socket], [], [], max(0.0, timeout_s))
            connection.consume_input()
        except self._pq.error as error:
            raise self._lost(str(error)) from error
        found = False
        while connection.notifies() is not None:
            found = True
        return found

    def close(self) -> None:
        """See `EpochStore`."""
        if self._connection is not None:
            self._connection.finish()
            self._connection = None

    def _rows(self, sql: bytes, values: Sequence[bytes]) -> list[list[bytes]]:
        """Return rows of the table, none where it was never made."""
        try:
            return self._ask(sql, values)
        except _Bare:
            return []

    def _ask(self, sql: bytes, values: Sequence[bytes] | None = None) -> list[list[bytes]]:
        """Send one statement and return its rows in binary form; several statements where there are no values."""
        deadline = seconds() + self._timeout_s
        try:
            result = self._answer(self._connected(deadline), sql, values, deadline)
        except self._pq.error as error:
            raise self._lost(str(error)) from error
        return [
            [result.get_value(row, column) or b"" for column in range(result.nfields)] for row in range(result.ntuples)
        ]

    def _answer(self, connection: PGconn, sql: bytes, values: Sequence[bytes] | None, deadline: float) -> PGresult:
        if values is None:
            connection.send_query(sql)
        else:
            # Numbers go as text, documents as they are.
            formats = [1 if value[:1] == b"{" else 0 for value in values]
            connection.send_query_params(sql, list(values), param_formats=formats, result_format=1)
        while connection.flush():
            self._wait(connection, deadline, writes=True)
        last = None
        while True:
            while connection.is_busy():
                self._wait(connection, deadline)
                connection.consume_input()
            result = connection.get_result()
            if result is None:
                break
            self._check(result)
            last = result
        if last is None:
            raise self._lost("no answer")
        return last

    def _check(self, result: PGresult) -> None:
        status = self._pq.pq.ExecStatus
        if result.status in (status.COMMAND_OK, status.TUPLES_OK):
            return
        says = (result.error_message or b"").decode("utf-8", "replace").strip()[:200]
        found = result.error_field(self._pq.pq.DiagnosticField.SQLSTATE)
        if found is None or found.startswith(_OF_CONNECTIONS):  # by libpq, or by a pooler that lost the server
            raise self._lost(says)
        self.close()
        if found == _UNIQUE:
            raise Conflict("this epoch was written by somebody else", hint="Try again.")
        raise (_Bare if found == _NO_TABLE else _Refused)(f"PostgreSQL refused: {says}")

    def _connected(self, deadline: float) -> PGconn:
        if self._connection is not None:
            return self._connection
        pq = self._pq.pq
        connection: PGconn = pq.PGconn.connect_start(self._conninfo.encode("utf-8"))
        self._connection = connection
        while (state := connection.connect_poll()) != pq.PollingStatus.OK:
            if state == pq.PollingStatus.FAILED:
                raise self._lost((connection.error_message or b"").decode("utf-8", "replace"))
            self._wait(connection, deadline, writes=state == pq.PollingStatus.WRITING)
        connection.nonblocking = 1
        self._answer(connection, b"LISTEN ruleout_epochs", None, deadline)
        return connection

    def _wait(self, connection: PGconn, deadline: float, *, writes: bool = False) -> None:
        socket, left = [connection.socket], max(0.0, deadline - seconds())
        if not any(select.select([] if writes else socket, socket if writes else [], [], left)):
            raise self._lost(f"no answer in {self._timeout_s:g} s")

    def _lost(self, says: str) -> StoreUnavailable:
        """The connection given up: what was asked may have been done."""
        self.close()
        return StoreUnavailable(f"PostgreSQL: {says.strip()[:200]}")


class _Psycopg:
    """What is used of psycopg: its layer over libpq, and its error."""

    def __init__(self, pq: ModuleType, error: type[Exception]) -> None:
        self.pq, self.error = pq, error


def _psycopg() -> _Psycopg:
    try:
        psycopg = import_module("psycopg")  # an extra: hosts with a file need none of it
    except ImportError as error:
        raise RuleoutError("PostgreSQL needs psycopg 3", hint="Install ruleout[postgres].") from error
    return _Psycopg(psycopg.pq, psycopg.Error)
