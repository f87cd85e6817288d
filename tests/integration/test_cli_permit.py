# SPDX-License-Identifier: Apache-2.0
"""`ruleout permit` end to end: what a decision allows and nothing wider, until what it rests on is gone (G-1, A-5, A-12)."""

from __future__ import annotations

import hashlib
import json
import shutil
from datetime import UTC, datetime, timedelta

import pytest
from tests.integration.command_line import NOW, PEOPLE, ROOT, Lab, run, seeds
from tests.witness_builders import policy_of

from ruleout.app.keyring import read_keyring
from ruleout.app.ledger import recording
from ruleout.app.settings import Settings
from ruleout.app.unlock import Keys
from ruleout.app.workspace import open_workspace
from ruleout.ledger import EntryType
from ruleout.ledger.witness_policy import policy_text

EXAMPLES = ROOT / "examples" / "permits"
FRAMEWORK = "lab-fsf@1.0"
LATER = "2026-12-01"


class Office(Lab):
    """A lab whose workspace holds the example of permits."""

    def path(self, name):
        return self.record / name

    def approve_case(self, name="helper-1", **given):
        for role, key in (("ceo", "ceo-ada"), ("rso", "rso-bea")):
            made = self.run(
                "approve", self.path(f"cases/{name}.yaml"), "-f", FRAMEWORK, "--role", role, "--key", key, **given
            )
            assert made.code == 0, made.err

    def decide(self, name="helper-1", **given):
        """Record the decision as of now."""
        return self.run(
            "assess", self.path(f"cases/{name}.yaml"), "-f", FRAMEWORK, "--at", "now", "--record", "--key", "recorder",
            "--json", **given,
        )  # fmt: skip

    def decided(self, name="helper-1"):
        self.approve_case(name)
        made = self.decide(name)
        assert (made.code, made.json["outcome"]) == (0, "restrict"), made.text

    def permit(self, *arguments, **given):
        return self.run("permit", *arguments, **given)

    def issue(self, name="helper-1", key="rso-bea", **given):
        return self.permit("issue", name, "--key", key, "--json", **given)

    def refused(self, name="helper-1", **given):
        """The rules that refuse, and the exit code; nothing is added."""
        before = self.size()
        ran = self.issue(name, **given)
        assert ran.code in (1, 3), (ran.code, ran.err)
        assert self.size() == before
        return ran.code, [one["rule"] for one in ran.json["refusals"]]

    def state(self, name="helper-1", at=LATER, **given):
        found = self.permit("list", "--at", at, "--json", **given).json["permits"]
        return next(one for one in found if one["permit"] == name)

    def edited(self, path, old, new):
        text = self.path(path).read_text(encoding="utf-8")
        assert old in text, old
        self.path(path).write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    office = Office(tmp_path_factory.mktemp("office"))
    shutil.copytree(EXAMPLES, office.record)
    assert run("init", office.record, "--origin", "lab.example/record", "--producer", "lab", env=office.env).code == 0
    for name, (person, roles) in PEOPLE.items():
        given = [part for role in roles for part in ("--role", role)]
        assert office.run("key", "new", name, "--person", person, *given).code == 0
    return office


@pytest.fixture(scope="module")
def decided_once(empty, tmp_path_factory):
    office = Office(empty.copy_to(tmp_path_factory.mktemp("decided")).folder)
    office.decided()
    return office


@pytest.fixture(scope="module")
def issued_once(decided_once, tmp_path_factory):
    office = Office(decided_once.copy_to(tmp_path_factory.mktemp("issued")).folder)
    made = office.issue()
    assert made.code == 0, made.text
    return office


@pytest.fixture
def office(decided_once, tmp_path):
    return Office(decided_once.copy_to(tmp_path / "office").folder)


@pytest.fixture
def issued(issued_once, tmp_path):
    return Office(issued_once.copy_to(tmp_path / "office").folder)


def test_the_example_workspace_is_sound(empty):
    """Every file that the examples hand out passes `check`, permits among them."""
    ran = empty.run("check", "--json")

    assert ran.code == 0, ran.text
    assert {"permit", "framework", "case", "request"} <= {one["kind"] for one in ran.json["files"]}


