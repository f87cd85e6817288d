# SPDX-License-Identifier: Apache-2.0
"""Incidents: what counts of several statements, what a report states, and what the shipped regimes are made of (A-4)."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from tests.incident_builders import CALENDARS, REGIMES, act, at, clocks, incident, state_of

from ruleout.accountability.changes import changes
from ruleout.accountability.incidents.classify import classify
from ruleout.accountability.incidents.due import ClockState
from ruleout.accountability.incidents.fold import fold
from ruleout.accountability.incidents.parse import parse_incident
from ruleout.accountability.incidents.report import given_at
from ruleout.accountability.incidents.report_fields import FIELD_NAMES, collect
from ruleout.accountability.incidents.standing import group_of, head_of, standing_under
from ruleout.documents.yaml_text import read_yaml
from ruleout.errors import VerificationFailed
from ruleout.model.clock import Limit
from ruleout.model.incident import Correction
from ruleout.model.verdict import Verdict
from ruleout.reports.accountability.incident_text import clock_line

ROOT = Path(__file__).resolve().parents[3]
EARLY, LATE = at("2027-02-01T10:00"), at("2027-02-05T10:00")


def test_the_earliest_instant_counts_and_both_are_kept():
    """Whoever states the discovery four days later leaves the deadline where it was."""
    one, two = incident({}, {"discovered": EARLY}), incident({}, {"discovered": LATE})
    state = state_of(act(1, one, "2027-02-06"), act(2, two, "2027-02-07"))

    assert state.instant("discovered") == EARLY
    assert [(one.value, one.act) for one in state.stated("discovered")] == [
        (EARLY, "incident/one/1"),
        (LATE, "incident/one/2"),
    ]


def test_an_instant_left_out_later_still_counts():
    """Silence takes nothing back."""
    state = state_of(act(1, incident({}, {"discovered": EARLY}), "2027-02-06"), act(2, incident(), "2027-02-07"))

    assert state.instant("discovered") == EARLY


def test_a_correction_takes_the_earlier_instant_back_and_shows_it():
    """The deadline moves with a reason, and the value that no longer counts stands beside it."""
    correction = Correction(instant="discovered", was=EARLY, because="It was another event.")
    corrected = incident({}, {"discovered": LATE}, corrections=(correction,))
    state = state_of(act(1, incident({}, {"discovered": EARLY}), "2027-02-06"), act(2, corrected, "2027-02-07"))

    assert state.instant("discovered") == LATE
    assert [one.correction for one in state.stated("discovered")] == [correction, None]


def test_nothing_is_made_of_acts_that_state_nothing():
    """A report of an incident that nobody opened is no incident."""
    assert fold([act(1, None, "2027-02-06", regime="eu", stage="initial")]) is None


@pytest.mark.parametrize(
    ("facts", "verdict", "because"),
    [
        ({"weights-breached": "yes", "death": "yes"}, "yes", {"weights-breached": "yes", "death": "yes"}),
        ({"weights-breached": "no", "death": "yes"}, "no", {"weights-breached": "no"}),
        ({"weights-breached": "yes"}, "unknown", {"death": "unknown", "bodily-injury": "unknown"}),
        (
            {"weights-breached": "yes", "death": "no", "bodily-injury": "no"},
            "no",
            {"death": "no", "bodily-injury": "no"},
        ),
    ],
)
def test_a_class_names_the_facts_that_decide_it(facts, verdict, because):
    """Yes by what makes it so, no by what excludes it, unknown by what has to be found out."""
    answer = classify(incident(facts).fact, REGIMES["california"])[0]

    assert answer.verdict.value == verdict
    assert {name: answer.value for name, answer in answer.because} == because


def test_both_readings_are_shown_while_a_class_cannot_be_excluded():
    """The safe one counts; what the text alone would give stands beside it."""
    state = state_of(
        act(1, incident({"weights-breached": "yes"}, {"suspected": EARLY, "discovered": LATE}), "2027-02-06")
    )
    clock = clocks("california", state, seen="2027-02-07")["incident-report"]

    assert clock.governs == clock.safe
    assert (clock.safe.name, clock.by_text.name) == ("suspected", "discovered")
    assert (clock.safe.deadline.last_day, clock.by_text.deadline.last_day) == (date(2027, 2, 16), date(2027, 2, 20))


def test_a_fact_relaxes_the_safe_reading_to_the_text():
    """Once the class is certain and its instant stated, only the text counts; once it is excluded, nothing does."""
    known = {"suspected": EARLY, "discovered": LATE}
    sure = state_of(act(1, incident({"weights-breached": "yes", "death": "yes"}, known), "2027-02-06"))
    out = state_of(act(1, incident(dict.fromkeys(REGIMES["california"].facts, "no"), known), "2027-02-06"))

    found = clocks("california", sure, seen="2027-02-07")["incident-report"]
    assert (found.safe, found.governs.name) == (None, "discovered")
    assert clocks("california", out, seen="2027-02-07")["incident-report"].state is ClockState.NOT_OWED


@pytest.mark.parametrize(("seen", "state"), [("2027-02-06T22:59:59", "due"), ("2027-02-06T23:00:00", "missed")])
def test_a_report_is_missed_at_the_deadline_itself(seen, state):
    """The last instant that counts is the one before."""
    opened = state_of(act(1, incident({"weights-breached": "yes"}, {"suspected": EARLY}), "2027-02-01"))

    assert clocks("eu", opened, seen=seen)["initial-report-security"].state.value == state


@pytest.mark.parametrize(("recorded", "told_late"), [("2027-02-06T22:59:59", False), ("2027-02-06T23:00:00", True)])
def test_a_report_that_is_recorded_at_its_deadline_or_later_is_told_late(recorded, told_late):
    """It counts as given when it says, and everybody sees that the record says so only since."""
    opened = act(1, incident({"weights-breached": "yes"}, {"suspected": EARLY}), "2027-02-01")
    given = {"regime": "eu", "stage": "initial", "given": LATE}
    clock = clocks("eu", state_of(opened, act(2, None, recorded, **given)), seen="2027-03-01")[
        "initial-report-security"
    ]

    assert (clock.state, clock.is_told_late) == (ClockState.REPORTED, told_late)
    assert ("told late, recorded" in clock_line(clock, REGIMES["eu"].authorities)) == told_late


def test_merged_incidents_share_the_earliest_clock_where_the_text_allows_it():
    """Under the Code the second is reported with the first; each state goes on with each."""
    facts = {"weights-breached": "yes", "death": "yes", "model-involved": "yes"}
    first = state_of(act(1, incident(facts, {"suspected": EARLY, "discovered": EARLY}), "2027-02-01"))
    second = state_of(
        act(1, incident(facts, {"suspected": LATE, "discovered": LATE}), "2027-02-05"),
        act(2, None, "2027-02-06", "merge", into="first"),
    )
    states = {"first": first, "second": second}
    found = {n: standing_under("second", states, REGIMES[n], CALENDARS[n], at=at("2027-02-06")) for n in REGIMES}

    assert found["eu"].group == ("first", "second")
    assert found["california"].group == ("second",)
    ends = {c.rule.id: c.governs.deadline.last_day for c in found["eu"].clocks if c.governs}
    assert ends["initial-report-security"] == date(2027, 2, 6)
    assert found["california"].clocks[0].governs.deadline.last_day == date(2027, 2, 20)


@pytest.mark.parametrize(
    ("merged", "given", "seen", "stands"),
    [
        ("2027-02-14", (), "2027-02-20", ClockState.REPORTED),
        ("2027-02-16", (), "2027-02-20", ClockState.MISSED),
        ("2027-02-16", ("2027-02-18",), "2027-02-20", ClockState.REPORTED_LATE),
    ],
)
def test_merging_takes_back_nothing_that_was_missed_before(merged, given, seen, stands):
    """What was due on the 15th is missed by a merge on the 16th into an incident that was reported in time."""
    facts = {"weights-breached": "yes"}
    initial = {"regime": "eu", "stage": "initial"}
    first = state_of(
        act(1, incident(facts, {"suspected": at("2027-02-01"), "discovered": at("2027-02-01")}), "2027-02-01"),
        act(2, None, "2027-02-03", **initial),
        *(act(number, None, ts, **initial) for number, ts in enumerate(given, 3)),
    )
    second = state_of(
        act(1, incident(facts, {"suspected": at("2027-02-10"), "discovered": at("2027-02-10")}), "2027-02-10"),
        act(2, None, merged, "merge", into="first"),
    )

    assert clocks("eu", first, second, seen=seen)["initial-report-security"].state is stands


def test_a_gap_between_repeated_reports_stays_one_after_merging():
    """Others' reports fill no gap that was there before, and the chain goes on from the last report of all."""
    facts, repeated = {"weights-breached": "yes"}, {"regime": "eu", "stage": "intermediate"}
    opened = act(1, incident(facts, {"suspected": EARLY, "discovered": EARLY}), "2027-02-01")
    merge = act(9, None, "2027-04-02", "merge", into="first")
    every = [act(n, None, ts, **repeated) for n, ts in enumerate(("2027-02-15", "2027-03-10", "2027-04-01"), 2)]
    first, second = state_of(opened, *every), state_of(opened, every[-1], merge)

    assert clocks("eu", first, seen="2027-04-05")["intermediate-report"].state is ClockState.DUE
    assert clocks("eu", first, second, seen="2027-04-05")["intermediate-report"].state is ClockState.REPORTED_LATE
    assert clocks("eu", first, second, seen="2027-05-05")["intermediate-report"].state is ClockState.MISSED


