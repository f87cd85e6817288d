# SPDX-License-Identifier: Apache-2.0
"""A writer that the system puts to sleep half-way delays workers; only one that never comes back closes them (G-6)."""

from __future__ import annotations

import fcntl
import os
import threading
import time
from pathlib import Path

import pytest
from tests.kill_builders import epoch, signed

from ruleout.adapters.kill.host import boottime_ns, started
from ruleout.adapters.kill.page import Page
from ruleout.adapters.kill.view import WAITS, View
from ruleout.serving.epoch import Scope, to_file
from ruleout.serving.epoch.page import SEQUENCE, Slot
from ruleout.serving.refusal import Why
from ruleout.serving.settings.document import MOST_WORKERS


@pytest.fixture
def page(tmp_path: Path) -> Page:
    made = Page(tmp_path / "page", make=True)
    made.write(1, to_file(signed(epoch())), is_open=True)
    made.lease_until(boottime_ns() + 3 * 10**9)
    return made


def test_a_writer_that_sleeps_half_way_ends_nothing(page: Page) -> None:
    view = View(page.path)
    assert view.standing(Scope()) is None
    page.words[SEQUENCE] += 1

    def write_on() -> None:
        time.sleep(0.005)
        page.words[SEQUENCE] += 1

    writer = threading.Thread(target=write_on)
    writer.start()
    refusal = view.standing(Scope())
    writer.join()
    assert refusal is None


def test_a_page_that_stays_torn_closes_and_blocks_once(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr("ruleout.adapters.kill.page.time.sleep", slept.append)
    view = View(page.path)
    page.words[SEQUENCE] += 1
    first = view.standing(Scope())
    again = [view.standing(Scope()) for _ in range(20)]
    assert len(slept) <= WAITS
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


@pytest.mark.parametrize(("held_s", "is_served"), [(0.003, True), (10.0, False)])
def test_workers_that_start_together_all_take_a_slot(page: Page, held_s: float, *, is_served: bool) -> None:
    """Another takes its slot just now; only one that never comes to an end keeps this one closed."""
    over = threading.Event()
    descriptor = os.open(page.path, os.O_RDWR)
    fcntl.flock(descriptor, fcntl.LOCK_EX)

    def let_go() -> None:
        over.wait(held_s)
        os.close(descriptor)

    other = threading.Thread(target=let_go)
    other.start()
    refusal = View(page.path).standing(Scope())
    over.set()
    other.join()
    assert (refusal is None) == is_served
