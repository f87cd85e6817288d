# SPDX-License-Identifier: Apache-2.0
"""The degraded grant as a document: closed fields, bounds, two persons, one state (G-7)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.kill_builders import KEYRING, KIM, KIM_TOO, LEE, WATCH, epoch, grant, granted, key_id, signed

from ruleout.errors import VerificationFailed
from ruleout.ledger.signing import pre_authentication_encoding
from ruleout.model.canonical import canonical, parse_canonical
from ruleout.serving.epoch import Scope, SignedDegraded, from_file, grant_from_file, grant_to_file, to_file
from ruleout.serving.epoch.degraded import (
    AHEAD_S,
    LONGEST_S,
    MOST_GRANT_BYTES,
    granters_of,
    seconds_of,
    value_of_grant,
    why_not,
)

STATE = signed(epoch(), KIM, LEE)
GRANT = grant(STATE)


def changed(**more: object) -> bytes:
    value = {**value_of_grant(GRANT), **more}
    return canonical({"document": value, "sigs": []})


def test_what_is_written_is_read_again_and_two_persons_gave_it() -> None:
    one = granted(replace(GRANT, tenants=("acme", "other"), models=("helper",)))
    assert grant_from_file(grant_to_file(one)) == one
    assert {holder.person for holder in granters_of(one, KEYRING)} == {"kim", "lee"}


@pytest.mark.parametrize(
    "more",
    [
        {"format": "ruleout-degraded/2"}, {"extra": 1}, {"epoch": 0}, {"epoch": "1"}, {"epoch": True}, {"digest": "x"},
        {"reason": "why"}, {"by": "kim"}, {"origin": ""}, {"gateway": " lab"}, {"gateway": None},
        {"tenants": []}, {"tenants": None}, {"tenants": "acme"}, {"tenants": ["b", "a"]}, {"tenants": ["a", "a"]},
        {"models": [""]}, {"models": ["a\n"]}, {"models": [f"m{n:03}" for n in range(65)]}, {"models": {"all": 1}},
        {"until": "2026-02-30T00:00:00Z"}, {"until": "tomorrow"}, {"until": "2026-03-01T12:00:00+00:00"}, {"at": 5},
    ],
)  # fmt: skip
def test_whatever_is_not_of_its_form_is_refused(more: dict[str, object]) -> None:
    with pytest.raises(VerificationFailed):
        grant_from_file(changed(**more))


@pytest.mark.parametrize("name", sorted(value_of_grant(GRANT)))
def test_a_field_that_is_missing_is_refused(name: str) -> None:
    value = value_of_grant(GRANT)
    del value[name]
    with pytest.raises(VerificationFailed):
        grant_from_file(canonical({"document": value, "sigs": []}))


def test_bytes_that_are_no_grant_are_refused() -> None:
    whole = grant_to_file(granted(GRANT))
    for data in (b"", b"{}", b"\xff" * 10, whole + b" ", whole[:-1], b"{" * 100_000, to_file(STATE), b"[]"):
        with pytest.raises(VerificationFailed):
            grant_from_file(data)
    with pytest.raises(VerificationFailed):
        from_file(whole)
    assert len(whole) < MOST_GRANT_BYTES


@pytest.mark.parametrize(
    ("begins", "lasts", "fits"),
    [
        (0, LONGEST_S, True), (0, LONGEST_S + 1, False), (0, 0, False), (0, -5, False), (AHEAD_S - 1, 60, True),
        (AHEAD_S + 5, 60, False),
    ],
)  # fmt: skip
def test_it_is_bounded(begins: int, lasts: int, fits: bool) -> None:
    one = granted(grant(STATE, begins=begins, lasts=lasts))
    if fits:
        assert grant_from_file(grant_to_file(one)) == one
    else:
        with pytest.raises(VerificationFailed, match="degraded"):
            grant_to_file(one)


@pytest.mark.parametrize(
    "one",
    [
        SignedDegraded(grant=GRANT),
        granted(GRANT, KIM),
        granted(GRANT, KIM, KIM_TOO),
        granted(GRANT, KIM, WATCH),
        granted(replace(GRANT, by=key_id(WATCH)), KIM, LEE),
        replace(granted(GRANT), grant=replace(GRANT, until=grant(STATE, lasts=7200).until)),
        replace(granted(GRANT), sigs=granted(GRANT).sigs[:1] * 2),
    ],
    ids=["nobody", "one", "one person twice", "a machine", "another author", "changed after", "one signature twice"],
)
def test_only_two_persons_in_the_role_give_it(one: SignedDegraded) -> None:
    with pytest.raises(VerificationFailed):
        granters_of(one, KEYRING)


def test_a_key_that_left_the_keyring_gives_nothing() -> None:
    with pytest.raises(VerificationFailed):
        granters_of(granted(GRANT), {key: held for key, held in KEYRING.items() if held.person != "lee"})


def test_a_signature_over_another_type_of_document_is_none() -> None:
    """The same bytes signed as an epoch: types keep them apart."""
    message = pre_authentication_encoding(
        canonical(value_of_grant(GRANT)), payload_type="application/vnd.ruleout.epoch+json"
    )
    import base64

    sigs = tuple((key_id(one), base64.b64encode(one.sign(message)).decode()) for one in (KIM, LEE))
    with pytest.raises(VerificationFailed):
        granters_of(SignedDegraded(grant=GRANT, sigs=sigs), KEYRING)


def test_it_counts_for_its_time_and_its_state_only() -> None:
    first, until = (seconds_of(text) * 10**9 for text in (GRANT.not_before, GRANT.until))
    state = (STATE.epoch.number, STATE.digest)
    assert why_not(GRANT, epoch=state, now_ns=first) == ""
    assert why_not(GRANT, epoch=state, now_ns=until - 1) == ""
    assert "ended" in why_not(GRANT, epoch=state, now_ns=until)
    assert "begins" in why_not(GRANT, epoch=state, now_ns=first - 1)
    assert "epoch" in why_not(GRANT, epoch=(2, STATE.digest), now_ns=first)
    assert "epoch" in why_not(GRANT, epoch=(1, "0" * 64), now_ns=first)


def test_it_covers_plain_chat_of_whom_it_names() -> None:
    plain = Scope(model="helper", models=("helper-1",), tenant="acme", plain=True)
    assert GRANT.covers(plain)
    assert not GRANT.covers(plain._replace(plain=False))
    narrow = replace(GRANT, tenants=("acme",), models=("helper",))
    assert narrow.covers(plain)
    assert not narrow.covers(plain._replace(tenant="Acme"))
    assert not narrow.covers(plain._replace(model="helper-2"))
    assert not replace(GRANT, models=("helper-1",)).covers(plain), "another name of the same weights was not named"


def test_the_document_is_canonical() -> None:
    value = parse_canonical(grant_to_file(granted(GRANT)), max_depth=5)
    assert value["document"]["tenants"] == "all"