def test_merging_with_what_began_before_the_regime_ends_no_clock():
    """The older incident owes nothing; the newer one owes what it owed."""
    facts, old = {"weights-breached": "yes"}, at("2024-02-01")
    first = state_of(act(1, incident(facts, {"suspected": old, "discovered": old}), "2027-02-01"))
    second = state_of(
        act(1, incident(facts, {"suspected": EARLY, "discovered": EARLY}), "2027-02-01"),
        act(2, None, "2027-02-02", "merge", into="first"),
    )
    states = [
        clocks("eu", *group, seen="2027-02-20")["initial-report-security"] for group in ([second], [first, second])
    ]

    assert [one.state for one in states] == [ClockState.MISSED, ClockState.MISSED]
    assert states[0].governs == states[1].governs


def test_repeated_reports_go_on_until_every_merged_incident_is_resolved():
    """One resolved of two leaves the other to be reported on."""
    facts, known = {"weights-breached": "yes"}, {"suspected": EARLY}
    over = state_of(act(1, incident(facts, {**known, "resolved": LATE}), "2027-02-01"))
    open_ = state_of(act(1, incident(facts, known), "2027-02-01"))

    assert clocks("eu", over, over, seen="2027-02-10")["intermediate-report"].state is ClockState.ENDED
    assert clocks("eu", over, open_, seen="2027-02-10")["intermediate-report"].state is ClockState.DUE


