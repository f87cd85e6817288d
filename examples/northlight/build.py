# SPDX-License-Identifier: Apache-2.0
"""A year of Northlight, a lab that does not exist: built from nothing, the same to the byte each time.

    python examples/northlight/build.py FOLDER [LAST-DAY]

FOLDER becomes a workspace, up to and including LAST-DAY where one is given. Everything in it is done through the functions
that the commands use, at instants given here; keys come from fixed seeds, which is why they protect nothing. What the year
holds: docs/guide/northlight.md.
"""

from __future__ import annotations

import base64
import hashlib
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path

from ruleout.accountability.reviews.answers import answers_bytes, answers_from_words
from ruleout.accountability.reviews.fold import ReviewState
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
from ruleout.app.disclosure.redact import Target, Wanted, redact
from ruleout.app.ledger import read_record, recording
from ruleout.app.permits.issue import issue_permit
from ruleout.app.permits.versions import versions_at_hand
from ruleout.app.publication.kinds import kind_named
from ruleout.app.publication.reports import Asked
from ruleout.app.publication.reports import record_approval as record_report_approval
from ruleout.app.publication.reports import record_report as record_report_of
from ruleout.app.publication.sheets import record_sheet
from ruleout.app.reviews.acts import approve_reviewer, assign_sections, note_receipt, open_review, reviewer_of
from ruleout.app.reviews.filing import file_answers
from ruleout.app.reviews.package import read_package, write_package
from ruleout.app.reviews.publish import publish_review
from ruleout.app.reviews.register import reviews_of
from ruleout.app.reviews.rules import rules_file
from ruleout.app.settings import Settings
from ruleout.app.sources import find_framework, read_case
from ruleout.app.start import add_key, start_workspace
from ruleout.app.unlock import Keys
from ruleout.app.workspace import Workspace
from ruleout.ledger.audience import Audience, readers_of
from ruleout.ledger.redaction import RedactionClass
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


def build(folder: Path, until: str = "9999") -> None:
    """Live the year, in the order in which it happened, up to and including a day."""
    year = Year(folder)
    for name, person, roles in PEOPLE:
        add_key(year.place, year.keys, name, person=person, roles=roles, at=instant("2025-12-01T09:00:00+00:00"))
    for day, step in sorted(STORY, key=lambda one: one[0]):
        if day[: len("2026-01-01")] <= until:
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


def permit(year: Year, on: str, name: str) -> None:
    """The officer turns a decision into what gateways serve under."""
    with year.acting(on, "rso-bea") as it:
        data, versions = year.file(f"permits/{name}.yaml"), versions_at_hand(year.place)
        answered = issue_permit(data, it.record, it.recorder, it.signer, versions_of=versions)
    if answered.refusals:
        raise SystemExit(f"{name} on {on}: {'; '.join(str(one) for one in answered.refusals)}")


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


def hide_which_tasks_there_are(year: Year) -> None:
    """One topic of a sheet is hidden from the public, with a reason that everybody reads."""
    wanted = Wanted(
        class_=RedactionClass.PUBLIC_SAFETY,
        audiences=frozenset({Audience.PUBLIC}),
        authority="rso",
        justification="Whoever knows the tasks could train a model to hide what it can do.",
        material=False,
        review_by=date(2027, 6, 30),
    )
    with year.acting("2026-11-03", "rso-bea") as it:
        target = Target(entry="sheet/lumen-3/1", paths=("says.evaluation-tasks",))
        redact(target, wanted, it.record, it.recorder, it.signer)


def state_what_nothing_else_shows(year: Year) -> None:
    """What documents state of the lab and of lumen-3, for everybody and for those who are told more."""
    for name in ("northlight", "lumen-3", "lumen-3-inside", "audit"):
        with year.acting("2026-11-02", "counsel-dan") as it:
            record_sheet(year.file(f"sheets/{name}.yaml"), it.record, it.recorder, it.signer, file=f"{name}.yaml")


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


