# SPDX-License-Identifier: Apache-2.0
"""A case file becomes the model, and its digest covers what it should."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from ruleout.errors import BadInput
from ruleout.framework import case_digest, parse_case
from ruleout.model.case import Act, Case, Finding
from ruleout.model.evidence import Check, Direction, Stopping
from ruleout.model.verdict import Verdict

BASE = (Path(__file__).parents[3] / "vectors" / "framework" / "base-case.yaml").read_text(encoding="utf-8")


def case(*edits: tuple[str, str], indicators: frozenset[str] = frozenset()) -> Case:
    text = BASE
    for old, new in edits:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return parse_case(text.encode(), file="base.yaml", indicators=indicators)


def test_instant_is_read_as_utc() -> None:
    """The offset is applied; a bare date is its midnight in UTC."""
    assert case().at == datetime(2026, 3, 1, 7, 30, tzinfo=UTC)
    assert case(("2026-03-01T09:30:00+02:00", "2026-03-01")).at == datetime(2026, 3, 1, tzinfo=UTC)


def test_published_figure_is_evidence_under_its_own_digest() -> None:
    """A printed figure needs no interval unless the file says so, and any change of it changes its digest."""
    item = case().evidence[0]
    other = case(("value: 2.53", "value: 2.54")).evidence[0]

    assert item.figure is not None
    assert item.figure.interval == (Decimal("2.1"), Decimal("2.9"))
    assert not item.indicators[0].needs_interval
    assert len(item.digest) == 64
    assert item.digest != other.digest


def test_log_has_the_digest_it_declares_and_needs_an_interval() -> None:
    """A log's digest is the file's word until the log is read."""
    virology, cyber = case().evidence[1:]

    assert virology.digest.endswith("dd")
    assert virology.indicators[0].needs_interval
    assert virology.indicators[0].direction is Direction.LOW
    assert (cyber.digest, cyber.indicators) == ("", ())


def test_interval_is_required_of_a_figure_where_the_file_says_so() -> None:
    """`interval` overrides the default in both directions."""
    assert case(("weight: load-bearing", "interval: required")).evidence[0].indicators[0].needs_interval
    text = ("    note: Minutes to a wrong answer.", "    interval: not-required")
    assert not case(text).evidence[1].indicators[0].needs_interval


def test_determination_is_bound_to_the_digests_of_its_evidence() -> None:
    """What is relied on is pinned where the digest is known."""
    made = case()

    assert made.determinations[0].relies_on == (
        ("Uplift trial", made.evidence[0].digest),
        ("Virology quiz", made.evidence[1].digest),
    )
    assert [d.prong for d in made.determinations] == ["", "substitution", "doubling"]
    assert made.determinations[0].finding is Finding.CANNOT_RULE_OUT


def test_departure_may_name_an_indicator_of_the_framework() -> None:
    """The frameworks' own indicators are known to the caller."""
    edit = ("{from: Uplift trial,", "{from: cyber-range,")

    with pytest.raises(BadInput):
        case(edit)
    assert case(edit, indicators=frozenset({"cyber-range"})).determinations[0].departures[0].indicator == "cyber-range"


def test_departure_without_a_rationale_is_kept() -> None:
    """It voids the determination later; the file is sound."""
    assert case((", rationale: The sample was small.", "")).determinations[0].departures[0].rationale == ""


def test_yes_and_no_are_verdicts() -> None:
    """The words reach the model as verdicts, not as flags."""
    made = case()

    assert made.safeguards[0].met is Verdict.YES
    assert made.safeguards[0].criteria == (("filters", Verdict.YES), ("access", Verdict.UNKNOWN))
    assert made.arguments[0].met is Verdict.NO


def test_attested_acts_are_neither_signed_nor_bound() -> None:
    """A public record's approvals are told by their source."""
    acts = case().approvals

    assert [(a.role, a.act, a.signed, a.input_digest) for a in acts] == [
        ("ceo", Act.APPROVE, False, ""),
        ("board", Act.NOTIFIED, False, ""),
    ]