def test_a_report_from_before_the_clock_began_fills_no_gap():
    """Between a report and a clock that starts later no time runs."""
    reports = [act(n, None, ts, regime="eu", stage="intermediate") for n, ts in ((2, "2027-01-01"), (3, "2027-02-08"))]
    opened = act(1, incident({"weights-breached": "yes"}, {"suspected": EARLY}), "2027-02-01")
    only_before = clocks("eu", state_of(opened, reports[0]), seen="2027-02-10")["intermediate-report"]
    both = clocks("eu", state_of(opened, *reports), seen="2027-02-10")["intermediate-report"]

    assert (only_before.state, only_before.governs.deadline.last_day) == (ClockState.DUE, date(2027, 3, 1))
    assert (both.state, both.governs.deadline.last_day) == (ClockState.DUE, date(2027, 3, 8))


def test_merging_in_a_circle_ends():
    """A record written by others may hold one; every incident of it still has a group."""
    merge = act(2, None, "2027-02-06", "merge", into="b"), act(2, None, "2027-02-06", "merge", into="a")
    states = {n: state_of(act(1, incident(), "2027-02-01"), m) for n, m in zip("ab", merge, strict=True)}

    assert {head_of(one, states) for one in states} <= {"a", "b"}
    assert all(one in group_of(one, states) for one in states)


def test_documentation_is_kept_five_years_from_the_later_of_document_and_incident():
    """R2: the last act counts where it is later than the incident."""
    state = state_of(act(1, incident({}, {"occurred-from": EARLY}), "2027-02-06"), act(2, incident(), "2027-05-01"))
    found = standing_under("one", {"one": state}, REGIMES["eu"], CALENDARS["eu"], at=at("2027-06-01"))

    assert found.keep_until == date(2032, 5, 1)
    assert REGIMES["eu"].keeping.clock == "R2"


def test_unknown_stays_unknown_in_every_report():
    """What the file says is unknown is reported so, under every regime and stage that asks for it."""
    fields = ("harm", "victims", "internal-use", "root-cause", "occurred-from", "discovered", "models", "evidence")
    state = state_of(act(1, incident(unknown=frozenset(fields)), "2027-02-06"))
    for regime in REGIMES.values():
        for asked in regime.fields.values():
            for one in collect(state, (), asked):
                if one.name in fields:
                    assert one.value == "unknown", (regime.name, one.name)


