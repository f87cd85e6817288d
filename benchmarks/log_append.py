# SPDX-License-Identifier: Apache-2.0
"""Durable appends: our log's journal beside SQLite in WAL mode with synchronous=FULL, on the same disk, in turns.

    python benchmarks/log_append.py [--quick] [--folder DIR]

Both acknowledge after the disk has the entry. One append call, or one transaction, holds 1 or 256 entries of 600
bytes. Publication (tiles and checkpoint) is measured apart, once for all entries of a round: SQLite makes no tree.
Rounds alternate; figures are medians. Wall time depends on the disk; CPU time is the process's own.
"""

from __future__ import annotations

import argparse
import hashlib
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ruleout.adapters.log_writer import create_log, open_log

Spent = tuple[float, float]


class Key:
    """A fixed key."""

    name = "example.org/benchmark"
    _private = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"benchmark").digest())
    public_key = _private.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        """Sign."""
        return self._private.sign(message)


def batches(count: int, size: int) -> Iterator[list[bytes]]:
    for start in range(0, count, size):
        yield [b'{"entry":%012d,"pad":"%s"}' % (n, b"x" * 570) for n in range(start, min(count, start + size))]


def spent(work: Callable[[], None]) -> Spent:
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


def ours(folder: Path, count: int, size: int) -> dict[str, Spent]:
    create_log(folder / "log", Key())
    prepared = list(batches(count, size))
    with open_log(folder / "log", Key()) as writer:
        appended = spent(lambda: [writer.append(batch) for batch in prepared] and None)
        published = spent(lambda: writer.publish() and None)
    return {"ruleout append": appended, "ruleout publish": published}


def sqlite(folder: Path, count: int, size: int) -> dict[str, Spent]:
    prepared = list(batches(count, size))
    with closing(sqlite3.connect(folder / "log.sqlite", isolation_level=None)) as store:
        store.execute("PRAGMA journal_mode=WAL")
        store.execute("PRAGMA synchronous=FULL")
        store.execute("CREATE TABLE entry (id INTEGER PRIMARY KEY, data BLOB NOT NULL)")

        def work() -> None:
            for batch in prepared:
                store.execute("BEGIN IMMEDIATE")
                store.executemany("INSERT INTO entry (data) VALUES (?)", [(entry,) for entry in batch])
                store.execute("COMMIT")

        return {"sqlite append": spent(work)}


def in_turns(parent: Path | None, count: int, size: int, *, rounds: int) -> dict[str, list[Spent]]:
    """Both contenders in fresh folders, who goes first alternating."""
    taken: dict[str, list[Spent]] = {}
    for turn in range(rounds):
        for contender in (ours, sqlite) if turn % 2 else (sqlite, ours):
            with tempfile.TemporaryDirectory(dir=parent) as folder:
                for name, result in contender(Path(folder), count, size).items():
                    taken.setdefault(name, []).append(result)
    return taken


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--quick", action="store_true", help="fewer entries and rounds")
    parser.add_argument("--folder", type=Path, help="where to write; the system's temporary folder by default")
    args = parser.parse_args()
    rounds = 3 if args.quick else 9
    for size, count in ((1, 300 if args.quick else 3000), (256, 20_480 if args.quick else 102_400)):
        taken = in_turns(args.folder, count, size, rounds=rounds)
        print(f"\nbatch {size}, {count} entries of 600 bytes, median of {rounds} rounds")
        middle = {
            name: [statistics.median(part) for part in zip(*results, strict=True)] for name, results in taken.items()
        }
        for name, (wall, cpu) in sorted(middle.items()):
            print(f"  {name:16} {count / wall:>10,.0f} entries/s   wall {wall:7.3f} s   cpu {cpu:7.3f} s")
        (wall, cpu), (other_wall, other_cpu) = middle["ruleout append"], middle["sqlite append"]
        print(
            f"  append, ruleout against sqlite: {other_wall / wall:.2f} times as fast, {cpu / other_cpu:.2f} of the CPU time"
        )


if __name__ == "__main__":
    from material.ending import end_with

    end_with(main)
