# SPDX-License-Identifier: Apache-2.0
"""The host's agent under a degraded grant: what ends it, and that nothing but silence of the store lets it count (G-7)."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest
from tests.kill_builders import (
    AT,
    KEYRING,
    KIM,
    LEE,
    WATCH,
    StandingClock,
    epoch,
    give,
    grant,
    granted,
    key_id,
    opened,
    signed,
    until,
)
from tests.ledger_builders import ORIGIN

from ruleout.adapters.clock import ForwardClock
from ruleout.adapters.kill.agent import Agent
from ruleout.adapters.kill.board import STUCK_NS
from ruleout.adapters.kill.granted import Granted
from ruleout.adapters.kill.host import boottime_ns
from ruleout.adapters.kill.page import Page
from ruleout.adapters.kill.store import StoreUnavailable
from ruleout.adapters.kill.view import View
from ruleout.app.kill.site import Site, latest
from ruleout.app.kill.taking import kill
from ruleout.serving.epoch import Scope, SignedEpoch, Target, to_file
from ruleout.serving.epoch import page as layout
from ruleout.serving.epoch.degraded import seconds_of
from ruleout.serving.refusal import Why

PLAIN = Scope(model="demo", models=("demo-1",), tenant="agency-a", endpoint="anthropic-messages", plain=True)
TOOLS = PLAIN._replace(tools=("search",), plain=False)


class Silent:
    """A store that does not answer, and may be known to have an epoch."""

    def __init__(self, number: int = 0) -> None:
        self._number = number

    def newest(self) -> tuple[int, bytes] | None:
        error = StoreUnavailable("no answer")
        error.number = self._number
        raise error

    def watch(self, timeout_s: float) -> bool:
        time.sleep(timeout_s)
        return False


class HalfSilent(Silent):
    """A store that says that there is a newer epoch and then says no more."""

    def newest(self) -> tuple[int, bytes] | None:
        return 2, b""

    def history(self, first: int = 1) -> list[bytes]:
        raise StoreUnavailable("no answer")


class World:
    """A site whose agent may find grants."""

    def __init__(self, folder: Path) -> None:
        self.site: Site = opened(folder)
        self.clock = ForwardClock()
        self.agent = self.made()
        assert self.agent.step() == ""
        self.view = View(self.site.places.page)

    def made(self, **more: object) -> Agent:
        fields = {"gateway": "test", "origins": frozenset({ORIGIN}), "keyring": lambda: KEYRING, "clock": self.clock}
        asked = Granted(folder=self.site.grants, **{**fields, **more})  # type: ignore[arg-type]
        return Agent(store=self.site.store, places=self.site.places, keyring=lambda: KEYRING, granted=asked)

    @property
    def state(self) -> SignedEpoch:
        found = latest(self.site)
        assert found is not None
        return found

    def outage(self, number: int = 0) -> None:
        """The store falls silent, and the lease has run out."""
        self.agent.store = Silent(number)  # type: ignore[assignment]
        self.agent.step()
        page = Page(self.site.places.page)
        page.lease_until(0)
        page.close()

    def found(self, scope: Scope = PLAIN) -> Why | None:
        self.agent.go_on()
        refusal = self.view.standing(scope)
        return None if refusal is None else refusal.why

    def restart(self, **more: object) -> None:
        """An agent after this one, as after a crash: nothing is said on the page."""
        store = self.agent.store
        self.agent.close()
        self.agent = self.made(**more)
        self.agent.store = store


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> StandingClock:
    return StandingClock(monkeypatch)


@pytest.fixture
def world(tmp_path: Path, clock: StandingClock) -> World:
    """Leases and grants end in it when its clock is told to go on."""
    return World(tmp_path)


def test_plain_chat_goes_on_and_nothing_else(world: World) -> None:
    give(world.site.grants, granted(grant(world.state)))
    world.outage()
    assert world.found() is None
    assert world.found(TOOLS) is Why.LEASE
    assert world.found(PLAIN._replace(plain=False)) is Why.LEASE
    assert world.found(Scope()) is Why.LEASE
    assert world.view.degraded is not None


def test_without_a_grant_the_lease_ends_and_that_is_all(world: World) -> None:
    world.outage()
    before = bytes(Page(world.site.places.page).bytes)
    assert world.found() is Why.LEASE
    assert bytes(Page(world.site.places.page).bytes)[: layout.SLOTS_AT] == before[: layout.SLOTS_AT]


def test_it_may_be_given_during_the_outage(world: World) -> None:
    world.outage()
    assert world.found() is Why.LEASE
    give(world.site.grants, granted(grant(world.state)))
    assert world.found() is None


def spoilt_by_bytes(world: World) -> None:
    give(world.site.grants, granted(grant(world.state)))
    data = bytearray(world.site.grants.current.read_bytes())
    data[len(data) // 2] ^= 1
    world.site.grants.current.write_bytes(bytes(data))


SPOILT = {
    "missing": lambda world: None,
    "garbage": lambda world: (world.site.grants.path.mkdir(), world.site.grants.current.write_bytes(b"\xff" * 99)),
    "a folder": lambda world: world.site.grants.current.mkdir(parents=True),
    "one byte": spoilt_by_bytes,
    "nobody": lambda world: give(world.site.grants, replace(granted(grant(world.state)), sigs=())),
    "one person": lambda world: give(world.site.grants, granted(grant(world.state), KIM)),
    "a machine": lambda world: give(world.site.grants, granted(grant(world.state), KIM, WATCH)),
    "another author": lambda world: give(world.site.grants, granted(grant(world.state, by=key_id(WATCH)), KIM, LEE)),
    "another epoch": lambda world: give(world.site.grants, granted(grant(world.state, epoch=2))),
    "another history": lambda world: give(world.site.grants, granted(grant(world.state, digest="0" * 64))),
    "another gateway": lambda world: give(world.site.grants, granted(grant(world.state, gateway="other"))),
    "another record": lambda world: give(world.site.grants, granted(grant(world.state, origin="other.example/log"))),
    "another tenant": lambda world: give(world.site.grants, granted(grant(world.state, tenants=("agency-b",)))),
    "another model": lambda world: give(world.site.grants, granted(grant(world.state, models=("demo-1",)))),
    "not yet": lambda world: give(world.site.grants, granted(grant(world.state, begins=60))),
    "over": lambda world: give(world.site.grants, granted(grant(world.state, begins=-7200))),
}


@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT)
def test_whatever_is_wrong_with_it_nothing_goes_on(world: World, spoil) -> None:
    spoil(world)
    world.outage()
    assert world.found() is Why.LEASE


def test_a_keyring_that_cannot_be_read_lets_nothing_go_on(world: World) -> None:
    give(world.site.grants, granted(grant(world.state)))
    world.outage()
    world.agent.granted.keyring = dict  # type: ignore[union-attr]
    assert world.found() is Why.LEASE


def test_a_key_that_leaves_the_keyring_ends_it(world: World) -> None:
    ring = dict(KEYRING)
    world.restart(keyring=lambda: dict(ring))
    world.agent.step()
    give(world.site.grants, granted(grant(world.state)))
    world.outage()
    assert world.found() is None
    del ring[key_id(LEE)]
    assert world.found() is Why.LEASE


def test_a_kill_that_reaches_the_host_ends_it_at_once(world: World) -> None:
    give(world.site.grants, granted(grant(world.state)))
    world.outage()
    assert world.found() is None
    kill(world.site, KIM, kind=Target.TOOL, name="search", reason="x", at=AT)
    world.agent.store = world.site.store
    assert world.agent.step() == ""
    world.outage()
    assert world.found() is Why.LEASE, "the grant was of the state before"
    give(world.site.grants, granted(grant(world.state)))
    assert world.found() is None
    assert world.found(PLAIN._replace(capabilities=("x",))) is None


@pytest.mark.parametrize(("kind", "name"), [(Target.MODEL, "demo"), (Target.TENANT, "agency-a"), (Target.ALL, "")])
def test_what_the_last_epoch_kills_does_not_go_on(world: World, kind: Target, name: str) -> None:
    kill(world.site, KIM, kind=kind, name=name, reason="x", at=AT)
    assert world.agent.step() == ""
    give(world.site.grants, granted(grant(world.state)))
    world.outage()
    assert world.found() is Why.KILLED


@pytest.mark.parametrize("store", [Silent(2), HalfSilent()], ids=["its name is seen", "its number is told"])
def test_a_newer_epoch_that_is_heard_of_and_not_read_ends_it(world: World, store: Silent) -> None:
    give(world.site.grants, granted(grant(world.state)))
    world.outage()
    assert world.found() is None
    world.agent.store = store  # type: ignore[assignment]
    assert "silent" in world.agent.step()
    assert world.view.standing(PLAIN) is not None, "before anybody looks again"
    assert world.found() is Why.LEASE
    world.agent.store = Silent()  # type: ignore[assignment]
    world.agent.step()
    assert world.found() is Why.LEASE
    world.restart()
    world.agent.step()
    assert world.found() in (Why.LEASE, Why.CLOSED), "nor does the agent after this one forget it"


def test_a_newer_file_that_cannot_be_read_ends_it(world: World) -> None:
    give(world.site.grants, granted(grant(world.state)))
    folder = world.site.folder / "epochs"
    (folder / "0000000002.json").mkdir()
    assert "silent" in world.agent.step()
    world.outage(2)
    assert world.found() is Why.LEASE


def test_a_state_that_is_wrong_closes_whatever_was_granted(world: World) -> None:
    give(world.site.grants, granted(grant(world.state)))
    assert world.found() is None
    first = world.site.folder / "epochs" / "0000000001.json"
    first.write_bytes(to_file(signed(epoch(lease_ms=2000), KIM, LEE)))
    assert world.agent.step()
    assert world.found() is Why.CLOSED
    world.outage()
    assert world.found() is Why.CLOSED, "silence after that opens nothing"


class Empty(Silent):
    """A store that answers: there is no state."""

    def newest(self) -> tuple[int, bytes] | None:
        return None


def test_a_wrong_state_closes_for_good_also_for_an_agent_that_started_again(world: World) -> None:
    give(world.site.grants, granted(grant(world.state)))
    world.outage()
    assert world.found() is None
    world.restart()
    world.agent.store = Empty()  # type: ignore[assignment]
    assert world.agent.step()
    assert world.found() is Why.CLOSED
    world.agent.store = Silent()  # type: ignore[assignment]
    world.agent.step()
    assert world.found() is Why.CLOSED, "silence after that opens nothing"


def test_a_page_that_was_taken_away_goes_on_for_nobody(world: World) -> None:
    give(world.site.grants, granted(grant(world.state)))
    world.outage()
    assert world.found() is None
    world.site.places.page.unlink()
    assert world.found() is Why.LEASE


def test_it_ends_at_its_end_and_a_clock_set_back_does_not_prolong_it(world: World, clock: StandingClock) -> None:
    given = granted(grant(world.state, lasts=60))
    give(world.site.grants, given)
    world.outage()
    assert world.found() is None
    clock.set_back(3600)
    left_s = seconds_of(given.grant.until) - world.clock.now_ns() / 1e9
    clock.step(left_s - 0.5)
    world.agent.step()
    assert world.found() is None
    clock.step(0.6)
    assert world.found() is Why.LEASE
    world.restart(clock=ForwardClock())
    world.agent.step()
    assert world.found() in (Why.LEASE, Why.CLOSED)


def test_an_agent_after_this_one_keeps_its_end_whatever_the_clock_says(world: World, clock: StandingClock) -> None:
    """The end stands on the page by the clock of this boot."""
    given = granted(grant(world.state, begins=-40, lasts=100))
    give(world.site.grants, given)
    world.outage()
    assert world.found() is None
    left_s = seconds_of(given.grant.until) - world.clock.now_ns() / 1e9
    clock.set_back(20)
    world.restart(clock=ForwardClock())
    world.agent.step()
    assert world.found() is None, "the same boot: it goes on"
    clock.step(left_s - 0.5)
    world.agent.step()
    assert world.found() is None
    clock.step(0.6)
    assert world.found() is Why.LEASE


def test_an_agent_that_starts_while_the_store_answers_keeps_its_end_too(world: World, clock: StandingClock) -> None:
    """The clock was set back while no agent ran."""
    give(world.site.grants, granted(grant(world.state, begins=-3000, lasts=3600)))
    assert world.agent.step() == ""
    world.agent.go_on()
    page = Page(world.site.places.page)
    before = page.read().ends_ns
    assert before
    clock.set_back(1800)
    world.restart(clock=ForwardClock())
    assert world.agent.step() == ""
    world.agent.go_on()
    assert 0 < page.read().ends_ns <= before


def test_the_deadline_is_as_short_as_the_lease_and_never_after_the_end(world: World, clock: StandingClock) -> None:
    give(world.site.grants, granted(grant(world.state, lasts=3600)))
    world.outage()
    assert world.found() is None
    page = Page(world.site.places.page)
    assert page.words[layout.GOES_ON] - boottime_ns() == 1_000_000_000
    clock.step(0.999)
    assert world.view.standing(PLAIN) is None
    clock.step(0.001)  # nobody renews it: as if the agent were dead
    assert world.view.standing(PLAIN) is not None
    assert world.found() is None
    give(world.site.grants, granted(grant(world.state, lasts=1)))
    world.found()
    assert page.words[layout.GOES_ON] <= page.words[layout.GRANT_ENDS] <= boottime_ns() + 1_000_000_000


def test_whoever_asks_the_store_and_is_stuck_ends_it(world: World, clock: StandingClock) -> None:
    give(world.site.grants, granted(grant(world.state)))
    world.outage()
    clock.step(STUCK_NS / 1e9)
    assert world.found() is None
    clock.step(0.001)
    assert world.found() is Why.LEASE


def test_an_agent_that_starts_without_the_store_goes_on_only_in_the_same_boot_and_under_the_highest_epoch(
    world: World,
) -> None:
    give(world.site.grants, granted(grant(world.state)))
    world.outage()
    assert world.found() is None
    page = Page(world.site.places.page)
    page.words[layout.BOOT] ^= 1
    world.restart()
    world.agent.step()
    assert world.found() in (Why.CLOSED, Why.LEASE), "another boot"
    world.agent.store = world.site.store
    assert world.agent.step() == ""
    assert world.found() is None
    world.outage()
    assert world.found() is None
    world.site.places.highest.write_bytes(b'{"digest":"' + b"0" * 64 + b'","epoch":2}')
    world.restart()
    world.agent.step()
    assert world.found() in (Why.CLOSED, Why.LEASE), "a higher epoch was accepted here"


def test_taken_back_it_counts_no_more_also_if_it_is_copied_again(world: World) -> None:
    one = give(world.site.grants, granted(grant(world.state)))
    world.outage()
    assert world.found() is None
    world.site.grants.ended(one.digest).write_bytes(b"whatever")
    assert world.found() is Why.LEASE
    give(world.site.grants, one)
    assert world.found() is Why.LEASE


def test_the_agent_renews_it_beside_a_store_that_hangs(tmp_path: Path) -> None:
    """Each question takes longer than the lease; plain chat goes on all the while, and ends soon after the agent has.

    A machine that puts this process aside for longer than a lease breaks it off, now and then; so it is to be for some seconds on end.
    """
    world = World(tmp_path)

    class Hanging(Silent):
        def newest(self):
            time.sleep(1.6)
            return super().newest()

    def has_gone_on() -> bool:
        ends = time.monotonic() + 3
        while time.monotonic() < ends:
            if world.view.standing(PLAIN) is not None:
                return False
            time.sleep(0.005)
        return True

    give(world.site.grants, granted(grant(world.state)))
    world.agent.store = Hanging()  # type: ignore[assignment]
    import threading

    over = threading.Event()
    running = threading.Thread(target=world.agent.run, args=(over.is_set,))
    running.start()
    try:
        until(lambda: world.view.degraded is not None)
        until(has_gone_on)
    finally:
        over.set()
        running.join(60)
    assert world.view.standing(PLAIN) is not None
