# SPDX-License-Identifier: Apache-2.0
"""A permit's file, checked offline: what is in order serves, and every other file, key, role or instant does not (G-1)."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.ledger_builders import CEO, KEYRING, ORIGIN, RSO, FakeSigner, checkpoint_of
from tests.permit_builders import AT, TRUSTED, Log, disclosure, permit, permit_bytes, terms

from ruleout.errors import VerificationFailed
from ruleout.ledger import EntryType
from ruleout.ledger.disclosure import parse_disclosure
from ruleout.ledger.merkle import leaf_hash, levels_of, root_hash
from ruleout.ledger.permits import Compromise, PermitFile, parse_permit_file, permit_file_bytes, verify_permit
from ruleout.ledger.permits.edge import edge_hashes, root_behind
from ruleout.ledger.signing import Holder
from ruleout.model.from_plain import value_of
from ruleout.model.permit import ExceptionUsed, Permit, PermitState

NOON = AT + timedelta(days=1)
ONE = permit()
OTHERS = (EntryType.EVIDENCE, EntryType.DECISION, EntryType.APPROVAL, EntryType.WITHDRAWAL)


def issued(**more: object) -> tuple[Log, PermitFile]:
    """A log with the permit between other entries, and its file."""
    log = Log()
    index = log.issue(ONE, **more)  # type: ignore[arg-type]
    log.add(EntryType.EVIDENCE)
    return log, log.file(index, ONE)


def state(file: PermitFile, trusted=TRUSTED, at=NOON) -> tuple[PermitState, str]:
    """The state, and the step that failed or the reason."""
    verdict = verify_permit(file, trusted, at=at)
    assert (verdict.serves is not None) is (verdict.state is PermitState.IN_FORCE)
    assert (verdict.because == ()) is (verdict.state is PermitState.IN_FORCE)
    return verdict.state, verdict.checks[-1].name if verdict.has_failed else "; ".join(verdict.because)


def test_what_is_in_order_serves():
    """By its own bytes, read again; and it says up to which size of the log a revocation would have been seen."""
    log, file = issued()
    read = parse_permit_file(permit_file_bytes(file))
    verdict = verify_permit(read, TRUSTED, at=NOON)

    assert read == file
    assert verdict.serves == ONE
    assert verdict.as_of_size == len(log.entries)


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (AT - timedelta(microseconds=1), PermitState.NOT_YET),
        (AT, PermitState.IN_FORCE),
        (AT.replace(month=6, day=30, hour=23, minute=59, second=59), PermitState.IN_FORCE),
        (AT.replace(month=7, day=1, hour=0), PermitState.EXPIRED),
    ],
)
def test_it_counts_from_its_first_instant_to_the_end_of_its_last_day(at, expected):
    """In UTC, to the microsecond."""
    assert state(issued()[1], at=at)[0] is expected


def test_an_exception_ends_it_on_every_path():
    """Its own last day does not carry it past that of an exception it leans on."""
    used = ExceptionUsed(request="r", customer="Agency A", last_day=date(2026, 3, 31))
    log = Log()
    one = permit(exceptions=(used,))
    file = log.file(log.issue(one), one)

    assert state(file, at=AT.replace(day=31))[0] is PermitState.IN_FORCE
    assert state(file, at=AT.replace(month=4, day=1))[0] is PermitState.EXPIRED


@pytest.mark.parametrize("act", ["revoke", "suspend", "issue"])
def test_any_later_act_about_it_ends_it(act):
    """Also one that nobody knows, and a second issue of the same id."""
    log, _ = issued()
    log.revoke(act=act)
    log.add(EntryType.EVIDENCE)

    assert state(log.file(2, ONE))[0] is PermitState.REVOKED


def test_an_act_about_another_permit_is_left_alone():
    """Ids are compared whole."""
    log, _ = issued()
    log.revoke("general-2")

    assert state(log.file(2, ONE))[0] is PermitState.IN_FORCE


def test_a_revocation_cannot_be_left_out():
    """Not by leaving its entry out, not by putting another in its place, not by moving the edge."""
    log, _ = issued()
    log.revoke()
    file = log.file(2, ONE)
    other = Log((*OTHERS, EntryType.EVIDENCE)).entries[-1]

    assert state(replace(file, entries=file.entries[:-1])) == (PermitState.UNKNOWN, "complete")
    assert state(replace(file, entries=(*file.entries[:-1], other))) == (PermitState.UNKNOWN, "complete")
    assert state(replace(file, edge=(*file.edge, file.edge[0]))) == (PermitState.UNKNOWN, "complete")


def test_an_older_file_does_not_serve_where_a_newer_checkpoint_was_seen():
    """The revocation may stand between the two."""
    log, file = issued()
    seen = replace(TRUSTED, least_size=len(log.entries) + 1)

    assert state(file, seen)[0] is PermitState.UNKNOWN
    assert state(file, replace(TRUSTED, least_size=len(log.entries)))[0] is PermitState.IN_FORCE


TOLD = {"vkey": "a+b+c", "roles": ("ceo",), "from": "2026-03-02T00:00:00Z", "compromised_from": "2026-03-01T00:00:00Z"}


def compromised(key: FakeSigner, *, by: FakeSigner = RSO, **more: object) -> PermitState:
    """The state of the permit of entry 2, once a key is told to be compromised."""
    log, _ = issued()
    log.add(EntryType.KEY, by=by, subject={**TOLD, "of": key.key.key_id, **more})
    return state(log.file(2, ONE))[0]


def test_a_compromised_key_voids_what_it_issued():
    """All of it, where nobody says up to where the log had been seen; a key that has nothing to do with it changes nothing."""
    assert compromised(CEO) is PermitState.VOID
    assert compromised(THIEF) is PermitState.IN_FORCE


@pytest.mark.parametrize(
    ("until", "expected"),
    [(2, PermitState.VOID), (3, PermitState.IN_FORCE), (4, PermitState.IN_FORCE)],
)
def test_what_witnesses_had_seen_before_stays(until, expected):
    """The permit is entry 2 of the log: below `until` it counts, from there on it does not."""
    assert compromised(CEO, until=until) is expected


@pytest.mark.parametrize("until", [-1, 5, 2**53 - 1, True, "3"])
def test_a_size_that_cannot_have_been_seen_counts_for_nothing(until):
    """Beyond the entry that states it, below nothing, or no number."""
    try:
        assert compromised(CEO, until=until) is PermitState.VOID
    except VerificationFailed:
        assert until in (-1, "3", True)  # the entry itself is refused


def test_a_thief_cannot_say_up_to_where_the_stolen_key_counts():
    """Nor whose key is not in the ring; of several statements the strictest counts, in any order."""
    assert compromised(CEO, by=CEO, until=4) is PermitState.VOID
    assert compromised(CEO, by=THIEF, until=4) is PermitState.VOID
    for first, second in ((4, 2), (2, 4)):
        log, _ = issued()
        for until in (first, second):
            log.add(EntryType.KEY, by=RSO, subject={**TOLD, "of": CEO.key.key_id, "until": until})
        assert state(log.file(2, ONE))[0] is PermitState.VOID


def test_a_compromised_key_voids_what_it_approved():
    """The permit names the signatures under it, so that a gateway sees it too."""
    log, _ = issued()
    log.add(EntryType.KEY, by=CEO, subject={**TOLD, "of": RSO.key.key_id})

    assert state(log.file(2, ONE))[0] is PermitState.VOID


def test_what_was_said_of_keys_before_the_permit_is_known_from_elsewhere():
    """A file begins with its permit: a thief's permit after the entry that ended the key serves nobody who knows of it."""
    known = {CEO.key.key_id: Compromise(below=1, by="key/1")}

    assert state(issued()[1], replace(TRUSTED, compromised=known))[0] is PermitState.VOID
    assert (
        state(issued()[1], replace(TRUSTED, compromised={THIEF.key.key_id: known[CEO.key.key_id]}))[0]
        is PermitState.IN_FORCE
    )