def test_what_the_decision_allows_is_issued_with_what_it_rests_on(issued):
    """The document carries decision, digests, safeguards and conditions; the record verifies by both programs."""
    document = issued.state()["document"]
    listed = issued.run("log", "--type", "permit", "--json").json["entries"]

    assert document["rests_on"]["decision"] == "helper-1/lab-fsf@1.0/deploy-external/1"
    assert document["safeguards"] == ["agent-watch", "vault"]
    assert [one["id"] for one in document["terms"]["conditions"]] == ["slow", "told"]
    assert document["earliest_end"]["last_day"] == "2027-07-29"
    assert len(listed) == 1
    assert run("verify", issued.record).code == 0
    assert run("replay", issued.record).code == 0


def test_everything_that_is_wider_is_named_at_once(office):
    """Digest, expiry, safeguard and condition; and nothing is recorded."""
    code, rules = office.refused("too-wide")

    assert code == 1
    assert list(dict.fromkeys(rules)) == ["decision", "models", "expiry", "safeguards", "conditions"]
    assert "NOT ISSUED" in office.permit("issue", "too-wide", "--key", "rso-bea").text


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("activity: deploy-external", "activity: deploy-internal", "activity"),
        ("scope: general release", "scope: every release", "scope"),
        ("model: helper-1\n", "model: helper-2\n", "models"),
        ("  agent-watch: {hook: agent-watch}\n", "", "safeguards"),
        ("says: The board is told each month", "says: The board is told each year", "conditions"),
    ],
)
def test_one_thing_wider_is_refused_by_its_rule(office, old, new, rule):
    """As the file of the permit asks it."""
    office.edited("permits/helper-1.yaml", old, new)

    assert office.refused() == (1, [rule])


def test_a_permit_may_not_outlive_what_ends_first(office):
    """The last day of the freshness of its evidence is allowed, the day after is not."""
    office.edited("permits/helper-1.yaml", "expires: 2027-06-30", "expires: 2027-07-30")
    assert office.refused() == (1, ["expiry"])

    office.edited("permits/helper-1.yaml", "expires: 2027-07-30", "expires: 2027-07-29")
    assert office.issue().code == 0


@pytest.mark.parametrize(
    ("key", "why"),
    [("recorder", "may not issue"), ("secretary-cal", "may not issue"), ("ceo-ada", "")],
)
def test_only_roles_whose_approval_is_asked_may_issue(office, key, why):
    """Not the one who prepared the case, not the board, which nobody asked."""
    ran = office.issue(key=key)

    assert (ran.code, why in ran.err) == ((0, True) if not why else (2, True)), ran.err


def test_who_prepared_the_case_may_not_issue_whatever_the_role(empty, tmp_path):
    """The same person with the role that is asked."""
    office = Office(empty.copy_to(tmp_path / "office").folder)
    env = {**office.env, **seeds("rso-eve")}
    assert office.run("key", "new", "rso-eve", "--person", "eve", "--role", "rso", env=env).code == 0
    office.decided()
    ran = office.issue(key="rso-eve", env=env)

    assert (ran.code, "prepared this case" in ran.err) == (2, True)


def test_a_decision_that_is_not_recorded_permits_nothing(empty, tmp_path):
    """Nor one that holds for want of approvals; the latter is open, not closed."""
    office = Office(empty.copy_to(tmp_path / "office").folder)
    assert office.issue().code == 2
    assert office.decide().code == 3

    assert office.refused() == (3, ["decision", "outcome"])


def test_an_id_is_issued_once(issued):
    """Also after it was revoked: a new permit takes a new id."""
    assert issued.issue().code == 2
    assert issued.permit("revoke", "helper-1", "--reason", "over", "--key", "secretary-cal").code == 0
    assert issued.issue().code == 2


