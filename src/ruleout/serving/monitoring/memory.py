# SPDX-License-Identifier: Apache-2.0
"""What watching remembers from one look to the next, through every restart: counts that never fall, and breaches (G-11). Pure.

Counters that begin anew, are gone or damaged take nothing back: what was read of them before stays counted. A bar that was
passed stays passed, whatever the counts say later, until the breach's deviation is closed; then a new *round* begins at
nothing, and the next breach is another one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import msgspec

from ruleout.serving.monitoring.counters import Snapshot
from ruleout.serving.monitoring.drift import Looked, Tightening, Watch, counts_of, looked_of
from ruleout.serving.monitoring.filings import FILINGS

MOST_BYTES = 16 * 1024 * 1024
_FORMAT = "ruleout-watching/1"


class Tally(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Hits and trials of one worker: as last read, and those of counters that were lost since."""

    hits: int
    trials: int
    lost_hits: int = 0
    lost_trials: int = 0

    def then(self, hits: int, trials: int) -> Tally:
        """Return the tally after another reading: lower counts are those of counters that began anew. Pure."""
        if hits < self.hits or trials < self.trials:
            return Tally(hits, trials, self.lost_hits + self.hits, self.lost_trials + self.trials)
        return Tally(hits, trials, self.lost_hits, self.lost_trials)


class Noted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A breach: when it was found, by which counts, which limits were set for it, and whether its deviation is drafted."""

    at: str
    hits: int
    trials: int
    given: tuple[tuple[str, str, int], ...] = ()
    drafted: bool = False

    def left(self, watch: Watch) -> tuple[Tightening, ...]:
        """Return the watch's limits that this breach has not set yet. Pure."""
        return tuple(one for one in watch.tightens if one.plain not in self.given)


class Remembered(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is remembered of one watch; `counted` is what its tallies count, `start` the counts at which its round began."""

    counted: str
    round: int = 1
    start: tuple[int, int] = (0, 0)
    tallies: dict[str, Tally] = {}
    breach: Noted | None = None

    @property
    def sums(self) -> tuple[int, int]:
        """Hits and trials of all rounds."""
        hits = sum(one.hits + one.lost_hits for one in self.tallies.values())
        return hits, sum(one.trials + one.lost_trials for one in self.tallies.values())


class _Told(msgspec.Struct, forbid_unknown_fields=True):
    format: str
    watches: dict[str, Remembered]


_DECODER = msgspec.json.Decoder(_Told)


def remembered(before: Remembered | None, watch: Watch, workers: Mapping[str, Snapshot | None]) -> Remembered:
    """Return what is remembered after the workers' counters were read; one that cannot be read stays as it was. Pure.

    Under another hook or count than before the tallies begin anew; a breach stays.
    """
    counted = _counted(watch)
    if before is None:
        before = Remembered(counted)
    elif before.counted != counted:
        before = msgspec.structs.replace(before, counted=counted, start=(0, 0), tallies={})
    tallies = dict(before.tallies)
    for name, state in workers.items():
        if state is not None:
            tallies[name] = tallies.get(name, Tally(0, 0)).then(*counts_of(watch, state))
    return msgspec.structs.replace(before, tallies=tallies)


def readable(
    before: Remembered | None, watch: Watch, workers: Mapping[str, Snapshot | None]
) -> Mapping[str, Snapshot | None]:
    """Return the workers' counters, filings as unread where they tell of fewer reviews than before. Pure.

    A worker may begin anew; a review is never taken back, so the newest filings are missing.
    """
    known = None if before is None else before.tallies.get(FILINGS)
    if known is None or before is None or before.counted != _counted(watch):
        return workers
    state = workers.get(FILINGS, Snapshot())
    hits, trials = (0, 0) if state is None else counts_of(watch, state)
    is_whole = hits >= known.hits and trials >= known.trials
    return workers if is_whole else {**workers, FILINGS: None}


def looked_by(known: Remembered, watch: Watch, unknown: tuple[str, ...]) -> Looked:
    """Return the look at a watch by the counts of its round. Pure."""
    hits, trials = known.sums
    return looked_of(watch, hits - known.start[0], trials - known.start[1], unknown)


def begun_again(known: Remembered) -> Remembered:
    """Return what is remembered once the breach's deviation is closed: the next round, from here on. Pure."""
    return msgspec.structs.replace(known, round=known.round + 1, start=known.sums, breach=None)


def _counted(watch: Watch) -> str:
    return f"{watch.hook}/{watch.counted.value}"


def memory_bytes(memory: Mapping[str, Remembered]) -> bytes:
    """Return what is remembered of all watches as bytes that show damage. Pure."""
    body = msgspec.json.encode(_Told(_FORMAT, dict(memory)))
    return hashlib.sha256(body).hexdigest().encode("ascii") + b"\n" + body


def parse_memory(data: bytes) -> dict[str, Remembered] | None:
    """Return what is remembered, None where the bytes are damaged. Pure; never raises."""
    digest, _, body = data.partition(b"\n")
    if len(data) > MOST_BYTES or hashlib.sha256(body).hexdigest().encode("ascii") != digest:
        return None
    try:
        told = _DECODER.decode(body)
    except (msgspec.MsgspecError, RecursionError):
        return None
    return told.watches if told.format == _FORMAT else None
