# SPDX-License-Identifier: Apache-2.0
"""The layout of the page that a host's agent and its workers share, and the arithmetic of the lease (G-6, G-7).

Words of eight bytes in the machine's own order, then the signed document, then a degraded grant if there is one, then one slot
per worker. The sequence is odd while the head, the document and the grant change. Two deadlines stand beside their complements
and change alone, many times per epoch: the lease's, and until when plain chat goes on without it. A word torn or never
written does not fit its complement, and a document or a grant torn does not fit the digest.
"""

from __future__ import annotations

import hashlib
from enum import IntEnum
from typing import NamedTuple

from ruleout.serving.epoch.degraded import MOST_GRANT_BYTES
from ruleout.serving.epoch.document import LEASE_MS, MOST_BYTES

MAGIC = int.from_bytes(b"RULEOUT3", "little")
"""Names the layout too: a page of another is closed to those who do not know it."""
WORD = 8
MAGIC_AT, SEQUENCE, EPOCH, DEADLINE, COMPLEMENT, STATE, LENGTH, BOOT, DIGEST = 0, 1, 2, 3, 4, 5, 6, 7, 9
GOES_ON, GOES_ON_COMPLEMENT, GRANT_LENGTH, GRANT_ENDS = 13, 14, 15, 16
"""Places of words; BOOT has two, DIGEST four. GRANT_ENDS: when the grant ends, CLOCK_BOOTTIME, 0 where there is none."""
HEAD_BYTES = 192
OPEN = 1
SLOTS = 1024
"""Room for the most workers that settings allow and for those that follow them at reloads, while the first still drain."""
SLOT_WORDS = 8
GRANT_AT = HEAD_BYTES + MOST_BYTES
"""First byte of the grant."""
SLOTS_AT = GRANT_AT + MOST_GRANT_BYTES
"""First byte of the slots."""
PAGE_BYTES = SLOTS_AT + SLOTS * SLOT_WORDS * WORD
ALL_ONES = (1 << 64) - 1
LONGEST_NS = LEASE_MS[1] * 1_000_000
NS_PER_MS = 1_000_000


class Serves(IntEnum):
    """What a worker says of permits, policies and audit record. UNSAID: it takes no clients, not yet or no more."""

    UNSAID, SOMETHING, NOTHING = 0, 1, 2


class Slot(NamedTuple):
    """What a worker says of itself in the page; its own word, so a report asks it again by another way.

    Attributes:
        pid: its process, with `started` in clock ticks since boot: together one process for ever.
        epoch: the newest epoch whose killed streams have all ended.
        live: streams that a kill of a newer epoch still has to end.
        at_ns: when it said so, CLOCK_BOOTTIME.
        serves: whether it would serve, as `Serves`.
    """

    pid: int
    started: int
    epoch: int
    live: int
    at_ns: int
    serves: int = 0


class Content(NamedTuple):
    """What a page holds, whole; `grant` is empty where there is none, `ends_ns` when it ends by CLOCK_BOOTTIME."""

    sequence: int
    epoch: int
    state: int
    document: bytes
    grant: bytes = b""
    ends_ns: int = 0


def content_digest(epoch: int, state: int, document: bytes, *, grant: bytes = b"", ends_ns: int = 0) -> bytes:
    """Return the SHA-256 that ties head, document and grant to each other, 32 bytes. Pure."""
    head = b"%d %d %d %d %d " % (epoch, state, len(document), len(grant), ends_ns)
    return hashlib.sha256(head + document + grant).digest()


def deadline_of(sent_ns: int, lease_ms: int) -> int:
    """Return until when a lease counts that was asked for at `sent_ns` (CLOCK_BOOTTIME): never from its answer. Pure."""
    return sent_ns + lease_ms * NS_PER_MS


def is_leased(deadline: int, complement: int, now_ns: int) -> bool:
    """Whether a lease counts now. Pure. One further off than any lease may be is none: a clock or a page is not as it was."""
    return deadline ^ complement == ALL_ONES and 0 < deadline - now_ns <= LONGEST_NS
