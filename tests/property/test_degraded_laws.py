# SPDX-License-Identifier: Apache-2.0
"""Whatever state, grant and request: a degraded page lets nothing through that a page under a lease would refuse (G-7)."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.kill_builders import KIM as KIM_KEY
from tests.kill_builders import TS, StandingClock, epoch, grant, granted, key_id, signed

from ruleout.adapters.kill.host import boottime_ns
from ruleout.adapters.kill.page import Page
from ruleout.adapters.kill.view import View
from ruleout.serving.epoch import Kill, Scope, Target, grant_from_file, grant_to_file, to_file
from ruleout.serving.refusal import Why

NAMES = ["a", "b", "c"]
SECOND = 1_000_000_000
scopes = st.builds(
    Scope,
    model=st.sampled_from(NAMES), models=st.lists(st.sampled_from(NAMES), max_size=2).map(tuple),
    capabilities=st.lists(st.sampled_from(NAMES), max_size=2).map(tuple),
    tools=st.lists(st.sampled_from(NAMES), max_size=2).map(tuple), tenant=st.sampled_from(NAMES),
    endpoint=st.sampled_from(NAMES), plain=st.booleans(),
)  # fmt: skip
targets = st.tuples(st.sampled_from([*Target]), st.sampled_from(NAMES))
covered = st.none() | st.lists(st.sampled_from(NAMES), min_size=1, unique=True).map(lambda names: tuple(sorted(names)))


@pytest.fixture(scope="module", autouse=True)
def clock() -> Iterator[StandingClock]:
    """What counts for a second counts until all of a test has been asked."""
    with pytest.MonkeyPatch.context() as patch:
        yield StandingClock(patch)


@pytest.fixture(scope="module")
def views() -> Iterator[tuple[Page, View, Page, View]]:
    with tempfile.TemporaryDirectory() as folder:
        made = [Page(Path(folder) / name, make=True) for name in ("leased", "degraded")]
        for page in made:
            page.write(1, to_file(signed(epoch())), is_open=True)
        leased, degraded = made
        yield leased, View(leased.path), degraded, View(degraded.path)


def kills(targeted: list[tuple[Target, str]]) -> tuple[Kill, ...]:
    return tuple(
        Kill(
            id=f"kill-{n}",
            kind=kind,
            name="" if kind is Target.ALL else name,
            reason="0" * 64,
            by=key_id(KIM_KEY),
            at=TS,
        )
        for n, (kind, name) in enumerate(targeted)
    )


class Case(NamedTuple):
    """A state, a grant and until when it and the page's second deadline count."""

    targeted: list[tuple[Target, str]]
    tenants: tuple[str, ...] | None
    models: tuple[str, ...] | None
    has_grant: bool
    other_epoch: bool
    lasts: int
    ends: int

    @property
    def counts(self) -> bool:
        return self.has_grant and not self.other_epoch and self.lasts > 0 and self.ends > 0

    def covers(self, scope: Scope) -> bool:
        named = (self.tenants is None or scope.tenant in self.tenants) and (
            self.models is None or scope.model in self.models
        )
        return self.counts and scope.plain and named


cases = st.builds(
    Case, st.lists(targets, max_size=3), covered, covered, st.booleans(), st.booleans(), st.sampled_from([-1, 1, 4]),
    st.sampled_from([-1, 10]),
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(case=cases, scope=scopes)
def test_a_degraded_page_lets_through_no_more_than_a_leased_one(views, case, scope) -> None:
    leased, on_lease, degraded, on_grant = views
    state = signed(epoch(kills=kills(case.targeted)))
    given_to = signed(epoch(lease_ms=2000)) if case.other_epoch else state
    one = granted(grant(given_to, tenants=case.tenants, models=case.models))
    data, now = grant_to_file(one) if case.has_grant else b"", boottime_ns()
    leased.write(1, to_file(state), is_open=True)
    leased.lease_until(now + 4 * SECOND)
    degraded.write(1, to_file(state), is_open=True, grant=data, ends_ns=max(0, now + case.ends * 60 * SECOND))
    degraded.lease_until(0)
    degraded.go_on_until(now + case.lasts * SECOND)

    fresh, found = on_lease.standing(scope), on_grant.standing(scope)
    if case.covers(scope):
        assert found == fresh
    else:
        assert found is not None
        assert found.why is Why.LEASE
    if fresh is not None:
        assert found is not None
    assert (on_grant.degraded is not None) == case.counts


@settings(max_examples=100, deadline=None)
@given(scope=scopes, targeted=st.lists(targets, max_size=3))
def test_under_a_lease_a_grant_changes_nothing(views, scope, targeted) -> None:
    leased, on_lease, degraded, on_grant = views
    state, now = signed(epoch(kills=kills(targeted))), boottime_ns()
    leased.write(1, to_file(state), is_open=True)
    degraded.write(
        1, to_file(state), is_open=True, grant=grant_to_file(granted(grant(state))), ends_ns=now + 60 * SECOND
    )
    passes = on_grant.passes
    for page in (leased, degraded):
        page.lease_until(now + 4 * SECOND)
        page.go_on_until(now + 4 * SECOND)
    for one in (scope, scope._replace(plain=True), scope._replace(plain=False)):
        assert on_lease.standing(one) == on_grant.standing(one)
        assert on_lease.standing(one) == on_lease.standing(one._replace(plain=not one.plain))
    assert on_grant.degraded is None
    assert on_grant.passes == passes


@pytest.mark.parametrize("spoil", ["complement", "far", "torn", "closed", "magic", "boot", "length", "document"])
def test_a_page_that_is_not_as_it_should_be_lets_nothing_go_on(tmp_path: Path, spoil: str) -> None:
    page, state, now = Page(tmp_path / "page", make=True), signed(epoch()), boottime_ns()
    data = grant_to_file(granted(grant(state)))
    page.write(1, to_file(state), is_open=spoil != "closed", grant=data, ends_ns=now + 60 * SECOND)
    page.lease_until(0)
    page.go_on_until(now + (600 if spoil == "far" else 4) * SECOND)
    from ruleout.serving.epoch import page as layout

    if spoil == "complement":
        page.words[layout.GOES_ON_COMPLEMENT] ^= 1
    elif spoil == "torn":
        page.bytes[layout.GRANT_AT + 10] ^= 1
    elif spoil == "magic":
        page.words[layout.MAGIC_AT] = int.from_bytes(b"RULEOUT1", "little")
    elif spoil == "boot":
        page.words[layout.BOOT] ^= 1
    elif spoil == "length":
        page.words[layout.GRANT_LENGTH] = 1 << 40
    elif spoil == "document":
        page.words[layout.GRANT_ENDS] += 1
    refusal = View(page.path).standing(Scope(plain=True))
    assert refusal is not None
    assert refusal.why in (Why.LEASE, Why.CLOSED)


def test_a_grant_on_the_page_lets_plain_chat_go_on(tmp_path: Path) -> None:
    """The test above can fail."""
    page, state, now = Page(tmp_path / "page", make=True), signed(epoch()), boottime_ns()
    data = grant_to_file(granted(grant(state)))
    page.write(1, to_file(state), is_open=True, grant=data, ends_ns=now + 60 * SECOND)
    page.lease_until(0)
    page.go_on_until(now + 4 * SECOND)
    view = View(page.path)
    assert view.standing(Scope(plain=True)) is None
    assert view.passes == 1
    assert view.degraded is not None
    assert view.grant_digest == grant_from_file(data).digest
