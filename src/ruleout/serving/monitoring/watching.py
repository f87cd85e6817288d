# SPDX-License-Identifier: Apache-2.0
"""What the process that watches says of itself after each look, and how workers take it: silence is no good news (G-11). Pure.

Instants are nanoseconds since the host's start, on a clock that nobody sets; a word of another start of the host is none.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from enum import Enum

import msgspec

from ruleout.serving.monitoring.counters import Series, Snapshot
from ruleout.serving.monitoring.metrics import WATCH_FAILING, WATCH_STATE

MOST_BYTES = 256 * 1024
_FORMAT = "ruleout-watch-word/1"


class Failing(Enum):
    """What keeps rates from being watched, or a breach from being answered; a closed list.

    SILENT: no look in time. WATCHES: the file of watches. COUNTERS: counters or reviews that cannot be read. KEY: no key that
    may tighten. TIGHTENING: a limit could not be set. DRAFT: a deviation could not be written, or the
    record not be read where nothing is remembered. MEMORY: what is remembered.
    """

    SILENT = "silent"
    WATCHES = "watches"
    COUNTERS = "counters"
    KEY = "key"
    TIGHTENING = "tightening"
    DRAFT = "draft"
    MEMORY = "memory"


class Word(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is said after a look.

    Attributes:
        boot: id of the host's start.
        looked_ns: when the look began; `whole_ns` when the last one began at which nothing was failing, -1 for none yet.
        states: how each watch stands: no-breach, breach, unknown.
        failing: what is failing, with words for people.
    """

    boot: str
    looked_ns: int
    whole_ns: int
    states: dict[str, str]
    failing: dict[Failing, str]
    format: str = _FORMAT


_DECODER = msgspec.json.Decoder(Word)


def word_bytes(word: Word) -> bytes:
    """Return a word as bytes that show damage. Pure."""
    body = msgspec.json.encode(word)
    return hashlib.sha256(body).hexdigest().encode("ascii") + b"\n" + body


def parse_word(data: bytes) -> Word | None:
    """Return a word, None where the bytes are damaged. Pure; never raises."""
    digest, _, body = data.partition(b"\n")
    if len(data) > MOST_BYTES or hashlib.sha256(body).hexdigest().encode("ascii") != digest:
        return None
    try:
        word = _DECODER.decode(body)
    except (msgspec.MsgspecError, RecursionError):
        return None
    return word if word.format == _FORMAT else None


def patience_ns(every_s: int) -> int:
    """Return for how long a look counts: three times the interval, and five seconds for a process to start. Pure."""
    return (3 * every_s + 5) * 1_000_000_000


def failing_now(word: Word | None, *, boot: str, now_ns: int, every_s: int) -> Mapping[Failing, str]:
    """Return what is failing now, by the last word or for want of one. Pure."""
    if word is None or word.boot != boot:
        return {Failing.SILENT: "no look at the watched rates was taken yet, or its word cannot be read"}
    if not 0 <= now_ns - word.looked_ns <= patience_ns(every_s):
        late = max(0, now_ns - word.looked_ns) // 1_000_000_000
        return {Failing.SILENT: f"the last look at the watched rates was {late} s ago", **word.failing}
    return word.failing


def is_watched(word: Word | None, *, boot: str, now_ns: int, every_s: int) -> bool:
    """Return whether rates are watched: the last look at which nothing was failing is not too long ago. Pure."""
    if word is None or word.boot != boot or word.whole_ns < 0:
        return False
    return 0 <= now_ns - word.whole_ns <= patience_ns(every_s)


def shown(word: Word | None, failing: Mapping[Failing, str]) -> Snapshot:
    """Return states and failings as gauges; a watch of which nothing was heard in time is unknown. Pure."""
    silent = Failing.SILENT in failing
    states = {} if word is None else {watch: "unknown" if silent else state for watch, state in word.states.items()}
    numbers: dict[Series, int] = {(WATCH_STATE.name, (watch, state)): 1 for watch, state in states.items()}
    numbers.update({(WATCH_FAILING.name, (one.value,)): 1 for one in failing})
    return Snapshot(numbers)
