# SPDX-License-Identifier: Apache-2.0
"""Pages of logs and of verifications: denominators and caveats are always there."""

from dataclasses import replace

import pytest
from tests.ledger_builders import bundle_of, chain
from tests.unit.evidence import inspect_logs

from ruleout.ledger import EntryType, verify_bundle
from ruleout.model.evidence import SampleState
from ruleout.reports.measurement_text import measurement_page, measurement_value
from ruleout.reports.page import as_text
from ruleout.reports.verification_text import verification_page, verification_value

STATES = tuple((state, 3 if state is SampleState.SCORED else 0) for state in SampleState)


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
    text = as_text(measurement_page(m, STATES, "run.eval"))

    assert ("NOT FOR GATES" in text) is (not usable)
    assert measurement_value(m, STATES, "run.eval")["usable"] is usable
    assert all(problem in text for problem in m.problems)


def test_every_state_is_counted_even_when_none_is_in_it():
    """A reader sees zeros, not gaps."""
    text = " ".join(as_text(measurement_page(measured(expected=None), STATES, "run.eval")).split())

    assert "3 of unknown expected: scored 3" in text
    assert all(f"{state.value} {count}" in text for state, count in STATES)


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
