# SPDX-License-Identifier: Apache-2.0
"""`ruleout due` through a real workspace: acts, calendar, absent entries, refusals (A-3, L-9)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from tests.integration.command_line import NEW, NOW, OLD, ROOT, Lab, build_lab, run

from ruleout.app.ledger import read_record, recording
from ruleout.app.settings import Settings
from ruleout.app.unlock import Keys
from ruleout.app.workspace import open_workspace
from ruleout.ledger import EntryType

KEY = ("--key", "rso-bea")
EVENT = ("--at", "2026-11-01T09:00:00-08:00", "--about", "i-1")


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Lab:
    return build_lab(tmp_path_factory.mktemp("lab"))


@pytest.fixture
def lab(built, tmp_path) -> Lab:
    return built.copy_to(tmp_path)


def due(lab: Lab, *more: object, now: datetime | None = None) -> dict:
    ran = lab.run("due", "--json", *more) if now is None else lab.run("due", "--json", *more, now=now)
    assert ran.code in (0, 1), ran.err
    return ran.json


def of(found: dict, duty: str) -> list[dict]:
    return [one for one in found["occurrences"] if one["duty"] == duty]


def test_an_empty_record_owes_nothing_and_asks(lab):
    """No event is assumed; what would start a cadence is asked for."""
    ran = lab.run("due", "--json")

    assert ran.code == 0
    assert ran.json["occurrences"] == []
    assert "large-frontier-developer" in {asked["name"] for asked in ran.json["asked"]}


def test_a_clock_runs_from_a_signed_event(lab):
    """Due, then missed, then done late, which no longer fails and stays on the page."""
    assert lab.run("due", "event", "incident-discovered", *EVENT, *KEY).code == 0
    (early,) = of(due(lab, "--at", "2026-11-10T00:00:00Z"), "incident-report")
    missed = lab.run("due", "--json", "--regime", "california")

    assert (early["status"], early["last_day"], early["to"]) == (
        "due", "2026-11-16", ["California Governor's Office of Emergency Services"],
    )  # fmt: skip
    assert (missed.code, of(missed.json, "incident-report")[0]["status"]) == (1, "missed")
    (absent,) = missed.json["absent"]
    assert (absent["name"], absent["about"], absent["certain"]) == ("incident-report", "i-1", True)
    assert absent["entry"] == "duty/incident-discovered/1"

    done = lab.run("due", "done", "incident-report", "--regime", "california", "--about", "i-1", *KEY)
    after = lab.run("due", "--json", "--regime", "california")

    assert (done.code, done.text.split()) == (0, ["settles", "california/incident-report", "i-1:", "done", "late"])
    assert (after.code, after.json["absent"]) == (0, [])
    assert of(after.json, "incident-report")[0]["late_by_seconds"] == 6 * 86400 + 3600


def test_one_publication_may_do_several_duties(lab):
    """One act for each regime, signed together."""
    lab.run("due", "event", "model-deployed", "--at", "2027-02-01T09:00:00Z", "--about", "m", *KEY)
    later = datetime(2027, 2, 1, 9, tzinfo=UTC)
    names = ("california", "new-york", "illinois")
    several = [part for name in names for part in ("--regime", name)]
    refused = lab.run("due", "done", "transparency-report", "--about", "m", *KEY, now=later)
    assert lab.run("due", "done", "transparency-report", *several, "--about", "m", *KEY, now=later).code == 0
    found = of(due(lab, now=later), "transparency-report")

    assert refused.code == 2
    assert "california, illinois, new-york" in refused.err
    assert [(one["regime"], one["status"]) for one in found] == [(name, "done") for name in sorted(names)]


def test_a_delivery_that_settles_nothing_says_so(lab):
    """A slip in the name of a thing is seen at once."""
    lab.run("due", "event", "incident-discovered", *EVENT, *KEY)
    ran = lab.run("due", "done", "incident-report", "--regime", "california", "--about", "i-2", *KEY)

    assert "nothing that is due yet; check --about" in " ".join(ran.text.split())


def test_an_event_recorded_twice_keeps_the_earliest(lab):
    """And the second act is told so."""
    lab.run("due", "event", "incident-discovered", *EVENT, *KEY)
    again = lab.run("due", "event", "incident-discovered", "--at", "2026-11-05T09:00:00-08:00", "--about", "i-1", *KEY)

    assert "the earliest instant counts" in again.err
    assert [one["last_day"] for one in of(due(lab), "incident-report")] == ["2026-11-16"]


def test_an_event_taken_back_is_shown(lab):
    """What had not been missed by then is due no more; the act stays on the page."""
    at = ("--at", "2026-12-18T09:00:00+01:00", "--about", "m")
    lab.run("due", "event", "model-placed-on-market", *at, *KEY)
    before = of(due(lab), "model-report")
    cancelled = lab.run("due", "cancel", "model-placed-on-market", *at, "--reason", "put off", *KEY)
    after = due(lab)

    assert (len(before), cancelled.code, of(after, "model-report")) == (1, 0, [])
    assert [one["reason"] for one in after["taken_back"]] == ["put off"]
    assert "put off" in lab.run("due").text


def test_taking_back_does_not_undo_what_was_missed(lab):
    """The deadline had passed when the act was signed."""
    lab.run("due", "event", "incident-discovered", *EVENT, *KEY)
    lab.run("due", "cancel", "incident-discovered", *EVENT, "--reason", "none after all", *KEY)

    assert [one["status"] for one in of(due(lab), "incident-report")] == ["missed"]


def test_an_event_taken_back_may_be_stated_anew(lab):
    """The same words again stand again."""
    for _ in range(2):
        lab.run("due", "event", "incident-discovered", *EVENT, *KEY)
        if not of(due(lab, "--at", "2026-11-02"), "incident-report"):
            pytest.fail("the event does not stand")
    assert lab.run("due", "cancel", "incident-discovered", *EVENT, "--reason", "x", *KEY).code == 0
    assert lab.run("due", "cancel", "incident-discovered", *EVENT, "--reason", "x", *KEY).code == 2


def test_an_end_that_is_stated_anew_takes_back_nothing_that_was_missed_meanwhile(lab):
    """Closed, reopened, a month missed, and closed again as of the first day: the month stays missed."""
    received = ("concern-received", "--at", "2027-01-10T20:00:00Z", "--about", "c-1", *KEY)
    closed = ("concern-closed", "--at", "2027-01-20T20:00:00Z", "--about", "c-1")
    for day, command in (
        ("2027-01-10", ("event", *received)),
        ("2027-01-20", ("event", *closed, *KEY)),
        ("2027-01-21", ("cancel", *closed, "--reason", "Not closed after all.", *KEY)),
        ("2027-03-01", ("event", *closed, *KEY)),
    ):
        ran = lab.run("due", *command, now=datetime.fromisoformat(f"{day}T21:00:00Z"))
        assert ran.code == 0, ran.err

    found = of(due(lab, "--at", "2027-06-01", now=datetime(2027, 6, 1, tzinfo=UTC)), "concern-status")
    assert [one["status"] for one in found] == ["missed"]


def test_a_backdated_delivery_is_told_late(lab):
    """It counts, and everybody sees when it was recorded."""
    lab.run("due", "event", "incident-discovered", *EVENT, *KEY)
    told = ("--at", "2026-11-10T09:00:00-08:00", "--about", "i-1")
    lab.run("due", "done", "incident-report", "--regime", "california", *told, *KEY)
    (one,) = of(due(lab), "incident-report")

    assert (one["status"], one["told_late"]) == ("done", True)
    assert "told late" in lab.run("due").text


def test_another_cadence_holds_from_its_record_on(lab):
    """Filed in California; New York needs an agreement."""
    lab.run("due", "event", "large-frontier-developer", "--at", "2026-11-20T09:00:00-08:00", *KEY)
    filed = ROOT / "examples" / "duties" / "half-yearly.yaml"
    elsewhere = lab.folder / "ny.yaml"
    elsewhere.write_text(filed.read_text(encoding="utf-8").replace("california", "new-york"), encoding="utf-8")

    assert lab.run("due", "schedule", filed, *KEY).code == 0
    refused = lab.run("due", "schedule", elsewhere, *KEY)
    assert refused.code == 2
    assert "needs the agreement of The office" in refused.err
    early = datetime(2026, 12, 10, 9, tzinfo=UTC)
    lab.run("due", "done", "internal-use-summary", "--regime", "california", *KEY, now=early)
    found = of(due(lab, "--regime", "california", now=early), "internal-use-summary")
    assert [one["last_day"] for one in found] == ["2027-02-20", "2027-06-10"]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("internal-use-summary", "concerns-to-directors", "lets no other cadence stand"),
        ("internal-use-summary", "nothing-such", "no duty 'nothing-such' under 'california'"),
        ("every: 6 months", "every: 6 hours", "J003"),
    ],
)
def test_another_cadence_that_may_not_stand_is_refused(lab, old, new, says):
    """Nothing is written."""
    file = lab.folder / "cadence.yaml"
    text = (ROOT / "examples" / "duties" / "half-yearly.yaml").read_text(encoding="utf-8")
    file.write_text(text.replace(old, new), encoding="utf-8")
    size = lab.size()
    ran = lab.run("due", "schedule", file, *KEY)

    assert (ran.code, lab.size()) == (2, size)
    assert says in ran.err


def test_another_cadence_ends_on_its_last_day(lab):
    """Periods that begin after it are the text's own again."""
    file = lab.folder / "cadence.yaml"
    text = (ROOT / "examples" / "duties" / "half-yearly.yaml").read_text(encoding="utf-8")
    file.write_text(f"{text}until: 2026-12-31\n", encoding="utf-8")
    lab.run("due", "event", "large-frontier-developer", "--at", "2026-12-01T09:00:00-08:00", *KEY)
    assert lab.run("due", "schedule", file, *KEY).code == 0
    later = datetime(2027, 3, 1, 9, tzinfo=UTC)
    lab.run("due", "done", "internal-use-summary", "--regime", "california", *KEY, now=later)
    found = of(due(lab, "--regime", "california", now=later), "internal-use-summary")

    assert [one["last_day"] for one in found] == ["2027-06-01", "2027-06-01"]


