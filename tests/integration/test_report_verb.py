# SPDX-License-Identifier: Apache-2.0
"""`ruleout report` on a real record: built again to the same bytes, stopped by what the record says, copies with holes (A-7, A-8)."""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime

import pytest
import typer
import yaml
from tests.integration.command_line import run

from ruleout.accountability.reporting.kind import RESERVED
from ruleout.accountability.reporting.publication import Hole
from ruleout.accountability.reporting.twin import twin_of
from ruleout.app.accountability.regimes import read_regimes
from ruleout.app.ledger import read_record
from ruleout.app.publication.context import Context
from ruleout.app.publication.kinds import kind_named
from ruleout.app.publication.reports import Asked, built_from, copy_of, find_report
from ruleout.app.publication.sources import SOURCES
from ruleout.app.workspace import open_workspace
from ruleout.cli.report import add
from ruleout.ledger import EntryType
from ruleout.ledger.audience import EVERYBODY, Audience
from ruleout.ledger.disclosure import parse_disclosure
from ruleout.reports.publication.forms import every_form, html

AT = ("--at", "2026-10-20T10:00:00Z")
FILE = "reports/2026-10.yaml"
LOG = "lumen-3-again/d12b267057de/evidence/330e76fc31d3"


@pytest.fixture
def lab(northlight, tmp_path):
    return shutil.copytree(northlight, tmp_path / "record")


def keys(*names):
    """Keys of the year, by name."""
    made = {name: hashlib.sha256(f"northlight {name}".encode()).digest() for name in ("northlight-log", *names)}
    return {f"RULEOUT_KEY_{n.upper().replace('-', '_')}": base64.b64encode(s).decode() for n, s in made.items()}


def edit(lab, old, new):
    """Change the report's file."""
    path = lab / FILE
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")


def problems(lab, *more):
    """What keeps the report from being published."""
    ran = run("report", "risk-report", "--from", FILE, *AT, *more, "--json", folder=lab)
    assert ran.code == 1, ran.err
    return ran.json["problems"]


def test_the_recorded_report_and_one_built_again_are_the_same_bytes(lab):
    """All four files, from the entry's disclosures and from the record as it was."""
    record = read_record(open_workspace(lab))
    entry = find_report(record, "2026-10")
    recorded = every_form(copy_of(entry, record), "public")
    as_it_was = replace(record, entries=tuple(one for one in record.entries if one.index <= entry.index))
    kind, kind_file = kind_named("risk-report", open_workspace(lab))
    data, at = (lab / FILE).read_bytes(), datetime.fromisoformat(AT[1])
    asked = Asked(kind=kind, kind_file=kind_file, data=data, file=FILE, at=at, audience="public")
    again = built_from(asked, as_it_was, open_workspace(lab)).publication

    assert sorted(recorded) == [f"2026-10-public.{end}" for end in ("html", "json", "md", "pdf")]
    assert every_form(again, "public") == recorded
    assert run("report", "risk-report", "--from", FILE, *AT, "--out", "again", folder=lab).code == 0
    assert {path.name for path in (lab / "again").iterdir()} == recorded.keys()


def row_of(publication, name):
    """The cells of the one row of a table that begins with a name."""
    every = json.loads(json.dumps(twin_of(publication)))
    fields = [field for section in every["sections"] for part in section["parts"] for field in part["fields"]]
    tables = [field["table"] for field in fields if field["table"]]
    (row,) = [row["cells"] for table in tables for row in table["rows"] if row["cells"][0] == name]
    return row


def statement_of(lab, act):
    """The digest of an act's statement, and its text."""
    record = read_record(open_workspace(lab))
    (entry,) = [one for one in record.entries if one.content.id == act]
    told = [(digest, parse_disclosure(text)) for digest, text in record.disclosures(entry).items()]
    return next((digest, one.value) for digest, one in told if one.name == "statement")


