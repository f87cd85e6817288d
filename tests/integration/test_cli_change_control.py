# SPDX-License-Identifier: Apache-2.0
"""Publishing a framework through the command line: silence is refused, acts are bound to texts, notice is waited for (D-15)."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime

import pytest
from tests.integration.command_line import ROOT, Lab, build_lab, run, seeds

from ruleout.model.publication import Needs

FILES = ROOT / "examples" / "change-control" / "acme-fsf"
NAME = "acme-fsf@1.1"
ACTS = (
    ("ceo", "ceo-ada", "propose"),
    ("rso", "rso-bea", "propose"),
    ("trust", "trust-fay", "consult"),
    ("board", "secretary-cal", "approve"),
)


def on(day, hour=9):
    """An instant of a day."""
    return datetime.fromisoformat(f"{day}T{hour:02}:00:00+00:00").astimezone(UTC)


ANNOUNCED, ACTED = on("2026-11-24"), on("2026-11-25")


class Changing:
    """A lab whose framework is acme-fsf, with the key of the trust."""

    def __init__(self, lab: Lab):
        self.lab = lab
        self.env = {**lab.env, **seeds("trust-fay")}
        self.folder = lab.record / "frameworks" / "acme-fsf"

    def run(self, *arguments, now=ANNOUNCED):
        return self.lab.run(*arguments, env=self.env, now=now)

    def publish(self, log="1.1", *more, name=NAME, now=ANNOUNCED):
        given = ("--changelog", self.folder / "changes" / f"{log}.yaml") if log else ()
        return self.run("framework", "publish", name, *given, "--key", "recorder", "--json", *more, now=now)

    def act(self, role, key, act="approve", now=ACTED):
        given = ("--role", role, "--key", key, "--act", act)
        return self.run("framework", "approve", NAME, *given, now=now)

    def all_act(self, now=ACTED):
        for role, key, act in ACTS:
            assert self.act(role, key, act, now=now).code == 0

    def standing(self, at="2026-11-30", *more):
        found = self.run("framework", "status", "acme-fsf", "--at", at, "--json", *more, now=on("2027-02-01"))
        return {one["version"]: one for one in found.json["versions"]}

    def edit(self, file, old, new):
        path = self.folder / file
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1
        path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    """Version 1.0 is published."""
    changing = Changing(build_lab(tmp_path_factory.mktemp("change-control")))
    shutil.copytree(FILES, changing.folder)
    made = changing.run("key", "new", "trust-fay", "--person", "fay", "--role", "trust")
    assert made.code == 0, made.err
    document = changing.folder / "documents" / "fsf-1.0.txt"
    done = changing.publish("", "--document", document, name="acme-fsf@1.0")
    assert (done.code, done.json["result"]) == (0, "published"), done.err
    return changing


@pytest.fixture
def changing(first, tmp_path):
    return Changing(first.lab.copy_to(tmp_path / "lab"))


def refused(ran):
    """The refusals of a publication, by id and clause."""
    assert ran.code == 1, (ran.text, ran.err)
    return {(one["id"], *one["clauses"]): one for one in ran.json["refusals"]}


def test_silence_is_refused_with_the_state_that_shows_it(changing):
    """A dropped signature, a removed promise and a cadence called stricter: each named; nothing is recorded."""
    before = changing.lab.size()
    ran = changing.publish("1.1-first")
    found = refused(ran)
    assert "next: mend each of these in the change log or the file" in ran.err

    assert set(found) == {
        ("not-announced", "approved-first"),
        ("not-announced", "outside-review"),
        ("announced-otherwise", "risk-report"),
    }
    witness = found["not-announced", "approved-first"]["witness"]
    assert "hold" in witness
    assert "proceed" in witness
    assert "relocated" in found["not-announced", "outside-review"]["says"]
    assert "6 months → 1 year" in found["announced-otherwise", "risk-report"]["says"]
    assert changing.lab.size() == before


def test_must_show(changing, tmp_path):
    """Weakened in silence: not published. Announced: published. The page has both versions and the case; hashes tell uploads apart."""
    assert ("not-announced", "approved-first") in refused(changing.publish("1.1-first"))
    assert changing.standing()["1.1"]["standing"] == "draft"
    assert changing.publish().json["result"] == "held"
    changing.all_act()
    document = changing.folder / "documents" / "fsf-1.1.txt"
    assert changing.publish("1.1", "--document", document, now=on("2026-12-08")).json["result"] == "published"
    page = tmp_path / "changes.html"
    assert changing.run("framework", "status", NAME, "--html", page, now=on("2027-02-01")).code == 0
    text = page.read_text(encoding="utf-8")
    for shown in (
        "version 1.0, section 3.2</b><del>Chief Executive and</del> Responsible Scaling Officer",
        "version 1.1, section 3.2</b><ins>The</ins> Responsible Scaling Officer",
        "What it lets pass: deploy-external</b><br>approval by ceo and rso missing",
        "<b>version 1.0 says</b><strong>hold</strong><br>by approved-first",
        "<b>version 1.1 says</b><strong>proceed</strong>",
    ):
        assert shown in text
    document.write_text(document.read_text(encoding="utf-8") + "One more sentence.\n", encoding="utf-8")
    status = changing.run("framework", "status", "acme-fsf", "--document", document, now=on("2027-02-01"))
    assert status.code == 1
    assert "same label, other bytes: the document at hand is" in " ".join(status.text.split())


def test_what_is_published_is_not_called_late_and_another_document_is_refused(changing):
    """Handed in again after its day it is as published as before; a document of other bytes ends with 1."""
    changing.publish()
    changing.all_act()
    assert changing.publish(now=on("2026-12-08")).json["result"] == "published"

    again = changing.publish(now=on("2027-02-01"))
    assert (again.code, again.json["result"], again.json["refusals"]) == (0, "already published", [])
    other = changing.folder / "documents" / "fsf-1.0.txt"
    assert set(refused(changing.publish("1.1", "--document", other, now=on("2027-02-01")))) == {("other-document",)}


def test_no_change_log_is_refused(changing):
    """And every difference is named beside it."""
    found = refused(changing.publish(""))

    assert ("no-change-log",) in found
    assert len(found) == 5


@pytest.mark.parametrize(
    ("old", "new", "want"),
    [
        ("[approved-first]", "[approved-first, agent-watch]", ("not-changed", "agent-watch")),
        ("[approved-first]", "[approved-first, nobody-knows]", ("no-such-clause", "nobody-knows")),
        ("[agent-watch/drilled]\n    kind: added", "[agent-watch/drilled]\n    kind: removed", ("called-immaterial",)),
        ("kind: relocated", "kind: weakened", ("announced-otherwise", "outside-review")),
        ('to: "1.1"', 'to: "1.2"', ("other-versions",)),
    ],
)
def test_a_change_that_is_not_so_is_refused(changing, old, new, want):
    """What does not exist, did not change, or is something else."""
    changing.edit("changes/1.1.yaml", old, new)
    ran = changing.publish()

    if want == ("called-immaterial",):
        assert ran.code == 2
        assert "K003" in ran.err
    else:
        assert want in refused(ran)


def test_a_call_by_no_role_or_of_tomorrow_is_refused(changing):
    """The materiality call has a name and a day."""
    path = changing.folder / "changes" / "1.1.yaml"
    text = path.read_text(encoding="utf-8").replace("called-by: rso", "called-by: intern", 1)
    path.write_text(text.replace("called-on: 2026-11-20", "called-on: 2026-11-25", 1), encoding="utf-8")
    found = refused(changing.publish())

    assert {"no-such-role", "called-later"} == {one[0] for one in found}


def test_a_weakening_called_immaterial_is_refused(changing):
    """Called changed and immaterial, it is what it is."""
    changing.edit("changes/1.1.yaml", "[approved-first]\n    kind: weakened", "[approved-first]\n    kind: changed")

    assert ("announced-otherwise", "approved-first") in refused(changing.publish())


def test_a_mapping_file_hides_nothing(changing):
    """Coded as retained, a clause that differs still differs."""
    folder = changing.folder / "mappings"
    folder.mkdir()
    mapping = (
        'mapping: acme-fsf\nfrom: "1.0"\nto: "1.1"\nclauses:\n'
        "  - {old: [approved-first, risk-report, outside-review], new: [approved-first, risk-report, outside-review],"
        " change: retained, says: Nothing., announced: announced, because: Nothing.}\n"
    )
    (folder / "1.0--1.1.yaml").write_text(mapping, encoding="utf-8")
    ran = changing.publish("1.1-first")

    assert ran.code == 1, (ran.text, ran.err)
    assert ("not-announced", "approved-first") in refused(ran)
    assert ("not-announced", "outside-review") in refused(ran)


def test_announced_approved_waited_for_published(changing):
    """The whole way, with what each step waits for."""
    done = changing.publish()
    assert (done.code, done.json["result"]) == (3, "held"), (done.text, done.err)
    assert "next: ruleout framework approve acme-fsf@1.1 --act ACT --role ROLE --key KEY" in done.err
    assert done.json["needs"]["missing"] == [
        "proposal by ceo", "proposal by rso", "approval by board", "consultation of trust"
    ]  # fmt: skip
    assert done.json["needs"]["held_until"] == "2026-12-08"
    assert changing.standing("2026-11-24T10:00:00Z")["1.1"]["standing"] == "waiting for approvals"
    changing.all_act()
    assert changing.standing("2026-12-01")["1.1"]["standing"] == "held by notice"
    early = changing.publish(now=on("2026-12-07", 23))
    assert (early.code, "next: the same again from 2026-12-08 on" in early.err) == (3, True)
    assert changing.standing("2026-12-08")["1.1"]["standing"] == "ready to publish"
    document = changing.folder / "documents" / "fsf-1.1.txt"
    assert changing.publish("1.1", "--document", document, now=on("2026-12-08")).code == 0
    assert changing.publish("1.1", now=on("2026-12-09")).json["result"] == "already published"

    before, after = changing.standing("2027-01-03T23:59:59Z"), changing.standing("2027-01-04")
    assert (before["1.0"]["standing"], before["1.1"]["standing"]) == ("in force", "published, not yet in force")
    assert (after["1.0"]["standing"], after["1.1"]["standing"]) == ("superseded", "in force")
    assert after["1.1"]["document_kept"]
    assert run("verify", changing.lab.record).code == 0


def test_announcing_twice_adds_nothing(changing):
    """The notice runs from the first announcement of the same text."""
    changing.publish()
    size = changing.lab.size()
    again = changing.publish(now=on("2026-11-30"))

    assert again.json["needs"]["held_until"] == "2026-12-08"
    assert changing.lab.size() == size


def test_an_approval_counts_for_one_text_only(changing):
    """Another reason in the change log is another text: acts and notice begin again."""
    changing.publish()
    changing.all_act()
    changing.edit("changes/1.1.yaml", "No reviewer could be found", "No reviewer was looked for")
    again = changing.publish(now=on("2026-12-08"))

    assert again.code == 3
    assert len(again.json["needs"]["missing"]) == 4
    assert again.json["needs"]["held_until"] == "2026-12-22"
    acts = changing.standing("2026-12-09")["1.1"]["acts"]
    assert not any(act["counts"] for act in acts)


def test_who_signs_has_the_announced_text(changing):
    """Another file in the workspace than was announced: nothing is signed."""
    changing.publish()
    changing.edit("1.1.yaml", "A stop is drilled every quarter", "A stop is drilled")
    ran = changing.act("board", "secretary-cal")

    assert ran.code == 2
    assert "as it was announced" in ran.err


def test_nobody_acts_before_the_announcement_or_in_another_role(changing):
    """Both are refused."""
    assert "was not announced" in changing.act("board", "secretary-cal").err
    changing.publish()
    assert changing.act("board", "rso-bea").code == 2


def test_a_refusal_holds(changing):
    """Until the same person takes it back."""
    changing.publish()
    changing.all_act()
    assert changing.act("board", "secretary-cal", "refuse", now=on("2026-11-26")).code == 0
    held = changing.publish(now=on("2026-12-08"))
    assert (held.code, held.json["needs"]["refused"]) == (3, ["board"])
    assert changing.act("board", "secretary-cal", now=on("2026-12-08")).code == 0
    assert changing.publish(now=on("2026-12-08")).code == 0


def test_who_proposed_cannot_approve_with_another_key(changing):
    """Two keys of one person are one person; somebody else's approval is waited for."""
    changing.env |= seeds("ada-too")
    made = changing.run("key", "new", "ada-too", "--person", "ada", "--role", "board")
    assert made.code == 0, made.err
    changing.publish()
    for role, key, act in (*ACTS[:3], ("board", "ada-too", "approve")):
        assert changing.act(role, key, act).code == 0
    held = changing.publish(now=on("2026-12-08"))

    assert (held.code, held.json["needs"]["missing"]) == (3, ["approval by board (not by who proposed it)"])
    assert changing.act("board", "secretary-cal", now=on("2026-12-08")).code == 0
    assert changing.publish(now=on("2026-12-08")).code == 0


