# SPDX-License-Identifier: Apache-2.0
"""Reading evaluation logs: ours beside Inspect's own readers and beside decompressing alone, in turns.

    python benchmarks/evidence_read.py [--quick] [--rounds N] [--keep FOLDER]

The logs are made here by Inspect's own runner and writer with its mock model (zstandard members): 20 agentic logs of 500
samples with a dozen model and tool calls each, and one of 20,000 single-turn samples; making them takes five minutes, so
`--keep` keeps them. Every contender runs in a process of its own, after its
imports and a first go at a tiny log, in interleaved rounds; figures are medians of CPU seconds and of the process's
peak memory. All of them must give the same scores, which a digest over (log, sample, epoch, value) checks.

Rows
- `summaries`: per-sample scores from the summaries. Inspect: `samples_df` (its default columns, and its leanest: one
  column), and `read_eval_log_sample_summaries`.
- `full`: everything read and, by us, cross-checked. Inspect: `read_eval_log`.
- `decompress`: every member unpacked and its CRC checked by Python's zipfile, nothing parsed; `codec` is the bare
  codec and CRC in a loop, with all offsets known beforehand: the least that any reader of this format can spend.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from material.inspect_logs import make_logs

CONTENDERS = (
    "ours summaries",
    "inspect samples_df",
    "inspect samples_df, one column",
    "inspect summaries",
    "ours full",
    "inspect full",
    "decompress",
    "codec",
)
_WARM = "warm.eval"
_TARGETS = (
    ("inspect samples_df", "ours summaries", 50, "per-sample scores"),
    ("inspect full", "ours full", 40, "full read"),
)


# --- the contenders -----------------------------------------------------------------------------------------------------

Row = tuple[str, str, int, object]


def ours(paths: list[Path], *, summaries: bool) -> Iterable[Row]:
    from ruleout.adapters.logs.finding import find_one
    from ruleout.adapters.logs.opening import open_log
    from ruleout.evidence import read_log

    for path in paths:
        with open_log(find_one(str(path)), glance=summaries) as log:
            name = path.stem  # once a log: asked per row it would cost more than the reading
            for measurement in read_log(log, summaries_only=summaries):
                for attempt in measurement.attempts:
                    yield name, attempt.sample, attempt.epoch, attempt.scores[0][1]


def inspect_frame(paths: list[Path], *, one: bool) -> Iterable[Row]:
    from inspect_ai.analysis import SampleColumn, samples_df

    columns = {"columns": [SampleColumn("score", path="scores.match.value")]} if one else {}
    for path in paths:
        frame = samples_df(str(path), quiet=True, **columns)
        scores = frame["score"] if one else frame["score_match"]
        ids = frame["id"] if "id" in frame else range(1, len(frame) + 1)
        log = path.stem
        yield from ((log, str(name), 1, value) for name, value in zip(ids, scores, strict=True))


def inspect_summaries(paths: list[Path]) -> Iterable[Row]:
    from inspect_ai.log import read_eval_log_sample_summaries

    for path in paths:
        log = path.stem
        for row in read_eval_log_sample_summaries(str(path)):
            yield log, str(row.id), row.epoch, row.scores["match"].value


def inspect_full(paths: list[Path]) -> Iterable[Row]:
    from inspect_ai.log import read_eval_log

    for path in paths:
        log = path.stem
        for sample in read_eval_log(str(path)).samples:
            yield log, str(sample.id), sample.epoch, sample.scores["match"].value


def decompress(paths: list[Path]) -> Iterable[Row]:
    import zipfile

    import zipfile_zstd  # noqa: F401 - teaches zipfile zstandard

    for path in paths:
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                archive.read(name)
    return ()


def codec(paths: list[Path]) -> Callable[[], Iterable[Row]]:
    import zstandard

    from ruleout.evidence import MemorySource
    from ruleout.evidence.archive.directory import read_directory
    from ruleout.evidence.limits import DEFAULT_LIMITS

    logs = []
    for path in paths:
        data = path.read_bytes()
        entries = read_directory(MemorySource(data), name=path.name, limits=DEFAULT_LIMITS).values()
        starts = [(entry.offset + 30 + len(entry.raw_name), entry) for entry in entries]
        logs.append((data, [(start, start + e.packed_size, e.size) for start, e in starts if e.method == 93]))
    decoder = zstandard.ZstdDecompressor()

    def work() -> Iterable[Row]:
        for data, members in logs:
            for start, end, size in members:
                zlib.crc32(decoder.decompress(data[start:end], max_output_size=size))
        return ()

    return work


def contender(name: str, paths: list[Path]) -> Callable[[], Iterable[Row]]:
    """Return the work of one contender; what it imports is imported here, before the clock starts."""
    if name.startswith("inspect"):
        import pandas as pd

        pd.DataFrame({"a": [1]})
    elif name.startswith("ours"):
        import cryptography.hazmat.primitives.poly1305  # noqa: F401 - for large logs only

        import ruleout.adapters.logs.finding
        import ruleout.adapters.logs.opening
        import ruleout.evidence  # noqa: F401
    match name:
        case "ours summaries" | "ours full":
            return lambda: ours(paths, summaries=name.endswith("summaries"))
        case "inspect samples_df" | "inspect samples_df, one column":
            return lambda: inspect_frame(paths, one=name.endswith("column"))
        case "inspect summaries":
            return lambda: inspect_summaries(paths)
        case "inspect full":
            return lambda: inspect_full(paths)
        case "decompress":
            return lambda: decompress(paths)
    return codec(paths)


def peak_mib() -> float:
    """Return this process's largest resident size. Not `ru_maxrss`: that of a child starts at its parent's."""
    status = Path("/proc/self/status").read_text("ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def run_one(name: str, paths: list[Path]) -> None:
    """In a child process: do one contender's work once, after a first go at a tiny log, and print what it cost."""
    warnings.simplefilter("ignore")
    list(contender(name, [paths[0].with_name(_WARM)])())
    work = contender(name, paths)
    start = time.process_time()
    rows = list(work())
    spent = time.process_time() - start
    digest = hashlib.sha256(repr(sorted((log, s, e, v) for log, s, e, v in rows)).encode()).hexdigest()[:12]
    print(json.dumps({"cpu": spent, "peak": peak_mib(), "rows": len(rows), "digest": digest if rows else ""}))