def test_the_title_of_an_incident_goes_where_its_statement_goes(lab):
    """A hole with the statement's digest; a reason is shown as soon as the record has one, and headers are for everybody."""
    digest, statement = statement_of(lab, "incident/weights-copied/4")
    title = yaml.safe_load(statement)["title"]
    record = read_record(open_workspace(lab))
    recorded = row_of(copy_of(find_report(record, "2026-10"), record), "weights-copied")
    run("report", "show", "2026-10", "--out", "shown", folder=lab)
    shown = {path.suffix: path for path in (lab / "shown").iterdir()}
    made = json.loads(shown[".json"].read_bytes())
    run("report", "internal-use-california", "--from", "reports/inside-california.yaml", "--at", "2026-11-20",
        "--audience", "regulator", "--out", "inside", folder=lab)  # fmt: skip

    assert recorded[1] == {**vars_of(Hole(digest=digest)), "standing": "withheld"}
    assert recorded[2:] == ["2026-05-06", "2026-05-06", "resolved"]
    assert f'"digest": "{digest}"' in json.dumps(made)
    for suffix in (".md", ".html"):
        text = shown[suffix].read_text(encoding="utf-8")
        assert title not in text
        assert "1 part not shown" in text
        for part in (digest, "cybersecurity", "It tells how the intruder came in.", "2027-05-31"):
            assert part in text, (suffix, part)
    assert title in (lab / "inside" / "inside-california-regulator.html").read_text(encoding="utf-8")


def vars_of(hole):
    """A hole as its twin has it."""
    return {name: getattr(hole, name) for name in hole.__dataclass_fields__}


def test_a_hidden_title_cannot_be_quoted(lab):
    """By its column's name or by the incident's."""
    for name in ("title", "weights-copied.title"):
        old = "The theft of weights in May"
        edit(lab, old, f"By {{{{1.{name}}}}} in May")
        found = problems(lab)
        assert [one["id"] for one in found if "title" in json.dumps(one)] == ["R104"], found
        edit(lab, f"By {{{{1.{name}}}}} in May", old)


def test_a_deviation_is_told_until_a_redaction_hides_it(lab):
    """Reports are where deviations are disclosed (A-6); what a redaction hides, a report made later does not tell."""
    said = yaml.safe_load(statement_of(lab, "deviation/late-watch/2")[1])["says"]
    digest, _ = statement_of(lab, "deviation/late-watch/2")
    record = read_record(open_workspace(lab))
    before = row_of(copy_of(find_report(record, "2026-10"), record), "late-watch")

    def pack_for(audience):
        ran = run("report", "audit-pack-illinois", "--from", "reports/audit-2028.yaml", "--at", "2027-03-25T12:00:00Z",
            "--audience", audience, "--json", folder=lab)  # fmt: skip
        assert ran.code == 0, ran.err
        return json.dumps(ran.json)

    assert before[2] == " ".join(said.split())
    assert " ".join(said.split()) not in pack_for("reviewer")
    assert f'"digest": "{digest}"' in pack_for("reviewer")
    assert "It tells which watch was off, and how it was." in pack_for("reviewer")
    assert " ".join(said.split()) in pack_for("regulator"), "a document for the regulator goes to no reviewer"


def test_what_is_hidden_by_now_stands_in_no_document_made_as_of_an_earlier_instant(lab):
    """The redaction is of November; made again for October, the document has a hole with its reason (A-8)."""
    said = " ".join(yaml.safe_load(statement_of(lab, "deviation/late-watch/2")[1])["says"].split())
    record = read_record(open_workspace(lab))
    recorded = json.dumps(twin_of(copy_of(find_report(record, "2026-10"), record)))
    again = run("report", "risk-report", "--from", FILE, *AT, "--json", folder=lab)

    assert said in recorded
    assert again.code == 0, again.err
    assert said not in json.dumps(again.json)
    assert "It tells which watch was off, and how it was." in json.dumps(again.json)


