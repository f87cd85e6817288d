# SPDX-License-Identifier: Apache-2.0
"""A writer that the system puts to sleep half-way delays workers; only one that never comes back closes them (G-6)."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.kill_builders import StandingClock, epoch, signed

from ruleout.adapters.kill.host import boottime_ns, started
from ruleout.adapters.kill.page import Page
from ruleout.adapters.kill.view import WAITS, View
from ruleout.serving.epoch import Scope, to_file
from ruleout.serving.epoch.page import SEQUENCE, Slot
from ruleout.serving.refusal import Why
from ruleout.serving.settings.document import MOST_WORKERS


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Page:
    StandingClock(monkeypatch)
    made = Page(tmp_path / "page", make=True)
    made.write(1, to_file(signed(epoch())), is_open=True)
    made.lease_until(boottime_ns() + 3 * 10**9)
    return made


class Sleeps:
    """Counts how often somebody sleeps while waiting for the page, and does something at one of these times."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, at: int = 0, act: Callable[[], object] = lambda: None) -> None:
        self.count, self._at, self._act = 0, at, act
        monkeypatch.setattr("ruleout.adapters.kill.page.time.sleep", self._sleep)

    def _sleep(self, _: float) -> None:
        self.count += 1
        if self.count == self._at:
            self._act()


@pytest.mark.parametrize("at", [1, WAITS - 1])
def test_a_writer_that_sleeps_half_way_ends_nothing(page: Page, monkeypatch: pytest.MonkeyPatch, at: int) -> None:
    view = View(page.path)
    assert view.standing(Scope()) is None
    page.words[SEQUENCE] += 1

    def write_on() -> None:
        page.words[SEQUENCE] += 1

    sleeps = Sleeps(monkeypatch, at, write_on)
    assert view.standing(Scope()) is None
    assert sleeps.count == at


def test_a_page_that_stays_torn_closes_and_blocks_once(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    sleeps = Sleeps(monkeypatch)
    view = View(page.path)
    page.words[SEQUENCE] += 1
    first = view.standing(Scope())
    again = [view.standing(Scope()) for _ in range(20)]
    assert sleeps.count <= WAITS
    assert {one.why for one in (first, *again) if one is not None} == {Why.CLOSED}
    assert None not in again


def test_as_many_workers_as_the_settings_allow_have_a_slot_each_and_so_have_those_that_follow_them(page: Page) -> None:
    """A reload starts as many beside those that drain: one without a slot would serve nobody, and no kill would ask it."""
    parent = os.getppid()
    living = Slot(pid=parent, started=started(parent), epoch=1, live=0, at_ns=0)
    for number in range(2 * MOST_WORKERS - 1):
        page.fill(number, living)
    assert View(page.path).standing(Scope()) is None
    assert [slot.pid for slot in page.slots()] == [parent] * (2 * MOST_WORKERS - 1) + [os.getpid()]


@pytest.mark.parametrize(("at", "is_served"), [(1, True), (6, True), (10_000, False)])
def test_workers_that_start_together_all_take_a_slot(
    page: Page, monkeypatch: pytest.MonkeyPatch, at: int, *, is_served: bool
) -> None:
    """Another takes its slot just now; only one that never comes to an end keeps this one closed."""
    with page.path.open("rb+") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        Sleeps(monkeypatch, at, lambda: fcntl.flock(other, fcntl.LOCK_UN))
        refusal = View(page.path).standing(Scope())
    assert (refusal is None) == is_served
