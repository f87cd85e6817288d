# SPDX-License-Identifier: Apache-2.0
"""Epochs: their form, who may make the next, what they hit, and the lease's arithmetic (G-6, G-7)."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.kill_builders import KEYRING, KIM, KIM_TOO, LEE, TS, WATCH, epoch, key_id, signed

from ruleout.errors import VerificationFailed
from ruleout.model.canonical import canonical
from ruleout.model.permit import LimitKind
from ruleout.serving.epoch import (
    DRILL_NAME,
    KEPT_FREE,
    MOST_BYTES,
    Act,
    Kill,
    Killed,
    Scope,
    SignedEpoch,
    Target,
    TightLimit,
    act_of,
    check_successor,
    from_file,
    is_name,
    loosens,
    to_file,
)
from ruleout.serving.epoch.page import ALL_ONES, LONGEST_NS, deadline_of, is_leased


def one_kill(name: str = "demo", kind: Target = Target.MODEL, id_: str = "kill-1", by=KIM) -> Kill:
    return Kill(id=id_, kind=kind, name=name, reason="0" * 64, by=key_id(by), at=TS)


FIRST = signed(
    epoch(kills=(one_kill(),), limits=(TightLimit(kind=LimitKind.TOKENS_PER_DAY, tenant="", at_most=9),)), KIM, LEE
)


def after(*signers, before=FIRST, **more):
    fields = {"kills": before.epoch.kills, "limits": before.epoch.limits, **more}
    return signed(epoch(before.epoch.number + 1, before.digest, **fields), *signers)


ALLOWED = [
    ((KIM,), {"kills": (*FIRST.epoch.kills, one_kill("x", id_="kill-2"))}),
    ((KIM,), {"kills": (*FIRST.epoch.kills, one_kill("", Target.ALL, "kill-2"))}),
    ((WATCH,), {"limits": (TightLimit(kind=LimitKind.TOKENS_PER_DAY, tenant="", at_most=8),)}),
    ((KIM, LEE), {"kills": ()}),
    ((KIM, LEE), {"limits": ()}),
    ((KIM, LEE), {"lease_ms": 5000}),
    ((LEE, KIM), {"bundle": "1" * 64}),
]
REFUSED = [
    ((KIM,), {"kills": ()}),
    ((KIM, KIM_TOO), {"kills": ()}),
    ((KIM, WATCH), {"kills": ()}),
    ((WATCH,), {"kills": (*FIRST.epoch.kills, one_kill("x", id_="kill-2", by=WATCH))}),
    ((WATCH,), {"kills": (*FIRST.epoch.kills, one_kill("x", id_="kill-2"))}),
    ((KIM,), {"kills": (one_kill("other"),)}),
    ((KIM,), {"kills": (replace(one_kill(), reason="1" * 64),)}),
    ((KIM,), {"kills": (*FIRST.epoch.kills, one_kill("x", id_="kill-2", by=LEE))}),
    ((KIM,), {"limits": ()}),
    ((KIM,), {"limits": (TightLimit(kind=LimitKind.TOKENS_PER_DAY, tenant="", at_most=10),)}),
    ((KIM,), {"limits": (TightLimit(kind=LimitKind.TOKENS_PER_DAY, tenant="a", at_most=9),)}),
    ((KIM,), {"lease_ms": 1001}),
    ((KIM,), {"bundle": "1" * 64}),
]


@pytest.mark.parametrize(("signers", "change"), ALLOWED)
def test_what_may_follow(signers, change):
    assert check_successor(FIRST, from_file(to_file(after(*signers, **change))), KEYRING)


@pytest.mark.parametrize(("signers", "change"), REFUSED)
def test_what_may_not_follow(signers, change):
    with pytest.raises(VerificationFailed, match="epoch-succession"):
        check_successor(FIRST, after(*signers, **change), KEYRING)


def test_one_person_may_shorten_the_lease_and_a_machine_may_not():
    long = signed(epoch(lease_ms=5000), KIM, LEE)
    assert check_successor(long, after(KIM, before=long, lease_ms=1000), KEYRING)
    with pytest.raises(VerificationFailed, match="epoch-succession"):
        check_successor(long, after(WATCH, before=long, lease_ms=1000), KEYRING)


def many(count: int) -> tuple[TightLimit, ...]:
    return tuple(
        TightLimit(kind=LimitKind.TOKENS_PER_DAY, tenant=f"{number:03d}{'t' * 190}", at_most=0)
        for number in range(count)
    )


def of_size(size: int, *signers) -> SignedEpoch:
    """A first epoch whose file has so many bytes."""
    found = signed(epoch(limits=many(240)), *signers)
    missing = size - len(to_file(found))
    made = signed(epoch(limits=(*many(240), *long_names(missing))), *signers)
    assert len(to_file(made)) == size
    return made


def long_names(missing: int) -> tuple[TightLimit, ...]:
    """Limits that take so many bytes more."""
    empty = len(',{"at_most":0,"kind":"tokens-per-day","tenant":""}')
    names, left = [], missing
    while left:
        taken = left if left <= empty + 190 else min(empty + 150, left - empty - 10)
        names.append(f"{len(names):02d}".ljust(taken - empty, "x"))
        left -= taken
    return tuple(TightLimit(kind=LimitKind.TOKENS_PER_DAY, tenant=name, at_most=0) for name in names)


def test_only_a_kill_of_everything_takes_the_room_that_is_kept_for_it():
    bound = MOST_BYTES - KEPT_FREE
    full = of_size(bound, KIM, LEE)
    assert check_successor(None, full, KEYRING)
    with pytest.raises(VerificationFailed, match="at most 61440 bytes"):
        check_successor(None, of_size(bound + 1, KIM, LEE), KEYRING)
    everything, one = one_kill("", Target.ALL, "kill-2"), one_kill("x" * 150, id_="kill-2")
    more = (*full.epoch.limits, TightLimit(kind=LimitKind.REQUESTS_PER_MINUTE, tenant="t" * 190, at_most=0))
    for who, change in (
        ((WATCH,), {"limits": more}), ((KIM,), {"limits": more}), ((KIM,), {"kills": (one,)}),
        ((KIM,), {"kills": (everything,), "limits": more}), ((KIM, LEE), {"limits": (*more, *many(243)[240:])}),
    ):  # fmt: skip
        with pytest.raises(VerificationFailed, match="at most 61440 bytes"):
            check_successor(full, after(*who, before=full, **change), KEYRING)
    killed = after(KIM, before=full, kills=(everything,))
    assert check_successor(full, killed, KEYRING)
    assert check_successor(killed, after(KIM, before=killed, kills=(everything, one_kill(id_="kill-3"))), KEYRING)
    with pytest.raises(VerificationFailed, match="at most 61440 bytes"):
        check_successor(killed, after(WATCH, before=killed, limits=more), KEYRING)
    assert check_successor(killed, after(KIM, LEE, before=killed, kills=()), KEYRING), (
        "given back, also by two signatures"
    )


def test_no_state_is_worth_as_much_as_everything_killed():
    """One person may begin with everything killed; only two with less."""
    assert check_successor(None, signed(epoch(kills=(one_kill("", Target.ALL),)), KIM), KEYRING)
    assert check_successor(None, signed(epoch(), KIM, LEE), KEYRING)
    for kills in ((), (one_kill(),)):
        with pytest.raises(VerificationFailed, match="two persons"):
            check_successor(None, signed(epoch(kills=kills), KIM), KEYRING)


def test_numbers_digests_and_signatures_must_fit():
    good = after(KIM)
    for wrong in (
        signed(replace(good.epoch, number=3), KIM),
        signed(replace(good.epoch, prev="1" * 64), KIM),
        replace(good, sigs=()),
        replace(good, sigs=((key_id(LEE), good.sigs[0][1]),)),
        replace(good, sigs=(("nobody+00000000", good.sigs[0][1]),)),
        replace(good, sigs=good.sigs * 2),
    ):
        with pytest.raises(VerificationFailed):
            check_successor(FIRST, wrong, KEYRING)


@pytest.mark.parametrize(
    "change",
    [
        {"format": "ruleout-epoch/2"}, {"epoch": 0}, {"epoch": True}, {"epoch": "1"}, {"prev": "0" * 64}, {"lease_ms": 999},
        {"lease_ms": 5001}, {"bundle": "x"}, {"kills": {}}, {"limits": [{}]}, {"at": "today"}, {"more": 1},
        {"kills": [{"id": "k", "kind": "cluster", "name": "x", "reason": "0" * 64, "by": "a+00000000", "at": TS}]},
        {"kills": [{"id": "k", "kind": "all", "name": "x", "reason": "0" * 64, "by": "a+00000000", "at": TS}]},
        {"kills": [{"id": "k", "kind": "tool", "name": "", "reason": "0" * 64, "by": "a+00000000", "at": TS}]},
        {"kills": [{"id": "k", "kind": ["tool"], "name": "x", "reason": "0" * 64, "by": "a+00000000", "at": TS}]},
    ],
)  # fmt: skip
def test_what_is_not_known_refuses_the_whole(change):
    value = json.loads(to_file(signed(epoch(), KIM, LEE)))
    value["document"] |= change
    with pytest.raises(VerificationFailed):
        from_file(canonical(value))


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_no_sequence_gives_back_without_two_persons(data):
    """Whatever one person or the machine signs, in whatever order: nothing that was taken comes back."""
    now = FIRST
    for number in range(data.draw(st.integers(1, 5))):
        kills = tuple(
            data.draw(
                st.lists(st.sampled_from([*now.epoch.kills, one_kill("b", id_=f"kill-{number + 5}")]), unique=True)
            )
        )
        most = data.draw(st.lists(st.integers(0, 20), max_size=1))
        limits = tuple(TightLimit(kind=LimitKind.TOKENS_PER_DAY, tenant="", at_most=count) for count in most)
        who = data.draw(st.sampled_from([(KIM,), (LEE,), (WATCH,), (KIM, KIM_TOO), (KIM, WATCH)]))
        lease = data.draw(st.integers(1000, 1100))
        following = after(*who, before=now, kills=kills, limits=limits, lease_ms=lease)
        try:
            check_successor(now, following, KEYRING)
        except VerificationFailed:
            continue
        now = following
    assert set(FIRST.epoch.kills) <= set(now.epoch.kills)
    assert min(one.at_most for one in now.epoch.limits) <= 9
    assert now.epoch.lease_ms <= 1000
    assert not loosens(FIRST.epoch, now.epoch)


@pytest.mark.parametrize(
    ("kind", "name", "scope"),
    [
        (Target.MODEL, "Demo", Scope(model="DEMO")),
        (Target.MODEL, "demo", Scope(model="alias", models=("ｄｅｍｏ",))),
        (Target.MODEL, "café", Scope(model="CAFE\u0301")),
        (Target.TENANT, "Straße", Scope(tenant="STRASSE")),
        (Target.CAPABILITY, "cyber", Scope(capabilities=("x", "Cyber"))),
        (Target.TOOL, "code-execution", Scope(tools=("Code-Execution",))),
        (Target.SURFACE, "openai-chat", Scope(endpoint="OpenAI-chat")),
        (Target.ALL, "", Scope()),
    ],
)
def test_other_spellings_are_hit_and_other_things_are_not(kind, name, scope):
    killed = Killed(epoch(kills=(one_kill(name, kind),)))
    assert killed.hits(scope) == ("kill-1",)
    if kind is not Target.ALL:
        assert killed.hits(Scope(model="m", capabilities=("c",), tools=("t",), tenant="n", endpoint="e")) == ()
        assert killed.hits(Scope()) == ()


@pytest.mark.parametrize("name", ["", " x", "x\u200b", "a\nb", "x" * 201, "\ud800", 7])
def test_names_that_cannot_be_told_apart_are_none(name):
    assert not is_name(name)


def test_what_an_epoch_did():
    now = FIRST.epoch
    drilled = replace(now, kills=(*now.kills, one_kill(DRILL_NAME, Target.SURFACE, "kill-2")))
    assert act_of(None, epoch()) is Act.UNKILL
    assert act_of(now, drilled) is Act.DRILL
    assert act_of(drilled, now) is Act.DRILL_ENDS
    assert act_of(now, replace(now, kills=())) is Act.UNKILL
    assert act_of(now, replace(now, limits=())) is Act.LOOSEN
    assert act_of(now, replace(now, lease_ms=1000)) is Act.TIGHTEN
    assert act_of(replace(now, kills=()), now) is Act.KILL


@given(st.integers(0, 2**63), st.integers(1000, 5000), st.integers(-(10**12), 10**12))
def test_a_lease_counts_only_within_its_length(sent, lease_ms, later):
    """Before the instant it was asked for by more than a lease, and after its end, there is none."""
    deadline = deadline_of(sent, lease_ms)
    counts = is_leased(deadline, deadline ^ ALL_ONES, sent + later)
    assert counts == (deadline - LONGEST_NS <= sent + later < deadline)


def test_a_word_torn_is_no_lease():
    deadline = deadline_of(10**9, 1000)
    assert not is_leased(deadline, (deadline ^ ALL_ONES) ^ 1, 10**9)
    assert not is_leased(0, 0, 0)