def publish_the_risk_report(year: Year) -> None:
    """Both officers approve the text on one day; on the next it is published, whole, as one entry."""
    kind, kind_file = kind_named("risk-report", year.place)
    name = "reports/2026-10.yaml"

    def asked(on: str) -> Asked:
        return Asked(kind=kind, kind_file=kind_file, data=year.file(name), file=name, at=instant(on), audience="public")

    for key, role in (("ceo-ada", "ceo"), ("rso-bea", "rso")):
        with year.acting("2026-10-19", key) as it:
            record_report_approval(asked("2026-10-19"), it.record, it.recorder, it.signer, role=role, act=Act.APPROVE)
    with year.acting("2026-10-20T10:00:00+00:00", "recorder") as it:
        question = asked("2026-10-20T10:00:00+00:00")
        record_report_of(question, it.record, it.recorder, it.signer, workspace=year.place)


#: Why words are kept from some, by the head of the entry's id: class, key and role that answer for it, public reason.
IN_CONFIDENCE = {
    "incident/": (RedactionClass.CYBERSECURITY, "rso-bea", "rso", "It tells how the intruder came in."),
    "deviation/": (RedactionClass.CYBERSECURITY, "rso-bea", "rso", "It tells which watch was off, and how it was."),
    "concern/": (RedactionClass.PRIVACY, "counsel-dan", "counsel", "What was told in confidence may tell who spoke."),
    "request/": (
        RedactionClass.LEGAL,
        "counsel-dan",
        "counsel",
        "The agencies' requests are confidential by agreement.",
    ),
    "permit/": (RedactionClass.CYBERSECURITY, "rso-bea", "rso", "It tells what the gates ask before they open."),
    "sheet/audit/": (RedactionClass.PRIVACY, "counsel-dan", "counsel", "It tells of the people who are to audit."),
    "sheet/lumen-3-inside/": (RedactionClass.IP, "rso-bea", "rso", "It tells how the model is built and trained."),
    "review/": (
        RedactionClass.PRIVACY,
        "counsel-dan",
        "counsel",
        "It tells of the reviewer's ties; what was found is in the published review.",
    ),
}


def redact_the_registers(year: Year) -> None:
    """What is not for everybody is hidden from those it is not for, each time with a reason and a day of review."""
    entries = read_record(year.place).entries
    # Decisions replay from what is public: nothing that an entry for everybody names is hidden behind another.
    public = {ref.sha256 for one in entries if Audience.PUBLIC in readers_of(one.content) for ref in one.content.refs}
    for content in [one.content for one in entries if Audience.PUBLIC not in readers_of(one.content)]:
        class_, key, role, why = next(why for head, why in IN_CONFIDENCE.items() if content.id.startswith(head))
        target = Target(
            entry=content.id,
            paths=("*",) if content.salted else (),
            objects=tuple(ref.name for ref in content.refs if ref.sha256 not in public),
        )
        wanted = Wanted(
            class_=class_,
            audiences=frozenset(Audience) - readers_of(content),
            authority=role,
            justification=why,
            material=False,
            review_by=date(2027, 5, 31),
        )
        with year.acting("2026-11-20", key) as it:
            redact(target, wanted, it.record, it.recorder, it.signer)


REVIEW, REVIEWER = "october-report", "outer-watch"


def open_the_review(year: Year) -> None:
    """The board has the report reviewed by somebody outside, who states every tie."""
    with year.acting("2026-11-02", "rso-bea") as it:
        data = year.file(f"reviews/{REVIEW}.yaml")
        open_review(data, it.record, it.recorder, it.signer, rules_file=lambda of: rules_file(of, year.place))


def assign_the_sections(year: Year) -> None:
    """All of the report goes to the one reviewer."""
    with year.acting("2026-11-03", "rso-bea") as it:
        assign_sections(review_in(it), REVIEWER, (), it.record, it.recorder, it.signer)


def approve_the_reviewer(year: Year) -> None:
    """By the board, over the declaration as it stands."""
    with year.acting("2026-11-04", "secretary-cal") as it:
        approve_reviewer(review_in(it), REVIEWER, "board", it.record, it.recorder, it.signer)


