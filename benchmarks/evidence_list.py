# SPDX-License-Identifier: Apache-2.0
"""What listing the evidence of a large record costs: by summaries, and by reading every measurement instead.

Run: python benchmarks/evidence_list.py [--quick] [--entries N] [--rounds N]. Each measurement has 60 attempts. Checking the
record (audit, entries, authors) is part of every verb and shown by itself. Figures are medians of CPU time in one process.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from ruleout.app.evidence.ingest import Ingested, read_log_file
from ruleout.app.evidence.listing import Wanted, list_evidence
from ruleout.app.evidence.receipt import Receipt, receipts_of
from ruleout.app.ledger import MEASUREMENT, SUMMARY, Record, read_record, recording
from ruleout.app.settings import Settings
from ruleout.app.start import start_workspace
from ruleout.app.unlock import Keys
from ruleout.app.workspace import Workspace
from ruleout.evidence.stored import measurement_bytes, measurement_from
from ruleout.evidence.summary import summary_bytes, summary_of
from ruleout.ledger import EntryType, Ref

ROOT = Path(__file__).resolve().parents[1]
LOG = ROOT / "examples" / "demo" / "cases" / "logs" / "autonomy-suite.eval"
AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def main() -> None:
    """Make a record, measure, and print the table."""
    parser = argparse.ArgumentParser(description="What listing the evidence of a large record costs.")
    parser.add_argument("--quick", action="store_true", help="a small record: shows that it works, not more")
    parser.add_argument("--entries", type=int, help="measurements in the record")
    parser.add_argument("--rounds", type=int, help="rounds of each step")
    given = parser.parse_args()
    entries, rounds = (100, 1) if given.quick else (5000, 5)
    with tempfile.TemporaryDirectory() as folder:
        place = record_of(given.entries or entries, Path(folder))
        show(measured(place, given.rounds or rounds), entries=given.entries or entries)


def record_of(count: int, folder: Path) -> Workspace:
    """A workspace whose record holds that many measurements, each of another digest."""
    seed = base64.b64encode(hashlib.sha256(b"benchmark").digest()).decode("ascii")
    keys = Keys(
        settings=Settings(keys_folder=folder / "keys", environment={"RULEOUT_KEY_LAB_LOG": seed}), ask=lambda _: ""
    )
    place = start_workspace(folder / "record", keys, origin="lab.example/record", producer="lab")
    (read,) = read_log_file(LOG)
    with recording(place, keys, at=AT) as (_, recorder):
        for number in range(count):
            digest = hashlib.sha256(str(number).encode()).hexdigest()
            one = replace(read, measurement=replace(read.measurement, digest=digest))
            recorder.add(EntryType.EVIDENCE, f"evidence/{digest[:16]}", subject(digest), refs=kept(place, one))
        recorder.commit()
    return place


def subject(digest: str) -> dict[str, str]:
    """The header fields of one entry."""
    return {"case": "", "evidence": digest, "owner": "evals-team", "valid_until": "2027-05-31"}


def kept(place: Workspace, one: Ingested) -> tuple[Ref, Ref]:
    """Keep both objects without waiting for the disk: what is measured is reading."""
    return (
        keep(place, "measurement", measurement_bytes(one.measurement), MEASUREMENT),
        keep(place, "summary", summary_bytes(one.measurement), SUMMARY),
    )


def keep(place: Workspace, name: str, data: bytes, media_type: str) -> Ref:
    """Keep bytes where the record looks for them."""
    digest = hashlib.sha256(data).hexdigest()
    path = place.ledger / "objects" / digest[:2] / digest[2:]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return Ref(name=name, sha256=digest, size=len(data), media_type=media_type)


def measured(place: Workspace, rounds: int) -> dict[str, float]:
    """Median CPU time in s of each step."""
    record = read_record(place)
    receipts = receipts_of(record)
    steps: dict[str, Callable[[], object]] = {
        "checking the record": lambda: read_record(place),
        "list, by summaries": lambda: list_evidence(record, Wanted(), at=AT),
        "list, by reading every measurement": lambda: by_measurements(record, receipts),
    }
    taken: dict[str, list[float]] = {name: [] for name in steps}
    for _ in range(rounds):
        for name, step in steps.items():
            start = time.process_time()
            step()
            taken[name].append(time.process_time() - start)
    return {name: statistics.median(times) for name, times in taken.items()}


def by_measurements(record: Record, receipts: tuple[Receipt, ...]) -> int:
    """What a list would have to do without summaries, the rest left out."""
    return len([summary_of(measurement_from(record.object(r.objects[0]))) for r in receipts])


def show(times: dict[str, float], *, entries: int) -> None:
    """Print the table."""
    sys.stdout.write(f"{entries} measurements of 60 attempts\n")
    for name, taken in times.items():
        sys.stdout.write(f"{name:<40} {taken:8.2f} CPU-s\n")


if __name__ == "__main__":
    from material.ending import end_with

    end_with(main)