def test_what_may_bear_on_it_since_is_named():
    """Nobody weighed it here, and the verdict says so."""
    log, _ = issued()
    log.add(EntryType.WITHDRAWAL)

    verdict = verify_permit(log.file(2, ONE), TRUSTED, at=NOON)

    assert verdict.since == ("withdrawal northlight/4",)
    assert any("ask the record" in caveat for caveat in verdict.caveats)


THIEF = FakeSigner("northlight/ceo-2")


@pytest.mark.parametrize(
    ("trusted", "step"),
    [
        (replace(TRUSTED, vkeys=()), "signature"),
        (replace(TRUSTED, vkeys=(CEO.key,)), "signature"),
        (replace(TRUSTED, issuers=()), "authors"),
        (replace(TRUSTED, issuers=("rso",)), "authors"),
        (replace(TRUSTED, keyring={}), "authors"),
        (replace(TRUSTED, keyring={RSO.key.key_id: KEYRING[RSO.key.key_id]}), "authors"),
    ],
)
def test_nothing_serves_by_keys_or_roles_that_are_not_known(trusted, step):
    """An empty list of what is trusted trusts nothing."""
    assert state(issued()[1], trusted) == (PermitState.UNKNOWN, step)


def test_another_keyring_than_the_checkpoints_is_told():
    """Who holds which role may have changed: the file is to be made again."""
    more = {
        **KEYRING,
        THIEF.key.key_id: Holder(key=THIEF.key, person="x", roles=("ceo",), since="2026-01-01T00:00:00Z"),
    }

    assert state(issued()[1], replace(TRUSTED, keyring=more)) == (PermitState.UNKNOWN, "authors")


def test_a_role_that_its_signer_does_not_hold_is_refused():
    """Whatever role the header claims."""
    _, file = issued(by=RSO, role="ceo")

    assert state(file) == (PermitState.UNKNOWN, "authors")


