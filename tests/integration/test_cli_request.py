# SPDX-License-Identifier: Apache-2.0
"""`ruleout request` end to end, and an exception's death on every path at the same instant (A-5)."""

from __future__ import annotations

import hashlib
import json
import shutil
from datetime import UTC, datetime, timedelta

import pytest
from tests.integration.command_line import NOW, PEOPLE, ROOT, Lab, run, seeds

from ruleout.app.accountability.request_register import exceptions_in_force
from ruleout.app.accountability.requests import open_request, read_policy
from ruleout.app.ledger import read_record, recording
from ruleout.app.settings import Settings
from ruleout.app.unlock import Keys
from ruleout.app.workspace import open_workspace

EXAMPLES = ROOT / "examples" / "requests"
PUBLIC = ROOT / "examples" / "public-record" / "requests"
FRAMEWORK = "northlight-fsf@1.0"
LAST_MOMENT = "2027-03-31T23:59:59Z"
FIRST_AFTER = "2027-04-01T00:00:00Z"


class Desk(Lab):
    """A lab whose workspace holds a policy for requests, a framework that asks about uses, and a case."""

    @property
    def case(self):
        return self.record / "cases" / "agency-a.yaml"

    def request(self, *arguments, **given):
        return self.run("request", *arguments, **given)

    def open(self, name, key="recorder"):
        return self.request("open", self.record / "requests" / f"{name}.yaml", "--key", key)

    def answer(self, name, key, file=None):
        return self.request("answer", name, file or self.record / "answers" / f"{name}.yaml", "--key", key)

    def grant(self):
        assert self.open("r-1").code == 0
        assert self.answer("r-1", "rso-bea").code == 3
        assert self.answer("r-1", "ceo-ada").code == 0

    def standing(self, name="r-1", *more):
        found = self.request("status", name, "--json", *more).json["requests"]
        return found[0]["standing"]

    def edited(self, path, old, new):
        text = (self.record / path).read_text(encoding="utf-8")
        assert old in text
        (self.record / path).write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    desk = Desk(tmp_path_factory.mktemp("desk"))
    shutil.copytree(EXAMPLES, desk.record)
    assert run("init", desk.record, "--origin", "lab.example/record", "--producer", "lab", env=desk.env).code == 0
    for name, (person, roles) in PEOPLE.items():
        given = [part for role in roles for part in ("--role", role)]
        assert desk.run("key", "new", name, "--person", person, *given).code == 0
    return desk


@pytest.fixture(scope="module")
def granted_once(empty, tmp_path_factory):
    desk = Desk(empty.copy_to(tmp_path_factory.mktemp("granted")).folder)
    desk.grant()
    return desk


@pytest.fixture
def desk(empty, tmp_path):
    return Desk(empty.copy_to(tmp_path / "desk").folder)


@pytest.fixture
def granted(granted_once, tmp_path):
    return Desk(granted_once.copy_to(tmp_path / "desk").folder)


def test_the_example_workspace_is_sound(empty):
    """Every file that the examples hand out passes `check`."""
    ran = empty.run("check", "--json")

    assert ran.code == 0, ran.text
    kinds = {one["kind"] for one in ran.json["files"]}
    assert {"request", "requests-policy", "framework", "case"} <= kinds


def test_a_request_is_granted_by_two_roles_and_said_so(granted):
    """Opened by one person, signed by two others; the page names the last day."""
    page = granted.request("status", "--at", "2026-12-01").text

    assert "GRANTED UNTIL 2027-03-31" in page
    assert run("verify", granted.record).code == 0


PATHS = {
    "request status": lambda d, at: d.standing("r-1", "--at", at) == "granted",
    "request counts": lambda d, at: d.request("counts", "--at", at, "--json").json["by_standing"] == {"granted": 1},
    "assess": lambda d, at: outcome(d, at) == "restrict",
    "decide-under": lambda d, at: under(d, at) == "restrict",
    "landscape": lambda d, at: landscape(d, at) == "restrict",
    "permits": lambda d, at: [g.request for g in exceptions_in_force(record_of(d), instant(at))] == ["r-1"],
}


def instant(text):
    return datetime.fromisoformat(text).astimezone(UTC)


def record_of(desk):
    return read_record(open_workspace(desk.record))


def outcome(desk, at):
    return desk.run("assess", desk.case, "-f", FRAMEWORK, "--at", at, "--json").json["outcome"]


def under(desk, at):
    ran = desk.run("decide-under", desk.case, "-f", FRAMEWORK, "--at", at, "--json")
    return json.loads(ran.out)["rows"][0]["outcome"]


def landscape(desk, at):
    ran = desk.run("landscape", "case", desk.case, "-f", FRAMEWORK, "--at", at, "--json")
    return ran.json["frameworks"][0]["as_stated"]