def test_nobody_changes_a_text_alone_that_names_nobody(changing):
    """Neither version says who approves: a second person does, in a role of the framework, after the announcement."""
    text = (changing.folder / "1.0.yaml").read_text(encoding="utf-8")
    start = text.replace("acme-fsf", "bare-fsf").partition("\nchanges:")[0]
    folder = changing.lab.record / "frameworks" / "bare-fsf"
    folder.mkdir()
    (folder / "1.0.yaml").write_text(start, encoding="utf-8")
    later = start.replace('version: "1.0"', 'version: "1.1"\nsupersedes: "1.0"').replace("2026-06-01", "2027-01-04")
    (folder / "1.1.yaml").write_text(later.replace("every: 6 months", "every: 1 year"), encoding="utf-8")
    log = folder / "log.txt"
    log.write_text(
        'changes-of: bare-fsf\nfrom: "1.0"\nto: "1.1"\nchanges:\n  - {clauses: [risk-report], kind: weakened,'
        " how: Every year., why: It is enough., material: true, called-by: rso, called-on: 2026-11-20}\n",
        encoding="utf-8",
    )
    given = ("framework", "publish", "bare-fsf@1.1", "--changelog", log, "--key", "recorder", "--json")
    assert changing.publish("", name="bare-fsf@1.0").code == 0
    held = changing.run(*given)
    assert (held.code, held.json["needs"]["missing"]) == (3, ["approval by a second person"])
    by_rso = ("framework", "approve", "bare-fsf@1.1", "--role", "rso", "--key", "rso-bea")
    assert changing.run(*by_rso, now=ACTED).code == 0
    assert changing.run(*given, now=ACTED).code == 0