@pytest.mark.parametrize(
    ("option", "wrong", "right", "known"),
    [
        ("--model", "helper-l", "Helper", "helper, helper-1"),
        ("--tool", "websearch", "web-search", "code-execution, web-"),
    ],
)
def test_a_kill_of_what_no_permit_names_is_told(issued, option, wrong, right, known):
    """It is in force like any other, and the model goes on: whoever misspelt it must learn so at once."""
    env = seeds("lab-log", "duty-kim", "duty-lee")
    for name in ("duty-kim", "duty-lee"):
        assert issued.run("key", "new", name, "--role", "kill", "--person", name, env=env).code == 0
    name = issued.run("unkill", "propose", "--first", "--key", "duty-kim", "--json", env=env).json["proposal"]
    issued.run("unkill", "confirm", name, "--key", "duty-lee", "--wait", 0, env=env)
    killed = [
        issued.run("kill", option, one, "--reason", "odd", "--key", "duty-kim", "--wait", 0, env=env)
        for one in (wrong, right)
    ]
    assert [one.code for one in killed] == [3, 3]
    assert f"NOTE: no permit of this record names the {option[2:]} {wrong!r}" in killed[0].err
    assert known in killed[0].err
    assert "NOTE" not in killed[1].err


def test_anybody_may_revoke_and_nobody_may_undo_it(issued):
    """One act by one key of any role, with a reason; a second is refused; it is seen from its instant on."""
    later = NOW + timedelta(days=10)
    assert issued.permit("revoke", "helper-1", "--reason", " ", "--key", "recorder").code == 2
    assert issued.permit("revoke", "nobody", "--reason", "x", "--key", "recorder").code == 2
    assert (
        issued.permit("revoke", "helper-1", "--reason", "The watch is off.", "--key", "recorder", now=later).code == 0
    )
    assert issued.permit("revoke", "helper-1", "--reason", "Again.", "--key", "recorder", now=later).code == 2

    assert issued.state(at=LATER)["state"] == "in force"
    gone = issued.state(at="2026-12-04")
    assert gone["state"] == "revoked"
    assert "The watch is off." in gone["because"][0]
    assert run("verify", issued.record).code == 0


def test_a_revocation_by_a_clock_that_was_ahead_counts_now(issued):
    """What stands in the record ends it; only who asks for the past leaves out what came later."""
    ahead, now = NOW + timedelta(days=30), datetime(2026, 12, 1, tzinfo=UTC)
    assert issued.permit("revoke", "helper-1", "--reason", "over", "--key", "recorder", now=ahead).code == 0

    assert issued.permit("show", "helper-1", "--json", now=now).json["state"] == "revoked"
    assert issued.permit("list", "--json", now=now).json["permits"][0]["state"] == "revoked"


@pytest.mark.parametrize(
    ("at", "state", "code"),
    [
        ("2026-11-23T23:59:59Z", "not yet", 3),
        ("2026-11-24T00:00:00Z", "in force", 0),
        ("2027-06-30T23:59:59Z", "in force", 0),
        ("2027-07-01T00:00:00Z", "expired", 1),
    ],
)
def test_list_show_and_check_agree_about_dates(issued, tmp_path, at, state, code):
    """The same word and the same exit code from the record and from the file."""
    out = tmp_path / "permit.json"
    assert issued.permit("show", "helper-1", "--at", LATER, "--out", out).code == 0
    checked = issued.permit("check", out, "--at", at, "--json")
    shown = issued.permit("show", "helper-1", "--at", at, "--json")

    assert issued.state(at=at)["state"] == state
    assert (shown.code, shown.json["state"]) == (code, state)
    (told,) = checked.json["permits"]
    assert (checked.code, told["state"]) == (code, state)
    assert (told["permit"] is not None) is (state == "in force")


def test_before_it_was_issued_there_is_no_permit(issued):
    """The past is shown as it was."""
    assert issued.permit("list", "--at", "2026-11-22", "--json").json["permits"] == []


# --- what it rests on -------------------------------------------------------------------------------------------------


def log_of(office):
    """The digest of the one log."""
    return hashlib.sha256(office.path("cases/logs/helper-1.csv").read_bytes()).hexdigest()


def withdraw(office):
    made = office.run("evidence", "withdraw", log_of(office), "--reason", "scored wrongly", "--key", "rso-bea")
    assert made.code in (0, 1, 3), made.err


def refuse(office):
    made = office.run(
        "approve", office.path("cases/helper-1.yaml"), "-f", FRAMEWORK, "--role", "rso", "--key", "rso-bea", "--refuse"
    )
    assert made.code in (0, 3), made.err