def test_an_amendment_does_not_tell_again_what_a_redaction_hides(lab):
    """Its file states everything anew: the same words are told by no act of the deviation, others are."""
    text = statement_of(lab, "deviation/late-watch/2")[1]
    said = yaml.safe_load(text)["says"]
    path = lab / "deviations" / "late-watch.yaml"
    path.parent.mkdir(exist_ok=True)

    def amended(new):
        path.write_text(new, encoding="utf-8")
        amend = ("deviation", "amend", "late-watch", "--reason", "A note was missing.", "--key", "rso-bea")
        ran = run(*amend, env=keys("rso-bea"), folder=lab)
        assert ran.code == 0, ran.err
        return [one.cell("says") for one in told_by(lab, "deviations", EVERYBODY)]

    (hidden,) = amended(f"{text.rstrip()}\nnote: The watch has an owner now.\n")

    assert isinstance(hidden, Hole)
    assert hidden.justification == "It tells which watch was off, and how it was."
    assert [one.cell("says") for one in told_by(lab, "deviations", frozenset({Audience.STAFF}))] == [said]
    assert amended(text.replace(said, "A watch was off.")) == ["A watch was off."]


def test_words_of_goals_and_withdrawals_go_where_their_objects_go(lab):
    """What a redaction hides of any entry that names the object, a report made later does not tell, in whole or in a quotation."""
    withdraw = ("evidence", "withdraw", "e0d56be6a6b7", "--reason", "a fault in the prompt", "--key", "rso-bea")
    assert run(*withdraw, folder=lab, env=keys("rso-bea")).code == 0
    record = read_record(open_workspace(lab))
    moved = next(one for one in record.of_type(EntryType.GOAL) if one.content.subject["act"] == "move")
    withdrawn = record.of_type(EntryType.WITHDRAWAL)[-1]
    why = ("--class", "ip", "--justification", "It names a supplier.", "--not-material", "--review-by", "2027-06-30")
    by = ("--audience", "public", "--authority", "rso", "--key", "rso-bea")
    hidden = [(moved, "statement"), (moved, "reason"), (withdrawn, "reason")]

    def told(audiences):
        known = read_record(open_workspace(lab))
        at = datetime(2026, 12, 1, tzinfo=UTC)
        ask = Context(record=known, at=at, since=None, models=frozenset(), laws=(), report="x", kind="risk-report",
            draft="", audiences=audiences)  # fmt: skip
        goal = moved.content.subject["goal"]
        goals = [f.cell("title") for f in SOURCES["goals"].read(ask) if f.values["goal"] == goal]
        changes = [f.cell("reason") for f in SOURCES["goal-changes"].read(ask) if moved.content.id in f.entries]
        return [*goals, *changes, *(f.cell("reason") for f in SOURCES["withdrawals"].read(ask))]

    before = told(EVERYBODY)
    for entry, name in hidden:
        assert run("redact", entry.content.id, "--object", name, *why, *by, folder=lab, env=keys("rso-bea")).code == 0
    digests = [next(ref.sha256 for ref in entry.content.refs if ref.name == name) for entry, name in hidden]

    assert len(before) == 3
    assert all(isinstance(one, str) and one for one in before)
    assert told(frozenset({Audience.STAFF})) == before
    assert [one.digest for one in told(EVERYBODY)] == digests
    assert {one.justification for one in told(EVERYBODY)} == {"It names a supplier."}


def redact(lab, entry, name):
    """Hide an object of an entry from the public."""
    why = ("--class", "ip", "--justification", "It names a supplier.", "--not-material", "--review-by", "2027-06-30")
    by = ("--audience", "public", "--authority", "rso", "--key", "rso-bea")
    ran = run("redact", entry, "--object", name, *why, *by, env=keys("rso-bea"), folder=lab)
    assert ran.code == 0, ran.err


def told_by(lab, source, audiences):
    """What a source tells for these audiences."""
    ask = Context(record=read_record(open_workspace(lab)), at=datetime(2026, 12, 1, tzinfo=UTC), since=None,
        models=frozenset({"lumen-3"}), laws=(), report="x", kind="risk-report", draft="", audiences=audiences)  # fmt: skip
    return list(SOURCES[source].told(ask))


