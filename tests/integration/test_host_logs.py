# SPDX-License-Identifier: Apache-2.0
"""States of other logs in a record: both verifiers refuse one that does not extend the one before (L-11)."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.integration.test_log_one_file_verifier import SINGLE
from tests.ledger_builders import CEO, KEYRING, FakeSigner, bundle_of, chain, checkpoint_of, draft

from ruleout.ledger.bundle import Bundle, build_bundle, parse_bundle, to_bytes
from ruleout.ledger.entry import EntryType
from ruleout.ledger.entry import to_bytes as entry_bytes
from ruleout.ledger.merkle import consistency_proof, leaf_hash, levels_of
from ruleout.ledger.signing import sign_entry
from ruleout.ledger.verify import verify_bundle
from ruleout.ledger.verify_hosts import beside_host

HOST, OTHER = "edge.example/gateway", "edge.example/another"
ENTRIES = chain([EntryType.EVIDENCE] * 9, producer="gateway")


def state(
    size: int, before: int = 0, *, entries: list[bytes] = ENTRIES, origin: str = HOST, **changes: Any
) -> dict[str, Any]:
    """The header of a state of so many entries, which extends one of `before`."""
    signer = FakeSigner(origin)
    proof = consistency_proof(levels_of(map(leaf_hash, entries[:size])), before, size) if 0 < before <= size else ()
    return {
        "origin": origin,
        "size": size,
        "checkpoint": checkpoint_of(entries[:size], signer, origin),
        "vkeys": (str(signer.key),),
        "proof": tuple(base64.b64encode(one).decode() for one in proof),
        **changes,
    }


def record(*states: dict[str, Any], **given: Any) -> Bundle:
    """A record that holds these states and nothing else."""
    made: list[bytes] = []
    for number, said in enumerate(states):
        prev = hashlib.sha256(made[-1]).hexdigest() if made else ""
        one = draft(EntryType.HOST_LOG, id=f"host-log/{number}", subject=said, refs=(), pseq=number, prev=prev)
        made.append(entry_bytes(sign_entry(one, CEO)))
    return parse_bundle(to_bytes(bundle_of(made, objects={}, **given)))


def host(entries: list[bytes] = ENTRIES, origin: str = HOST) -> Bundle:
    """The copy of a host's log."""
    signer = FakeSigner(origin)
    note = checkpoint_of(entries, signer, origin)
    return build_bundle(note, entries, origin=origin, vkeys=(signer.key,), objects={}, keyring=KEYRING)


def steps(main: Bundle, *hosts: Bundle) -> dict[str, tuple[str, str]]:
    """How each step ends, by the library; the one-file verifier ends each alike."""
    report = verify_bundle(main)
    told = SINGLE.verify(data := SINGLE.parse_bundle(to_bytes(main)))
    for one in hosts:
        report = beside_host(report, main, one)
        SINGLE.beside_host(told, data, SINGLE.parse_bundle(to_bytes(one)))
    found = {check.name: (check.status.value, check.detail) for check in report.checks}
    assert {name: status for name, (status, _) in found.items()} == {
        one["name"]: one["status"] for one in told["checks"]
    }
    assert (report.level.value, list(report.caveats)) == (told["level"], told["caveats"])
    return found


WHOLE = (state(3), state(5, 3), state(2, origin=OTHER), state(9, 5))


def test_states_that_extend_each_other_pass_and_are_counted() -> None:
    found = steps(record(*WHOLE))

    assert found["producers"] == ("passed", "1 producer, no gap; 4 states of 2 host logs, each extends the last")
    assert {status for status, _ in found.values()} <= {"passed", "not done"}


FORKED = [*ENTRIES[:4], *chain([EntryType.EVIDENCE] * 12, producer="forger")[4:9]]
TAMPERED = {
    "a state that shrinks": (state(5), state(3)),
    "the same state twice": (state(5), state(5)),
    "a state left out": (state(3), state(9, 5)),
    "another history": (state(5), state(9, 5, entries=FORKED)),
    "no proof": (state(3), state(5)),
    "a proof too many": (state(3), state(5, 3, proof=(*state(5, 3)["proof"], base64.b64encode(bytes(32)).decode()))),
    "a proof of another form": (state(3), state(5, 3, proof=("AA==",))),
    "a proof at the first": (state(5, 3),),
    "an empty first state": (state(0),),
    "another size than signed": ({**state(5), "size": 6},),
    "a size that is text": ({**state(5), "size": "5"},),
    "another origin than signed": ({**state(5), "origin": OTHER},),
    "under keys of another name": (state(5, vkeys=(str(FakeSigner(OTHER).key),)),),
    "under no key": (state(5, vkeys=()),),
    "under one key twice": (state(5, vkeys=(str(FakeSigner(HOST).key),) * 2),),
    "under a key that did not sign": (state(5, vkeys=(str(FakeSigner(HOST).key), str(FakeSigner(HOST + "/2").key))),),
    "a signature that does not hold": ({**state(6), "checkpoint": state(5)["checkpoint"].replace("\n5\n", "\n6\n")},),
    "a note that is none": (state(5, checkpoint="hello"),),
    "keys that are one text": (state(5, vkeys=str(FakeSigner(HOST).key)),),
    "a key that is none": (state(5, vkeys=("a+b+c",)),),
}