def test_too_soon_and_too_late(changing):
    """What cannot take effect on its day is refused, not put off."""
    assert ("too-soon",) in refused(changing.publish(now=on("2026-12-21")))
    assert ("too-late",) in refused(changing.publish(now=on("2027-01-04")))
    changing.publish()
    assert changing.standing("2027-01-04")["1.1"]["standing"] == "not published in time"
    assert ("too-late",) in refused(changing.publish(now=on("2027-01-04")))


def test_no_act_is_of_tomorrow_or_of_before_the_record(changing):
    """The notice runs by the clock."""
    assert "up to" in changing.publish("1.1", "--at", "2026-12-30").err
    assert "from" in changing.publish("1.1", "--at", "2026-11-01").err


def test_the_version_in_force_governs_its_own_change(changing):
    """A new text that names no board is not spared the board."""
    changing.edit("1.1.yaml", "  approve: board\n", "")
    changing.edit("changes/1.1.yaml", "[outside-review]\n    kind: relocated", "[outside-review]\n    kind: relocated")
    added = (
        "  - {clauses: [change-of-framework], kind: weakened, how: Nobody approves., why: It is quicker., material: true,"
        " called-by: rso, called-on: 2026-11-20}\n"
    )
    path = changing.folder / "changes" / "1.1.yaml"
    assert ("not-announced", "change-of-framework") in refused(changing.publish())
    path.write_text(path.read_text(encoding="utf-8") + added, encoding="utf-8")

    assert "approval by board" in changing.publish().json["needs"]["missing"]


