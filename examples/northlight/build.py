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
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from ruleout.app.accountability.concerns import receive_concern, update_concern
from ruleout.app.accountability.deviations import amend_deviation, open_deviation
from ruleout.app.accountability.due import facts_of
from ruleout.app.accountability.duty_acts import record_done, record_event
from ruleout.app.accountability.incident_regimes import facts_asked, regime_named, regimes_at_hand
from ruleout.app.accountability.incident_reports import prepare_report, record_report
from ruleout.app.accountability.incidents import amend_incident, open_incident, register_of
from ruleout.app.accountability.regimes import read_regimes
from ruleout.app.accountability.requests import answer_request, open_request, read_policy
from ruleout.app.accountability.roadmap_acts import Acting, change_goal, grade_goal, set_goals
from ruleout.app.approve import record_act as record_approval
from ruleout.app.assess import Question, record_decision
from ruleout.app.change_control.approve import record_change_act
from ruleout.app.change_control.examine import Submission
from ruleout.app.change_control.publish import publish
from ruleout.app.ledger import recording
from ruleout.app.settings import Settings
from ruleout.app.sources import find_framework, read_case
from ruleout.app.start import add_key, start_workspace
from ruleout.app.unlock import Keys
from ruleout.app.workspace import Workspace
from ruleout.model.case import Act
from ruleout.model.concern import ConcernStatus, ConcernUpdate
from ruleout.model.framework import Framework
from ruleout.model.outcome import Activity
from ruleout.model.publication import ChangeAct
from ruleout.model.roadmap_acts import GoalActKind
from ruleout.model.verdict import Verdict

FILES = Path(__file__).parent / "files"
PEOPLE = (
    ("ceo-ada", "ada", ("ceo",)),
    ("rso-bea", "bea", ("rso",)),
    ("secretary-cal", "cal", ("board",)),
    ("counsel-dan", "dan", ("counsel",)),
    ("recorder", "eve", ("recorder",)),
)
FIRST, SECOND, THIRD = "northlight-fsf@1.0", "northlight-fsf@1.1", "northlight-fsf@1.2"