def renew_to_the_past(office):
    made = office.run("evidence", "renew", log_of(office), "--valid-until", "2026-11-30", "--key", "rso-bea")
    assert made.code == 0, made.err


def hold_later(office):
    """A later decision on the same case, by inputs that nobody approved."""
    office.edited("cases/helper-1.yaml", "met: yes, report: Watch report", "met: no, report: Watch report")
    assert office.decide().code == 3


def hold_another_case(office):
    """A later decision about the same model and scope under another case."""
    text = office.path("cases/helper-1.yaml").read_text(encoding="utf-8")
    office.path("cases/again.yaml").write_text(text.replace("case: helper-1", "case: again"), encoding="utf-8")
    assert office.decide("again").code == 3


def tell_compromised(office, person, *, by, **more):
    """A key entry that tells it, as the procedure for compromised keys writes it (L-7)."""
    workspace = open_workspace(office.record)
    keys = Keys(settings=Settings(keys_folder=office.folder / "keys", environment=office.env), ask=lambda name: "")
    with recording(workspace, keys, at=NOW) as (record, recorder):
        mine, holder = next(one for one in record.keyring.items() if one[1].person == person)
        last = record.of_type(EntryType.KEY)[-1]
        subject = {
            "act": "compromise", "vkey": str(holder.key), "roles": holder.roles, "from": holder.since,
            "compromised_from": "2026-11-01T00:00:00Z", "of": mine, **more,
        }  # fmt: skip
        entry = f"key/compromised/{len(record.entries)}"
        recorder.add(EntryType.KEY, entry, subject, refs=last.content.refs, signer=keys.unlock(by))
        recorder.commit()


def compromise(office):
    tell_compromised(office, "bea", by="secretary-cal")


def compromise_an_approver(office):
    tell_compromised(office, "ada", by="secretary-cal")


def compromise_the_recorder(office):
    tell_compromised(office, "eve", by="secretary-cal")


LOSSES = {
    "evidence withdrawn": withdraw,
    "evidence ended": renew_to_the_past,
    "approval taken back": refuse,
    "later decision": hold_later,
    "later decision of another case": hold_another_case,
    "issuer's key compromised": compromise,
    "approver's key compromised": compromise_an_approver,
    "recorder's key compromised": compromise_the_recorder,
}


@pytest.mark.parametrize("loss", LOSSES)
def test_a_permit_is_void_once_what_it_rests_on_is_gone(issued, tmp_path, loss):
    """Without any act about the permit; no file of it is written any more; and none like it is issued."""
    assert issued.state()["state"] == "in force"
    LOSSES[loss](issued)
    found = issued.state()
    shown = issued.permit("show", "helper-1", "--at", LATER, "--out", tmp_path / "void.json")

    assert found["state"] == "void", found
    assert found["because"]
    assert issued.permit("list", "--at", LATER).code == 1
    assert shown.code == 1
    assert not (tmp_path / "void.json").exists()


def test_evidence_given_an_earlier_end_takes_the_permit_with_it(issued):
    """It counts to the last moment of the new last day, like everything else that rests on it (A-12)."""
    renew_to_the_past(issued)

    assert issued.state(at="2026-11-30T23:59:59Z")["state"] == "in force"
    assert issued.state(at="2026-12-01T00:00:00Z")["state"] == "void"


@pytest.mark.parametrize("loss", [name for name in LOSSES if name != "issuer's key compromised"])
def test_no_permit_is_issued_once_what_it_would_rest_on_is_gone(office, loss):
    """At the instant of the act, whatever was recorded before."""
    LOSSES[loss](office)
    code, rules = office.refused(now=datetime(2026, 12, 1, tzinfo=UTC))

    assert code in (1, 3)
    assert "decision" in rules


def test_a_compromised_key_issues_nothing(office):
    """Nor does one that was replaced: both have ended."""
    compromise(office)
    ran = office.issue()

    assert (ran.code, "has ended" in ran.err) == (2, True), ran.err


