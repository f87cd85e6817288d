# SPDX-License-Identifier: Apache-2.0
"""Pages of logs and of verifications: denominators and caveats are always there."""

from dataclasses import replace

import pytest
from tests.ledger_builders import bundle_of, chain
from tests.unit.evidence import inspect_logs

from ruleout.ledger import EntryType, verify_bundle
from ruleout.model.evidence import SampleState
from ruleout.reports.measurement_text import measurement_page, measurement_value, states_of
from ruleout.reports.page import as_text
from ruleout.reports.verification_text import verification_page, verification_value


def measured(**changes):
    samples = [inspect_logs.sample(f"s{i}") for i in range(3)]
    return replace(inspect_logs.read_one(inspect_logs.log(samples), name="run.eval"), **changes)


@pytest.mark.parametrize(
    ("changes", "usable"),
    [
        ({}, True),
        ({"status": "started"}, False),
        ({"status": "cancelled"}, False),
        ({"problems": ("one is missing",)}, False),
    ],
)
def test_a_log_is_usable_only_when_finished_and_without_problems(changes, usable):
    """The word on the page and the value in JSON agree."""
    m = measured(**changes)
    text = as_text(measurement_page(m, "run.eval"))

    assert ("NOT FOR GATES" in text) is (not usable)
    assert measurement_value(m, "run.eval")["usable"] is usable
    assert all(problem in text for problem in m.problems)


def test_a_log_in_which_nothing_is_scored_is_not_usable():
    """As a smoke run, in which every sample is marked invalid: no problem, and no gate may use it (E-2)."""
    m = measured()
    invalid = tuple(attempt._replace(state=SampleState.INVALIDATED) for attempt in m.attempts)

    assert "NOT FOR GATES" in as_text(measurement_page(replace(m, attempts=invalid), "run.eval"))
    assert "  why          no attempt has a usable score\n" in as_text(
        measurement_page(replace(m, attempts=invalid), "run.eval")
    )
    assert measurement_value(replace(m, attempts=invalid), "run.eval")["usable"] is False


@pytest.mark.parametrize("changes", [{}, {"status": "started"}, {"attempts": ()}, {"problems": ("one is missing",)}])
def test_a_log_that_is_not_for_gates_says_why(changes):
    """A verdict without a reason helps nobody; where problems give it, nothing is said twice."""
    text = as_text(measurement_page(measured(**changes), "run.eval"))
    whys = text.count("  why  ") + text.count("  problems  ")

    assert whys == (1 if changes else 0)
    assert ("the run did not end in success: started" in text) is ("status" in changes)


def test_what_a_log_does_not_state_leaves_no_gap_on_the_page():
    """No version of the task, no tool: words or nothing, never two spaces or a point at the end."""
    text = as_text(measurement_page(measured(task_version="", tool="", tool_version=""), "run.eval"))

    assert " task · model" in text
    assert "· tool not stated" in text

    unnamed = as_text(measurement_page(measured(task="", task_version="", model=""), "table.csv"))

    assert "  task         not stated · model not stated · status success\n" in unnamed


def test_every_state_is_counted_even_when_none_is_in_it():
    """A reader sees zeros, not gaps."""
    text = " ".join(as_text(measurement_page(measured(expected=None), "run.eval")).split())

    assert "3 of unknown expected: scored 3" in text
    assert all(f"{state.value} {count}" in text for state, count in states_of(measured()))


def test_the_states_of_a_log_are_counted_from_its_attempts():
    """Each state stands there, in the order of the list, with its own number."""
    states = [(state.value, count) for state, count in states_of(measured())]

    assert states == [("scored", 3), ("errored", 0), ("refused", 0), ("invalidated", 0), ("missing", 0)]


def test_notes_elicitation_and_files_stand_on_the_page_where_a_log_has_them():
    """Six files are named, the others counted; the value names all."""
    m = measured(
        notes=("scores are means",), elicitation="few-shot", parts=tuple((f"p{n}.json", "ab" * 32) for n in range(8))
    )
    text = " ".join(as_text(measurement_page(m, "run")).split())
    value = measurement_value(m, "run")

    assert "notes scores are means" in text
    assert "elicitation few-shot" in text
    assert "abababababab p5.json and 2 more" in text
    assert value["files"][7] == {"name": "p7.json", "sha256": "ab" * 32}
    assert (value["notes"], value["elicitation"]) == (["scores are means"], "few-shot")


def bundle():
    return bundle_of(chain([EntryType.EVIDENCE, EntryType.DECISION]))


def test_a_verification_names_its_level_and_what_it_did_not_do():
    """Every check with its status, and each caveat."""
    report = verify_bundle(bundle())
    text = " ".join(as_text(verification_page(bundle(), report)).split())

    assert "FULL-AUDIT" in text
    assert all(check.name in text for check in report.checks)
    assert "not done: unwitnessed" in text
    assert "no check says that a model is safe" in text
    assert verification_value(bundle(), report)["holds"] is True


def test_a_failed_verification_says_failed():
    """And its value does not hold, at no level."""
    forged = replace(bundle(), entries=bundle().entries[:1])
    report = verify_bundle(forged)

    assert "FAILED" in as_text(verification_page(forged, report))
    assert verification_value(forged, report)["holds"] is False
    assert verification_value(forged, report)["level"] == "none"
