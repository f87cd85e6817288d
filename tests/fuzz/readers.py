# SPDX-License-Identifier: Apache-2.0
"""Fuzzing of the readers of logs: whatever the bytes, they give measurements or refuse by name (E-1).

    python -m tests.fuzz.readers --reader helm --seconds 600 --seed 1

Each input is read in a child process that may use 512 MiB more than it starts with, and two CPU-seconds per input. What is
neither measurements nor `UnreadableLog` is a failure; so are a measurement that cannot be stored and read back, and
a line for a page that holds control characters. A failing input is written beside its seed and number; inputs that
are answered in a new way are kept, small ones, where `--corpus` says. Exit status 1 if anything failed.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import multiprocessing
import random
import re
import resource
import signal
import tempfile
import time
import traceback
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.fuzz.mutations import Files, mutated
from tests.unit.evidence.other_logs import log_of

from ruleout.errors import UnreadableLog
from ruleout.evidence.readers import READERS, Reader, group_files, read_log
from ruleout.evidence.stored import measurement_bytes, measurement_from
from ruleout.model.evidence import Measurement

ROOT = Path(__file__).resolve().parents[2]
VECTORS, KEPT = ROOT / "vectors" / "evidence", ROOT / "vectors" / "fuzz"
SHARED = ROOT.parent / "shared" / "data"
CPU_LIMIT_S = 2
MEMORY_LIMIT = 512 * 2**20
SEED_BYTES = 64 * 2**10
KEPT_BYTES, KEPT_ONE_BYTES, KEPT_EACH = 200 * 2**10, 6 * 2**10, 25
STORED_ATTEMPTS = 5_000
SILENT_S = 60
_VARYING = re.compile(r"'(?:[^'\\]|\\.)*'|[0-9]+|\"[^\"]*\"")


class Hang(BaseException):
    """The CPU time of one input ran out; no `except Exception` may catch it."""


class Wrong(Exception):
    """A measurement that breaks a promise of its own."""


@dataclass
class Tally:
    """What a run did."""

    reader: str
    seed: int
    inputs: int = 0
    cpu_s: float = 0.0
    measurements: int = 0
    refusals: Counter[str] = field(default_factory=Counter)
    slowest_ms: float = 0.0
    peak_mib: int = 0
    kept: int = 0
    failures: list[str] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class _Job:
    """What a child has to do: from which number on, for how long, and where it notes the input it is at."""

    reader: str
    seed: int
    first: int
    seconds: float
    current: str


def answer(reader: Reader, files: Files, *, directly: bool) -> str:
    """Read the files as a log and return the shape of the answer; whatever else it raises is a failure."""
    log = log_of(files)
    try:
        found = reader.read(log) if directly else read_log(log)
    except UnreadableLog as refusal:
        if not str(refusal).isprintable():
            raise Wrong(f"a refusal with control characters: {str(refusal)!r}") from refusal
        return f"{refusal.reason}: {_VARYING.sub('…', refusal.detail)[:120]}"
    for measurement in found:
        _check(measurement)
    if not found:
        raise Wrong("no measurement and no refusal")
    return "read: " + "; ".join(sorted({_VARYING.sub("…", p)[:80] for m in found for p in m.problems})[:6])


def _check(measurement: Measurement) -> None:
    m = measurement
    lines = (*m.problems, *m.notes, m.partial, *(attempt.detail for attempt in m.attempts))
    unprintable = [line for line in lines if not line.isprintable()]
    if unprintable:
        raise Wrong(f"a line with control characters: {unprintable[0]!r}")
    if len(m.attempts) <= STORED_ATTEMPTS:
        kept = measurement_bytes(m)
        if measurement_bytes(measurement_from(kept)) != kept:
            raise Wrong("stored and read back, it is another measurement")


def seeds_of(name: str) -> list[Files]:
    """Return the vector of a reader, what was kept of earlier runs, and small public logs where they are there."""
    found = [_folder(VECTORS / name)]
    found += [files for path in sorted((KEPT / name).glob("*.json")) for files in [kept_input(path)[1]]]
    found += [files for files in _public(name) if sum(map(len, files.values())) <= SEED_BYTES]
    return found


def kept_input(path: Path) -> tuple[str, Files]:
    """Return (reader, files) of a kept input."""
    raw = json.loads(path.read_text(encoding="utf-8"))
    return raw["reader"], {name: zlib.decompress(base64.b64decode(data)) for name, data in raw["files"].items()}


def _folder(folder: Path, main: str = "") -> Files:
    names = [path.name for path in folder.iterdir() if path.is_file() and path.name != "expected.yaml"]
    group = next(group for group in group_files(names) if not main or group[0] == main)
    return {name: (folder / name).read_bytes() for name in group}


def _public(name: str) -> Iterator[Files]:
    patterns = {
        "inspect-eval": "inspect_ai/evals/*.eval",
        "inspect-json": "*/[ij]*/*.json",
        "lm-eval": "every_eval_ever/lm_eval/results_*.json",
        "helm": "every_eval_ever/helm/*/run_spec.json",
        "every-eval-ever": "every_eval_ever/skill_reference_conversion/**/*40.json",
    }
    for path in sorted(SHARED.glob(patterns.get(name, "none"))) if name in patterns else []:
        if path.stat().st_size <= SEED_BYTES:
            yield _folder(path.parent, path.name)
    if name == "metr-runs":
        for path in SHARED.glob("metr-eval-analysis/*.jsonl"):
            yield {path.name: b"\n".join(path.read_bytes().split(b"\n")[:40])}


def fuzz(name: str, seconds: float, seed: int, corpus: Path | None, out: Path) -> Tally:
    """Fuzz one reader for so many CPU-seconds; a child that dies is a failure and is replaced."""
    total = Tally(reader=name, seed=seed)
    shapes: set[str] = set()
    while total.cpu_s < seconds:
        done, inputs = total.cpu_s, total.inputs
        _run_child(total, shapes, seconds - total.cpu_s, corpus, out)
        if total.inputs == inputs and total.cpu_s == done:
            total.failures.append("the child did nothing")
            break
    return total


def _run_child(total: Tally, shapes: set[str], seconds: float, corpus: Path | None, out: Path) -> None:
    receiver, sender = multiprocessing.Pipe(duplex=False)
    current = Path(tempfile.mkstemp(prefix="ruleout-fuzz-")[1])
    job = _Job(reader=total.reader, seed=total.seed, first=total.inputs, seconds=seconds, current=str(current))
    child = multiprocessing.get_context("fork").Process(target=_child, args=(job, frozenset(shapes), sender))
    child.start()
    sender.close()
    before, last = total.cpu_s, time.monotonic()
    try:
        while receiver.poll(SILENT_S):
            message = receiver.recv()
            _take(total, shapes, message, before, corpus, out)
            if time.monotonic() - last >= 10:
                print(
                    f"{total.reader}: {total.inputs} inputs, {total.cpu_s:.0f} s, {len(shapes)} answers, {len(total.failures)} failures",
                    flush=True,
                )
                last = time.monotonic()
        child.kill()
        problem = f"no answer for {SILENT_S} s"
    except EOFError:
        child.join()
        problem = f"the child ended with {child.exitcode}" if child.exitcode else ""
    child.join()
    if problem:
        total.inputs += 1
        total.cpu_s += 1
        _write_failure(total, current.read_bytes(), problem, out)
    current.unlink()


def _take(
    total: Tally, shapes: set[str], message: dict[str, Any], before: float, corpus: Path | None, out: Path
) -> None:
    total.inputs, total.cpu_s = message["inputs"], before + message["cpu_s"]
    total.peak_mib = max(total.peak_mib, message["peak_mib"])
    total.slowest_ms = max(total.slowest_ms, message["slowest_ms"])
    total.measurements += message["measurements"]
    total.refusals.update(message["refusals"])
    for problem, packed in message["failures"]:
        _write_failure(total, packed, problem, out)
    for shape, packed in message["new"]:
        if shape not in shapes and corpus is not None:
            total.kept += _keep(corpus / total.reader, packed)
        shapes.add(shape)


def _write_failure(total: Tally, packed: bytes, problem: str, out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    path = out / f"{total.reader}-{hashlib.sha256(packed).hexdigest()[:12]}.json"
    path.write_bytes(packed)
    total.failures.append(f"{path}: {problem}")
    print(f"FAILURE {path}\n{problem}", flush=True)


def _keep(folder: Path, packed: bytes) -> int:
    """Keep an input if it is small and there is room; return how many were kept."""
    folder.mkdir(parents=True, exist_ok=True)
    sizes = [path.stat().st_size for path in folder.glob("*.json")]
    used = sum(path.stat().st_size for path in folder.parent.rglob("*.json"))
    room = min(KEPT_BYTES - used, KEPT_BYTES // len(READERS) - sum(sizes), KEPT_ONE_BYTES)
    if len(packed) > room or len(sizes) >= KEPT_EACH:
        return 0
    (folder / f"{hashlib.sha256(packed).hexdigest()[:12]}.json").write_bytes(packed)
    return 1


def packed_input(reader: str, seed: int, number: int, files: Files, *, level: int = 9) -> bytes:
    """Return an input as the text that is kept of it."""
    held = {name: base64.b64encode(zlib.compress(data, level)).decode() for name, data in files.items()}
    return json.dumps({"reader": reader, "seed": seed, "number": number, "files": held}).encode() + b"\n"


def _child(job: _Job, known: frozenset[str], sender: Any) -> None:
    name, seed = job.reader, job.seed
    reader = next(reader for reader in READERS if reader.name == name)
    pool = seeds_of(name)
    start_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + MEMORY_LIMIT, resource.RLIM_INFINITY))
    signal.signal(signal.SIGPROF, _ring)
    shapes, began, sent = set(known), time.process_time(), time.monotonic()
    message = _empty()
    number = job.first
    while (used := time.process_time() - began) < job.seconds:
        if time.monotonic() - sent > 1:
            sender.send(_finished(message, number, used, start_kib))
            message, sent = _empty(), time.monotonic()
        rng = random.Random(f"{name} {seed} {number}")
        files = mutated(rng.choice(pool), rng.choice(pool), rng)
        Path(job.current).write_bytes(packed_input(name, seed, number, files, level=0))
        shape = _try(reader, files, message, directly=rng.random() < 0.7)
        if not shape:
            message["failures"][-1] = (message["failures"][-1], packed_input(name, seed, number, files))
        elif shape not in shapes:
            shapes.add(shape)
            message["new"].append((shape, packed_input(name, seed, number, files)))
            if shape.startswith("read: ") and sum(map(len, files.values())) <= 2 * SEED_BYTES:
                # What is refused already would be refused for the same reason after most further mutations.
                pool.append(files)
        number += 1
    sender.send(_finished(message, number, time.process_time() - began, start_kib))
    sender.close()


def _ring(_signal: int, _frame: Any) -> None:
    raise Hang


def _try(reader: Reader, files: Files, message: dict[str, Any], *, directly: bool) -> str:
    """Return the shape of the answer, "" for a failure, which is noted."""
    before, shape = time.process_time(), ""
    signal.setitimer(signal.ITIMER_PROF, CPU_LIMIT_S)
    try:
        shape = answer(reader, files, directly=directly)
    except Hang:
        message["failures"].append(f"more than {CPU_LIMIT_S} CPU-seconds")
    except MemoryError:
        message["failures"].append(f"more than {MEMORY_LIMIT >> 20} MiB")
    except Exception:  # noqa: BLE001 - whatever else a reader raises is what is looked for
        message["failures"].append(traceback.format_exc(limit=-6))
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    message["slowest_ms"] = max(message["slowest_ms"], 1000 * (time.process_time() - before))
    if shape.startswith("read: "):
        message["measurements"] += 1
    elif shape:
        message["refusals"][shape.split(":")[0]] += 1
    return shape


def _empty() -> dict[str, Any]:
    return {"failures": [], "new": [], "refusals": Counter(), "measurements": 0, "slowest_ms": 0.0}


def _finished(message: dict[str, Any], number: int, cpu_s: float, start_kib: int) -> dict[str, Any]:
    peak = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - start_kib) >> 10
    return message | {"inputs": number, "cpu_s": cpu_s, "peak_mib": peak}


def main() -> int:
    """Fuzz the readers that are asked for and print a summary in JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reader", choices=[reader.name for reader in READERS], help="default: each in turn")
    parser.add_argument("--seconds", type=float, default=60, help="CPU-seconds per reader")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--corpus", type=Path, help="keep inputs that are answered in a new way here")
    parser.add_argument("--out", type=Path, default=Path(tempfile.gettempdir()) / "ruleout-fuzz", help="failing inputs")
    chosen = parser.parse_args()
    names = [chosen.reader] if chosen.reader else [reader.name for reader in READERS]
    tallies = [fuzz(name, chosen.seconds, chosen.seed, chosen.corpus, chosen.out) for name in names]
    for tally in tallies:
        print(json.dumps(vars(tally)), flush=True)
    return 1 if any(tally.failures for tally in tallies) else 0


if __name__ == "__main__":
    raise SystemExit(main())
