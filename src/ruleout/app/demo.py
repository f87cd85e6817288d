# SPDX-License-Identifier: Apache-2.0
"""The demonstration's files and steps: one real release case and one invented one, from evidence to verified decision.

Every step is an ordinary command line; what each should say is its exit code, which the runner checks.
"""

from __future__ import annotations

import json
import re
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from ruleout.adapters.files import make_folder
from ruleout.app.shipped import demo_files, northlight, one_file_verifier, public_record
from ruleout.errors import RuleoutError

OLD, NEW = "anthropic-rsp@2.2", "anthropic-rsp@3.4"
_DAY = re.compile(r"\b20\d\d-\d\d-\d\d(?=\b|T)")
PEOPLE = (("ceo-ada", "ada", ("ceo",)), ("rso-bea", "bea", ("rso",)), ("secretary-cal", "cal", ("board", "ltbt")))


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One command of the demonstration: what it shows, its arguments, the exit code it must have.

    `program` is "ruleout", or the path of the one-file verifier. `quiet` steps show their output only when they fail.
    """

    says: str
    arguments: tuple[str, ...]
    code: int = 0
    program: str = "ruleout"
    quiet: bool = False


def lay_out(folder: Path, *, today: date) -> Mapping[str, str]:
    """Copy the demonstration's files into a new folder; return the environment its commands run in.

    Effect: writes files; draws a throw-away passphrase, which only the returned environment holds.

    Raises:
        RuleoutError: the folder exists and is not empty.
    """
    make_folder(folder)
    if any(folder.iterdir()):
        raise RuleoutError(f"{folder} is not empty", hint="Name a new folder; nothing was written.")
    shutil.copytree(public_record() / "cases", folder / "public")
    shutil.copytree(demo_files() / "cases", folder / "own")
    _bring_up_to(folder / "own" / "example-1.yaml", today)
    _without(folder, "claude-opus-4-biology", "opus-4-security-not-assessed", "  asl-3-security:")
    _without(folder, "claude-opus-4-5-ai-rnd", "opus-4-5-without-rationale", "        rationale:")
    return {"RULEOUT_KEYS": str(folder / "keys"), "RULEOUT_PASSPHRASE": secrets.token_urlsafe(24)}


def _bring_up_to(case: Path, today: date) -> None:
    """Move the invented case's dates so that it is of today: its findings would expire like everybody's."""
    text = case.read_text(encoding="utf-8")
    age = today - date.fromisoformat(_DAY.findall(text.partition("\nat:")[2])[0])
    if age.days > 0:
        moved = _DAY.sub(lambda found: (date.fromisoformat(found[0]) + age).isoformat(), text)
        case.write_text(moved, encoding="utf-8")


def _without(folder: Path, case: str, name: str, start: str) -> None:
    """Write a copy of a public case that lacks the first block beginning with `start`."""
    lines = (folder / "public" / f"{case}.yaml").read_text(encoding="utf-8").splitlines(keepends=True)
    first = next(i for i, line in enumerate(lines) if line.startswith(start))
    depth = len(start) - len(start.lstrip())
    last = first + 1
    while last < len(lines) and (not lines[last].strip() or _depth(lines[last]) > depth):
        last += 1
    (folder / "public" / f"{name}.yaml").write_text("".join(lines[:first] + lines[last:]), encoding="utf-8")


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip())


def tamper(bundle: Path, copy: Path) -> None:
    """Write a copy of a bundle in which the recorded *hold* became *proceed*. Effect: reads and writes."""
    text = bundle.read_text(encoding="utf-8")
    was = json.dumps('"outcome":"hold"')[1:-1]
    changed = text.replace(was, json.dumps('"outcome":"proceed"')[1:-1], 1)
    if changed == text:
        raise RuleoutError("the demonstration's bundle holds no decision to tamper with")
    copy.write_text(changed, encoding="utf-8")


def steps_before_tampering(folder: Path) -> tuple[Step, ...]:
    """The commands up to the exported, verified and replayed record."""
    return (*_start(folder), *_public(folder), *_own(folder), *_withdrawal(folder), *_prove(folder))


def _start(folder: Path) -> tuple[Step, ...]:
    record = str(folder / "record")
    init = ("init", record, "--origin", "demo.example/safety-record", "--producer", "demo-lab")
    keys = tuple(
        Step(
            says="",
            arguments=(
                "key",
                "new",
                name,
                *(x for r in roles for x in ("--role", r)),
                "--person",
                person,
                "-w",
                record,
            ),
            quiet=True,
        )
        for name, person, roles in PEOPLE
    )
    recorder = ("key", "new", "recorder", "--role", "recorder", "--person", "eve", "-w", record)
    log = str(folder / "own" / "logs" / "autonomy-suite.eval")
    return (
        Step(says="A workspace with throw-away keys for three people and a recorder.", arguments=init),
        *keys,
        Step(says="", arguments=recorder, quiet=True),
        Step(
            says="A real-format evaluation log, every attempt counted.",
            arguments=("ingest", log, "--owner", "evals-team", "-w", record),
        ),
    )


def _public(folder: Path) -> tuple[Step, ...]:
    def case(name: str) -> str:
        return str(folder / "public" / f"{name}.yaml")

    both = ("-f", OLD, "-f", NEW, "--brief")
    return (
        Step(
            says="From the public record: Claude Opus 4, May 2025, under the policy then in force.",
            arguments=("assess", case("claude-opus-4-biology"), "-f", OLD),
        ),
        Step(
            says="The same case under the policy of 2026: what differs is what the text asks for.",
            arguments=("assess", case("claude-opus-4-biology"), *both),
            code=3,
        ),
        Step(
            says="Its sibling, released the same day: the threshold was ruled out.",
            arguments=("assess", case("claude-sonnet-4-biology"), *both),
            code=3,
        ),
        Step(
            says="Claude Opus 4.5: 0.604 against a bar of 0.6, ruled out by argument. The departure is named.",
            arguments=("assess", case("claude-opus-4-5-ai-rnd"), *both),
            code=3,
        ),
        Step(
            says="A release of 2026 under 3.x; under 2.2 nothing of what it asks is on record, so it stops.",
            arguments=("assess", case("claude-mythos-5-risk-report"), *both),
            code=1,
        ),
        Step(
            says="Opus 4 again, with the security assessment taken out: it holds, and says what is missing.",
            arguments=("assess", case("opus-4-security-not-assessed"), "-f", OLD, "--brief"),
            code=3,
        ),
        Step(
            says="Opus 4.5 again, with the rationale taken out: the determination is void.",
            arguments=("assess", case("opus-4-5-without-rationale"), "-f", OLD, "--brief"),
            code=3,
        ),
    )


def _own(folder: Path) -> tuple[Step, ...]:
    record, case = str(folder / "record"), str(folder / "own" / "example-1.yaml")
    about = (case, "-f", OLD)
    acts = (
        ("ceo", "ceo-ada", ()),
        ("rso", "rso-bea", ()),
        ("board", "secretary-cal", ("--notified",)),
        ("ltbt", "secretary-cal", ("--notified",)),
    )
    approve = tuple(
        Step(says="", arguments=("approve", *about, "--role", role, "--key", key, *more, "-w", record))
        for role, key, more in acts
    )
    assess = ("assess", *about, "--record", "--key", "recorder", "-w", record)
    return (
        Step(
            says="An invented lab's own case: the log's bound lies under the bar, but nobody has approved.",
            arguments=assess,
            code=3,
        ),
        *approve,
        Step(
            says="Approved over exactly these inputs: it may go ahead, and that is recorded.",
            arguments=(*assess, "--brief"),
        ),
        Step(says="The record so far.", arguments=("log", "-w", record)),
    )


def _withdrawal(folder: Path) -> tuple[Step, ...]:
    record, case = str(folder / "record"), str(folder / "own" / "example-1.yaml")
    tool = ("--tool", "inspect_ai", "--tool-version", "0.3.285")
    why = ("--reason", "its scorer was found to miscount (invented)")
    return (
        Step(
            says="What the record holds as evidence, and what rests on it.",
            arguments=("evidence", "list", "-w", record),
        ),
        Step(
            says="What one version of a tool made is withdrawn in one signed act; who relied on it is listed.",
            arguments=("evidence", "withdraw", *tool, *why, "--key", "rso-bea", "-w", record),
        ),
        Step(
            says="The approved release holds again: the evidence counts no more, nor do the approvals.",
            arguments=("assess", case, "-f", OLD, "--brief", "-w", record),
            code=3,
        ),
    )


def _prove(folder: Path) -> tuple[Step, ...]:
    bundle = str(folder / "record.json")
    return (
        Step(says="One file for outsiders.", arguments=("export", bundle, "-w", str(folder / "record"))),
        Step(says="Verified offline.", arguments=("verify", bundle)),
        Step(
            says="Every decision derived again from the file alone, as it was before the withdrawal.",
            arguments=("replay", bundle),
        ),
        Step(
            says="Verified by a second program that shares no code and needs only Python itself.",
            arguments=(bundle,),
            program=str(one_file_verifier()),
        ),
    )


def steps_after_tampering(copy: Path) -> tuple[Step, ...]:
    """What both verifiers say of a tampered copy."""
    return (
        Step(says="A copy in which the recorded hold became proceed.", arguments=("verify", str(copy)), code=1),
        Step(says="", arguments=(str(copy),), program=str(one_file_verifier()), code=1),
        Step(says="And what does not verify is not replayed.", arguments=("replay", str(copy)), code=1),
    )


#: Where the invented lab's account is written, within the demonstration's folder, and the day it is made for.
ACCOUNT = "northlight-account"
_YEAR, _END_OF_YEAR = "northlight", "2026-11-22"


def steps_of_a_year(folder: Path) -> tuple[Step, ...]:
    """A year of an invented lab, and what of it the public is given."""
    year = str(folder / _YEAR)
    account = ("portal", str(folder / ACCOUNT), "--at", _END_OF_YEAR, "-w", year)
    return (
        Step(
            says="A year of Northlight, a lab that does not exist: goals, decisions, incidents, reports, a review.",
            arguments=(year,),
            program=str(northlight() / "build.py"),
        ),
        Step(says="Everything of it that the public is given, in one folder.", arguments=account),
    )
