# SPDX-License-Identifier: Apache-2.0
"""Fuzzing of what reads bytes from a peer: inputs in pieces, each answered in some way; what is raised is a failure.

Inputs that are answered in a new way are kept where `--corpus` says, small ones; failing ones beside their seed and number.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import hashlib
import json
import random
import tempfile
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.fuzz.mutations import BYTES

VECTORS = Path(__file__).resolve().parents[2] / "vectors"
KEPT_BYTES, KEPT_ONE_BYTES = 50 * 2**10, 2 * 2**10


class Wrong(Exception):
    """Something that a peer must not be able to bring about."""


@dataclass(frozen=True, kw_only=True)
class Target:
    """What is fuzzed: its name, what inputs are made of, and what gives the shape of an answer, or raises."""

    name: str
    seeds: Sequence[bytes]
    lines: Sequence[bytes]
    answer: Callable[[asyncio.AbstractEventLoop, list[bytes]], str]

    @property
    def kept(self) -> Path:
        """Where inputs of earlier runs are."""
        return VECTORS / f"fuzz_{self.name}"


class Transport:
    """What a connection writes, until it ends."""

    def __init__(self) -> None:
        self.out, self.over = b"", False

    def write(self, data: bytes) -> None:
        self.out += data

    def close(self) -> None:
        self.over = True

    abort = write_eof = close

    def is_closing(self) -> bool:
        return self.over

    def can_write_eof(self) -> bool:
        return True

    def get_extra_info(self, _: str) -> None:
        return None

    def set_write_buffer_limits(self, **_: int) -> None: ...
    def pause_reading(self) -> None: ...
    def resume_reading(self) -> None: ...


def made(pool: Sequence[bytes], lines: Sequence[bytes], rng: random.Random) -> list[bytes]:
    """Some messages behind each other, changed in a few places, in pieces."""
    sent = b"".join(rng.choice(pool) for _ in range(rng.choice((1, 1, 2, 3, 20))))
    for _ in range(rng.choice((0, 1, 1, 2, 3))):
        if rng.random() < 0.5:
            ends = [at for at in range(len(sent)) if sent[at : at + 2] == b"\r\n"]
            at = rng.choice(ends) + 2 if ends else 0
            sent = sent[:at] + rng.choice(lines) + sent[at:]
        else:
            sent = rng.choice(BYTES)(sent, rng.choice(pool), rng)
    cuts = sorted({rng.randrange(len(sent) + 1) for _ in range(rng.choice((0, 1, 3, 12)))}) if sent else []
    return [sent[a:b] for a, b in zip([0, *cuts], [*cuts, len(sent)], strict=True)]


def kept_input(path: Path) -> list[bytes]:
    """Return the pieces of a kept input."""
    return [base64.b64decode(piece) for piece in json.loads(path.read_text(encoding="utf-8"))]


def _packed(pieces: list[bytes]) -> bytes:
    return json.dumps([base64.b64encode(piece).decode() for piece in pieces]).encode() + b"\n"


def _keep(corpus: Path, packed: bytes) -> None:
    corpus.mkdir(parents=True, exist_ok=True)
    if (
        len(packed) <= KEPT_ONE_BYTES
        and sum(path.stat().st_size for path in corpus.iterdir()) + len(packed) <= KEPT_BYTES
    ):
        (corpus / f"{hashlib.sha256(packed).hexdigest()[:12]}.json").write_bytes(packed)


def fuzz(target: Target, seconds: float, seed: int, corpus: Path | None, out: Path) -> dict[str, Any]:
    """Fuzz for so many CPU-seconds."""
    loop, shapes, pool = asyncio.new_event_loop(), set[str](), list(target.seeds)
    failures, number, told = list[str](), 0, time.monotonic()
    while (used := time.process_time()) < seconds and len(failures) < 10:
        pieces = made(pool, target.lines, random.Random(f"{target.name} {seed} {number}"))
        number += 1
        try:
            shape = target.answer(loop, pieces)
        except Exception:  # noqa: BLE001 - whatever is raised is what is looked for
            out.mkdir(parents=True, exist_ok=True)
            path = out / f"{target.name}-{seed}-{number - 1}.json"
            path.write_bytes(_packed(pieces))
            failures.append(f"{path}: {traceback.format_exc(limit=-4)}")
            print("FAILURE", failures[-1], flush=True)
            continue
        if shape not in shapes:
            shapes.add(shape)
            if corpus is not None:
                _keep(corpus, _packed(pieces))
            if sum(map(len, pieces)) < 4000 and len(pool) < 200:
                pool.append(b"".join(pieces))
        if time.monotonic() - told > 20:
            print(f"{number} inputs, {used:.0f} s, {len(shapes)} answers, {len(failures)} failures", flush=True)
            told = time.monotonic()
    loop.close()
    return {"target": target.name, "seed": seed, "inputs": number, "answers": len(shapes), "failures": failures}


def main(target: Target, says: str) -> int:
    """Fuzz and print a summary in JSON."""
    parser = argparse.ArgumentParser(description=says, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60, help="CPU-seconds")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--corpus", type=Path, help="keep inputs that are answered in a new way here")
    parser.add_argument("--out", type=Path, default=Path(tempfile.gettempdir()) / "ruleout-fuzz", help="failing inputs")
    chosen = parser.parse_args()
    found = fuzz(target, chosen.seconds, chosen.seed, chosen.corpus, chosen.out)
    print(json.dumps(found), flush=True)
    return 1 if found["failures"] else 0