@pytest.mark.parametrize("path", PATHS)
def test_an_exception_is_dead_on_every_path_at_the_same_instant(granted_once, path):
    """Alive at the last moment of its last day, dead at the first moment after, and nobody did anything."""
    is_alive = PATHS[path]

    assert is_alive(granted_once, LAST_MOMENT)
    assert not is_alive(granted_once, FIRST_AFTER)
    assert not is_alive(granted_once, "2026-11-22T00:00:00Z"), "before it was granted"


def test_a_decision_on_an_exception_is_recorded_and_replays(granted):
    """While it is in force and after it has ended; a bundle is all that is needed."""
    for at, code in (("2026-12-01T00:00:00Z", 0), (FIRST_AFTER, 3)):
        made = granted.run("assess", granted.case, "-f", FRAMEWORK, "--at", at, "--record", "--key", "recorder")
        assert made.code == code, made.err
    bundle = granted.folder / "all.bundle"

    assert granted.run("export", bundle, "--audience", "regulator").code == 0
    ran = run("replay", bundle)
    assert ran.code == 0, ran.text + ran.err


def test_a_public_copy_opens_no_gate_by_what_it_does_not_hold(granted):
    """The acts of a request are in confidence: derived without them the decision holds, and replay says why it differs."""
    at = "2026-12-01T00:00:00Z"
    assert granted.run("assess", granted.case, "-f", FRAMEWORK, "--at", at, "--record", "--key", "recorder").code == 0
    bundle = granted.folder / "public.bundle"
    assert granted.run("export", bundle).code == 0
    ran = run("replay", bundle, "--json")

    assert (1, "hold") == (ran.code, run("replay", bundle).text.split(": ")[1].split(",")[0])
    assert "rests on exceptions" in ran.json["decisions"][-1]["detail"]


def test_taking_an_exception_back_closes_the_gate(granted):
    """Another answer ends it at once, on every path, and an earlier decision still replays."""
    at = "2026-12-01T00:00:00Z"
    assert granted.run("assess", granted.case, "-f", FRAMEWORK, "--at", at, "--record", "--key", "recorder").code == 0
    refusal = granted.record / "answers" / "r-3.yaml"
    assert granted.answer("r-1", "rso-bea", refusal).code == 0

    assert (granted.standing("r-1", "--at", at), outcome(granted, at)) == ("refused", "hold")
    bundle = granted.folder / "all.bundle"
    assert granted.run("export", bundle, "--audience", "regulator").code == 0
    assert run("replay", bundle).code == 0


def test_a_red_line_is_refused_by_rule_whoever_signs(desk):
    """Before anybody is asked; every later signature is refused, and the counts say why."""
    opened = desk.open("r-2")
    grant = desk.record / "answers" / "r-1.yaml"

    assert (opened.code, "refused by rule: red line no-mass-surveillance" in opened.err) == (1, True)
    for key in ("rso-bea", "ceo-ada", "secretary-cal"):
        refused = desk.answer("r-2", key, grant)
        assert refused.code == 2
        assert "crosses the red line no-mass-surveillance: refused by rule, whoever signs" in refused.err
    assert desk.standing("r-2") == "refused by rule"
    assert desk.request("counts", "--json").json["by_standing"] == {"refused by rule": 1}


def test_taking_the_red_line_out_of_the_file_lifts_nothing(desk):
    """The record remembers every red line; the same request under another id is refused too."""
    assert desk.open("r-2").code == 1
    desk.edited(
        "requests-policy.yaml", "    uses: [mass-domestic-surveillance]\n    clauses: [domestic-surveillance]\n", ""
    )
    desk.edited("requests/r-2.yaml", "request: r-2", "request: r-9")

    assert desk.request("open", desk.record / "requests" / "r-2.yaml", "--key", "recorder").code == 1
    assert desk.standing("r-9") == "refused by rule"


def test_a_frameworks_own_red_line_holds_for_requests(desk):
    """The policy names the framework; its red line needs no copy in the policy."""
    desk.edited(
        "requests/r-1.yaml", "clauses: [intelligence-analysis]", "clauses: [intelligence-analysis, nobody-is-watched]"
    )

    opened = desk.open("r-1")
    assert (opened.code, "red line nobody-is-watched" in opened.err) == (1, True)


def test_a_new_red_line_ends_a_grant_and_is_counted(granted):
    """It is recorded with the next act, and every path says so from then on."""
    granted.edited(
        "requests-policy.yaml",
        "red-lines:\n",
        "red-lines:\n  no-intelligence: {says: None of it, uses: [foreign-intelligence]}\n",
    )
    assert granted.open("r-3").code == 1

    at = "2026-12-01T00:00:00Z"
    assert granted.standing("r-1", "--at", at) == "refused by rule"
    assert granted.request("counts", "--at", at, "--json").json["by_standing"] == {"refused by rule": 2}
    assert outcome(granted, at) == "hold"