def test_the_same_label_with_other_bytes_is_found_everywhere(changing):
    """By status, check, verify and publish."""
    changing.edit("1.0.yaml", "by a second system that can stop it", "by a second system")
    status = changing.run("framework", "status", "acme-fsf")

    assert status.code == 1
    assert "same label, other bytes" in " ".join(status.text.split())
    assert "K004" in changing.run("check").text
    assert changing.run("check").code == 2
    assert "same label, other bytes" in run("verify", changing.lab.record).err
    assert ("same-label",) in refused(changing.publish("", name="acme-fsf@1.0"))


def test_a_reupload_of_the_document_is_found(changing):
    """The copy at hand is held against every pin."""
    copy = changing.folder / "documents" / "fsf-1.0.txt"
    assert changing.run("framework", "status", "acme-fsf", "--document", copy).code == 0
    copy.write_text(copy.read_text(encoding="utf-8") + "And a comma, more.\n", encoding="utf-8")

    assert changing.run("framework", "status", "acme-fsf", "--document", copy).code == 1
    ran = changing.publish("1.1", "--document", copy)
    assert ("other-document",) in refused(ran)


def test_another_text_under_a_published_label_is_found_in_the_record_itself(changing, monkeypatch):
    """Put there by other means than ours; the workspace's file is as it was."""
    file = changing.folder / "1.0.yaml"
    text = file.read_text(encoding="utf-8")
    changing.edit("1.0.yaml", "by a second system that can stop it", "by a second system")
    monkeypatch.setattr("ruleout.app.change_control.examine.formal_refusals", lambda *_given, **_more: ())
    assert changing.publish("", name="acme-fsf@1.0").code == 0
    monkeypatch.undo()
    file.write_text(text, encoding="utf-8")
    status = changing.run("framework", "status", "acme-fsf", "--json")
    first, other = (one for one in status.json["versions"] if one["version"] == "1.0")

    assert status.code == 1
    assert (first["standing"], first["mismatches"]) == ("in force", [])
    assert other["standing"] == "same label, other bytes"
    assert other["mismatches"]


