# SPDX-License-Identifier: Apache-2.0
"""The layout of the page that a host's agent and its workers share, and the arithmetic of the lease (G-6, G-7).

Words of eight bytes in the machine's own order, then the signed document, then one slot per worker. The sequence is odd
while the head and the document change. The deadline stands beside its complement and changes alone, many times per
epoch: a word torn or never written does not fit its complement, and a document torn does not fit its digest.
"""

from __future__ import annotations

import hashlib
from typing import NamedTuple

from ruleout.serving.epoch.document import LEASE_MS, MOST_BYTES

MAGIC = int.from_bytes(b"RULEOUT1", "little")
WORD = 8
MAGIC_AT, SEQUENCE, EPOCH, DEADLINE, COMPLEMENT, STATE, LENGTH, BOOT, DIGEST = 0, 1, 2, 3, 4, 5, 6, 7, 9
"""Places of words; BOOT has two, DIGEST four."""
HEAD_BYTES = 128
OPEN = 1
SLOTS = 64
SLOT_WORDS = 8
SLOTS_AT = HEAD_BYTES + MOST_BYTES
"""First byte of the slots."""
PAGE_BYTES = SLOTS_AT + SLOTS * SLOT_WORDS * WORD
ALL_ONES = (1 << 64) - 1
LONGEST_NS = LEASE_MS[1] * 1_000_000
NS_PER_MS = 1_000_000


class Slot(NamedTuple):
    """What a worker says of itself in the page; its own word, so a report asks it again by another way.

    Attributes:
        pid: its process, with `started` in clock ticks since boot: together one process for ever.
        epoch: the newest epoch whose killed streams have all ended.
        live: streams that a kill of a newer epoch still has to end.
        at_ns: when it said so, CLOCK_BOOTTIME.
    """

    pid: int
    started: int
    epoch: int
    live: int
    at_ns: int


def content_digest(epoch: int, state: int, document: bytes) -> bytes:
    """Return the SHA-256 that ties head and document to each other, 32 bytes. Pure."""
    return hashlib.sha256(b"%d %d " % (epoch, state) + document).digest()


def deadline_of(sent_ns: int, lease_ms: int) -> int:
    """Return until when a lease counts that was asked for at `sent_ns` (CLOCK_BOOTTIME): never from its answer. Pure."""
    return sent_ns + lease_ms * NS_PER_MS


def is_leased(deadline: int, complement: int, now_ns: int) -> bool:
    """Whether a lease counts now. Pure. One further off than any lease may be is none: a clock or a page is not as it was."""
    return deadline ^ complement == ALL_ONES and 0 < deadline - now_ns <= LONGEST_NS
