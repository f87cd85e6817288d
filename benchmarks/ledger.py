# SPDX-License-Identifier: Apache-2.0
"""Full entries, public exports and their verification, beside what SQLite alone does with the same bytes.

    python benchmarks/ledger.py [--quick] [--entries N] [--folder DIR] [--batches-only]

A full entry is canonical JSON with five disclosures and two decoys, signed by its author. Run-time events are signed by batch: records
of a gateway, durable in a segment, sealed a second at a time (here: so many records) by one signed entry for each segment that grew. Beside
it: the same records one entry each, each signed, a thousand to a commit; and the same bytes in SQLite, durable at each commit.
The steps are those of the commands: draft, commit (disclosures, then journal, tiles, checkpoint), read and audit the record, make
the public copy, write it, parse and verify it strictly. Own time per function is printed, most first.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import cProfile
import hashlib
import pstats
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ruleout.adapters.audit.writer import AuditWriter
from ruleout.app.audit.seal import sealing
from ruleout.app.audit.verify import verify_folder
from ruleout.app.bundle import bundle_of
from ruleout.app.disclosure.copies import copy_for
from ruleout.app.ledger import read_record, recording
from ruleout.app.settings import Settings
from ruleout.app.start import add_key, start_workspace
from ruleout.app.unlock import Keys
from ruleout.app.workspace import Workspace
from ruleout.ledger.audience import Audience
from ruleout.ledger.bundle import parse_bundle, to_bytes
from ruleout.ledger.disclosure import seal
from ruleout.ledger.entry import DraftEntry, EntryType, Ref
from ruleout.ledger.entry import to_bytes as entry_bytes
from ruleout.ledger.signing import sign_entry
from ruleout.ledger.verify import verify_bundle
from ruleout.serving.audit import Ended, HookSaid, Opened, end_record, open_record

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
SUBJECT = {"report": "r-1", "kind": "risk-report", "act": "publish"}
BATCH = 1000
SEALED = 5000
SHOWN = 8


def told(number: int) -> Mapping[str, Any]:
    """Five values, of the size of a sentence."""
    words = "Of sixty tasks of the suite one was solved; the bound lies under the bar of the framework."
    return {name: f"{name} {number}: {words}" for name in ("threat", "capability", "safeguards", "residual", "note")}


def salts() -> Callable[[], str]:
    """Salts that differ; drawing random ones is no part of what is measured."""
    numbers = iter(range(1, 10**9))
    return lambda: base64.urlsafe_b64encode(next(numbers).to_bytes(16, "big")).rstrip(b"=").decode("ascii")


def keys_in(folder: Path) -> Keys:
    """Keys made from their names: they protect nothing."""
    seeds = {
        f"RULEOUT_KEY_{name.upper().replace('-', '_')}": base64.b64encode(
            hashlib.sha256(name.encode()).digest()
        ).decode()
        for name in ("bench-log", "author", "gateway")
    }
    settings = Settings(keys_folder=folder / "no-keys", environment=seeds)
    return Keys(settings=settings, ask=lambda _: "", salt=salts())


def timed(name: str, count: int, work: Callable[[], Any]) -> Any:
    """Do it once, print its rate, return what it gave."""
    start, cpu = time.perf_counter(), time.process_time()
    made = work()
    wall, cpu = time.perf_counter() - start, time.process_time() - cpu
    print(f"  {name:44} {count / wall:>10,.0f} /s   wall {wall:7.2f} s   cpu {cpu:7.2f} s")
    return made


def drafted(count: int, keys: Keys, *, signed: bool) -> list[tuple[bytes, tuple[str, ...]]]:
    """Full entries in memory: sealed, encoded, checked as a reader would, and signed or not."""
    signer, draw, prev = keys.unlock("author"), salts(), ""
    made = []
    for number in range(count):
        sealed = seal(told(number), salt=draw)
        entry = DraftEntry(
            type=EntryType.REPORT,
            id=f"report/{number}",
            ts="2026-11-23T09:00:00Z",
            producer="bench",
            pseq=number,
            prev=prev,
            subject=SUBJECT,
            salted=sealed.digests,
        )
        data = entry_bytes(sign_entry(entry, signer) if signed else entry)
        prev = hashlib.sha256(data).hexdigest()
        made.append((data, (*sealed.disclosures.values(), *sealed.decoys.values())))
    return made


def record(workspace: Workspace, keys: Keys, count: int) -> None:
    """Write full entries to a workspace, a thousand to a commit."""
    signer, left = keys.unlock("author"), count
    with recording(workspace, keys, at=AT) as (_, recorder):
        while left:
            for number in range(count - left, count - left + min(BATCH, left)):
                recorder.add(EntryType.REPORT, f"report/{number}", SUBJECT, disclosed=told(number), signer=signer)
            left -= min(BATCH, left)
            recorder.commit()


def sqlite(folder: Path, rows: list[tuple[bytes, tuple[str, ...]]]) -> None:
    """The same bytes in SQLite: entries and disclosures in two tables, durable at each commit."""
    with closing(sqlite3.connect(folder / "log.sqlite", isolation_level=None)) as store:
        store.execute("PRAGMA journal_mode=WAL")
        store.execute("PRAGMA synchronous=FULL")
        store.execute("CREATE TABLE entry (id INTEGER PRIMARY KEY, data BLOB NOT NULL)")
        store.execute("CREATE TABLE disclosure (id INTEGER PRIMARY KEY, entry INTEGER NOT NULL, text TEXT NOT NULL)")
        for start in range(0, len(rows), BATCH):
            batch = list(enumerate(rows[start : start + BATCH], start))
            store.execute("BEGIN IMMEDIATE")
            store.executemany("INSERT INTO entry VALUES (?, ?)", [(n, data) for n, (data, _) in batch])
            texts = [(n, text) for n, (_, row) in batch for text in row]
            store.executemany("INSERT INTO disclosure (entry, text) VALUES (?, ?)", texts)
            store.execute("COMMIT")


def records(count: int) -> list[bytes]:
    """Run-time events: a request and its end, as a gateway writes them."""
    made = []
    for number in range(0, count, 2):
        made.append(open_record(opened(number)))
        made.append(end_record(ended(number)))
    return made


def opened(number: int) -> Opened:
    """A request as served under a permit."""
    return Opened(
        at=number,
        request=f"req-{number:012d}",
        tenant="acme",
        tier="paid",
        key="k-1",
        endpoint="openai-chat-completions",
        model="helper",
        weights="a" * 64,
        permit="helper-1",
        body=f"{number:064x}",
        rules=("may-chat",),
        bundle="acme@3",
        floor="lab-floor@1",
        epoch=4,
        hooks=(HookSaid("agent-watch", "allow"),),
    )


def ended(number: int) -> Ended:
    """How it ended."""
    return Ended(
        at=number,
        request=f"req-{number:012d}",
        how="whole",
        status=200,
        sent_bytes=512,
        sent=f"{number:064x}",
        tokens_out=34,
    )


async def written(writer: AuditWriter, made: list[bytes], at_once: int) -> None:
    """Commit records, so many at once, each waiting for its own."""
    rest = iter(made)

    async def one() -> None:
        for record_ in rest:
            await writer.commit(record_)

    await asyncio.gather(*(one() for _ in range(at_once)))


def sealed(workspace: Workspace, keys: Keys, folder: Path, made: list[bytes]) -> int:
    """Write records and seal them, `SEALED` at a time, into one open log; return how many batches that made."""

    async def work() -> int:
        batches = 0
        writer = AuditWriter(folder, "w0")
        with sealing(workspace, keys, folder, key="gateway", at=AT) as log:
            for start in range(0, len(made), SEALED):
                await written(writer, made[start : start + SEALED], 256)
                batches += len(log.seal(AT).batches)
        writer.close()
        return batches

    return asyncio.run(work())


def one_by_one(workspace: Workspace, keys: Keys, made: list[bytes]) -> None:
    """Each event an entry of the log, signed by itself, a thousand to a commit."""
    signer = keys.unlock("gateway")
    with recording(workspace, keys, at=AT) as (_, recorder):
        for number, data in enumerate(made):
            refs = (
                Ref(name="record", sha256=hashlib.sha256(data).hexdigest(), size=len(data), media_type="text/plain"),
            )
            recorder.add(EntryType.REPORT, f"event/{number}", SUBJECT, refs=refs, signer=signer)
            if number % BATCH == BATCH - 1:
                recorder.commit()
        recorder.commit()


def sqlite_events(folder: Path, made: list[bytes]) -> None:
    """The same bytes in SQLite, 256 to a commit."""
    with closing(sqlite3.connect(folder / "events.sqlite", isolation_level=None)) as store:
        store.execute("PRAGMA journal_mode=WAL")
        store.execute("PRAGMA synchronous=FULL")
        store.execute("CREATE TABLE event (id INTEGER PRIMARY KEY, data BLOB NOT NULL)")
        for start in range(0, len(made), 256):
            store.execute("BEGIN IMMEDIATE")
            store.executemany("INSERT INTO event VALUES (?, ?)", enumerate(made[start : start + 256], start))
            store.execute("COMMIT")


def by_batch(folder: Path, keys: Keys, count: int) -> None:
    """Run-time events: signatures by batch, beside one by one and SQLite."""
    few = min(count, 20_000)
    print(f"\n{count:,} run-time events, {SEALED:,} to a batch, durable")
    made = timed("make the records", count, lambda: records(count))
    for at_once in (1, 32, 256):
        some = made[: min(count, 3000 if at_once == 1 else 50_000)]
        writer = AuditWriter(folder / f"audit-{at_once}", "w0")
        timed(
            f"write them, {at_once} at once",
            len(some),
            lambda w=writer, s=some, n=at_once: asyncio.run(written(w, s, n)),
        )
        writer.close()
    workspace = lab(folder / "gateway", keys)
    add_key(workspace, keys, "gateway", person="g", roles=("gateway",), at=AT)
    batches = timed(
        "write, 256 at once, and seal by batch", count, lambda: sealed(workspace, keys, folder / "sealed", made)
    )
    print(f"  {batches:,} signed entries for {count:,} records")
    read = timed("read the log: full audit, authors", batches, lambda: read_record(workspace))
    found = timed("hold the segments against it", count, lambda: verify_folder(folder / "sealed", read))
    print(f"  {found.sealed:,} of {found.records:,} sealed, {len(found.findings)} findings")
    alone = lab(folder / "alone", keys)
    add_key(alone, keys, "gateway", person="g", roles=("gateway",), at=AT)
    timed("one entry each, each signed", few, lambda: one_by_one(alone, keys, made[:few]))
    timed("sqlite, WAL, FULL, 256 to a commit: the same bytes", count, lambda: sqlite_events(folder, made))


def profile(name: str, work: Callable[[], Any]) -> None:
    """Do it once more under the profiler and print where its own time goes."""
    profiler = cProfile.Profile()
    profiler.runcall(work)
    print(f"\n  where the time goes: {name}")
    for share, calls, function in _own_times(pstats.Stats(profiler)):
        print(f"    {share:5.1%}  {calls:>9,} calls  {function}")


def _own_times(stats: pstats.Stats) -> Iterator[tuple[float, int, str]]:
    rows: Mapping[tuple[str, int, str], tuple[int, int, float, float, Any]] = vars(stats)["stats"]
    whole = sum(row[2] for row in rows.values()) or 1.0
    for (file, _, function), row in sorted(rows.items(), key=lambda item: -item[1][2])[:SHOWN]:
        yield row[2] / whole, row[1], f"{Path(file).name}:{function}" if file != "~" else function


def lab(folder: Path, keys: Keys) -> Workspace:
    """A workspace with one author."""
    workspace = start_workspace(folder, keys, origin="example.org/benchmark", producer="bench")
    add_key(workspace, keys, "author", person="a", roles=("author",), at=AT)
    return workspace


def run(folder: Path, count: int, drafts: int) -> None:
    """Everything once, in order."""
    keys = keys_in(folder)
    workspace = lab(folder / "lab", keys)
    print(f"\nbuilding {drafts:,} full entries in memory (five disclosures, two decoys)")
    rows = timed("signed each by its author", drafts, lambda: drafted(drafts, keys, signed=True))
    timed("without the signature: at most a batch's rate", drafts, lambda: drafted(drafts, keys, signed=False))
    print(f"\n{count:,} full entries, {BATCH:,} to a commit, durable")
    timed("ruleout: draft, sign, keep, append, publish", count, lambda: record(workspace, keys, count))
    timed("sqlite, WAL, FULL: the same bytes, made before", drafts, lambda: sqlite(folder, rows))
    print(f"\nthe public copy of {count:,} entries")
    read = timed("read the record: full audit, authors", count, lambda: read_record(workspace))
    copy = timed("choose what the public sees", count, lambda: copy_for(read, Audience.PUBLIC))
    data = timed("make the bundle's bytes", count, lambda: to_bytes(bundle_of(copy, read, Audience.PUBLIC)))
    parsed = timed("parse it", count, lambda: parse_bundle(data))
    report = timed("verify it, strictly", count, lambda: verify_bundle(parsed, strict=True))
    print(f"  {len(data) / 2**20:.1f} MiB, {len(copy.disclosures):,} disclosures, level {report.level.value}")
    profile("building signed entries", lambda: drafted(min(drafts, 2000), keys, signed=True))
    profile("keeping signed entries, durable", lambda: record(lab(folder / "again", keys), keys, min(drafts, 2000)))
    profile("choosing what the public sees", lambda: copy_for(read, Audience.PUBLIC))
    profile("verifying the public copy", lambda: verify_bundle(parsed, strict=True))


def main() -> None:
    """Parse the command line and run."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--quick", action="store_true", help="2,000 entries instead of 100,000")
    parser.add_argument("--entries", type=int, help="how many entries the record holds")
    parser.add_argument("--folder", type=Path, help="where to write; the system's temporary folder by default")
    parser.add_argument("--batches-only", action="store_true", help="run-time events alone")
    args = parser.parse_args()
    count = args.entries or (2_000 if args.quick else 100_000)
    with tempfile.TemporaryDirectory(dir=args.folder) as folder:
        if not args.batches_only:
            run(Path(folder), count, min(count, 20_000))
        by_batch(Path(folder), keys_in(Path(folder)), count)


if __name__ == "__main__":
    from material.ending import end_with

    end_with(main)