def test_what_changes_soon_is_shown(lab):
    """New York's article takes effect within forty days of the lab's clock."""
    page = lab.run("due", "--within", "40d", "--regime", "new-york").text

    assert "2027-01-01 new-york: The article takes effect." in " ".join(page.split())


def test_an_act_that_cannot_be_read_stops_the_calendar(lab):
    """An instant that is none gives no calendar, not one without it."""
    place = open_workspace(lab.record)
    settings = Settings(keys_folder=lab.folder, environment=lab.env)
    keys = Keys(settings=settings, ask=lambda name: name)
    with recording(place, keys, at=NOW) as (_, recorder):
        subject = {"act": "event", "event": "model-deployed", "at": "yesterday"}
        recorder.add(EntryType.DUTY, "duty/model-deployed/1", subject, signer=keys.unlock("rso-bea"))
        recorder.commit()
    ran = lab.run("due")

    assert ran.code == 2
    assert "duty/model-deployed/1: expected an instant, got 'yesterday'" in ran.err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("event", "model-released", "--at", "2026-11-01T09:00:00Z", *KEY), "Did you mean"),
        (("event", "model-deployed", "--at", "2026-11-01", *KEY), "expected an instant, got the day"),
        (("event", "model-deployed", "--at", "2026-11-01T09:00:00", *KEY), "Add an offset or Z"),
        (("event", "model-deployed", "--about", "Jane\nDoe", *KEY), "expected a name"),
        (("event", "model-deployed"), "Add --key NAME"),
        (("done", "transparency", "--regime", "california", *KEY), "Did you mean transparency-report?"),
        (("done", "nothing-such", *KEY), "no duty 'nothing-such'"),
        (("done", "incident-report", "--regime", "eu", *KEY), "no duty 'incident-report' under 'eu'"),
        (
            ("done", "incident-report", "--regime", "california", "--at", "2026-11-24T09:00:00Z", *KEY),
            "Record it once it is done",
        ),
        (("cancel", "model-deployed", "--at", "2026-11-01T09:00:00Z", "--reason", "x", *KEY), "there are: none"),
        (("cancel", "model-deployed", "--at", "2026-11-01T09:00:00Z", "--reason", " ", *KEY), "expected a reason"),
        (("--regime", "texas"), "no regime 'texas'; there are: "),
        (("--within", "soon"), "expected a number of days"),
    ],
)
def test_what_cannot_be_recorded_is_refused_with_the_next_step(lab, arguments, says):
    """Nothing is written."""
    size = lab.size()
    ran = lab.run("due", *arguments)

    assert ran.code == 2
    assert says in ran.err
    assert lab.size() == size