@pytest.mark.parametrize(
    "header",
    [
        {"expires": "2027-06-30"},
        {"not_before": "2026-01-01T00:00:00Z"},
        {"decision": "case-1/demo@1.0/deploy-external/2"},
        {"permit": "general-2"},
    ],
)
def test_a_header_that_says_otherwise_is_refused(header):
    """Who reads the log alone and who reads the permit see the same."""
    told = {
        "permit": "general",
        "act": "issue",
        "role": "ceo",
        "decision": ONE.rests_on.decision,
        "not_before": "2026-03-01T12:00:00Z",
        "expires": "2026-06-30",
    }
    _, file = issued(subject={**told, **header})

    assert state(file) == (PermitState.UNKNOWN, "permit")


def test_another_permit_than_the_entrys_is_refused():
    """One day more is another permit."""
    _, file = issued()
    longer = permit(terms=terms(last_day=date(2026, 7, 1)))

    assert state(replace(file, permit=disclosure(longer))) == (PermitState.UNKNOWN, "permit")


def test_an_entry_of_another_kind_or_act_issues_nothing():
    """A decision is no permit, and a revocation is none."""
    log = Log()
    index = log.revoke()

    assert state(log.file(1, ONE)) == (PermitState.UNKNOWN, "entries")
    assert state(log.file(index, ONE)) == (PermitState.UNKNOWN, "entries")


def test_a_file_without_its_entry_or_of_another_log_proves_nothing():
    """The shape is right and nothing stands behind it."""
    _, file = issued()

    assert state(replace(file, entries=())) == (PermitState.UNKNOWN, "inclusion")
    assert state(replace(file, index=1)) == (PermitState.UNKNOWN, "inclusion")
    assert state(replace(file, origin="example.org/other")) == (PermitState.UNKNOWN, "signature")
    assert state(replace(file, checkpoint=checkpoint_of([], FakeSigner("x"), ORIGIN))) == (
        PermitState.UNKNOWN,
        "signature",
    )


FILE = issued()[1]
BYTES = permit_file_bytes(FILE)


@settings(max_examples=400, deadline=None)
@given(st.integers(0, len(BYTES) - 1), st.integers(1, 255))
def test_no_changed_byte_serves_anything_else(place, change):
    """Refused when read, or not in force; never another permit than the one that was issued."""
    changed = bytearray(BYTES)
    changed[place] ^= change
    try:
        read = parse_permit_file(bytes(changed))
    except VerificationFailed:
        return
    assert verify_permit(read, TRUSTED, at=NOON).serves in (None, ONE)


@pytest.mark.parametrize(
    "change",
    [
        {"format": "ruleout-permit/2"},
        {"index": -1},
        {"index": True},
        {"proof": ["AAAA"]},
        {"proof": ["A" * 43 + "="] * 65},
        {"entries": [1]},
        {"keyring": "x"},
        {"more": 1},
        {"permit": {}},
    ],
)
def test_what_is_no_permit_file_is_refused(change):
    """With another field, kind or form, before anything is verified."""
    made = {**json.loads(BYTES), **change}

    with pytest.raises(VerificationFailed):
        parse_permit_file(json.dumps(made, sort_keys=True, separators=(",", ":")).encode())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"at_most":100', '"at_most":true'),
        ('"at_most":100', '"at_most":"100"'),
        ('"last_day":"2026-06-30"', '"last_day":"20260630"'),
        ('"issued":"2026-03-01T12:00:00Z"', '"issued":"2026-03-01T13:00:00+01:00"'),
        ('"content":"never"', '"content":"sometimes"'),
        ('"id":"general",', '"id":"general","idea":"x",'),
        ('"owner":"",', ""),
    ],
)
def test_a_permit_has_one_spelling(old, new):
    """Another kind of value, another spelling of the same, a field more or less."""
    data = permit_bytes(ONE).decode()
    assert data.count(old) >= 1

    with pytest.raises(VerificationFailed):
        value_of(Permit, data.replace(old, new, 1).encode(), what="permit")


@settings(max_examples=200, deadline=None)
@given(st.integers(1, 40), st.data())
def test_the_edge_and_the_leaves_behind_it_make_the_root(size, data):
    """At every place of trees of every size; with one leaf less or another edge they do not."""
    leaves = [leaf_hash(bytes([n])) for n in range(size)]
    start = data.draw(st.integers(0, size))
    edge = edge_hashes(levels_of(leaves), start)

    assert root_behind(edge, start, leaves[start:]) == root_hash(leaves)
    if start < size:
        assert root_behind(edge, start, leaves[start:-1]) != root_hash(leaves)
    with pytest.raises(VerificationFailed):
        root_behind((*edge, leaves[0]), start, leaves[start:])


def test_an_entry_names_no_tenant_and_no_customer():
    """The header is public for good: whom a permit serves stands in the permit alone."""
    log, file = issued()

    assert "Agency A" in parse_disclosure(file.permit).value
    assert b"agency-a" not in log.entries[2]
    assert b"Agency A" not in log.entries[2]
    assert hashlib.sha256(permit_bytes(ONE)).hexdigest() not in log.entries[2].decode()
