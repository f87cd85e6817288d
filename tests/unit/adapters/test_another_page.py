# SPDX-License-Identifier: Apache-2.0
"""A page that is put in another's place is judged by at the very look that finds it: kills, lease and all (G-6, G-7)."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.kill_builders import StandingClock, epoch, signed

from ruleout.adapters.kill.host import boottime_ns
from ruleout.adapters.kill.page import Page, closing
from ruleout.adapters.kill.view import View
from ruleout.serving.epoch import Kill, Scope, Target, to_file
from ruleout.serving.refusal import Why

LEASE_NS = 3 * 10**9
EVERYTHING = Kill(id="kill-1", kind=Target.ALL, name="", reason="0" * 64, by="kim+00000000", at="2026-03-01T12:00:00Z")


def put(path: Path, *, kills: tuple[Kill, ...] = (), leased: bool = True) -> None:
    """Put an open page in the place of what stands there, as a new file."""
    made = Page(path.with_name("fresh"), make=True)
    made.write(1, to_file(signed(epoch(kills=kills))), is_open=True)
    made.lease_until(boottime_ns() + LEASE_NS if leased else 0)
    made.path.replace(path)
    made.close()


@pytest.fixture(params=["missing", "closed", "unleased"])
def view(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> View:
    """A view that has no page, a closed one, or one whose lease is over, and looks again at the next question."""
    path, clock = tmp_path / "page", StandingClock(monkeypatch)
    if request.param == "closed":
        Page(path, make=True).write(1, closing("it has just started"), is_open=False)
    elif request.param == "unleased":
        put(path, leased=False)
    made = View(path)
    assert made.standing(Scope()) is not None
    clock.step(0.03)
    return made


def test_what_it_kills_is_not_served_once(view: View, tmp_path: Path) -> None:
    put(tmp_path / "page", kills=(EVERYTHING,))
    refusal = view.standing(Scope())
    assert refusal is not None
    assert refusal.why is Why.KILLED


def test_without_its_lease_nothing_is_served_once(view: View, tmp_path: Path) -> None:
    put(tmp_path / "page", leased=False)
    refusal = view.standing(Scope())
    assert refusal is not None
    assert refusal.why is Why.LEASE


def test_what_it_lets_through_is_not_refused_once(view: View, tmp_path: Path) -> None:
    put(tmp_path / "page")
    assert view.standing(Scope()) is None
