# SPDX-License-Identifier: Apache-2.0
"""A published case under frameworks: which version was in force, which threshold is told, what stays unknown."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from tests import builders

from ruleout.analysis.record_outcomes import activity_of, as_case, in_force, record_outcomes, told_threshold
from ruleout.model.case import Finding
from ruleout.model.framework import FrameworkId
from ruleout.model.outcome import Activity
from ruleout.model.published import PublishedCase


def published(**changes) -> PublishedCase:
    one = PublishedCase(
        id="lab-model",
        developer="Lab",
        model="Model",
        released=date(2026, 1, 5),
        framework="Policy",
        version="",
        in_force="",
        domain="bio",
        threshold_under_test="CBRN-3: help novices",
        figures=(),
        category="",
        tier="no",
        normalized="",
        precaution=False,
        statement="",
        release_decision="released",
    )
    return replace(one, **changes)


def version(number: str, effective: date, **changes):
    made = builders.framework()
    return replace(made, id=FrameworkId(name="policy", version=number), effective=effective, developer="Lab", **changes)


VERSIONS = [version("1.0", date(2024, 1, 1)), version("2.0", date(2025, 1, 1)), version("beta", date(2027, 1, 1))]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"in_force": "1.0"}, "policy@1.0"),
        ({"version": "1"}, "policy@1.0"),
        ({"version": "2 (April 2025)"}, "policy@2.0"),
        ({"version": "Beta (Dec 2023)"}, "policy@beta"),
        ({"in_force": "1.0", "version": "2"}, "policy@1.0"),
        ({"version": "7"}, ""),
        ({}, "policy@2.0"),
        ({"released": date(2020, 1, 1)}, ""),
        ({"released": None}, ""),
    ],
)
def test_the_version_in_force_is_the_stated_one_or_the_newest_in_effect(changes, expected):
    """A stated version that does not ship leaves none in force; another is never put in its place."""
    assert expected == in_force(published(**changes), VERSIONS)


@pytest.mark.parametrize(
    ("text", "activity"),
    [
        ("general release", Activity.DEPLOY_EXTERNAL),
        ("released (open weights)", Activity.RELEASE_WEIGHTS),
        ("not a release decision", None),
        ("Not applicable (retrospective)", None),
    ],
)
def test_the_release_decision_names_the_activity(text, activity):
    """What is no release decision is decided under no framework."""
    assert activity is activity_of(published(release_decision=text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("CBRN-3: help novices", "cbrn-3"),
        ("the CBRN 3 threshold", "cbrn-3"),
        ("Something else (CBRN-3)", ""),
        ("CBRN-3 and CBRN-4", ""),
        ("", ""),
    ],
)
def test_a_threshold_is_told_only_by_its_own_words(text, expected):
    """No threshold, or several, means that none is told."""
    made = version("1.0", date(2024, 1, 1))
    first = made.thresholds[0]
    named = tuple(
        replace(first, clause=replace(first.clause, id=id_), aliases=(alias,), title="A long title of its own")
        for id_, alias in (("cbrn-3", "CBRN-3"), ("cbrn-4", "CBRN-4"))
    )

    assert expected == told_threshold(published(threshold_under_test=text), replace(made, thresholds=named))


@pytest.mark.parametrize(
    ("tier", "normalized", "finding"),
    [
        ("no", "below_threshold", Finding.RULED_OUT),
        ("treated_as", "cannot_rule_out_precautionary", Finding.CANNOT_RULE_OUT),
        ("treated_as", "carry_over", Finding.TREATED_AS_REACHED),
        ("yes", "rated_medium", Finding.REACHED),
        ("mixed", "rated_medium", None),
        ("a new word", "", None),
    ],
)
def test_a_determination_is_told_by_nobody_named(tier, normalized, finding):
    """The finding is carried, the roles are not supposed, and what is not coded is not told."""
    told = as_case(
        published(tier=tier, normalized=normalized), "cbrn-3", Activity.DEPLOY_EXTERNAL, released=date(2026, 1, 5)
    )

    assert ([] if finding is None else [finding]) == [d.finding for d in told.determinations]
    assert all(d.by == () for d in told.determinations)


def test_outcomes_are_those_of_the_developer_s_own_frameworks():
    """Other developers' frameworks are left out; without a date there is nothing to decide at."""
    outcomes = record_outcomes(published(), VERSIONS)

    assert ["policy@1.0", "policy@2.0", "policy@beta"] == [one.framework for one in outcomes]
    assert [False, True, False] == [one.in_force for one in outcomes]
    assert record_outcomes(published(developer="Other"), VERSIONS) == ()
    assert record_outcomes(published(released=None), VERSIONS) == ()
