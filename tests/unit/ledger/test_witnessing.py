# SPDX-License-Identifier: Apache-2.0
"""What a witness answers, as values (L-8)."""

from __future__ import annotations

import pytest
from tests.ledger_builders import CEO, LOG, ORIGIN, checkpoint_of

from ruleout.errors import VerificationFailed
from ruleout.ledger.checkpoint import Checkpoint, parse_checkpoint, sign_checkpoint
from ruleout.ledger.merkle import consistency_proof, leaf_hash, levels_of
from ruleout.ledger.witnessing import (
    MAX_BODY_BYTES,
    SIZE_TYPE,
    Answer,
    Request,
    Seen,
    judge,
    parse_request,
    recognise,
    request_body,
)

ENTRIES = [b"%d" % nth for nth in range(12)]
LEVELS = levels_of(leaf_hash(entry) for entry in ENTRIES)
KNOWN = {ORIGIN: (LOG.key,)}


def head(size: int) -> Checkpoint:
    return parse_checkpoint(checkpoint_of(ENTRIES[:size]).partition("\n\n")[0] + "\n")


def seen(size: int) -> Seen:
    return Seen(size=size, root=head(size).root)


def asked(old: int, new: int, note: str | None = None) -> Request:
    proof = consistency_proof(LEVELS, old, new) if 0 < old <= new else ()
    return parse_request(request_body(old, proof, note or checkpoint_of(ENTRIES[:new])))


def answer(request: Request, stored: Seen) -> Answer | None:
    found = recognise(request, KNOWN)
    return found if isinstance(found, Answer) else judge(request, found, stored)


@pytest.mark.parametrize("old", range(12))
def test_a_checkpoint_that_extends_what_was_seen_is_taken(old: int) -> None:
    """From every size to every larger one, and to itself."""
    assert [None] * (12 - old) == [answer(asked(old, new), seen(old)) for new in range(old, 12)]


def test_an_old_size_that_is_not_the_stored_one_is_told_the_stored_one() -> None:
    """409 with the size and its own content type, whichever way it is wrong."""
    for old in (0, 3, 7):
        told = answer(asked(old, 8), seen(5))
        assert Answer(status=409, body="5\n", media_type=SIZE_TYPE) == told


def test_an_old_size_above_the_new_is_malformed() -> None:
    """400, before the stored size is told."""
    told = answer(asked(9, 8), seen(9))
    assert told is not None
    assert 400 == told.status


def test_another_tree_is_refused_at_every_size() -> None:
    """422 for the same size with another root, for a proof of another tree, and for a needless proof."""
    other = checkpoint_of([b"x", *ENTRIES[1:8]])
    empty = sign_checkpoint(Checkpoint(ORIGIN, 0, bytes(32)), LOG)
    needless = Request(old=0, proof=(bytes(32),), note=checkpoint_of(ENTRIES[:8]))
    found = [
        answer(asked(8, 8, other), seen(8)),
        answer(asked(5, 8, other), seen(5)),
        answer(asked(0, 0, empty), seen(0)),
        answer(needless, seen(0)),
    ]

    assert [422] * 4 == [told.status for told in found if told is not None]


def test_only_known_logs_and_their_keys_are_heard() -> None:
    """404 for another origin, 403 for another key or no signature lines, 400 for what is no checkpoint."""
    entries = ENTRIES[:3]
    other_log = sign_checkpoint(Checkpoint("example.org/other", 3, head(3).root), CEO)
    broken = checkpoint_of(entries)[:-20] + "A" * 18 + "=\n"
    statuses = {
        other_log: 404,
        checkpoint_of(entries, signer=CEO): 403,
        checkpoint_of(entries).replace("\n3\n", "\n03\n"): 400,
        "no note at all": 400,
        checkpoint_of(entries).rstrip("\n"): 403,
        broken: 403,
    }
    for note, status in statuses.items():
        told = answer(Request(old=0, proof=(), note=note), Seen())
        assert told is not None
        assert status == told.status, note


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"old 1",
        b"old 01\n\nx",
        b"old -1\n\nx",
        b"old 1 \n\nx",
        b"new 1\n\nx",
        b"old 9223372036854775808\n\nx",
        b"old 1\nAAAA\n\nx",
        b"old 1\n" + b"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n" * 64 + b"\nx",
        b"old 1\n\n\xff",
        b"old 1\n\n" + b"x" * MAX_BODY_BYTES,
    ],
)
def test_a_malformed_request_is_refused_whole(body: bytes) -> None:
    """Sizes of another spelling, lines that are no hashes, too many of them, bytes that are no text, too long."""
    with pytest.raises(VerificationFailed, match="request"):
        parse_request(body)


def test_what_is_written_is_what_is_read() -> None:
    """A request's body parses to what it was made from."""
    proof, note = (bytes(32), b"\x01" * 32), checkpoint_of(ENTRIES)

    assert Request(old=7, proof=proof, note=note) == parse_request(request_body(7, proof, note))