def test_a_framework_of_the_record_owes_its_own_duties(lab):
    """In force from its effective day; its decision triggers duties; it does not say that anything was deployed."""
    lab.approve_all()
    assert lab.assess("--record", "--key", "recorder").code == 0
    found = due(lab, "--regime", "anthropic-rsp", "--regime", "california")
    own = {
        one["duty"]: one for one in found["occurrences"] if one["regime"] == "anthropic-rsp" and one["status"] != "due"
    }

    assert (own["procedural-review"]["status"], own["procedural-review"]["last_day"]) == ("missed", "2026-05-14")
    assert (own["public-summaries"]["status"], own["public-summaries"]["about"]) == ("undated", "example-1")
    assert of(found, "framework-review")[0]["last_day"] == "2027-01-01"
    assert of(found, "transparency-report") == []
    (asked,) = [one for one in found["asked"] if one["name"] == "model-deployed"]
    assert (asked["about"], asked["certain"]) == ("example-1", False)

    lab.run("due", "event", "model-deployed", "--about", "example-1", *KEY)
    after = due(lab, "--regime", "california")
    assert [one for one in after["asked"] if one["name"] == "model-deployed"] == []
    assert [one["about"] for one in of(after, "transparency-report")] == ["example-1"]


def test_a_decision_that_holds_triggers_nothing(lab):
    """Only going ahead does."""
    assert lab.run("assess", lab.case, "-f", OLD, "--record", "--key", "recorder").code == 3
    found = due(lab)

    assert of(found, "public-summaries") == []
    assert [one for one in found["asked"] if one["name"] == "model-deployed"] == []