@pytest.mark.parametrize("person", ["bea", "ada", "eve"])
@pytest.mark.parametrize(("signed_below", "state"), [(True, "in force"), (False, "void")])
def test_what_witnesses_had_seen_before_the_instant_stays(issued, tmp_path, person, signed_below, state):
    """By the size that the entry states, from the record and from the file alike; another key must have signed it."""
    size = issued.size()
    tell_compromised(issued, person, by="secretary-cal", until=size if signed_below else 1)
    out = tmp_path / "permit.json"
    shown = issued.permit("show", "helper-1", "--at", LATER, "--out", out)

    assert issued.state()["state"] == state
    assert out.exists() is signed_below, shown.err
    if signed_below:
        assert issued.permit("check", out, "--at", LATER).code == 0


def test_the_command_that_ends_a_stolen_key_voids_its_permits_and_ends_its_acts(issued):
    """Without witnesses nothing by the key counts; it neither issues nor revokes any more, and the record stays sound."""
    told = issued.run(
        "key", "compromise", "rso-bea", "--from", "2026-11-23T00:00:00Z", "--reason", "stolen", "--key", "ceo-ada"
    )
    assert told.code == 0, told.err

    assert issued.state()["state"] == "void"
    assert issued.permit("revoke", "helper-1", "--reason", "over", "--key", "rso-bea").code == 2
    assert issued.permit("revoke", "helper-1", "--reason", "over", "--key", "recorder").code == 0
    assert run("verify", issued.record).code == 0


def test_a_new_key_of_the_log_is_accepted_by_who_knows_the_old_one(issued, tmp_path):
    """By the entry in the file that both signed; and from a workspace, wherever the file begins."""
    old = log_keys(issued, tmp_path / "old.json")
    both = {**issued.env, **seeds("lab-log-2")}
    told = issued.run("key", "rotate", "--log", env=both)
    assert told.code == 0, told.err
    given = ["--keyring", issued.path("keyring.yaml"), "--issuer", "rso", "--at", LATER]
    out = tmp_path / "permit.json"
    assert issued.permit("show", "helper-1", "--at", LATER, "--out", out).code == 0

    assert run("permit", "check", out, *old, *given, folder=tmp_path).code == 0
    assert issued.permit("check", out, "--at", LATER).code == 0
    issued.edited("permits/helper-1.yaml", "permit: helper-1", "permit: helper-1-b")
    assert issued.issue(env=both).code == 0
    later = tmp_path / "later.json"
    assert issued.permit("show", "helper-1-b", "--at", LATER, "--out", later).code == 0
    assert issued.permit("check", later, "--at", LATER).code == 0
    assert run("permit", "check", later, *old, *given, folder=tmp_path).code == 1


def log_keys(office, out):
    """The log's keys as options."""
    assert office.run("export", out).code == 0
    return [part for key in json.loads(out.read_text(encoding="utf-8"))["vkeys"] for part in ("--log-key", key)]


def test_a_quorum_of_witnesses_may_be_asked_for(issued, file, tmp_path):
    """A checkpoint that none of them cosigned does not serve whoever asks for one; a policy that is none is bad input."""
    policy = tmp_path / "policy.txt"
    policy.write_text(policy_text(policy_of("one", "two", "three").witnesses, 2), encoding="utf-8")
    asked = issued.permit("check", file, "--at", LATER, "--policy", policy, "--json")

    assert (asked.code, asked.json["permits"][0]["state"]) == (1, "unknown"), asked.err
    assert asked.json["permits"][0]["checks"][-1]["name"] == "signature"
    policy.write_text("quorum nobody\n", encoding="utf-8")
    assert issued.permit("check", file, "--at", LATER, "--policy", policy).code == 2


def test_a_file_from_before_the_compromise_does_not_serve_by_who_knows_of_it(issued, file):
    """The record around tells it; who has only keys may be told by name."""
    given = ["--keyring", issued.path("keyring.yaml"), "--issuer", "rso", "--at", LATER, "--json"]
    named = next(one for one in read_keyring(issued.path("keyring.yaml")) if one.startswith("rso-bea+"))

    assert issued.permit("check", file, *given).json["permits"][0]["state"] == "in force"
    told = issued.permit("check", file, *given, "--compromised", named)
    assert (told.code, told.json["permits"][0]["state"]) == (1, "void")
    compromise(issued)
    assert issued.permit("check", file, *given).json["permits"][0]["state"] == "void"