# --- the table ----------------------------------------------------------------------------------------------------------


def measure(names: Iterable[str], paths: list[Path], rounds: int) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in names}
    for number in range(rounds):
        for name, runs in found.items():
            print(f"\r  round {number + 1}/{rounds}: {name:<34}", end="", file=sys.stderr, flush=True)
            command = [sys.executable, __file__, "--one", name, *map(str, paths)]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            runs.append(json.loads(done.stdout.splitlines()[-1]))
    print("\r" + " " * 60 + "\r", end="", file=sys.stderr)
    digests = {run["digest"] for runs in found.values() for run in runs if run["digest"]}
    if len(digests) != 1:
        raise SystemExit(f"the contenders do not give the same scores: {digests}")
    return found


def show(title: str, paths: list[Path], found: dict[str, list[dict[str, Any]]]) -> bool:
    """Print the table of one set of logs; return whether every target is met."""
    size = sum(path.stat().st_size for path in paths) / 2**20
    print(f"\n{title} · {len(paths)} log(s), {size:.0f} MiB")
    print(f"  {'':<34}{'CPU s':>9}{'peak MiB':>10}")
    cpu = medians(found)
    peak = {name: statistics.median(run["peak"] for run in runs) for name, runs in found.items()}
    for name in found:
        print(f"  {name:<34}{cpu[name]:>9.3f}{peak[name]:>10.0f}")
    met = True
    for theirs, mine, least, what in _TARGETS:
        ratio = cpu[theirs] / cpu[mine]
        met &= ratio >= least
        print(f"  {what}: {ratio:.0f} × less CPU than {theirs} (goal ≥ {least})")
    alone, bare = cpu["ours full"] / cpu["decompress"], cpu["ours full"] / cpu["codec"]
    memory = peak["inspect full"] / peak["ours full"]
    print(f"  full read: {alone:.2f} × the CPU of decompressing alone (goal ≤ 2.5), {bare:.2f} × the bare codec")
    print(f"  full read: 1/{memory:.1f} of the peak memory of inspect full (goal ≤ 1/5)")
    return met and alone <= 2.5 and memory >= 5


def show_whole(parts: Sequence[Mapping[str, list[dict[str, Any]]]]) -> None:
    """Print the ratios of all logs of the run together: sums of the medians of each kind."""
    cpu = {name: sum(medians(part)[name] for part in parts) for name in CONTENDERS}
    print("\nall logs of the run")
    for theirs, mine, least, what in _TARGETS:
        print(f"  {what}: {cpu[theirs] / cpu[mine]:.0f} × less CPU than {theirs} (goal ≥ {least})")


def medians(found: Mapping[str, list[dict[str, Any]]]) -> dict[str, float]:
    """Return each contender's median of CPU seconds."""
    return {name: statistics.median(run["cpu"] for run in runs) for name, runs in found.items()}


def cold(path: Path, rounds: int) -> bool:
    """Print what a cold `ruleout ingest --dry-run` of one log costs, once Python has kept its bytecode, as an installation does."""
    program = str(Path(sys.executable).with_name("ruleout"))
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    subprocess.run([program, "ingest", "--dry-run", str(path)], check=True, capture_output=True, env=kept)
    walls, cpus = [], []
    for _ in range(rounds):
        before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        subprocess.run([program, "ingest", "--dry-run", str(path)], check=True, capture_output=True, env=kept)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        walls.append(time.perf_counter() - start)
        cpus.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    wall, spent = statistics.median(walls), statistics.median(cpus)
    print(f"\ncold `ruleout ingest --dry-run` of one log: {wall:.3f} s wall, {spent:.3f} CPU s (goal < 0.4)")
    return spent < 0.4


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="small logs, one round: shows that it works")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--keep", type=Path, help="folder for the logs; those that are there are used again")
    parser.add_argument("--one", nargs="+", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        run_one(options.one[0], [Path(path) for path in options.one[1:]])
        return 0
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / "single.eval").exists():
            agentic, single = ((2, 50), 500) if options.quick else ((20, 500), 20_000)
            print(f"making {agentic[0]} × {agentic[1]} agentic and {single} single-turn samples …", file=sys.stderr)
            os.environ.setdefault("INSPECT_DISABLE_HOOKS", "1")
            warnings.simplefilter("ignore")
            make_logs(folder, agentic=agentic, single=single)
            make_logs(folder / "warm", agentic=(0, 0), single=2)
            (folder / "warm" / "single.eval").rename(folder / _WARM)
        rounds = 1 if options.quick else options.rounds
        met = True
        parts = []
        for title, pattern in (("agentic", "agentic-*.eval"), ("single-turn", "single.eval")):
            paths = sorted(folder.glob(pattern))
            parts.append(measure(CONTENDERS, paths, rounds))
            met &= show(title, paths, parts[-1])
        show_whole(parts)
        met &= cold(min(folder.glob("agentic-*.eval")), 3 if options.quick else 11)
    print("\nevery goal is met" if met else "\nNOT every goal is met")
    # The short form shows that everything runs; on small logs fixed costs hide the ratios.
    return 0 if met or options.quick else 1


if __name__ == "__main__":
    from material.ending import end_with

    end_with(main)
