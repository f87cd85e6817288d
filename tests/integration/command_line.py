# SPDX-License-Identifier: Apache-2.0
"""The command line, run inside the test's process or in one of its own, and a small lab that uses it.

Inside the process the clock stands at `NOW`. Keys come from seeds, so that no passphrase has to be stretched. A lab is
a folder with a workspace, four keys and the demonstration's case with its evaluation log; build one per module and
copy it per test.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from ruleout.cli import options
from ruleout.cli.main import main

ROOT = Path(__file__).resolve().parents[2]
CASES = ROOT / "examples" / "public-record" / "cases"
DEMO = ROOT / "examples" / "demo" / "cases"
OLD, NEW = "anthropic-rsp@2.2", "anthropic-rsp@3.4"
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
PEOPLE = {
    "ceo-ada": ("ada", ["ceo"]),
    "rso-bea": ("bea", ["rso"]),
    "secretary-cal": ("cal", ["board", "ltbt"]),
    "recorder": ("eve", ["recorder"]),
}


def seed_of(name: str) -> str:
    """A key's seed, made from its name."""
    return base64.b64encode(hashlib.sha256(name.encode()).digest()).decode("ascii")


def seeds(*names: str) -> dict[str, str]:
    """The environment that hands over these keys."""
    return {"RULEOUT_KEY_" + name.upper().replace("-", "_"): seed_of(name) for name in names}


class Anybody:
    """Put in the place of a recorder's `counting`: writes past the verbs what whoever has the log's key could."""

    def require(self, _: object) -> None:
        """Take every signature."""


def ticking(start: datetime = NOW) -> Callable[[], datetime]:
    """A clock on which a second passes with every look at it, as one does while a key is unlocked."""
    passed = count()
    return lambda: start + timedelta(seconds=next(passed))


@dataclass(frozen=True)
class Ran:
    """What a command did."""

    code: int
    out: bytes
    err: str

    @property
    def text(self) -> str:
        return self.out.decode("utf-8")

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@contextmanager
def _as_if(environment: Mapping[str, str], folder: Path | None, now: datetime | Callable[[], datetime]):
    """Run with this environment (and nothing of ours but the search path), folder, instant and fresh streams."""
    kept = dict(os.environ), Path.cwd(), options.now, sys.stdout, sys.stderr, sys.stdin
    out, err = io.TextIOWrapper(io.BytesIO(), "utf-8"), io.TextIOWrapper(io.BytesIO(), "utf-8")
    os.environ.clear()
    os.environ.update({"PATH": kept[0].get("PATH", ""), "COLUMNS": "80", "TERM": "dumb", **environment})
    sys.stdout, sys.stderr, sys.stdin = out, err, io.StringIO()
    options.now = now if callable(now) else lambda: now
    try:
        os.chdir(folder or kept[1])
        yield out, err
    finally:
        os.chdir(kept[1])
        os.environ.clear()
        os.environ.update(kept[0])
        options.now, sys.stdout, sys.stderr, sys.stdin = kept[2:]


def run(
    *arguments: object,
    env: Mapping[str, str] | None = None,
    folder: Path | None = None,
    now: datetime | Callable[[], datetime] = NOW,
) -> Ran:
    """Run one command in this process, at an instant or by a clock."""
    given = {"RULEOUT_KEYS": "/nonexistent/keys", **(env or {})}
    with _as_if(given, folder, now) as (out, err):
        code = main([str(argument) for argument in arguments])
        out.flush()
        err.flush()
        written = out.buffer.getvalue(), err.buffer.getvalue()
    return Ran(code, written[0], written[1].decode("utf-8"))


def run_apart(*arguments: object, env: Mapping[str, str] | None = None, folder: Path | None = None) -> Ran:
    """Run one command in a process of its own, with nothing but the given environment."""
    start = [sys.executable, "-m", "ruleout", *(str(argument) for argument in arguments)]
    done = subprocess.run(
        start, env=dict(env or {}), cwd=folder, capture_output=True, stdin=subprocess.DEVNULL, check=False
    )
    return Ran(done.returncode, done.stdout, done.stderr.decode("utf-8"))


@dataclass(frozen=True)
class Lab:
    """A workspace with keys and a case beside it."""

    folder: Path

    @property
    def record(self) -> Path:
        return self.folder / "record"

    @property
    def case(self) -> Path:
        return self.folder / "case" / "example-1.yaml"

    @property
    def log(self) -> Path:
        return self.folder / "case" / "logs" / "autonomy-suite.eval"

    @property
    def env(self) -> dict[str, str]:
        return seeds("lab-log", *PEOPLE)

    def run(
        self,
        *arguments: object,
        env: Mapping[str, str] | None = None,
        now: datetime | Callable[[], datetime] = NOW,
    ) -> Ran:
        """Run a command in the workspace."""
        return run(*arguments, "-w", self.record, env=self.env if env is None else env, now=now)

    def approve(self, role: str, key: str, *more: object, **given: Any) -> Ran:
        return self.run("approve", self.case, "-f", OLD, "--role", role, "--key", key, *more, **given)

    def assess(self, *more: object, **given: Any) -> Ran:
        """Assess the case, as canonical bytes."""
        return self.run("assess", self.case, "-f", OLD, "--json", *more, **given)

    def approve_all(self) -> None:
        """What opens the gate: two approvals and two notices."""
        acts = [("ceo", "ceo-ada"), ("rso", "rso-bea")]
        notices = [("board", "secretary-cal", "--notified"), ("ltbt", "secretary-cal", "--notified")]
        for act in (*acts, *notices):
            assert self.approve(*act).code == 0

    def size(self) -> int:
        """How many entries the record holds, after a full check of it."""
        found = self.run("log", "--json")
        assert found.code == 0, found.err
        return int(found.json["size"])

    def edit(self, old: str, new: str) -> None:
        """Change the case file."""
        text = self.case.read_text(encoding="utf-8")
        assert text.count(old) == 1, (old, text.count(old))
        self.case.write_text(text.replace(old, new), encoding="utf-8")

    def copy_to(self, folder: Path) -> Lab:
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)
        return Lab(folder)


def build_lab(folder: Path) -> Lab:
    """Make a lab."""
    lab = Lab(folder)
    shutil.copytree(DEMO, folder / "case")
    made = run("init", lab.record, "--origin", "lab.example/record", "--producer", "lab", env=lab.env)
    assert made.code == 0, made.err
    for name, (person, roles) in PEOPLE.items():
        given = [part for role in roles for part in ("--role", role)]
        assert lab.run("key", "new", name, "--person", person, *given).code == 0
    return lab