def test_what_the_policy_does_not_allow_is_not_recorded(desk):
    """Ineligible, endless, too long, unconditional: each is refused with the reason, and the record stays as it was."""
    assert desk.open("r-1").code == 0
    size = desk.size()
    for old, new, says in (
        ("expires: 2027-03-31\n", "", "Q002"),
        ("expires: 2027-03-31", "expires: 2028-03-31", "at most (12 months)"),
        ("  oversight: The board of oversight sees every query.\n", "", "the condition 'oversight' is required"),
        ("approvers: [rso, ceo]", "approvers: [rso]", "approvers lacks the role ceo"),
    ):
        shutil.copy(EXAMPLES / "answers" / "r-1.yaml", desk.record / "answers" / "r-1.yaml")
        desk.edited("answers/r-1.yaml", old, new)
        refused = desk.answer("r-1", "rso-bea")
        assert refused.code == 2
        assert says in refused.err
    assert desk.size() == size


def test_a_model_that_is_not_eligible_gets_nothing(desk):
    """The exception is for models at ASL-2, and this one is not."""
    desk.edited("requests/r-1.yaml", "models: [lumen-2]", "models: [lumen-3]")
    assert desk.open("r-1").code == 0

    refused = desk.answer("r-1", "rso-bea")
    assert refused.code == 2
    assert "lumen-3 (asl-3) is not eligible" in refused.err


@pytest.mark.parametrize(
    ("opener", "signer", "says"),
    [
        ("recorder", "recorder", "eve asked, prepared or opened r-1"),
        ("rso-bea", "rso-bea", "bea asked, prepared or opened r-1"),
        ("recorder", "secretary-cal", "this key holds board, ltbt, and r-1 lacks rso, ceo"),
    ],
)
def test_only_a_role_that_did_not_ask_approves(desk, opener, signer, says):
    """No self-approval, and no signature of a role that is not asked for."""
    assert desk.open("r-1", opener).code == 0

    refused = desk.answer("r-1", signer)
    assert (refused.code, says in refused.err) == (2, True), refused.err


def test_without_a_policy_requests_are_kept_and_refused_only(desk):
    """A workspace without a policy can refuse; it can grant nothing."""
    (desk.record / "requests-policy.yaml").unlink()

    assert "nothing can be granted" in desk.open("r-1").err
    assert "no policy for requests is recorded" in desk.answer("r-1", "rso-bea").err
    assert desk.answer("r-1", "rso-bea", desk.record / "answers" / "r-3.yaml").code == 0
    assert desk.standing() == "refused"


def test_like_requests_answered_differently_are_found(granted):
    """The same request from two agencies: one granted, one refused."""
    assert granted.open("r-3").code == 0
    assert granted.request("consistency").code == 0
    assert granted.answer("r-3", "rso-bea").code == 0
    ran = granted.request("consistency")

    assert ran.code == 1
    assert "r-1 (agency-a) and r-3 (agency-c)" in ran.text
    assert "government   1 of 2, 0.012 to 0.988" in ran.text
    value = granted.request("consistency", "--json").json
    assert value["differ"][0]["in"] == ["grant and refuse"]
    assert value["days_to_answer"]["median"] == "19.5"


def test_a_file_that_was_changed_after_it_was_recorded_is_told(granted):
    """The record is what counts; a date moved in a file is not silent."""
    granted.edited("requests/r-1.yaml", "models: [lumen-2]", "models: [lumen-2, lumen-3]")
    told = granted.request("status").err

    assert "r-1.yaml: request r-1 says something else than the record" in told
    assert "r-3.yaml: request r-3 is not in the record" in told


def test_a_forum_is_told_of_and_shown(desk):
    """A proceeding is an act of its own, with its own as-of day."""
    assert desk.open("r-2").code == 1
    assert desk.request("forum", "r-2", desk.record / "forums" / "court.yaml", "--key", "recorder").code == 0

    page = desk.request("status", "r-2").text
    assert "High Court, HC-17" in page
    assert "filed; nothing known after 2026-11-10" in page


def statements_of(desk, name):
    """The kept files of what a request's acts disclose, in order of the acts."""
    acts = [e.content for e in record_of(desk).entries if e.content.subject.get("request") == name]
    names = [hashlib.sha256(act.id.encode()).hexdigest() for act in acts if act.salted]
    return [desk.record / "ledger" / "disclosures" / one[:2] / f"{one[2:]}.json" for one in names]


