# SPDX-License-Identifier: Apache-2.0
"""Take an evaluation log into the record: what it holds, with an honest denominator, and its bytes by digest."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from ruleout.adapters.files import read_bounded
from ruleout.app.evidence.receipt import life_fields
from ruleout.app.ledger import LOG_FILE, MEASUREMENT, SUMMARY, Recorder
from ruleout.app.sources import MOST_LOG_BYTES
from ruleout.evidence import memory_log, read_log
from ruleout.evidence.stored import measurement_bytes
from ruleout.evidence.summary import summary_bytes
from ruleout.ledger import EntryType
from ruleout.model.evidence import Measurement, SampleState


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingested:
    """A log as read: its bytes, what it holds, and every attempt counted by state."""

    path: Path
    data: bytes
    measurement: Measurement
    states: tuple[tuple[SampleState, int], ...]


def read_log_file(path: Path) -> tuple[Ingested, ...]:
    """Return what a log file holds, summaries checked against samples. Effect: reads the file.

    Raises:
        UnreadableLog: it is not a log we can read; nothing is written.
    """
    data = read_bounded(path, limit_bytes=MOST_LOG_BYTES, what="evaluation log")
    measurements = read_log(memory_log(data, path.name))
    return tuple(Ingested(path=path, data=data, measurement=m, states=_states(m)) for m in measurements)


def _states(measurement: Measurement) -> tuple[tuple[SampleState, int], ...]:
    counted = Counter(attempt.state for attempt in measurement.attempts)
    return tuple((state, counted[state]) for state in SampleState)


def record_log(
    ingested: Ingested, recorder: Recorder, *, keep_log: bool, owner: str = "", valid_until: date | None = None
) -> str:
    """Draft the evidence entry of a log; return its id. A log that is in the record already adds nothing.

    Effect: keeps what was measured, and the log itself if asked to, and drafts one entry; the caller commits.

    Args:
        owner: the role or team that keeps it current, "" for none; valid_until: its last valid day (A-12).
    """
    m = ingested.measurement
    entry_id = f"evidence/{m.digest[:16]}"
    if recorder.has(entry_id):
        return entry_id
    refs = [recorder.keep("measurement", measurement_bytes(m), MEASUREMENT)]
    refs.append(recorder.keep("summary", summary_bytes(m), SUMMARY))
    if keep_log:
        refs.append(recorder.keep("log", ingested.data, LOG_FILE))
    subject = {"case": "", "evidence": m.digest, "status": m.status, "format": m.format}
    subject |= life_fields(owner=owner, valid_until=valid_until)
    recorder.add(EntryType.EVIDENCE, entry_id, subject, refs=refs)
    return entry_id