@pytest.mark.parametrize("name", TAMPERED)
def test_a_state_that_does_not_follow_is_found_by_both_verifiers(name: str) -> None:
    """Signed by a key of the ring all the same: the chain of states does not hold."""
    assert steps(record(*TAMPERED[name]))["producers"][0] == "failed"


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(1, 9), min_size=1, max_size=6))
def test_exactly_growing_sizes_with_their_proofs_pass(sizes: list[int]) -> None:
    befores = [0, *sizes]
    grows = all(one < other for one, other in zip(befores, sizes, strict=False))
    found = steps(record(*(state(size, before) for before, size in zip(befores, sizes, strict=False))))

    assert (found["producers"][0] == "passed") == grows


def test_a_copy_of_the_host_is_held_against_what_the_record_knows() -> None:
    known = record(state(3), state(5, 3))

    assert steps(known, host())[f"host-log {HOST}"] == ("passed", "the record knows 5 of 9 entries, by 2 states")
    assert steps(known, host(ENTRIES[:5]))[f"host-log {HOST}"][0] == "passed"


def rewritten() -> list[bytes]:
    """The host's log with another second entry, chained anew from there on."""
    return [
        ENTRIES[0],
        *chain([EntryType.EVIDENCE, EntryType.DECISION, *[EntryType.EVIDENCE] * 7], producer="gateway")[1:],
    ]


COPIES = {
    "cut off": host(ENTRIES[:4]),
    "rewritten": host(rewritten()),
    "of a fork": host(FORKED),
    "under another key": replace(
        host(), checkpoint=checkpoint_of(ENTRIES, FakeSigner("thief"), HOST), vkeys=(FakeSigner("thief").key,)
    ),
}


@pytest.mark.parametrize("name", COPIES)
def test_a_copy_that_is_another_fails_and_takes_the_level(name: str) -> None:
    found = steps(record(state(3), state(5, 3)), COPIES[name])

    assert found[f"host-log {HOST}"][0] == "failed"


def test_what_cannot_be_compared_is_not_done() -> None:
    assert steps(record(state(2, origin=OTHER)), host())[f"host-log {HOST}"] == (
        "not done", "the record knows no state of this log",
    )  # fmt: skip
    assert steps(record(state(5), state(3)), host())[f"host-log {HOST}"][0] == "not done"


def test_a_copy_that_was_named_and_compared_with_nothing_is_said_to_be(
    tmp_path: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    main = record(state(2, origin=OTHER))
    (tmp_path / "record").write_bytes(to_bytes(main))
    (tmp_path / "host").write_bytes(to_bytes(host()))
    told = f"host-log {HOST} was compared with nothing: the record knows no state of this log"

    assert beside_host(verify_bundle(main), main, host()).caveats[-1] == told
    assert SINGLE.main([str(tmp_path / "record"), "--host", str(tmp_path / "host")]) == 3
    assert f"note: {told}" in capsys.readouterr().out.splitlines()


def test_a_copys_own_name_adds_no_line_to_what_the_tool_shows(
    tmp_path: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    forged = f"x\nhost-log {HOST}  passed    the record knows 5 of 9 entries\x1b[1m\nwitnesses"
    (tmp_path / "record").write_bytes(to_bytes(record(state(5))))
    (tmp_path / "host").write_bytes(to_bytes(replace(host(), origin=forged)))
    SINGLE.main([str(tmp_path / "record"), "--host", str(tmp_path / "host")])
    shown = capsys.readouterr().out

    assert not any(line.startswith(f"host-log {HOST}") for line in shown.splitlines())
    assert "\x1b" not in shown
    assert f"host-log x\\x0ahost-log {HOST}" in shown


def test_the_tool_takes_copies_by_their_files(tmp_path: Any, capsys: pytest.CaptureFixture[str]) -> None:
    for name, one in {"record": record(state(5)), "whole": host(), "cut": COPIES["cut off"]}.items():
        (tmp_path / name).write_bytes(to_bytes(one))

    ran = [
        SINGLE.main([str(tmp_path / "record"), "--host", str(tmp_path / name), "--json"])
        for name in ("whole", "cut", "absent")
    ]
    assert ran == [0, 1, 2]
    shown = capsys.readouterr()
    assert '"host-log edge.example/gateway"' in shown.out
    assert "absent" in shown.err
