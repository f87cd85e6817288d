# SPDX-License-Identifier: Apache-2.0
"""Epochs in PostgreSQL: the same laws, a real server of our own, stopped and ended while it is asked (G-6, G-7)."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from tests.kill_builders import AT, KIM, epoch, opened, process, signed, site_in, until
from tests.kill_processes import SCOPE
from tests.postgres_server import postgres, standing_still
from tests.watching_builders import Watched

from ruleout.adapters.kill.page import Page
from ruleout.adapters.kill.postgres_store import PostgresStore
from ruleout.adapters.kill.store import Conflict, StoreUnavailable
from ruleout.adapters.kill.view import View
from ruleout.app.kill.proof import wait_for
from ruleout.app.kill.site import chain
from ruleout.app.kill.taking import kill
from ruleout.errors import RuleoutError
from ruleout.serving.epoch import Target, to_file
from ruleout.serving.monitoring.watching import Failing
from ruleout.serving.refusal import Why


@pytest.fixture(scope="module")
def server():
    with postgres() as running:
        yield running


@pytest.fixture
def conninfo(server):
    store = PostgresStore(server[1])
    until(lambda: _answers(store), timeout_s=90)
    store._ask(b"DROP TABLE IF EXISTS ruleout_epochs")
    store.prepare()
    yield server[1]
    store.close()


def _answers(store):
    try:
        store._ask(b"SELECT 1", ())
    except StoreUnavailable:
        return False
    return True


def test_epochs_are_added_once_in_order_and_never_changed(conninfo, tmp_path):
    site = opened(tmp_path, conninfo)
    store, data = site.store, to_file(signed(epoch(2, chain(site)[0].digest), KIM))
    for number in (1, 3):
        with pytest.raises(Conflict):
            store.append(number, data)
    store.append(2, data)
    assert store.newest() == (2, data)
    assert store.history(2) == [data]
    for change in (b"UPDATE ruleout_epochs SET data = ''", b"DELETE FROM ruleout_epochs", b"TRUNCATE ruleout_epochs"):
        with pytest.raises(StoreUnavailable, match="only ever added"):
            store._ask(change, ())
    assert len(chain(site)) == 2


def test_a_database_that_holds_nothing_yet_has_no_state_and_takes_the_first(conninfo, tmp_path):
    """Nobody has to make a table: who reads finds no state, who puts the first epoch in force makes it, and it only grows."""
    bare = PostgresStore(conninfo)
    bare._ask(b"DROP TABLE ruleout_epochs")
    with pytest.raises(RuleoutError, match="no state"):
        kill(site_in(tmp_path, conninfo), KIM, kind=Target.TOOL, name="shell", reason="why", at=AT)
    assert (bare.newest(), bare.history()) == (None, [])
    with pytest.raises(StoreUnavailable):
        bare.append(2, b"{}")
    site = opened(tmp_path, conninfo)
    assert bare.newest()[0] == len(chain(site)) == 1
    with pytest.raises(StoreUnavailable, match="only ever added"):
        bare._ask(b"DELETE FROM ruleout_epochs", ())
    bare.close()


def test_a_kill_reaches_another_connection_by_its_notification(conninfo, tmp_path):
    site, watching = opened(tmp_path, conninfo), PostgresStore(conninfo)
    watching.newest()
    while watching.watch(0.05):
        pass
    kill(site, KIM, kind=Target.ALL, name="", reason="why", at=AT)
    began = time.monotonic()
    assert watching.watch(60)
    assert time.monotonic() - began < 30
    watching.close()


def test_two_hosts_follow_one_store(conninfo, tmp_path):
    """Each with its own folder, agent and worker."""
    (tmp_path / "a").mkdir()
    site, other = opened(tmp_path / "a", conninfo, lease_ms=5000), site_in(tmp_path / "b", conninfo)
    with (
        process("agent", str(tmp_path / "a"), conninfo), process("worker", str(tmp_path / "a")),
        process("agent", str(tmp_path / "b"), conninfo), process("worker", str(tmp_path / "b")),
    ):  # fmt: skip
        number = kill(site, KIM, kind=Target.TENANT, name="Agency-A", reason="why", at=AT)[0].epoch.number
        assert wait_for(site, number, timeout_s=60).holds
        assert wait_for(other, number, timeout_s=60).holds
        assert View(other.places.page).standing(SCOPE).why is Why.KILLED


def test_a_server_that_stops_ends_the_lease_and_comes_back(server, conninfo, tmp_path):
    """Stopped processes close no connection and answer nothing: only a deadline of ours helps."""
    site = opened(tmp_path, conninfo)
    with process("agent", str(tmp_path), conninfo):
        view = View(site.places.page)
        until(lambda: view.standing(SCOPE) is None)
        with standing_still(server[0]):
            assert until(lambda: view.standing(SCOPE) is not None) < 30
            assert view.standing(SCOPE).why is Why.LEASE
            began = time.monotonic()
            with pytest.raises(StoreUnavailable):
                site.store.newest()
            assert time.monotonic() - began < 30
        until(lambda: view.standing(SCOPE) is None)
        until(Page(site.places.page).is_leased)


def test_an_epoch_whose_answer_is_lost_may_be_in_force_and_is_told_so(server, conninfo, tmp_path):
    """Whoever gives something back must not hear that nothing was written: the server does what it was asked, later."""
    site = opened(tmp_path, conninfo)
    data = to_file(signed(epoch(2, chain(site)[0].digest), KIM))
    with standing_still(server[0]), pytest.raises(StoreUnavailable, match="epoch 2 may be in force"):
        site.store.append(2, data)
    until(lambda: site.store.newest() == (2, data), timeout_s=30)


def test_a_breach_while_the_server_stops_is_answered_when_it_comes_back(server, conninfo, tmp_path):
    """A look ends all the same, says what could not be set, and drafts the deviation; the next one sets it, once."""
    watched = Watched(tmp_path, store=PostgresStore(conninfo, timeout_s=5))
    watched.count(30, 20)
    with standing_still(server[0]):
        seen = watched.look()
    until(lambda: watched.look().failing == {})

    assert Failing.TIGHTENING in seen.failing
    assert watched.limits() == {"requests-per-minute:": 20, "concurrent-streams:acme": 2}
    assert (len(watched.epochs()), list(watched.drafts)) == (3, ["drift-bio-near"])


def test_nobody_there(tmp_path):
    store = PostgresStore(f"host={tmp_path} user=nobody")
    with pytest.raises(StoreUnavailable):
        store.newest()


#: AuthenticationOk and ReadyForQuery, as a server says them.
READY = b"R\0\0\0\x08\0\0\0\0" + b"Z\0\0\0\x05I"


#: An error of a pooler, whose own connection to the server broke off: SQLSTATE 08P01.
CRASHED = b"SFATAL\0C08P01\0Mserver conn crashed?\0\0"
LOST = b"E" + (4 + len(CRASHED)).to_bytes(4, "big") + CRASHED


@contextmanager
def goes_away(*says: bytes) -> Iterator[str]:
    """A server that takes each connection and ends it at its first statement, as one does that restarts, or a pooler. How it is reached.

    Args:
        says: what it answers to statements before it ends.
    """
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            while True:
                try:
                    one, _ = listening.accept()
                except OSError:
                    return
                with one:
                    one.recv(4096)
                    for answer in (READY, *says):
                        one.sendall(answer)
                        one.recv(4096)

        threading.Thread(target=serve, daemon=True).start()
        port = listening.getsockname()[1]
        yield f"host=127.0.0.1 port={port} user=x dbname=x sslmode=disable gssencmode=disable"
        listening.shutdown(socket.SHUT_RDWR)


def test_a_server_that_goes_away_while_it_begins_to_be_listened_to_is_unavailable():
    with goes_away() as conninfo:
        store = PostgresStore(conninfo)
        for ask in (store.newest, lambda: store.watch(0.1)):
            with pytest.raises(StoreUnavailable):
                ask()
        store.close()


def test_a_pooler_that_lost_its_server_does_not_say_that_nothing_was_written():
    """It answers itself: what the server did with the epoch it does not know."""
    listens = b"C" + (4 + 7).to_bytes(4, "big") + b"LISTEN\0" + READY[-6:]
    with goes_away(listens, LOST) as conninfo:
        store = PostgresStore(conninfo)
        with pytest.raises(StoreUnavailable, match=r"epoch 2 may be in force.*server conn crashed"):
            store.append(2, b"{}")
        store.close()