def test_a_clock_behind_the_record_issues_nothing(office):
    """With it what has ended would count again; it is open, for it may be the record's clock that was ahead."""
    ahead = NOW + timedelta(days=3)
    assert office.run("request", "open", office.path("requests/r-1.yaml"), "--key", "recorder", now=ahead).code == 0

    assert office.refused() == (3, ["decision"])
    assert office.issue(now=ahead).code == 0


# --- one name, one set of weights -------------------------------------------------------------------------------------


def second_model(office, served_as="[helper-2]", permit="helper-2", **changes):
    """Another model with weights of its own, decided on alike, and the file of a permit for it."""
    case = office.path("cases/helper-1.yaml").read_text(encoding="utf-8")
    case = case.replace("case: helper-1", "case: helper-2").replace("  model: helper-1", "  model: helper-2")
    digest = "ef48d251a0c803fe31eb8bf292bf7bb8247e1e87b844c77582fad323a41db9ec"
    office.path("cases/helper-2.yaml").write_text(case.replace(digest, "ab" * 32), encoding="utf-8")
    log = office.path("cases/logs/helper-1.csv").read_text(encoding="utf-8")
    office.path("cases/helper-2.yaml").write_text(
        case.replace(digest, "ab" * 32)
        .replace("helper-1.csv", "helper-2.csv")
        .replace("log-model: helper-1", "log-model: helper-2"),
        encoding="utf-8",
    )
    office.path("cases/logs/helper-2.csv").write_text(log.replace("helper-1", "helper-2"), encoding="utf-8")
    text = office.path("permits/helper-1.yaml").read_text(encoding="utf-8").replace(digest, "ab" * 32)
    text = text.replace("permit: helper-1", f"permit: {permit}").replace("decision: helper-1/", "decision: helper-2/")
    text = text.replace("model: helper-1", "model: helper-2").replace("[helper-1, helper]", served_as)
    for old, new in changes.items():
        text = text.replace(f"{old.replace('_', '-')}: 2026-11-24", f"{old.replace('_', '-')}: {new}")
    office.path(f"permits/{permit}.yaml").write_text(text, encoding="utf-8")


def test_a_name_that_another_permit_serves_is_refused_with_that_permit_named(issued):
    """Whatever its case; another name, a time after the other permit, or the other permit revoked: then it is free."""
    second_model(issued, "[helper-2, HELPER]")
    issued.decided("helper-2")
    assert issued.refused("helper-2") == (1, ["names"])
    told = issued.issue("helper-2").json["refusals"][0]
    assert "permit 'helper-1'" in told["expected"]
    assert "'helper'" in told["got"]

    second_model(issued, permit="helper-2-own")
    assert issued.issue("helper-2-own").code == 0
    second_model(issued, "[helper]", permit="helper-2-later", not_before="2027-07-01")
    issued.edited("permits/helper-2-later.yaml", "expires: 2027-06-30", "expires: 2027-07-20")
    assert issued.issue("helper-2-later").code == 0
    assert issued.permit("revoke", "helper-1", "--reason", "over", "--key", "recorder").code == 0
    assert issued.issue("helper-2").code == 0
    assert run("verify", issued.record).code == 0
    assert issued.permit("list", "--at", LATER, "--json").code == 0


@pytest.fixture
def in_conflict(issued, monkeypatch):
    """A record in which somebody's own program issued what ours refuses."""
    second_model(issued, "[Helper]")
    issued.decided("helper-2")
    monkeypatch.setattr("ruleout.app.permits.issue.names_taken", lambda permit: ())
    assert issued.issue("helper-2").code == 0
    monkeypatch.undo()
    return issued


def test_a_conflict_in_the_record_is_shown_and_none_of_both_is_given_out(in_conflict, tmp_path):
    """By list and show; no file is written; once one is revoked the other is in force."""
    listed = in_conflict.permit("list", "--at", LATER, "--json")
    shown = in_conflict.permit("show", "helper-1", "--at", LATER, "--out", tmp_path / "none.json")

    assert (listed.code, {one["state"] for one in listed.json["permits"]}) == (1, {"conflict"})
    assert "by permit 'helper-2'" in listed.json["permits"][0]["because"][0]
    assert shown.code == 1
    assert not (tmp_path / "none.json").exists()
    assert in_conflict.permit("revoke", "helper-2", "--reason", "over", "--key", "recorder").code == 0
    assert in_conflict.state()["state"] == "in force"