def test_counts_hold_no_name_and_need_no_text(granted):
    """They are made from headers, which name nobody, and stay the same where the texts are gone."""
    counted = granted.request("counts", "--json", "--at", "2026-12-01").text
    for file in set(statements_of(granted, "r-1")):
        file.unlink()

    assert "agency" not in counted
    assert granted.request("counts", "--json", "--at", "2026-12-01").text == counted


def test_an_answer_whose_text_is_gone_grants_nothing(granted):
    """Whoever takes the text away does not keep the exception: what cannot be read helps nobody."""
    statements_of(granted, "r-1")[-1].unlink()

    at = "2026-12-01T00:00:00Z"
    assert granted.standing("r-1", "--at", at) == "refused"
    assert outcome(granted, at) == "hold"


def test_a_refusal_whose_text_is_gone_still_ends_the_grant(granted):
    """Taking a text away does not bring an exception back."""
    assert granted.answer("r-1", "rso-bea", granted.record / "answers" / "r-3.yaml").code == 0
    statements_of(granted, "r-1")[-1].unlink()

    assert outcome(granted, "2026-12-01T00:00:00Z") == "hold"


def test_nothing_is_asked_on_a_day_that_has_not_come(desk):
    """A request of tomorrow would have been answered in less than no time."""
    desk.edited("requests/r-1.yaml", "asked-on: 2026-11-02", "asked-on: 2026-11-24")

    opened = desk.open("r-1")
    assert (opened.code, "a day that has not come" in opened.err) == (2, True)


def test_headers_name_nobody(granted):
    """Requester and customer stand in the text, which can be taken away, and nowhere else."""
    for entry in record_of(granted).entries:
        assert b"agency-a" not in entry.data


def test_the_register_asks_for_a_key_and_for_an_open_request(desk):
    """Each refusal says what to do next."""
    file = desk.record / "answers" / "r-1.yaml"

    assert "Add --key NAME" in desk.request("open", desk.record / "requests" / "r-1.yaml").err
    assert "no request 'r-1' is open" in desk.request("answer", "r-1", file, "--key", "rso-bea").err
    assert desk.open("r-1").code == 0
    assert "is taken" in desk.open("r-1").err
    assert "no request 'r-7'" in desk.request("status", "r-7").err
    assert desk.request("open", PUBLIC / "export-control-directive.yaml", "--key", "recorder").code == 2


def test_a_script_can_build_a_year_of_requests(desk):
    """Every step takes its instant, and none reads the clock."""
    place = open_workspace(desk.record)
    keys = Keys(settings=Settings(keys_folder=desk.folder, environment=seeds("lab-log", *PEOPLE)), ask=lambda _: "")
    data = (desk.record / "requests" / "r-1.yaml").read_bytes()
    with recording(place, keys, at=NOW + timedelta(days=30)) as (record, recorder):
        open_request(data, record, recorder, keys.unlock("recorder"), policy=read_policy(place))
        recorder.commit()

    assert desk.standing("r-1", "--at", "2026-12-01") == "not yet asked"
    assert desk.standing("r-1", "--at", "2027-01-01") == "pending"


def test_published_requests_need_no_workspace(tmp_path):
    """The two real cases: one refused, with forums that contradict each other, and one order complied with."""
    ran = run("request", "status", "--from", PUBLIC, "--at", "2026-11-01", "--json", folder=tmp_path)
    dispute, directive = ran.json["requests"]
    forums = {forum["forum"]: forum for forum in dispute["forums"]}

    assert (dispute["standing"], directive["standing"]) == ("refused", "complied with")
    assert (forums["nd-cal"]["status"], forums["nd-cal"]["as_of"]) == ("decided for the developer", "2026-08-27")
    assert forums["dc-circuit"]["status"] == "unknown: reports contradict each other"
    assert [report["as_of"] for report in forums["dc-circuit"]["conflict"]] == ["2026-06-17", "2026-08-28"]


@pytest.mark.parametrize(
    ("at", "standing", "court"),
    [
        ("2026-01-11", "not yet asked", "unknown"),
        ("2026-02-25", "pending", "unknown"),
        ("2026-03-27", "refused", "interim for the developer"),
        ("2026-09-01", "refused", "decided for the developer"),
    ],
)
def test_published_requests_are_told_as_of_a_day(at, standing, court):
    """What was known then, and nothing of what came later."""
    one = run("request", "status", "department-of-war-red-lines", "--from", PUBLIC, "--at", at, "--json")
    found = one.json["requests"][0]

    assert (found["standing"], found["forums"][0]["status"]) == (standing, court)


def test_an_empty_folder_has_no_requests(tmp_path):
    """Nothing to show is an error with a next step, not an empty page."""
    ran = run("request", "status", "--from", tmp_path)

    assert (ran.code, "no request files in" in ran.err) == (2, True)
