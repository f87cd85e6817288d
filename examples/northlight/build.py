# SPDX-License-Identifier: Apache-2.0
"""A year of Northlight, a lab that does not exist: built from nothing, the same to the byte each time.

    python examples/northlight/build.py FOLDER

FOLDER becomes a workspace. Everything in it is done through the functions that the commands use, at instants given here;
keys come from fixed seeds, which is why they protect nothing. What the year holds: docs/guide/northlight.md.
"""

from __future__ import annotations

import base64
import hashlib
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from ruleout.app.accountability.requests import answer_request, open_request, read_policy
from ruleout.app.accountability.roadmap_acts import Acting, change_goal, grade_goal, set_goals
from ruleout.app.approve import record_act as record_approval
from ruleout.app.assess import Question, record_decision
from ruleout.app.ledger import recording
from ruleout.app.settings import Settings
from ruleout.app.sources import find_framework, read_case
from ruleout.app.start import add_key, start_workspace
from ruleout.app.unlock import Keys
from ruleout.app.workspace import Workspace
from ruleout.model.case import Act
from ruleout.model.outcome import Activity
from ruleout.model.roadmap_acts import GoalActKind

FILES = Path(__file__).parent / "files"
PEOPLE = (
    ("ceo-ada", "ada", ("ceo",)),
    ("rso-bea", "bea", ("rso",)),
    ("secretary-cal", "cal", ("board",)),
    ("counsel-dan", "dan", ("counsel",)),
    ("recorder", "eve", ("recorder",)),
)
FIRST, SECOND = "northlight-fsf@1.0", "northlight-fsf@1.1"


@dataclass(frozen=True)
class Seeds(Settings):
    """Keys made from their names."""

    def seed(self, key: str) -> bytes:
        return hashlib.sha256(f"northlight {key}".encode()).digest()


class Year:
    """The lab's record as it grows."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.keys = Keys(settings=seeds(folder), ask=nobody)
        self.place: Workspace = start_workspace(
            folder, self.keys, origin="northlight.example/safety-record", producer="northlight"
        )
        shutil.copytree(FILES, folder, dirs_exist_ok=True)

    @contextmanager
    def acting(self, on: str, key: str) -> Iterator[Acting]:
        """One signed act on a day, at noon or at the hour given."""
        with recording(self.place, self.keys, at=instant(on)) as (record, recorder):
            yield Acting(record=record, recorder=recorder, signer=self.keys.unlock(key))
            recorder.commit()

    def file(self, name: str) -> bytes:
        return (self.folder / name).read_bytes()

    # --- decisions ---

    def question(self, case: str, framework: str, on: str) -> Question:
        read = read_case(self.folder / "cases" / f"{case}.yaml")
        found = find_framework(framework, self.place)
        return Question(framework=found, case=read, activity=Activity.DEPLOY_EXTERNAL, at=instant(on))

    def decide(self, on: str, case: str, framework: str, expected: str) -> None:
        """Assess and record; the outcome must be the one the story tells."""
        with self.acting(on, "recorder") as it:
            decision = record_decision(self.question(case, framework, on), it.record, it.recorder, it.signer)
        if decision.outcome.value != expected:
            raise SystemExit(f"{case} on {on}: expected {expected}, got {decision.outcome.value}")

    def approve(self, on: str, case: str, framework: str) -> None:
        for key, role in (("ceo-ada", "ceo"), ("rso-bea", "rso")):
            with self.acting(on, key) as it:
                question = self.question(case, framework, on)
                record_approval(question, it.record, it.recorder, it.signer, role=role, act=Act.APPROVE)

    # --- the roadmap ---

    def edit(self, name: str, old: str, new: str) -> bytes:
        """Change a file as a person would, and return it."""
        path = self.folder / name
        text = path.read_text(encoding="utf-8")
        if text.count(old) != 1:
            raise SystemExit(f"{name}: expected {old!r} once")
        path.write_text(text.replace(old, new), encoding="utf-8")
        return path.read_bytes()

    def grade(self, on: str, name: str) -> None:
        with self.acting(on, "rso-bea") as it:
            grade_goal("safety", self.file(f"grades/{name}.yaml"), it)

    # --- requests ---

    def ask(self, on: str, name: str) -> None:
        with self.acting(on, "recorder") as it:
            data = self.file(f"requests/{name}.yaml")
            open_request(data, it.record, it.recorder, it.signer, policy=read_policy(self.place))

    def answer(self, on: str, name: str, *keys: str) -> None:
        for key in keys:
            with self.acting(on, key) as it:
                data = self.file(f"answers/{name}.yaml")
                answer_request(name, data, it.record, it.recorder, it.signer, policy=read_policy(self.place))


def instant(on: str) -> datetime:
    text = on if "T" in on else f"{on}T12:00:00+00:00"
    return datetime.fromisoformat(text).astimezone(UTC)


def nobody(name: str) -> str:
    raise SystemExit(f"no passphrase for {name}: every key has a seed")


def seeds(folder: Path) -> Settings:
    """Settings that hand over every key as a seed and never write one."""
    found = {
        f"RULEOUT_KEY_{name.upper().replace('-', '_')}": base64.b64encode(
            hashlib.sha256(f"northlight {name}".encode()).digest()
        ).decode()
        for name in ("northlight-log", *(name for name, _, _ in PEOPLE))
    }
    return settings_of(found, folder)


def build(folder: Path) -> None:
    """Live the year."""
    year = Year(folder)
    for name, person, roles in PEOPLE:
        add_key(year.place, year.keys, name, person=person, roles=roles, at=instant("2025-12-01T09:00:00+00:00"))
    goals(year)
    releases(year)
    requests(year)


def goals(year: Year) -> None:
    """Four goals: one met, one met late, one missed, one moved."""
    with year.acting("2025-12-15", "rso-bea") as it:
        set_goals(year.file("roadmap/safety.yaml"), it)
    year.grade("2026-03-20", "retention-report")
    year.grade("2026-07-07", "log-coverage")
    data = year.edit("roadmap/safety.yaml", "target: 2026-10-31", "target: 2027-01-31")
    with year.acting("2026-08-17", "rso-bea") as it:
        change_goal(
            GoalActKind.MOVE, "alignment-audits", data, it, reason="The audit team was lent to the release of lumen-3."
        )
    year.grade("2026-10-05", "red-team-tool")


def releases(year: Year) -> None:
    """One release as planned; one held, for thirty tasks rule nothing out, and released after a larger run."""
    year.approve("2026-02-02", "lumen-2", FIRST)
    year.decide("2026-02-03", "lumen-2", FIRST, "proceed")
    year.decide("2026-07-06", "lumen-3", SECOND, "hold")
    year.approve("2026-07-20", "lumen-3-again", SECOND)
    year.decide("2026-07-21", "lumen-3-again", SECOND, "proceed")


def requests(year: Year) -> None:
    """One refused at a red line, one granted until the end of September, one like it refused."""
    year.ask("2026-05-05", "agency-watch")
    year.ask("2026-05-12", "agency-analysis")
    year.answer("2026-05-20", "agency-analysis", "rso-bea", "ceo-ada")
    year.ask("2026-06-09", "agency-analysis-too")
    year.answer("2026-06-15", "agency-analysis-too", "rso-bea")


if __name__ == "__main__":
    build(Path(sys.argv[1]))
