# SPDX-License-Identifier: Apache-2.0
"""Full audit of a log from disk: ours in Python beside the independent checker in Go, in turns.

    python benchmarks/full_audit.py [--quick] [--entries N]

Both check the signature, every entry's leaf hash, every tile and the root of the same files. The Go checker's time
includes starting its process; without Go its column is left out and said to be. A third row adds what only we do: parsing a
full bundle of evidence entries and checking schema, chains and canonical form. Rounds alternate; figures are medians.
"""

from __future__ import annotations

import argparse
import hashlib
import resource
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ruleout.adapters.log_writer import create_log, open_log
from ruleout.adapters.tile_store import LogView, audit_log, read_log
from ruleout.ledger.bundle import build_bundle, parse_bundle, to_bytes
from ruleout.ledger.entry import DraftEntry, EntryType, Ref
from ruleout.ledger.entry import to_bytes as entry_bytes
from ruleout.ledger.verify import verify_bundle

ROOT = Path(__file__).resolve().parents[1]


class Key:
    """A fixed key."""

    name = "example.org/benchmark"
    _private = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"benchmark").digest())
    public_key = _private.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        """Sign."""
        return self._private.sign(message)


def make_log(folder: Path, count: int) -> LogView:
    create_log(folder, Key())
    prev, batch = "", []
    ref = Ref(name="log", sha256="0" * 64, size=1, media_type="application/zip")
    with open_log(folder, Key()) as writer:
        for number in range(count):
            draft = DraftEntry(
                type=EntryType.EVIDENCE,
                id=f"e/{number}",
                ts="2026-01-01T00:00:00Z",
                producer="benchmark",
                pseq=number,
                prev=prev,
                subject={"case": "case-1", "evidence": f"trial-{number}"},
                refs=(ref,),
            )
            batch.append(entry_bytes(draft))
            prev = hashlib.sha256(batch[-1]).hexdigest()
            if len(batch) == 4096:
                writer.append(batch)
                batch = []
        writer.append(batch)
        writer.publish()
    return read_log(folder)


def spent(work: Callable[[], object]) -> tuple[float, float]:
    """Wall and CPU seconds, of this process and its children."""
    wall, cpu = time.perf_counter(), cpu_now()
    work()
    return time.perf_counter() - wall, cpu_now() - cpu


def cpu_now() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--quick", action="store_true", help="20,000 entries, three rounds")
    parser.add_argument("--entries", type=int, default=200_000)
    args = parser.parse_args()
    count, rounds = (20_000, 3) if args.quick else (args.entries, 5)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        view = make_log(folder / "log", count)
        contenders: dict[str, Callable[[], object]] = {"ruleout, from disk": lambda: audit_log(view, [view.key])}
        built = subprocess.run(
            [ROOT / "tools/gocheck/build.sh", folder / "go"], capture_output=True, text=True, check=False
        )
        if built.returncode == 0:
            command = [built.stdout.strip().splitlines()[-1], str(view.key), str(view.path)]
            contenders["go checker"] = lambda: subprocess.run(command, check=True, capture_output=True)
        else:
            print(f"go checker left out: {built.stderr.strip()}")
        bundle = to_bytes(build_bundle(view.checkpoint, list(view.entries()), origin=view.origin, vkeys=[view.key]))
        contenders["ruleout, bundle"] = lambda: verify_bundle(parse_bundle(bundle))
        taken: dict[str, list[tuple[float, float]]] = {contender: [] for contender in contenders}
        for turn in range(rounds):
            for contender in sorted(contenders, reverse=bool(turn % 2)):
                taken[contender].append(spent(contenders[contender]))
    print(f"{count} entries, median of {rounds} rounds")
    middle = {name: [statistics.median(part) for part in zip(*results, strict=True)] for name, results in taken.items()}
    for contender, (wall, cpu) in middle.items():
        print(f"  {contender:20} wall {wall:7.3f} s   cpu {cpu:7.3f} s   {count / wall:>10,.0f} entries/s")
    if "go checker" in middle:
        ratio = middle["ruleout, from disk"][1] / middle["go checker"][1]
        print(f"  ruleout from disk takes {ratio:.2f} times the CPU time of the Go checker")


if __name__ == "__main__":
    from material.ending import end_with

    end_with(main)