def test_a_publication_that_did_not_wait_is_found(changing, monkeypatch):
    """Written by other means than ours: status works out what it should have waited for."""
    monkeypatch.setattr("ruleout.app.change_control.publish._needs", lambda *_given, **_more: Needs())
    assert changing.publish().code == 0
    monkeypatch.undo()
    status = changing.run("framework", "status", NAME, "--json")
    (one,) = status.json["versions"]

    assert status.code == 1
    assert "published without approval by board" in one["irregular"]
    assert "published before its notice was over on 2026-12-08" in one["irregular"]
    assert "published without approval by board" in " ".join(changing.run("framework", "status", NAME).text.split())


def test_a_version_out_of_nothing_is_refused(changing):
    """A file that says what it takes the place of needs that in the record."""
    changing.edit("1.1.yaml", 'supersedes: "1.0"\n', "")

    assert ("other-predecessor",) in refused(changing.publish())


def test_the_page_shows_both_texts_reasons_and_states(changing, tmp_path):
    """One file, no script, everything escaped."""
    changing.edit("changes/1.1.yaml", "The second signature was given unseen;", "<b>Unseen</b>;")
    changing.publish()
    page = tmp_path / "changes.html"
    assert changing.run("framework", "status", NAME, "--html", page).code == 0
    text = page.read_text(encoding="utf-8")

    assert "<script" not in text
    assert "&lt;b&gt;Unseen&lt;/b&gt;" in text
    assert "What it lets pass" in text
    assert "<del>Chief Executive and</del> Responsible Scaling Officer" in text
    assert "<b>version 1.0 says</b><strong>hold</strong>" in text
    assert "<b>version 1.1 says</b><strong>proceed</strong>" in text
    assert text.index("approved-first") < text.index("agent-watch/drilled")