class Year:
    """The lab's record as it grows."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.keys = keys_for(folder)
        origin = "northlight.example/safety-record"
        self.place: Workspace = start_workspace(folder, self.keys, origin=origin, producer="northlight")
        shutil.copytree(FILES, folder, dirs_exist_ok=True)
        self.laws = read_regimes(self.place)
        self.terms = regimes_at_hand(self.place)

    @contextmanager
    def acting(self, on: str, key: str) -> Iterator[Acting]:
        """One signed act on a day, at noon or at the hour given."""
        with recording(self.place, self.keys, at=instant(on)) as (record, recorder):
            yield Acting(record=record, recorder=recorder, signer=self.keys.unlock(key))
            recorder.commit()

    def file(self, name: str) -> bytes:
        """Return a file of the workspace."""
        return (self.folder / name).read_bytes()

    # --- decisions ---

    def question(self, case: str, framework: str, on: str) -> Question:
        """Return what is asked of a case on a day."""
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
        """Have both officers approve the decision as it stands."""
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
        """Record a grade by the grader."""
        with self.acting(on, "rso-bea") as it:
            grade_goal("safety", self.file(f"grades/{name}.yaml"), it)

    # --- the calendar ---

    def happens(self, on: str, event: str, at: str, about: str = "") -> None:
        """Record that something happened."""
        with self.acting(on, "recorder") as it:
            signer, when = it.signer, datetime.fromisoformat(at)
            record_event(it.recorder, event, at=when, about=about, signer=signer, regimes=self.laws)

    def delivers(self, on: str, duty: str, regime: str, about: str = "") -> None:
        """Record that a duty was done."""
        with self.acting(on, "recorder") as it:
            when = it.recorder.at
            known = (*self.laws, *facts_of(it.record).regimes)
            record_done(it.recorder, duty, regime, at=when, about=about, signer=it.signer, regimes=known)

    def summarise(self, on: str) -> None:
        """Deliver the summary of internal use."""
        self.delivers(f"{on}T20:00:00+00:00", "internal-use-summary", "california")

    def framework(self, name: str) -> Framework:
        """Return a version of a framework."""
        return find_framework(name, self.place).framework

    def publish(self, on: str, name: str, change_log: str, expected: str) -> None:
        """Hand in a version; what comes of it must be what the story tells."""
        file = f"frameworks/northlight-fsf/changes/{change_log}.yaml"
        given = Submission(
            framework=find_framework(name, self.place),
            change_log=self.file(file),
            change_log_file=file,
            document=self.file("documents/fsf-1.2.txt"),
        )
        with self.acting(on, "recorder") as it:
            done = publish(given, it.record, it.recorder, it.signer, workspace=self.place)
        if done.result.value != expected:
            raise SystemExit(f"{name} on {on}: expected {expected}, got {done.result.value}")

    def act_on(self, on: str, name: str, key: str, role: str, act: ChangeAct) -> None:
        """Sign an act about a version that was announced."""
        with self.acting(on, key) as it:
            file = find_framework(name, self.place)
            record_change_act(file, it.record, it.recorder, it.signer, role=role, act=act)

    # --- requests ---

    def ask(self, on: str, name: str) -> None:
        """Record a request."""
        with self.acting(on, "recorder") as it:
            data = self.file(f"requests/{name}.yaml")
            open_request(data, it.record, it.recorder, it.signer, policy=read_policy(self.place))

    def answer(self, on: str, name: str, *keys: str) -> None:
        """Have the answer to a request signed."""
        for key in keys:
            with self.acting(on, key) as it:
                data = self.file(f"answers/{name}.yaml")
                answer_request(name, data, it.record, it.recorder, it.signer, policy=read_policy(self.place))


def instant(on: str) -> datetime:
    """Return an instant, noon where only the day is given."""
    text = on if "T" in on else f"{on}T12:00:00+00:00"
    return datetime.fromisoformat(text).astimezone(UTC)


def nobody(name: str) -> str:
    """Refuse to ask for a passphrase."""
    raise SystemExit(f"no passphrase for {name}: every key has a seed")


def keys_for(folder: Path) -> Keys:
    """Return keys made from their names: everybody can make them, so they protect nothing."""
    names = ("northlight-log", *(name for name, _, _ in PEOPLE))
    found = {f"RULEOUT_KEY_{name.upper().replace('-', '_')}": seed_of(name) for name in names}
    settings = Settings(keys_folder=folder.parent / "no-keys", environment=found)
    numbers = count()
    return Keys(settings=settings, ask=nobody, salt=lambda: salt_of(next(numbers)))


def salt_of(number: int) -> str:
    """Return a salt that everybody can guess: it hides nothing, and the year is the same to the byte each time."""
    digest = hashlib.sha256(f"northlight salt {number}".encode()).digest()
    return base64.urlsafe_b64encode(digest[:16]).rstrip(b"=").decode("ascii")


def seed_of(name: str) -> str:
    """Return a key's seed, made from its name."""
    return base64.b64encode(hashlib.sha256(f"northlight {name}".encode()).digest()).decode("ascii")


def build(folder: Path) -> None:
    """Live the year, in the order in which it happened."""
    year = Year(folder)
    for name, person, roles in PEOPLE:
        add_key(year.place, year.keys, name, person=person, roles=roles, at=instant("2025-12-01T09:00:00+00:00"))
    for _, step in sorted(STORY, key=lambda one: one[0]):
        step(year)


# --- the story ----------------------------------------------------------------------------------------------------------


def set_the_goals(year: Year) -> None:
    """Four goals: one will be met, one met late, one missed, one moved."""
    with year.acting("2025-12-15", "rso-bea") as it:
        set_goals(year.file("roadmap/safety.yaml"), it)


def move_a_goal(year: Year) -> None:
    """The audits are put off before they are due."""
    data = year.edit("roadmap/safety.yaml", "target: 2026-10-31", "target: 2027-01-31")
    with year.acting("2026-08-17", "rso-bea") as it:
        why = "The audit team was lent to the release of lumen-3."
        change_goal(GoalActKind.MOVE, "alignment-audits", data, it, reason=why)


def release_lumen_2(year: Year) -> None:
    """A release as planned."""
    year.approve("2026-02-02", "lumen-2", FIRST)
    year.decide("2026-02-03", "lumen-2", FIRST, "proceed")