def test_an_object_that_is_gone_is_no_all_clear(lab):
    """What may start a duty and cannot be read fails, by name."""
    lab.run("assess", lab.case, "-f", NEW, "--record", "--key", "recorder")
    record = read_record(open_workspace(lab.record))
    (framework,) = record.of_type(EntryType.FRAMEWORK)
    digest = framework.content.refs[0].sha256
    (kept,) = [p for p in (lab.record / "ledger").rglob("*") if p.is_file() and digest in p.as_posix().replace("/", "")]
    kept.unlink()
    ran = lab.run("due", "--json")

    assert ran.code == 1
    assert [one["entry"] for one in ran.json["unread"]] == [framework.content.id]


def test_a_decision_that_is_gone_is_no_all_clear(lab):
    """Its duties are not known."""
    lab.approve_all()
    lab.assess("--record", "--key", "recorder")
    (decision,) = read_record(open_workspace(lab.record)).of_type(EntryType.DECISION)
    digest = next(ref.sha256 for ref in decision.content.refs if ref.name == "decision")
    (kept,) = [p for p in (lab.record / "ledger").rglob("*") if p.is_file() and digest in p.as_posix().replace("/", "")]
    kept.unlink()
    ran = lab.run("due", "--json", "--regime", "eu")

    assert (ran.code, [one["entry"] for one in ran.json["unread"]]) == (1, [decision.content.id])


def test_a_workspace_has_its_own_regimes(lab):
    """One of the same name takes the shipped one's place, and is checked with the rest."""
    folder = lab.record / "jurisdictions" / "california"
    folder.mkdir(parents=True)
    shipped = (ROOT / "jurisdictions" / "california" / "duties.yaml").read_text(encoding="utf-8")
    (folder / "duties.yaml").write_text(shipped.replace("within: 15 days", "within: 10 days"), encoding="utf-8")
    lab.run("due", "event", "incident-discovered", *EVENT, *KEY)

    assert [one["last_day"] for one in of(due(lab), "incident-report")] == ["2026-11-11"]
    assert lab.run("check").code == 0
    (folder / "duties.yaml").write_text(shipped.replace("America/Los_Angeles", "America/Nowhere"), encoding="utf-8")
    assert "J001" in lab.run("check").text
    assert lab.run("due").code == 2


def test_the_calendar_file_is_written_beside_the_page(lab):
    """The same bytes for the same instant."""
    lab.run("due", "event", "incident-discovered", *EVENT, *KEY)
    first, second = lab.folder / "a.ics", lab.folder / "b.ics"
    for path in (first, second):
        assert lab.run("due", "--at", "2026-11-02T00:00:00Z", "--ics", path).code == 0

    assert first.read_bytes() == second.read_bytes()
    assert b"DTSTART;VALUE=DATE:20261116\r\n" in first.read_bytes()


@pytest.mark.parametrize("kind", ["duties", "cadence"])
def test_editors_get_a_schema(kind):
    """Of the files that people write."""
    assert run("schema", kind).json["$id"] == f"ruleout-{kind}.schema.json"


def test_names_are_listed_without_a_workspace(tmp_path):
    """Every event and duty there is."""
    ran = run("due", "names", "--json", folder=tmp_path)

    assert ran.code == 0
    assert {"california", "new-york", "illinois", "eu"} <= {regime["id"] for regime in ran.json["regimes"]}
    assert "legal-hold" in {event["name"] for event in ran.json["events"]}
    assert "incident-report [C3], GBL 1422(3)(a), from 2027-01-01" in " ".join(
        run("due", "names", folder=tmp_path).text.split()
    )