def test_files_in_conflict_are_told_by_check(issued, tmp_path, monkeypatch):
    """Checked together none serves, however they came to be; each alone does not know of the other, and says so."""
    second_model(issued, "[Helper]")
    issued.decided("helper-2")
    monkeypatch.setattr("ruleout.app.permits.issue.names_taken", lambda permit: ())
    monkeypatch.setattr("ruleout.app.permits.standing.conflicts", lambda mine, others: ())
    assert issued.issue("helper-2").code == 0
    files = [tmp_path / f"{name}.json" for name in ("helper-1", "helper-2")]
    for path in files:
        assert issued.permit("show", path.stem, "--at", LATER, "--out", path).code == 0
    monkeypatch.undo()

    both = issued.permit("check", *files, "--at", LATER, "--json")
    assert (both.code, [one["state"] for one in both.json["permits"]]) == (1, ["conflict", "conflict"])
    assert all(one["permit"] is None for one in both.json["permits"])
    alone = issued.permit("check", files[0], "--at", LATER, "--json")
    assert alone.code == 0
    assert any("checked together" in text for text in alone.json["permits"][0]["caveats"])


def test_a_later_version_of_the_framework_must_be_decided_under(issued):
    """A decision under a version that was superseded permits nothing new; what was issued goes on to its last day."""
    text = issued.path("frameworks/lab-fsf/1.0.yaml").read_text(encoding="utf-8")
    newer = text.replace('version: "1.0"', 'version: "1.1"\nsupersedes: "1.0"').replace("2026-01-01", "2026-12-01")
    issued.path("frameworks/lab-fsf/1.1.yaml").write_text(newer, encoding="utf-8")
    issued.edited("permits/helper-1.yaml", "permit: helper-1", "permit: helper-1-b")

    assert issued.state(at="2026-12-02")["state"] == "in force"
    assert issued.refused(now=datetime(2026, 12, 2, tzinfo=UTC)) == (1, ["decision"])
    assert issued.issue().code == 0


def test_a_version_that_cannot_be_read_may_be_the_one_in_force(office):
    """Not known is not in force."""
    office.path("frameworks/lab-fsf/1.1.yaml").write_text("framework: lab-fsf\n", encoding="utf-8")

    assert office.refused() == (3, ["decision"])


# --- an exception -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def excepted_once(empty, tmp_path_factory):
    office = Office(empty.copy_to(tmp_path_factory.mktemp("excepted")).folder)
    assert office.run("request", "open", office.path("requests/r-1.yaml"), "--key", "recorder").code == 0
    answer = office.path("answers/r-1.yaml")
    assert office.run("request", "answer", "r-1", answer, "--key", "rso-bea").code == 3
    assert office.run("request", "answer", "r-1", answer, "--key", "ceo-ada").code == 0
    office.decided("agency")
    return office


@pytest.fixture
def excepted(excepted_once, tmp_path):
    return Office(excepted_once.copy_to(tmp_path / "office").folder)


def test_a_permit_on_an_exception_serves_its_customer_until_its_end(excepted):
    """With every condition of the exception; it is dead at the first instant after the exception's last day."""
    made = excepted.issue("agency")
    assert made.code == 0, made.text
    assert made.json["document"]["exceptions"] == [{"customer": "agency-a", "last_day": "2027-03-31", "request": "r-1"}]

    assert excepted.state("agency", at="2027-03-31T23:59:59Z")["state"] == "in force"
    assert excepted.state("agency", at="2027-04-01T00:00:00Z")["state"] == "expired"