@pytest.mark.parametrize(
    ("source", "kind", "name", "open_"),
    [
        ("thresholds", EntryType.DECISION, "decision", set()),
        ("estimates", EntryType.DECISION, "decision", set()),
        ("decisions", EntryType.DECISION, "decision", {"activity", "framework", "outcome", "decided"}),
        ("replayable", EntryType.DECISION, "decision", {"activity", "outcome", "input-digest", "result-digest"}),
        ("deployed-models", EntryType.DECISION, "decision", {"since", "by"}),
        ("framework-versions", EntryType.FRAMEWORK, "framework", {"framework", "version", "recorded"}),
        ("framework-changes", EntryType.FRAMEWORK, "framework", {"framework"}),
        ("framework-thresholds", EntryType.FRAMEWORK, "framework", set()),
        ("framework-announced", EntryType.FRAMEWORK, "change-log", set()),
        ("evaluations", EntryType.EVIDENCE, "summary", {"log", "standing"}),
    ],
)
def test_words_of_decisions_frameworks_and_evidence_go_where_their_objects_go(lab, source, kind, name, open_):
    """What a redaction hides of them is a hole in documents made later; headers are for everybody, and its row stays."""
    before = told_by(lab, source, EVERYBODY)
    named = {one.content.id: one for one in read_record(open_workspace(lab)).of_type(kind)}
    about = next(fact.entries[0] for fact in before if fact.entries[0] in named)
    (digest,) = (ref.sha256 for ref in named[about].content.refs if ref.name == name)
    redact(lab, about, name)
    after = told_by(lab, source, EVERYBODY)
    hidden = [fact for fact in after if fact.hidden]

    assert told_by(lab, source, frozenset({Audience.STAFF})) == before
    assert [(fact.entries, fact.about) for fact in after] == [(fact.entries, fact.about) for fact in before]
    assert about in {fact.entries[0] for fact in hidden}
    for fact in hidden:
        assert set(fact.hidden) == set(SOURCES[source].columns) - open_
        assert {hole.digest for hole in fact.hidden.values()} == {digest}
        assert not any(fact.values[column] for column in fact.hidden)


def test_the_model_of_a_decision_that_is_hidden_stands_in_no_row_of_its_approvals(lab):
    """An approval's header names a case; of which model it is, the decision says, and it goes where that goes."""
    before = told_by(lab, "decision-approvals", EVERYBODY)
    for decision in {fact.entries[0] for fact in told_by(lab, "decisions", EVERYBODY)}:
        redact(lab, decision, "decision")
    after = told_by(lab, "decision-approvals", EVERYBODY)

    assert {fact.cell("model") for fact in before} == {"lumen-3"}
    assert told_by(lab, "decision-approvals", frozenset({Audience.STAFF})) == before
    assert [fact.entries for fact in after] == [fact.entries for fact in before]
    for fact in after:
        assert not fact.values["model"]
        assert fact.hidden["model"].justification == "It names a supplier."
        assert fact.cell("role")


def test_every_missed_goal_deviation_and_incident_is_in_it(lab):
    """Nobody wrote them, and nobody can take them out."""
    text = run("report", "show", "2026-10", folder=lab).text

    for part in ("red-team-tool", "log-coverage", "late-watch", "weights-copied", "internal-use-summary"):
        assert f"| {part}" in text or f"{part} |" in text, part


def test_a_changed_word_needs_its_approvals_again_and_gets_them(lab):
    """Both roles are named; once they have signed the new text, it is published as the next version."""
    edit(lab, "and it is not nothing", "and it is more than nothing")
    assert [one["id"] for one in problems(lab)] == ["R111", "R111"]

    for key, role in (("ceo-ada", "ceo"), ("rso-bea", "rso")):
        ran = run(
            "report", "approve", "risk-report", "--from", FILE, "--role", role, "--key", key, env=keys(key), folder=lab
        )
        assert ran.code == 0, ran.err
    edit(lab, "covers: 2026-10-05", "covers: 2026-11-20")
    late = run("report", "risk-report", "--from", FILE, "--json", folder=lab).json["problems"]
    assert {one["id"] for one in late} == {"R111"}