def test_interim_claim_ends_at_the_earlier_of_its_two_dates() -> None:
    """A statement's own validity shortens the measures it claims."""
    made = case(("until: 2026-05-01", "until: 2026-05-01\n    valid-until: 2026-04-01"))

    assert made.interim[0].until.isoformat() == "2026-04-01"


@pytest.mark.parametrize(
    "edit",
    [
        ("{role: ceo, at: 2026-02-26,", "{role: ceo, at: 2026-02-27,"),
        ("2026-03-01T09:30:00+02:00", "2026-04-01"),
        ("# A small", "# A tiny"),
    ],
)
def test_approvals_instant_and_comments_do_not_change_the_digest(edit: tuple[str, str]) -> None:
    """An approval is bound to the content, so it cannot be part of it."""
    assert case().digest == case(edit).digest


@pytest.mark.parametrize(
    "edit",
    [
        ("value: 2.53", "value: 2.54"), ("notes: Told", "notes: Retold"), ("prepared-by: [a.writer]", "prepared-by: [b.writer]"),
        ("invokes: [footnote]", "invokes: []"), ("scope: general release", "scope: trial"), ("access: unknown", "access: yes"),
    ],
)  # fmt: skip
def test_any_other_change_changes_the_digest(edit: tuple[str, str]) -> None:
    """Whatever a decision may use is covered."""
    assert case().digest != case(edit).digest


def test_spelling_of_a_number_does_not_change_the_digest() -> None:
    """2.53 and 2.530 are one figure."""
    assert case().digest == case(("value: 2.53", "value: 2.530")).digest


def test_digest_is_taken_anew_when_a_log_is_pinned() -> None:
    """Filling in the digest of a log changes the case's."""
    made = case()
    pinned = replace(made, evidence=(*made.evidence[:2], replace(made.evidence[2], digest="ee" * 32)))

    assert case_digest(made) == made.digest
    assert case_digest(pinned) != made.digest


LATER = "    log: logs/cyber.eval\n"


def test_evidence_has_an_owner_a_last_day_and_its_checks() -> None:
    """What is stated beside the evidence reaches the model; what is not stated is nothing."""
    told = (
        f"{LATER}    owner: Ada\n    valid-until: 2026-09-01\n    checks:\n"
        "      sandbagging: {passed: no, report: Probes, by: [safety-lead], dated: 2026-02-20}\n"
    )
    item, other = case((LATER, told)).evidence[2], case().evidence[2]

    assert (item.owner, item.valid_until) == ("Ada", date(2026, 9, 1))
    assert item.checks == (
        Check(kind="sandbagging", passed=Verdict.NO, report="Probes", by=("safety-lead",), dated=date(2026, 2, 20)),
    )
    assert (other.owner, other.valid_until, other.checks) == ("", None, ())


def test_bars_say_what_a_run_must_be() -> None:
    """Repeats, stopping and needed checks; by default nothing is asked and the size was fixed before."""
    asked = "weight: load-bearing\n    repeats: 5\n    stopping: continuing\n    needs: [sandbagging]"
    indicator = case(("weight: load-bearing", asked)).evidence[0].indicators[0]
    plain = case().evidence[0].indicators[0]

    assert (indicator.repeats, indicator.stopping, indicator.needs) == (5, Stopping.CONTINUING, ("sandbagging",))
    assert (plain.repeats, plain.stopping, plain.needs) == (None, Stopping.FIXED, ())


def test_a_figure_that_states_no_more_than_before_keeps_its_digest() -> None:
    """Determinations rely on digests: settings that came later enter only where they stand, and then each does."""
    where = "    weight: load-bearing"
    check = "checks: {sandbagging: {passed: yes, report: a, by: [ceo], dated: 2026-02-20}}"
    lines = ("repeats: 5", "stopping: continuing", "needs: [a]", "owner: Ada", "valid-until: 2026-09-01", check)
    digests = {case((where, f"{where}\n    {line}")).evidence[0].digest for line in lines}

    assert case().evidence[0].digest == "2bb4b83ae2c9c75e154cd89e244bc912e053b4859271fb5d8d2680a86852e5f5"
    assert case((where, f"{where}\n    stopping: fixed\n    needs: []")).evidence[0].digest == case().evidence[0].digest
    assert len(digests | {case().evidence[0].digest}) == len(lines) + 1