def test_a_field_that_nobody_stated_is_missing_and_not_unknown():
    """Only a person may say that something is unknown."""
    state = state_of(act(1, incident(harm="None."), "2027-02-06"))
    found = {one.name: one for one in collect(state, (), REGIMES["eu"].fields["initial"])}

    assert not found["harm"].is_missing
    assert found["victims"].is_missing
    assert not found["root-cause"].is_missing, "the first report may go out without it"
    assert found["statement" if "statement" in found else "qualifies-because"].value


def test_every_field_that_can_be_asked_for_can_be_answered():
    """No name of the list has nothing behind it."""
    state = state_of(act(1, incident({}, {"occurred-from": EARLY}, harm="None."), "2027-02-06"))
    for regime in REGIMES.values():
        for asked in regime.fields.values():
            assert {one.name for one in asked} <= set(FIELD_NAMES)
            assert len(collect(state, (), asked)) == len(asked)


def test_changes_show_old_and_new():
    """Path by path, also where there was nothing, or nothing is left."""
    old, new = b"a: {b: x, c: [1, 2]}\n", b"a: {b: y, c: [1]}\nd: z\n"

    assert [(c.path, c.old, c.new) for c in changes(old, new)] == [
        ("$.a.b", "x", "y"),
        ("$.a.c[1]", "2", ""),
        ("$.d", "", "z"),
    ]


@pytest.mark.parametrize("data", [b"{}", b'{"given":"yesterday"}', b'{"given":"2027-02-01T10:00:00"}', b"[]"])
def test_a_recorded_report_without_its_instant_is_refused(data):
    """A clock could not be stopped by it."""
    with pytest.raises(VerificationFailed, match="instant it was given"):
        given_at(data)


def test_a_file_reads_as_it_is_written():
    """Every field of the record arrives where reports look for it."""
    data = b"""\
incident: x
title: T
happened: H
occurred: {from: 2027-01-08, to: unknown}
known: {resolved: 2027-03-01}
facts: {death: no}
internal-use: yes
near-miss: unknown
models: [{name: M, version: "2", digest: %s}]
harm: unknown
chain-of-events: [One., Two.]
evidence: unknown
atlas: [AML.T0110]
""" % (b"a" * 64)
    read = parse_incident(data, file="x.yaml")

    assert read.facts == {"death": Verdict.NO}
    assert read.unknown == {"occurred-to", "near-miss", "harm", "evidence"}
    assert read.answers == {"internal-use": "yes"}
    assert (read.models[0].version, read.chain_of_events, read.atlas) == ("2", ("One.", "Two."), ("AML.T0110",))


# --- what ships -------------------------------------------------------------------------------------------------------


def test_four_regimes_ship_and_each_rule_has_its_place_source_and_grade():
    """Law is never told without where it stands and how well that is known."""
    assert sorted(REGIMES) == ["california", "eu", "illinois", "new-york"]
    for regime in REGIMES.values():
        rules = [*regime.classes, *regime.reports]
        assert all(one.provision.section and one.provision.source and one.provision.grade for one in rules)


def test_no_regime_is_named_in_code():
    """Jurisdictions are data: a rule for one of them in Python would be a rule that nobody can read as one."""
    words = re.compile(r"california|new[-_ ]york|illinois|\beu\b", re.IGNORECASE)
    folders = ("accountability", "model", "app/accountability", "reports/accountability")
    found = [
        f"{path.name}: {node}"
        for folder in folders
        for path in sorted((ROOT / "src" / "ruleout" / folder).rglob("*.py"))
        if "incident" in path.as_posix() or "concern" in path.as_posix()
        for node in words.findall(path.read_text("utf-8"))
    ]

    assert found == []


@pytest.mark.parametrize("name", sorted(REGIMES))
def test_the_clocks_are_those_of_the_general_calendar(name):
    """A limit that two files state is the same in both: by clock, section and length."""
    path = ROOT / "jurisdictions" / name / "duties.yaml"
    if not path.is_file():
        pytest.skip("the general calendar is not written yet")
    duties = read_yaml(path.read_bytes(), file=path.name).value["duties"]
    wanted = {(d.get("clock"), d["section"], str(d.get("within") or d.get("every"))) for d in duties.values()}

    for rule in REGIMES[name].reports:
        length: Limit = rule.within or rule.every
        assert (rule.clock, rule.provision.section, str(length)) in wanted