def hold_lumen_3(year: Year) -> None:
    """Thirty tasks rule nothing out."""
    year.decide("2026-07-06", "lumen-3", SECOND, "hold")


def release_lumen_3(year: Year) -> None:
    """A hundred and twenty do."""
    year.approve("2026-07-20", "lumen-3-again", SECOND)
    year.decide("2026-07-21", "lumen-3-again", SECOND, "proceed")


def become_large(year: Year) -> None:
    """Revenue of the year before passes the line of the statutes; a model with systemic risk is on the market."""
    year.happens("2025-12-20", "large-frontier-developer", "2025-12-20T09:00:00-08:00")
    year.happens("2025-12-20", "provider-of-systemic-risk-model", "2025-12-20T09:00:00+01:00")


def deploy_lumen_2(year: Year) -> None:
    """The transparency report comes on the day of the release."""
    year.happens("2026-02-04", "model-deployed", "2026-02-04T10:00:00-08:00", about="lumen-2")
    year.delivers("2026-02-04T17:30:00+00:00", "transparency-report", "california", about="lumen-2")


def suffer_an_incident(year: Year) -> None:
    """Weights are copied; by the evening it is known that nobody was hurt; the European report goes out in time."""
    facts = facts_asked(year.terms)
    with year.acting("2026-05-06T13:00:00+00:00", "rso-bea") as it:
        open_incident(year.file("incidents/weights-copied.yaml"), it.record, it.recorder, it.signer, facts=facts)
    data = year.edit("incidents/weights-copied.yaml", "  death: unknown\n", NOBODY_HURT)
    with year.acting("2026-05-06T19:00:00+00:00", "rso-bea") as it:
        why = "Everybody who could have been reached by it was asked."
        amend_incident(data, why, it.record, it.recorder, it.signer, facts=facts)
    report_the_incident(year, "2026-05-10", "initial")


def report_the_incident(year: Year, on: str, stage: str) -> None:
    """A report to the European AI Office, made from the record alone."""
    with year.acting(on, "counsel-dan") as it:
        eu = regime_named("eu", year.terms)
        report = prepare_report("weights-copied", eu, stage, register_of(it.record), given=instant(on))
        record_report(report, it.record, it.recorder, it.signer)


def resolve_the_incident(year: Year) -> None:
    """The copy is found and destroyed."""
    facts = facts_asked(year.terms)
    data = year.edit("incidents/weights-copied.yaml", "facts:\n", "  resolved: 2026-05-28T16:00:00Z\nfacts:\n")
    with year.acting("2026-05-29", "rso-bea") as it:
        why = "The server was seized and the copy destroyed."
        amend_incident(data, why, it.record, it.recorder, it.signer, facts=facts, resolves=True)


def depart_from_the_framework(year: Year) -> None:
    """Agents ran unwatched for nine days; it is written down."""
    with year.acting("2026-03-16", "rso-bea") as it:
        data = year.file("deviations/late-watch.yaml")
        open_deviation(data, it.record, it.recorder, it.signer, framework_of=year.framework)


def correct_the_departure(year: Year) -> None:
    """It cannot happen in the same way again."""
    scope = "scope: Agents of the build team.\n"
    corrected = f"{scope}correction: Agents start only where the watch answers.\ncorrected: 2026-03-24\n"
    data = year.edit("deviations/late-watch.yaml", scope, corrected)
    with year.acting("2026-03-25", "rso-bea") as it:
        why = "The start of agents was changed."
        found = year.framework
        amend_deviation(data, why, it.record, it.recorder, it.signer, framework_of=found, closes=True)


def hear_a_concern(year: Year) -> None:
    """Somebody reports it without a name, four days before it is written down."""
    with year.acting("2026-03-12", "counsel-dan") as it:
        receive_concern(year.file("concerns/watch.yaml"), it.record, it.recorder, it.signer)


def find_the_concern_right(year: Year) -> None:
    """It is found to be so, and the board is told."""
    update = ConcernUpdate(
        status=ConcernStatus.SUBSTANTIATED, material=Verdict.YES, notified=("board",), correction="See late-watch."
    )
    with year.acting("2026-03-30", "counsel-dan") as it:
        update_concern(1, update, it.record, it.recorder, it.signer)