CASE = """\
case: swift-1
title: Swift 1 (invented)
subject: {developer: Acme (fictional), model: swift-1, activity: deploy-external, scope: general release}
at: AT
prepared-by: [eve]
"""


def assessed(changing, version, at, *more):
    """A case that states nothing, under a version."""
    path = changing.lab.record / "cases" / "swift-1.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(CASE.replace("AT", at), encoding="utf-8")
    return changing.run("assess", path, "-f", f"acme-fsf@{version}", *more, now=on("2027-02-01"))


def test_a_decision_is_recorded_only_under_the_version_in_force(changing):
    """A draft, one not yet in force, one superseded: decided with a caveat, never recorded."""
    recorded = ("--record", "--key", "recorder")
    draft = assessed(changing, "1.1", "2026-11-30")
    assert draft.code == 3
    assert "caveat: acme-fsf@1.1 is not published; in force at that instant: acme-fsf@1.0" in draft.err
    refused_ = assessed(changing, "1.1", "2026-11-30", *recorded)
    assert refused_.code == 2
    assert "not published" in refused_.err
    changing.publish()
    changing.all_act()
    changing.publish(now=on("2026-12-08"))

    assert "in force only from 2027-01-04" in assessed(changing, "1.1", "2026-12-30", *recorded).err
    assert "superseded" in assessed(changing, "1.0", "2027-01-30", *recorded).err
    assert assessed(changing, "1.0", "2027-01-03", *recorded).code == 3
    assert assessed(changing, "1.1", "2027-01-30", *recorded).code == 3
    size = changing.run("log", "--json").json["size"]
    assert size > 0
    assert "caveat" not in assessed(changing, "1.1", "2027-01-30").err
    assert changing.run("export", changing.lab.folder / "all.json").code == 0
    assert run("replay", changing.lab.folder / "all.json").code == 0


def test_replay_finds_a_decision_under_another_version(changing, monkeypatch):
    """Recorded by other means than ours: it does not follow from what the record says."""
    monkeypatch.setattr("ruleout.app.assess.require_in_force", lambda *_given, **_more: None)
    assert assessed(changing, "1.1", "2026-11-30", "--record", "--key", "recorder").code == 3
    monkeypatch.undo()
    file = changing.lab.folder / "all.json"
    assert changing.run("export", file).code == 0
    ran = run("replay", file)

    assert ran.code == 1
    assert "acme-fsf@1.1 is not published" in " ".join(ran.text.split())


def test_publishing_delivers_what_the_laws_ask_for(changing):
    """The modification is published with its justification, so nothing is missed; access for the AI Office starts."""
    changing.publish()
    changing.all_act()
    changing.publish(now=on("2026-12-08"))
    due = changing.run("due", "--at", "2027-02-01", "--all", "--json", now=on("2027-02-01")).json
    found = {(one["regime"], one["duty"]): one["status"] for one in due["occurrences"]}

    assert found["california", "framework-modification"] == "done"
    assert ("new-york", "framework-modification") not in found  # the law begins after it
    assert found["eu", "framework-changelog"] == "done"
    assert found["eu", "framework-access"] == "missed"
