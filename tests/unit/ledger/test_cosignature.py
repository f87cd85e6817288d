# SPDX-License-Identifier: Apache-2.0
"""Cosignatures of both algorithms: what they sign, and that nothing else passes for it (L-7, L-8)."""

from __future__ import annotations

import pytest
from tests.ledger_builders import CEO, LOG, ORIGIN, checkpoint_of
from tests.witness_builders import cosigner_key_of, policy_of, signer

from ruleout.errors import VerificationFailed
from ruleout.ledger import cosignature
from ruleout.ledger.checkpoint import Checkpoint, parse_checkpoint, sign_checkpoint
from ruleout.ledger.cosignature import (
    MAX_TIME,
    Algorithm,
    cosign,
    cosigner_key,
    parse_cosigner_key,
    parse_log_key,
    post_quantum_line,
)
from ruleout.ledger.note import open_note, signature_line, signatures_of, with_lines
from ruleout.ledger.witness_policy import parse_policy, policy_text, witnessing_of

NOTE = checkpoint_of([b"a", b"b"])
HEAD = parse_checkpoint(NOTE.partition("\n\n")[0] + "\n")
NAME = "a.example/w"


def cosigned(*names: str, algorithm: Algorithm = Algorithm.ED25519, time: int = 1_700_000_000, head: Checkpoint = HEAD):
    return with_lines(NOTE, [cosign(head, signer(name), time=time, algorithm=algorithm) for name in names])


@pytest.mark.parametrize("algorithm", Algorithm)
def test_a_cosignature_opens_under_its_key_and_states_its_time(algorithm: Algorithm) -> None:
    """With the key written and read again."""
    key = parse_cosigner_key(str(cosigner_key_of(NAME, algorithm)))
    _, signed = signatures_of(cosigned(NAME, algorithm=algorithm), [key])

    assert cosigner_key_of(NAME, algorithm) == key
    assert 1_700_000_000 == cosignature.time_of(signed[key])


@pytest.mark.parametrize("algorithm", Algorithm)
def test_a_cosignature_holds_for_nothing_else(algorithm: Algorithm) -> None:
    """Not at another time, of another root, size or origin, under another name or key."""
    key = cosigner_key_of(NAME, algorithm)
    _, signed = signatures_of(cosigned(NAME, algorithm=algorithm), [key])
    value = signed[key]
    key.verify(HEAD.text.encode(), value)
    later = (1_700_000_001).to_bytes(8, "big") + value[8:]
    others = [
        Checkpoint(ORIGIN, 3, HEAD.root),
        Checkpoint(ORIGIN, 2, bytes(32)),
        Checkpoint("example.org/other", 2, HEAD.root),
    ]
    for text, changed in [(HEAD.text, later), *((other.text, value) for other in others)]:
        with pytest.raises(VerificationFailed):
            key.verify(text.encode(), changed)
    with pytest.raises(VerificationFailed):
        cosigner_key_of("b.example/w", algorithm).verify(HEAD.text.encode(), value)
    for broken in (b"", value[:8], value[:-1], value + b"x", b"\xff" * 8 + value[8:]):
        with pytest.raises(VerificationFailed):
            key.verify(HEAD.text.encode(), broken)


def test_the_quantum_safe_form_signs_the_name_and_the_other_the_extension_lines() -> None:
    """As the C2SP text says of each."""
    named = cosigner_key("b.example/w", signer(NAME).post_quantum_key, Algorithm.ML_DSA_44)
    _, signed = signatures_of(
        cosigned(NAME, algorithm=Algorithm.ML_DSA_44), [cosigner_key_of(NAME, Algorithm.ML_DSA_44)]
    )
    extended = Checkpoint(ORIGIN, 2, HEAD.root, ("more",))

    with pytest.raises(VerificationFailed):
        named.verify(HEAD.text.encode(), next(iter(signed.values())))
    key = cosigner_key_of(NAME)
    _, ed25519 = signatures_of(cosigned(NAME), [key])
    with pytest.raises(VerificationFailed):
        key.verify(extended.text.encode(), ed25519[key])


def test_a_log_signs_with_both_under_one_name() -> None:
    """Its ML-DSA-44 line states no time; its keys are read as a log's, a witness's are not."""
    log = signer(ORIGIN)
    key = cosigner_key(ORIGIN, log.post_quantum_key, Algorithm.ML_DSA_44)
    note = with_lines(sign_checkpoint(HEAD, log), [post_quantum_line(HEAD, log)])
    ed25519 = parse_log_key(str(cosignature.verifier_key(ORIGIN, log.public_key)))
    _, signed = signatures_of(note, [key, ed25519])

    assert {key, ed25519} == set(signed)
    assert 0 == cosignature.time_of(signed[key])
    assert key == parse_log_key(str(key))
    with pytest.raises(VerificationFailed, match="type"):
        parse_log_key(str(cosigner_key_of(NAME)))


def test_times_out_of_range_are_refused() -> None:
    """A witness says when, and not after the year 9999."""
    for time in (0, -1, MAX_TIME + 1):
        with pytest.raises(ValueError, match="expected a time"):
            cosign(HEAD, signer(NAME), time=time, algorithm=Algorithm.ED25519)


