# SPDX-License-Identifier: Apache-2.0
"""What a witness does with a request, by C2SP tlog-witness, as values: parse, recognise, judge (L-8).

Pure. Whoever keeps the witness's state calls `judge` and stores the new checkpoint as one step that nobody else can come
between, durably, before any cosignature leaves. Statuses: 400 malformed, or an old size above the new; 404 unknown log;
403 not signed by the log; 409 another old size, with the one that counts; 422 not the tree that was seen before.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ruleout.errors import VerificationFailed
from ruleout.ledger.checkpoint import Checkpoint, parse_checkpoint
from ruleout.ledger.cosignature import LogKey
from ruleout.ledger.merkle import EMPTY_ROOT, HASH_BYTES, verify_consistency
from ruleout.ledger.note import MAX_NOTE_BYTES, decode_base64, open_note

MAX_PROOF_LINES = 63
#: An old size line, 63 proof lines, an empty line and a note.
MAX_BODY_BYTES = 32 + MAX_PROOF_LINES * 45 + 1 + MAX_NOTE_BYTES
SIZE_TYPE = "text/x.tlog.size"
TEXT_TYPE = "text/plain; charset=utf-8"
_OLD = re.compile(r"old (0|[1-9][0-9]{0,18})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A checkpoint put to a witness: the size it is said to have seen, the proof from there, and the signed note."""

    old: int
    proof: tuple[bytes, ...]
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """The latest tree of a log that a witness cosigned."""

    size: int = 0
    root: bytes = EMPTY_ROOT


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What goes back: HTTP status, body, and what the body is."""

    status: int
    body: str
    media_type: str = TEXT_TYPE


def request_body(old: int, proof: Sequence[bytes], note: str) -> bytes:
    """Return the body of a request. Pure. Source: C2SP tlog-witness, "add-checkpoint"."""
    lines = (f"old {old}", *(base64.b64encode(part).decode("ascii") for part in proof), "")
    return ("".join(f"{line}\n" for line in lines) + note).encode("utf-8")


def parse_request(body: bytes) -> Request:
    """Return the request that a body holds. Pure; bounded.

    Raises:
        VerificationFailed: check "request"; too long, not text, or of another shape. The answer is 400.
    """
    if len(body) > MAX_BODY_BYTES:
        raise VerificationFailed("request", f"expected at most {MAX_BODY_BYTES} bytes, got more")
    try:
        head, gap, note = body.decode("utf-8").partition("\n\n")
    except UnicodeDecodeError as error:
        raise VerificationFailed("request", "expected UTF-8, got other bytes") from error
    first, *lines = head.split("\n")
    old = _OLD.fullmatch(first)
    if not gap or old is None or int(old[1]) >= 2**63:
        raise VerificationFailed("request", f"expected `old SIZE`, proof lines and an empty line, got {first[:40]!r}")
    if len(lines) > MAX_PROOF_LINES:
        raise VerificationFailed("request", f"expected at most {MAX_PROOF_LINES} proof lines, got {len(lines)}")
    proof = tuple(decode_base64(line, check="request") for line in lines)
    if any(len(part) != HASH_BYTES for part in proof):
        raise VerificationFailed("request", "expected proof lines of 32 bytes each, got another length")
    return Request(old=int(old[1]), proof=proof, note=note)


def recognise(request: Request, logs: Mapping[str, Sequence[LogKey]]) -> Checkpoint | Answer:
    """Return the checkpoint, signed by a log that the witness knows, or the refusal. Pure.

    Args:
        logs: the keys of each log, by origin.
    """
    body = request.note.rpartition("\n\n")[0]
    try:
        head = parse_checkpoint(f"{body}\n")
    except VerificationFailed as error:
        return Answer(status=400, body=f"{error}\n")
    if head.origin not in logs:
        return Answer(status=404, body="unknown log\n")
    try:
        open_note(request.note, logs[head.origin])
    except VerificationFailed as error:
        return Answer(status=403, body=f"invalid signature: {error}\n")
    if request.old > head.size:
        return Answer(status=400, body=f"expected an old size of at most {head.size}, got {request.old}\n")
    return head


def judge(request: Request, head: Checkpoint, seen: Seen) -> Answer | None:
    """Return the refusal, or None where the checkpoint extends what was seen, and is to be stored and cosigned. Pure.

    Args:
        request: what was asked.
        head: what `recognise` returned for it.
        seen: the latest tree that the witness cosigned for this log.

    Source: C2SP tlog-witness; for the empty tree and equal sizes its text since July 2026.
    """
    if request.old != seen.size:
        return Answer(status=409, body=f"{seen.size}\n", media_type=SIZE_TYPE)
    try:
        _require_extension(request, head, seen)
    except VerificationFailed as error:
        return Answer(status=422, body=f"consistency proof: {error}\n")
    return None


def _require_extension(request: Request, head: Checkpoint, seen: Seen) -> None:
    if head.size == 0 and head.root != EMPTY_ROOT:
        raise VerificationFailed("consistency", "expected the root of the empty tree at size 0, got another")
    if request.old:
        verify_consistency(request.proof, (seen.size, seen.root), (head.size, head.root))
    elif request.proof:
        raise VerificationFailed("consistency", f"expected no proof from size 0, got {len(request.proof)} hashes")