@pytest.mark.parametrize(
    ("old", "new", "rules"),
    [
        ("customer: agency-a,", "customer: agency-b,", ["exceptions"]),
        ("tenant: agency-a-desk, customer: agency-a, ", "tenant: everybody, ", ["conditions", "exceptions"]),
        ("expires: 2027-03-31", "expires: 2027-04-01", ["decision", "expiry"]),
        ("  oversight: {says: The board of oversight sees every query., hook: oversight}\n", "", ["conditions"]),
    ],
)
def test_nothing_wider_than_the_exception(excepted, old, new, rules):
    """Customer, time and conditions are the exception's."""
    excepted.edited("permits/agency.yaml", old, new)

    assert excepted.refused("agency") == (1, rules)


def test_an_exception_taken_back_voids_the_permit(excepted):
    """Another answer in its place, before its last day."""
    assert excepted.issue("agency").code == 0
    excepted.path("answers/no.yaml").write_text("answer: refuse\nground: Taken back.\n", encoding="utf-8")
    ran = excepted.run("request", "answer", "r-1", excepted.path("answers/no.yaml"), "--key", "rso-bea")
    assert ran.code == 0, ran.err

    assert excepted.state("agency", at=LATER)["state"] == "void"


# --- the file ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def file(issued, tmp_path):
    out = tmp_path / "permit.json"
    assert issued.permit("show", "helper-1", "--at", LATER, "--out", out).code == 0
    return out


def test_a_file_is_checked_without_a_workspace(issued, file, tmp_path):
    """By a key, a keyring and roles that are given; without them nothing is checked."""
    vkey = issued.run("export", tmp_path / "bundle.json")
    assert vkey.code == 0, vkey.err
    log_key = json.loads((tmp_path / "bundle.json").read_text(encoding="utf-8"))["vkeys"][0]
    given = ["--log-key", log_key, "--keyring", issued.path("keyring.yaml"), "--issuer", "rso", "--at", LATER]

    assert run("permit", "check", file, *given, folder=tmp_path).code == 0
    assert run("permit", "check", file, *given, "--least-size", "999", folder=tmp_path).code == 3
    assert run("permit", "check", file, *[*given[:-3], "ceo", *given[-2:]], folder=tmp_path).code == 1
    assert run("permit", "check", file, "--at", LATER, folder=tmp_path).code == 2


def test_a_changed_file_fails_and_a_stranger_is_no_permit_file(issued, file, tmp_path):
    """Exit 1 for what does not verify, 2 for a file that is not there."""
    text = file.read_text(encoding="utf-8")
    other = tmp_path / "other.json"
    other.write_text(text.replace("2027-06-30", "2028-06-30"), encoding="utf-8")
    page = issued.permit("check", other, "--at", LATER)

    assert (page.code, "UNKNOWN" in page.text) == (1, True)
    other.write_text("{}", encoding="utf-8")
    assert issued.permit("check", other).code == 1
    assert issued.permit("check", tmp_path / "none.json").code == 2


def test_a_file_from_before_a_revocation_does_not_serve_beside_the_record(issued, file):
    """The record is newer than the file, so the file is not known to hold; a new one cannot be made."""
    assert issued.permit("revoke", "helper-1", "--reason", "over", "--key", "recorder").code == 0
    checked = issued.permit("check", file, "--at", LATER, "--json")

    assert (checked.code, checked.json["permits"][0]["state"]) == (3, "unknown")


def test_a_permit_whose_text_is_lost_is_unknown(issued):
    """It opens nothing, the others are still listed, and no permit is issued until it is revoked: it may have the names."""
    kept = [path for path in (issued.record / "ledger" / "disclosures").rglob("*") if path.is_file()]
    lost = [path for path in kept if b'"entry":"permit/helper-1/1"' in path.read_bytes()]
    for path in lost:
        path.unlink()

    assert len(lost) == 1
    assert issued.state()["state"] == "unknown"
    assert issued.permit("list", "--at", LATER).code == 3
    assert issued.permit("show", "helper-1", "--at", LATER).code == 3
    issued.edited("permits/helper-1.yaml", "permit: helper-1", "permit: helper-1-b")
    assert issued.refused() == (3, ["decision"])
    assert issued.refused(now=datetime(2027, 7, 1, tzinfo=UTC)) == (1, ["expiry"])
    assert issued.permit("revoke", "helper-1", "--reason", "lost", "--key", "recorder").code == 0
    assert issued.issue().code == 0
