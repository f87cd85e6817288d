# SPDX-License-Identifier: Apache-2.0
"""Permits' files beside each other, clocks that step, hostile files, and each step of the check taken away once (G-1)."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.ledger_builders import CEO, RSO, FakeSigner, checkpoint_of
from tests.permit_builders import AT, DIGEST, TRUSTED, Log, condition, disclosure, permit, permit_bytes, terms

from ruleout.errors import VerificationFailed
from ruleout.ledger import EntryType
from ruleout.ledger.disclosure import digest_of_disclosure
from ruleout.ledger.permits import parse_permit_file, permit_file_bytes, verify_permit, verify_permits
from ruleout.ledger.permits.check import _Found
from ruleout.ledger.permits.form import faults
from ruleout.model.canonical import canonical
from ruleout.model.outcome import Activity, Outcome
from ruleout.model.permit import (
    EVERYBODY,
    Dimension,
    ExceptionUsed,
    Hook,
    Limit,
    LimitKind,
    Only,
    Permit,
    PermitState,
    ServedModel,
    Tenant,
    Tool,
)
from ruleout.model.plain import plain
from ruleout.model.served_name import clashes, names_taken

NOON = AT + timedelta(days=1)
ONE = permit()


def serving(name: str, digest: str = "e" * 64, **more: object) -> Permit:
    """Another permit, which serves a name for weights."""
    models = (ServedModel(model="demo-2", digest=digest, served_as=(name,)),)
    fields = {"id": "second", "terms": terms(models=models, **more)}
    return permit(**fields)


def states(*permits: Permit, at: datetime = NOON) -> list[PermitState]:
    """How permits of one log stand beside each other."""
    log = Log()
    places = [log.issue(one) for one in permits]
    verdicts = verify_permits([log.file(n, one) for n, one in zip(places, permits, strict=True)], TRUSTED, at=at)
    assert all((one.serves is None) is (one.state is not PermitState.IN_FORCE) for one in verdicts)
    return [one.state for one in verdicts]


@pytest.mark.parametrize("name", ["demo", "DEMO", "Demo"])
def test_of_two_permits_that_serve_other_weights_under_one_name_none_serves(name):
    """Whatever its case, and whichever came first; a third is left alone."""
    both = [PermitState.CONFLICT, PermitState.CONFLICT, PermitState.IN_FORCE]
    third = replace(serving("else"), id="third")

    assert states(ONE, serving(name), third) == both
    assert states(serving(name), ONE, third) == both


def test_the_other_permit_is_named():
    """With both digests, so that somebody can tell which was meant."""
    log = Log()
    other = serving("demo")
    files = [log.issue(ONE), log.issue(other)]
    first, _ = verify_permits([log.file(files[0], ONE), log.file(files[1], other)], TRUSTED, at=NOON)

    assert first.because == (f"'demo' is served for {DIGEST[:12]}, and by permit 'second' for eeeeeeeeeeee",)


def test_the_same_weights_or_another_time_are_no_conflict():
    """A name may be served to two tenants by two permits, and be handed on from one day to the next."""
    later = serving("demo", not_before=datetime(2026, 7, 1, tzinfo=UTC), last_day=date(2026, 12, 31))

    assert states(ONE, serving("demo", DIGEST)) == [PermitState.IN_FORCE] * 2
    assert states(ONE, later) == [PermitState.IN_FORCE, PermitState.NOT_YET]
    assert states(ONE, later, at=datetime(2026, 7, 1, tzinfo=UTC)) == [PermitState.EXPIRED, PermitState.IN_FORCE]


def test_the_same_permit_twice_is_no_conflict_and_the_same_id_for_two_is():
    """A newer file of a permit beside an older one; an id that was issued again, of which only the last file shows nothing."""
    again = permit(title="Another")
    log = Log()
    first, second = log.issue(ONE), log.issue(again)
    apart = Log()
    apart.issue(ONE)
    alone = [log.file(second, again), apart.file(2, ONE)]

    assert states(ONE) == [PermitState.IN_FORCE]
    assert [v.state for v in verify_permits([log.file(first, ONE), log.file(second, again)], TRUSTED, at=NOON)] == [
        PermitState.REVOKED,
        PermitState.IN_FORCE,
    ]
    assert [v.state for v in verify_permits([*alone, alone[0]], TRUSTED, at=NOON)] == [PermitState.CONFLICT] * 3


DAYS = st.integers(0, 40).map(lambda n: date(2026, 3, 1) + timedelta(days=n))
SOME = st.builds(
    lambda digest, name, start, end: replace(
        serving(name, digest * 64, not_before=AT + (start - AT.date()), last_day=max(start, end)), id=digest + name.lower()
    ),
    st.sampled_from("abc"), st.sampled_from(["demo", "Demo", "else"]), DAYS, DAYS,
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(SOME, SOME, st.integers(0, 50))
def test_clashes_are_those_that_some_instant_shows(one, other, days):
    """Symmetric; and at an instant at which both are in force, exactly those with a name in common and other weights."""
    at = AT + timedelta(days=days)
    found = bool(list(clashes(names_taken(one), names_taken(other))))
    same_name = one.terms.models[0].served_as[0].lower() == other.terms.models[0].served_as[0].lower()
    apart = one.terms.models[0].digest != other.terms.models[0].digest

    assert found is bool(list(clashes(names_taken(other), names_taken(one))))
    if {one.state_at(at), other.state_at(at)} == {PermitState.IN_FORCE}:
        assert found is (same_name and apart)
    if found:
        common = max(one.first_instant, other.first_instant)
        assert {one.state_at(common), other.state_at(common)} == {PermitState.IN_FORCE}


# --- clocks -----------------------------------------------------------------------------------------------------------


def test_a_clock_that_goes_back_serves_nothing_again():
    """Behind what was seen; and where the log itself goes on after the last day, whatever the checker remembers."""
    log = Log()
    file = log.file(log.issue(ONE), ONE)
    log.add(EntryType.EVIDENCE, ts="2026-07-01T00:00:00Z")
    grown = log.file(2, ONE)
    expired = AT.replace(month=7, day=2)

    assert verify_permit(file, replace(TRUSTED, latest_seen=expired), at=NOON).state is PermitState.UNKNOWN
    assert verify_permit(file, replace(TRUSTED, latest_seen=NOON), at=NOON).state is PermitState.IN_FORCE
    assert verify_permit(grown, TRUSTED, at=NOON).state is PermitState.UNKNOWN
    assert verify_permit(grown, TRUSTED, at=expired).state is PermitState.EXPIRED


def test_a_revocation_counts_whatever_instant_it_states():
    """Before the permit, or long after now: the order of the log decides."""
    for ts in ("2020-01-01T00:00:00Z", "2026-06-01T00:00:00Z"):
        log = Log()
        index = log.issue(ONE)
        log.add(EntryType.PERMIT, ts=ts, subject={"permit": "general", "act": "revoke", "role": "ceo"}, by=CEO)
        verdict = verify_permit(log.file(index, ONE), TRUSTED, at=NOON)
        assert verdict.serves is None


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(-400, 400), min_size=1, max_size=8))
def test_a_checker_that_remembers_serves_no_expired_permit_however_its_clock_steps(steps):
    """Once it has said *expired*, it never says *in force* again."""
    file = LOG.file(2, ONE)
    seen, at, was_expired = None, NOON, False
    for step in steps:
        at = NOON + timedelta(days=step)
        verdict = verify_permit(file, replace(TRUSTED, latest_seen=seen), at=at)
        assert not (was_expired and verdict.serves is not None)
        was_expired |= verdict.state is PermitState.EXPIRED
        seen = at if seen is None else max(seen, at)


# --- hostile files ----------------------------------------------------------------------------------------------------

LOG = Log()
LOG.issue(ONE)
GOOD = LOG.file(2, ONE)


def signed(one: Permit | bytes | str) -> PermitState:
    """The state of a permit of any content that was duly signed and logged."""
    data = permit_bytes(one) if isinstance(one, Permit) else one
    log = Log()
    made = disclosure(data)
    index = log.issue(ONE if not isinstance(one, Permit) else one, salted=(digest_of_disclosure(made),))
    verdict = verify_permit(log.file(index, data), TRUSTED, at=NOON)
    assert verdict.serves is None or isinstance(one, Permit)
    return verdict.state


UNSOUND = {
    "a served name of another alphabet": {"models": (ServedModel(model="m", digest=DIGEST, served_as=("dеmo",)),)},
    "a served name twice": {"models": (ServedModel(model="m", digest=DIGEST, served_as=("demo", "DEMO")),)},
    "no digest": {"models": (ServedModel(model="m", digest="", served_as=("demo",)),)},
    "a digest in capitals": {"models": (ServedModel(model="m", digest="D" * 64, served_as=("demo",)),)},
    "a tenant of another alphabet": {"tenants": (Tenant(tenant="аgency", customer="", tiers=("paid",)),)},
    "a tenant twice": {"tenants": (Tenant(tenant="a", customer="", tiers=("paid",)),) * 2},
    "others beside everybody": {
        "tenants": tuple(Tenant(tenant=name, customer="", tiers=("paid",)) for name in (EVERYBODY, "a"))
    },
    "a tool twice": {"tools": tuple(Tool(tool=name, human_approval=True, limits=()) for name in ("x", "X"))},
    "a limit below nothing": {"limits": (Limit(kind=LimitKind.REQUESTS_PER_DAY, at_most=-1),)},
    "a limit of a tool that nothing counts": {
        "tools": (Tool(tool="x", human_approval=True, limits=(Limit(kind=LimitKind.TOKENS_PER_DAY, at_most=1),)),)
    },
    "a safeguard without hook": {"hooks": ()},
    "a hook that is none": {"hooks": (Hook(safeguard="watch", hook="", outside=""),)},
    "a condition that nobody carries": {"conditions": (condition(limits=()),)},
    "a condition that is not kept": {
        "conditions": (condition(only=(Only(dimension=Dimension.TIERS, names=("free",)),)),)
    },
    "an activity in which nothing is served": {"activity": Activity.TRAIN},
}


@pytest.mark.parametrize("defect", UNSOUND)
def test_a_signature_does_not_make_a_permit_sound(defect):
    """Signed by who may, logged and proved: and still nothing is served by it."""
    one = permit(terms=terms(**UNSOUND[defect]))

    assert faults(one)
    assert signed(one) is PermitState.UNKNOWN


def test_sound_ones_are_sound():
    """So that the table above is not one of things that are always refused."""
    assert faults(ONE) == ()
    assert signed(ONE) is PermitState.IN_FORCE
    stopped = permit(rests_on=replace(ONE.rests_on, outcome=Outcome.HOLD))
    excepted = permit(exceptions=(ExceptionUsed(request="r", customer="Agency B", last_day=date(2027, 1, 1)),))
    assert {signed(stopped), signed(excepted)} == {PermitState.UNKNOWN}


def raw(**changes: object) -> bytes:
    """The bytes of a permit with top fields changed to anything."""
    return json.dumps({**json.loads(permit_bytes(ONE)), **changes}, sort_keys=True, separators=(",", ":")).encode()


TEXT = permit_bytes(ONE).decode()


@pytest.mark.parametrize(
    "data",
    [
        TEXT.replace('"at_most":100', '"at_most":' + "9" * 400),
        TEXT.replace('"at_most":100', '"at_most":9007199254740992'),
        TEXT.replace('"at_most":100', '"at_most":1e2'),
        TEXT.replace('"at_most":100', '"at_most":100,"at_most":100'),
        TEXT.replace('"id":"general"', '"id":"general","id":"general"'),
        TEXT.replace("general release", "general\\u0020release"),
        TEXT.replace('"2026-06-30"', '"99999-06-30"'),
        "[" * 5000 + "]" * 5000,
        '{"a":' * 3000 + "1" + "}" * 3000,
        "",
        "null",
        raw(terms=[]),
        raw(exceptions={}),
        raw(issued="0001-01-01T00:00:00+23:59"),
        raw(issued="9999-12-31T23:59:59-23:59"),
        raw(safeguards=[["watch"]]),
    ],
)
def test_no_form_of_other_bytes_serves_or_breaks_the_check(data):
    """Huge numbers, keys twice, deep nesting, other kinds: refused as what they are, never raised, never served."""
    assert signed(data) is PermitState.UNKNOWN


def test_the_ends_of_the_calendar_break_nothing():
    """A last day of 31 December 9999 is a last day."""
    for last in (date.max, date.min):
        one = permit(terms=terms(last_day=last))
        assert signed(one) is (PermitState.IN_FORCE if last is date.max else PermitState.EXPIRED)


@pytest.mark.parametrize(
    "data",
    [
        b"[" * 100_000,
        b'{"a":' * 100_000,
        permit_file_bytes(GOOD).replace(b'"index":2', b'"index":' + b"9" * 5000),
        permit_file_bytes(GOOD).replace(b'"index":2', b'"index":2,"index":2'),
        permit_file_bytes(GOOD).replace(b'"index":2', b'"index":2.0'),
        permit_file_bytes(GOOD)[:-1],
        b"\xff\xfe",
    ],
)
def test_a_file_that_is_none_is_refused_when_it_is_read(data):
    """Before anything of it is believed."""
    with pytest.raises(VerificationFailed):
        parse_permit_file(data)


@pytest.mark.parametrize("index", [0, 1, 3, 2**40, 2**53 - 1])
def test_another_index_proves_nothing(index):
    """Neither that of another entry nor one beyond every log."""
    assert verify_permit(replace(GOOD, index=index), TRUSTED, at=NOON).state is PermitState.UNKNOWN


@pytest.mark.parametrize("permit_text", ["", "é", "A" * 43, "!!", disclosure("x")])
def test_another_disclosure_is_not_the_permit(permit_text):
    """Whatever its text."""
    assert verify_permit(replace(GOOD, permit=permit_text), TRUSTED, at=NOON).state is PermitState.UNKNOWN


# --- seeded defects ---------------------------------------------------------------------------------------------------


def _wrong_log():
    log = Log()
    index = log.issue(ONE)
    return replace(log.file(index, ONE), checkpoint=checkpoint_of(log.entries, FakeSigner("example.org/other")))


def _unlogged():
    """An entry that is not in the log: the proof is of another."""
    apart = Log((EntryType.EVIDENCE, EntryType.DECISION))
    apart.issue(ONE, ts="2026-03-01T12:00:00Z", id="northlight/apart")
    return replace(GOOD, entries=(apart.entries[-1],))


def _left_out():
    log = Log()
    index = log.issue(ONE)
    log.revoke()
    whole = log.file(index, ONE)
    return replace(whole, entries=whole.entries[:-1])


def _revocation_as_issue():
    log = Log()
    return log.file(log.revoke(), ONE)


def _other_role():
    log = Log()
    return log.file(log.issue(ONE, by=RSO, role="ceo"), ONE)


def _longer():
    return replace(GOOD, permit=disclosure(permit(terms=terms(last_day=date(2026, 7, 1)))))


HOSTILE = {
    "signature": _wrong_log,
    "inclusion": _unlogged,
    "complete": _left_out,
    "entries": _revocation_as_issue,
    "authors": _other_role,
    "permit": _longer,
}


@pytest.mark.parametrize("step", HOSTILE)
def test_each_step_is_the_first_that_fails_for_what_it_is_there_for(step):
    """And without that step the check goes on to the next: no other step stands in for it."""
    verdict = verify_permit(HOSTILE[step](), TRUSTED, at=NOON)

    assert (verdict.state, verdict.checks[-1].name) == (PermitState.UNKNOWN, step)
    assert [check.name for check in verdict.checks] == list(HOSTILE)[: list(HOSTILE).index(step) + 1]


@pytest.mark.parametrize(
    ("method", "file"),
    [("_complete", _left_out), ("_authors", _other_role)],
)
def test_a_check_without_a_step_would_serve(monkeypatch, method, file):
    """A seeded defect is seen: the same file that is refused above is served once the step says yes to everything."""
    monkeypatch.setattr(_Found, method, lambda self: "not looked at")

    assert verify_permit(file(), TRUSTED, at=NOON).state is PermitState.IN_FORCE


def test_a_check_that_forgot_later_entries_would_serve(monkeypatch):
    """Revocation and compromise are seen by nothing else."""
    log = Log()
    index = log.issue(ONE)
    log.revoke()
    file = log.file(index, ONE)
    assert verify_permit(file, TRUSTED, at=NOON).state is PermitState.REVOKED

    monkeypatch.setattr("ruleout.ledger.permits.check._revocations", lambda entries, permit: ())
    assert verify_permit(file, TRUSTED, at=NOON).state is PermitState.IN_FORCE


def test_canonical_permits_are_what_is_signed():
    """The builder's bytes are the model's."""
    assert canonical(plain(ONE)) == permit_bytes(ONE)