def tell_the_directors(year: Year, on: str) -> None:
    """What the internal channel received goes to the directors every quarter."""
    for regime in ("california", "connecticut"):
        year.delivers(on, "concerns-to-directors", regime)


def weaken_in_silence(year: Year) -> None:
    """The change log tells of what was added, and not that a signature was dropped: refused."""
    year.publish("2026-10-22", THIRD, "1.2-first", "refused")


def announce_the_weakening(year: Year) -> None:
    """It is told, with its reason; two weeks' notice begin."""
    year.publish("2026-10-26", THIRD, "1.2", "held")


def agree_to_the_change(year: Year) -> None:
    """Both officers propose it, the board approves it; the notice still runs."""
    year.act_on("2026-10-27", THIRD, "ceo-ada", "ceo", ChangeAct.PROPOSE)
    year.act_on("2026-10-27", THIRD, "rso-bea", "rso", ChangeAct.PROPOSE)
    year.act_on("2026-11-03", THIRD, "secretary-cal", "board", ChangeAct.APPROVE)
    year.publish("2026-11-04", THIRD, "1.2", "held")


def publish_the_change(year: Year) -> None:
    """Six days before it takes effect; the European AI Office has access in time."""
    year.publish("2026-11-10", THIRD, "1.2", "published")
    year.delivers("2026-11-12", "framework-access", "eu", about=THIRD)


NOBODY_HURT = """\
  death: no
  bodily-injury: no
  serious-health-harm: no
  catastrophic-harm: no
  control-lost: no
  deceived-developer: no
  imminent-danger: no
  model-involved: yes
  infrastructure-disrupted: no
  rights-infringed: no
  property-harmed: no
"""

#: What happened on which day; the record is written in this order.
STORY: tuple[tuple[str, Callable[[Year], None]], ...] = (
    ("2025-12-15", set_the_goals),
    ("2025-12-20", become_large),
    ("2026-02-03", release_lumen_2),
    ("2026-02-04", deploy_lumen_2),
    ("2026-03-12", hear_a_concern),
    ("2026-03-16", depart_from_the_framework),
    ("2026-03-18", lambda year: year.summarise("2026-03-18")),
    ("2026-03-20", lambda year: year.grade("2026-03-20", "retention-report")),
    ("2026-03-25", correct_the_departure),
    ("2026-03-30", find_the_concern_right),
    ("2026-03-31", lambda year: tell_the_directors(year, "2026-03-31")),
    ("2026-04-30", lambda year: year.delivers("2026-04-30", "risk-report", "northlight-fsf")),
    ("2026-05-05", lambda year: year.ask("2026-05-05", "agency-watch")),
    ("2026-05-06", suffer_an_incident),
    ("2026-05-12", lambda year: year.ask("2026-05-12", "agency-analysis")),
    ("2026-05-20", lambda year: year.answer("2026-05-20", "agency-analysis", "rso-bea", "ceo-ada")),
    ("2026-05-29", resolve_the_incident),
    ("2026-06-09", lambda year: year.ask("2026-06-09", "agency-analysis-too")),
    ("2026-06-15", lambda year: year.answer("2026-06-15", "agency-analysis-too", "rso-bea")),
    ("2026-06-29", lambda year: tell_the_directors(year, "2026-06-29")),
    ("2026-07-02", lambda year: year.summarise("2026-07-02")),
    ("2026-07-06", hold_lumen_3),
    ("2026-07-07", lambda year: year.grade("2026-07-07", "log-coverage")),
    ("2026-07-10", lambda year: report_the_incident(year, "2026-07-10", "final")),
    ("2026-07-21", release_lumen_3),
    ("2026-08-17", move_a_goal),
    ("2026-09-15", lambda year: year.summarise("2026-09-15")),
    ("2026-09-28", lambda year: tell_the_directors(year, "2026-09-28")),
    ("2026-10-05", lambda year: year.grade("2026-10-05", "red-team-tool")),
    ("2026-10-20", lambda year: year.delivers("2026-10-20", "risk-report", "northlight-fsf")),
    ("2026-10-22", weaken_in_silence),
    ("2026-10-26", announce_the_weakening),
    ("2026-11-03", agree_to_the_change),
    ("2026-11-10", publish_the_change),
)


if __name__ == "__main__":
    build(Path(sys.argv[1]))