def test_a_key_without_the_role_approves_nothing(lab):
    """The recorder is no Chief Executive."""
    ran = run(
        "report",
        "approve",
        "risk-report",
        "--from",
        FILE,
        "--role",
        "ceo",
        "--key",
        "recorder",
        env=keys("recorder"),
        folder=lab,
    )

    assert ran.code == 2
    assert "not ceo" in ran.err


def test_recording_needs_a_key_and_gives_the_next_version(lab):
    """Without --key nothing is recorded; with it the entry stands in the list."""
    command = ("report", "risk-report", "--from", FILE, *AT, "--record")
    assert run(*command, folder=lab).code == 2
    ran = run(*command, "--key", "recorder", env=keys("recorder"), folder=lab)

    assert ran.code == 0, ran.err
    assert [one["version"] for one in run("report", "list", "--json", folder=lab).json["reports"]] == [1, 2]
    assert run("verify", lab).code == 0


def test_withdrawn_evidence_stops_the_report_that_rests_on_it(lab):
    """Sentences on the log, sentences on the decision, and what the decision found."""
    digest = run("evidence", "list", "--json", folder=lab).text
    digest = next(one["digest"] for one in json.loads(digest)["evidence"] if one["entry"] == LOG)
    ran = run(
        "evidence", "withdraw", digest, "--reason", "wrong scorer", "--key", "rso-bea", env=keys("rso-bea"), folder=lab
    )
    assert ran.code == 0, ran.err
    told = run("report", "risk-report", "--from", FILE, "--at", "2026-11-23T10:00:00Z", "--json", folder=lab).json[
        "problems"
    ]

    stale = [one for one in told if one["id"] == "R106"]
    assert len(stale) > 3
    assert all("withdrawn" in one["got"] for one in stale)


def test_a_hidden_sentence_is_a_hole_and_the_entry_still_holds(lab):
    """With class and justification where something is said of it, with its digest alone where nothing is."""
    record = read_record(open_workspace(lab))
    entry = find_report(record, "2026-10")
    said = "The theft of weights"
    (digest,) = (d for d, t in record.disclosures(entry).items() if str(parse_disclosure(t).value).startswith(said))
    note = Hole(digest=digest, redaction_class="public-safety", justification="It names a weakness.")

    page = html(copy_of(entry, record, hidden={digest}, notes={digest: note}), "public")
    bare = html(copy_of(entry, record, hidden={digest}), "public")

    assert said not in page
    assert said not in bare
    assert "public-safety" in page
    assert "It names a weakness." in page
    assert digest in bare
    assert "2 parts not shown" in bare


def test_a_redaction_is_a_hole_for_its_audience_alone_until_it_is_lifted(lab):
    """The public sees the hole with what the act says of it, the reviewer the sentence; lifted, everybody does."""
    said, place = "The theft of weights", "sections.1.parts.0.fields.0.statements.1"
    words = ("--justification", "It names\na weakness.", "--class", "public-safety", "--material")
    by = ("--authority", "rso", "--key", "rso-bea")
    named = ("--audience", "public", "--review-by", "2027-01-01")
    ran = run("redact", "report/2026-10/1", place, *words, *named, *by, env=keys("rso-bea"), folder=lab)
    assert ran.code == 0, ran.err
    public, reviewer = (
        run("report", "show", "2026-10", "--audience", a, folder=lab).text for a in ("public", "reviewer")
    )
    listed = run("redact", "list", "--json", folder=lab).json["redactions"]
    (made,) = [one["id"] for one in listed if one["entry"] == "report/2026-10/1"]
    ran = run("redact", "lift", made, "--justification", "It is mended.", *by, env=keys("rso-bea"), folder=lab)
    assert ran.code == 0, ran.err

    assert said not in public
    assert said in reviewer
    for part in ("public-safety", "It names a weakness.", "Material.", "2027-01-01", "2 parts not shown"):
        assert part in public, part
    assert said in run("report", "show", "2026-10", folder=lab).text