def test_without_the_library_a_quantum_safe_signature_is_not_taken_for_checked(monkeypatch) -> None:
    """It fails by name, and says what to install."""
    monkeypatch.setattr(cosignature, "MLDSA44PublicKey", None)
    with pytest.raises(VerificationFailed, match="cannot check ML-DSA-44"):
        open_note(cosigned(NAME, algorithm=Algorithm.ML_DSA_44), [cosigner_key_of(NAME, Algorithm.ML_DSA_44)])


def test_keys_of_other_lengths_and_names_are_refused() -> None:
    """Before anything is verified by them."""
    for name, key, algorithm in (
        (NAME, bytes(31), Algorithm.ED25519),
        (NAME, bytes(32), Algorithm.ED25519),  # of small order
        (NAME, bytes(1311), Algorithm.ML_DSA_44),
        ("a b", bytes(1312), Algorithm.ML_DSA_44),
        ("\u00e9" * 150, bytes(1312), Algorithm.ML_DSA_44),
    ):
        with pytest.raises(VerificationFailed):
            parse_cosigner_key(str(cosigner_key(name, key, algorithm)))


# --- policies ---------------------------------------------------------------------------------------------------------


def test_a_quorum_is_so_many_different_witnesses() -> None:
    """Two of three; one twice is one; nobody is none."""
    policy = policy_of("x/a", "x/b", "x/c")
    said = {
        names: witnessing_of(cosigned(*names), policy, log_keys=[LOG.key])
        for names in [(), ("x/a",), ("x/a", "x/c"), ("x/a", "x/a"), ("x/a", "y/d")]
    }

    assert [False, False, True, False, False] == [found.is_met for found in said.values()]
    assert "unwitnessed: 0 of 2 needed" == said[()].words
    assert "unwitnessed: 1 of 2 needed" == said[("x/a",)].words
    assert said[("x/a", "x/c")].words == (
        "witnessed: 2 of 2 needed: a at 2023-11-14T22:13:20Z, c at 2023-11-14T22:13:20Z"
    )


def test_a_wrong_cosignature_fails_and_is_not_passed_over() -> None:
    """Also where others are enough."""
    wrong = signature_line(cosigner_key_of("x/c"), (1_700_000_000).to_bytes(8, "big") + bytes(64))
    note = with_lines(cosigned("x/a", "x/b"), [wrong])
    with pytest.raises(VerificationFailed, match="witnesses"):
        witnessing_of(note, policy_of("x/a", "x/b", "x/c"), log_keys=[LOG.key])


def test_the_log_is_not_its_own_witness() -> None:
    """Under whatever name its key stands in a policy."""
    with pytest.raises(VerificationFailed, match="other than the log itself"):
        witnessing_of(
            NOTE, policy_of("x/a", "x/b"), log_keys=[cosignature.verifier_key(ORIGIN, signer("x/a").public_key)]
        )


def test_groups_count_as_the_text_says() -> None:
    """Two organisations, each with witnesses of its own; and logs that the policy names."""
    names = ["x/a", "x/b", "x/c", "x/d", "x/e"]
    lines = [f"witness {name[-1]} {cosigner_key_of(name)}" for name in names]
    groups = ["group X 2 a b c", "group Y any d e", "group both all X Y", "quorum both"]
    policy = parse_policy("\n".join(["# comment", "", f"log {LOG.key} https://x", *lines, *groups]) + "\n")

    assert (LOG.key,) == policy.logs
    assert not policy.is_met({"a", "b", "c"})
    assert not policy.is_met({"a", "d", "e"})
    assert policy.is_met({"a", "c", "e"})
    assert 2 == policy.needed


@pytest.mark.parametrize(
    "lines",
    [
        [],
        ["quorum none", "quorum none"],
        ["quorum a"],
        ["group g 1 a", "quorum g"],
        ["W", "W2", "quorum a"],
        ["W", "W", "quorum a"],
        ["W", "group g 2 a", "quorum g"],
        ["W", "group g 0 a", "quorum g"],
        ["W", "group g \u0661 a", "quorum g"],
        ["W", "group g 1 a a", "quorum g"],
        ["W", "group a 1 a", "quorum a"],
        ["W", "group g 1 g", "quorum g"],
        ["W", "group none 1 a", "quorum none"],
        ["W", "quorum"],
        ["W", "quorum a b"],
        ["X", "quorum a"],
        ["wotness a b", "quorum none"],
        ["W", "quorum a\x0b"],
    ],
)
def test_a_policy_that_is_not_one_is_refused(lines: list[str]) -> None:
    """Unknown names, names and keys twice, counts out of range, no quorum, two of them, other words."""
    key = cosigner_key_of("x/a")
    stand = {"W": f"witness a {key}", "W2": f"witness b {key}", "X": f"witness a {CEO.key}"}
    with pytest.raises(VerificationFailed):
        parse_policy("".join(f"{stand.get(line, line)}\n" for line in lines))


def test_a_policy_that_asks_for_nobody_is_never_met() -> None:
    """Nothing was witnessed then."""
    found = witnessing_of(cosigned("x/a"), parse_policy("quorum none\n"), log_keys=[LOG.key])

    assert not found.is_met
    assert "unwitnessed" in found.words


def test_a_policy_written_is_the_policy_read() -> None:
    """With addresses."""
    policy = policy_of("x/a", "x/b", "x/c")

    assert policy == parse_policy(policy_text(policy.witnesses, 2))