def hand_over_the_package(year: Year) -> None:
    """One file goes out, and its receipt is noted the next day."""
    with year.acting("2026-11-05", "rso-bea") as it:
        known = review_in(it)
        write_package(known, reviewer_of(known, REVIEWER), package_of(year), it.record, it.recorder, it.signer)
    with year.acting("2026-11-06", "rso-bea") as it:
        note_receipt(review_in(it), REVIEWER, instant("2026-11-06"), it.record, it.recorder, it.signer)


def file_the_answers(year: Year, on: str, words: str, why: str = "") -> None:
    """What the reviewer found, and what it thought after it was shown more; both are kept."""
    file = f"reviews/words/{words}.yaml"
    answers = answers_bytes(answers_from_words(year.file(file), read_package(package_of(year))[0], file=file))
    with year.acting(on, "rso-bea") as it:
        file_answers(answers, review_in(it), it.record, it.recorder, it.signer, update=why)


def publish_the_review(year: Year) -> None:
    """Both versions, after a check that they say nothing that the public is not shown."""
    with year.acting("2026-11-19", "rso-bea") as it:
        publish_review(review_in(it), year.folder / "reviews" / "published", it.record, it.recorder, it.signer)


def review_in(it: Acting) -> ReviewState:
    """Return the review as the record has it."""
    return reviews_of(it.record).state(REVIEW)


def package_of(year: Year) -> Path:
    """Return where the reviewer's file stands."""
    return year.folder / "reviews" / f"{REVIEW}-{REVIEWER}.html"


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


def propose_the_change(year: Year) -> None:
    """Both officers propose it."""
    year.act_on("2026-10-27", THIRD, "ceo-ada", "ceo", ChangeAct.PROPOSE)
    year.act_on("2026-10-27", THIRD, "rso-bea", "rso", ChangeAct.PROPOSE)


def agree_to_the_change(year: Year) -> None:
    """The board approves it; the notice still runs."""
    year.act_on("2026-11-04", THIRD, "secretary-cal", "board", ChangeAct.APPROVE)
    year.publish("2026-11-04", THIRD, "1.2", "held")


def publish_the_change(year: Year) -> None:
    """Six days before it takes effect."""
    year.publish("2026-11-10", THIRD, "1.2", "published")


def tell_the_european_office(year: Year) -> None:
    """It has access in time."""
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
    ("2026-02-03T18", lambda year: permit(year, "2026-02-03T18:00:00+00:00", "lumen-2-general")),
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
    ("2026-07-21T18", lambda year: permit(year, "2026-07-21T18:00:00+00:00", "lumen-3-general")),
    ("2026-08-17", move_a_goal),
    ("2026-09-15", lambda year: year.summarise("2026-09-15")),
    ("2026-09-28", lambda year: tell_the_directors(year, "2026-09-28")),
    ("2026-10-05", lambda year: year.grade("2026-10-05", "red-team-tool")),
    ("2026-10-19", publish_the_risk_report),
    ("2026-10-20", lambda year: year.delivers("2026-10-20", "risk-report", "northlight-fsf")),
    ("2026-10-22", weaken_in_silence),
    ("2026-10-26", announce_the_weakening),
    ("2026-10-27", propose_the_change),
    ("2026-11-04", agree_to_the_change),
    ("2026-11-10", publish_the_change),
    ("2026-11-12", tell_the_european_office),
    ("2026-11-02", state_what_nothing_else_shows),
    ("2026-11-03", hide_which_tasks_there_are),
    ("2026-11-02", open_the_review),
    ("2026-11-03", assign_the_sections),
    ("2026-11-04", approve_the_reviewer),
    ("2026-11-05", hand_over_the_package),
    ("2026-11-13", lambda year: file_the_answers(year, "2026-11-13", "outer-watch")),
    (
        "2026-11-18",
        lambda year: file_the_answers(year, "2026-11-18", "outer-watch-updated", "It was shown the logs of each task."),
    ),
    ("2026-11-19", publish_the_review),
    ("2026-11-20", redact_the_registers),
)


if __name__ == "__main__":
    build(Path(sys.argv[1]), *sys.argv[2:])