def test_marginal_risk_asks_for_four_analyses_and_in_a_major_role_for_board_and_trust(lab):
    """Each is named; none is asked for where the answer is no."""
    edit(lab, "marginal-risk: no, marginal-risk-major: no", "marginal-risk: yes, marginal-risk-major: yes")
    found = problems(lab)

    assert [one["where"]["path"].rpartition(".")[2] for one in found if one["id"] == "R105"] == [
        "landscape",
        "role",
        "benefits",
        "advocacy",
    ]
    assert {one["expected"] for one in found if one["id"] == "R111"} >= {
        "the approval of board, which Responsible Scaling Policy 3.4, on Risk Reports asks for (3.4)",
        "the approval of ltbt, which Responsible Scaling Policy 3.4, on Risk Reports asks for (3.4)",
    }


def test_every_source_reads_a_real_record_and_keeps_to_its_columns(lab):
    """What a source tells has its columns and entries of the record; only what was never done may have none."""
    words = ("--authority", "rso", "--key", "rso-bea")
    hidden = ("--justification", "Mended soon.", "--class", "public-safety", "--material", "--review-by", "2027-01-01")
    place = "sections.1.parts.0.fields.0.statements.1"
    gone = ("--ground", "personal-data", "--reason", "asked for by who reported", "--yes")
    (lab / "cadence.yaml").write_text(
        "cadence-of: internal-use-summary\nregime: california\nevery: 4 months\nfrom: 2026-12-16\n"
    )
    for command in (
        ("redact", "report/2026-10/1", place, "--audience", "public", *hidden, *words),
        ("erase", "concern/1/1", "statement", *gone, *words),
        ("due", "schedule", "cadence.yaml", "--key", "rso-bea"),
    ):
        ran = run(*command, env=keys("rso-bea"), folder=lab)
        assert ran.code == 0, ran.err
    record = read_record(open_workspace(lab))
    ask = Context(
        record=record,
        at=datetime(2026, 11, 24, tzinfo=UTC),
        since=None,
        models=frozenset({"lumen-2", "lumen-3"}),
        laws=read_regimes(None),
        report="2026-10",
        kind="risk-report",
        draft=hashlib.sha256((lab / FILE).read_bytes()).hexdigest(),
    )
    told = {name: tuple(source.told(ask)) for name, source in SOURCES.items()}

    for name, facts in told.items():
        for fact in facts:
            assert set(fact.values) == set(SOURCES[name].columns), name
            assert set(fact.entries) <= record.ids, name
            assert fact.entries or name in ("duties", "duties-missed"), name
    nothing = {name for name, facts in told.items() if not facts}
    assert nothing == {"determinations", "marginal-risk", "peers", "safeguards", "withdrawals"}
    assert set(run("report", "kinds", "--sources", "--json", folder=lab).json["sources"]) == set(SOURCES)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("report", "no-such-kind"), "there are: audit-pack-illinois"),
        (("report", "risk-report", "--audience", "nobody", *AT), "it has: public"),
        (("report", "show", "no-such-report"), "there are: 2026-10"),
        (("report", "risk-report", "--from", "reports/none.yaml"), "no such report file"),
    ],
)
def test_what_there_is_not_is_answered_with_what_there_is(lab, arguments, said):
    """Exit code 2 and a list."""
    ran = run(*arguments, folder=lab)

    assert ran.code == 2
    assert said in ran.err


def test_the_names_that_kinds_may_not_have_are_the_verbs():
    """A new verb would otherwise hide a kind of its name."""
    app = typer.Typer()
    app.callback()(lambda: None)
    add(app)

    assert set(typer.main.get_command(app).commands["report"].commands) == RESERVED
