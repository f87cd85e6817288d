# SPDX-License-Identifier: Apache-2.0
"""Like cases answered differently, rates with exact intervals, time to answer, and public counts (A-5)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from scipy.stats import binomtest
from tests import request_builders as b

from ruleout.accountability.requests.consistency import consistency_of, differences
from ruleout.accountability.requests.counts import Counted, counted_in, counts_of
from ruleout.accountability.requests.standing import Standing, published_at
from ruleout.model.request import AnswerKind, RequesterKind, RequestKind

AT = datetime(2027, 1, 1, tzinfo=UTC)


def stood(name, answered=AnswerKind.GRANT, *, on=date(2026, 11, 20), answer=None, **changes):
    """A published request of a requester of its own, answered on a day; None for no answer yet."""
    told = None if answered is None else b.answer(answered, on=on, **(answer or {}))
    named = {"requester": name, "customer": name, **changes}
    return published_at(b.request(id=name, answer=told, **named), AT)


def report_on(*requests):
    return consistency_of(requests, on=AT.date())


def test_the_same_request_from_two_requesters_answered_differently_is_found():
    """One is granted, the other refused: the pair stands in the report with what differs."""
    found = report_on(stood("agency-a"), stood("agency-c", AnswerKind.REFUSE))

    assert [(p.first.request.id, p.second.request.id, p.differs) for p in found.unlike] == [
        ("agency-a", "agency-c", ("grant and refuse",))
    ]


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": RequestKind.NEW_USE},
        {"clauses": ("other",)},
        {"models": ("lumen-3",)},
        {"requester": "agency-a"},
    ],
)
def test_requests_that_are_not_alike_are_not_compared(changes):
    """Another kind, clause, model, or the same requester again is another matter."""
    found = report_on(stood("agency-a"), stood("agency-c", AnswerKind.REFUSE, **changes))

    assert (found.alike, found.unlike) == (0, ())


def test_a_request_that_names_no_model_is_like_one_that_does():
    """Not naming a model does not hide a request from the comparison."""
    assert report_on(stood("agency-a"), stood("agency-c", AnswerKind.REFUSE, models=())).alike == 1


def test_what_is_pending_differs_from_nothing_yet():
    """An open request is like another, and counted, but not unlike."""
    found = report_on(stood("agency-a"), stood("agency-c", None))

    assert (found.alike, found.unlike) == (1, ())


def test_other_conditions_and_approvers_are_found_too():
    """Both granted, but not on the same terms."""
    other = stood("agency-c", answer={"conditions": (), "approvers": ("rso",)})

    assert differences(stood("agency-a"), other) == ("other conditions", "other approvers")


def test_a_grant_that_has_ended_was_still_a_grant():
    """Expiry does not make like answers out of unlike ones."""
    ended = stood("agency-a", answer={"expires": date(2026, 12, 1)})

    assert ended.standing is Standing.EXPIRED
    assert differences(ended, stood("agency-c", AnswerKind.REFUSE)) == ("grant and refuse",)


def test_rates_stand_beside_counts_with_an_exact_interval():
    """The bounds contain scipy's Clopper-Pearson interval, rounded outwards to six digits."""
    kinds = [AnswerKind.GRANT, AnswerKind.PARTIAL, AnswerKind.REFUSE, AnswerKind.REFUSE, AnswerKind.REFUSE, None]
    (rate,) = report_on(*(stood(f"agency-{i}", kind) for i, kind in enumerate(kinds))).rates
    exact = binomtest(2, 5).proportion_ci(confidence_level=0.95, method="exact")

    assert (rate.answered, rate.granted, rate.partly, rate.pending) == (5, 1, 1, 1)
    assert 0 <= Decimal(exact.low) - rate.lower < Decimal("1e-6")
    assert 0 <= rate.upper - Decimal(exact.high) < Decimal("1e-6")


def test_a_kind_of_requester_with_no_answer_is_not_hidden():
    """Nothing answered says nothing: the interval is all there is, and the pending one is counted."""
    customer = {"requester_kind": RequesterKind.CUSTOMER}
    rates = report_on(stood("agency-a"), stood("shop", None, **customer)).rates

    assert [(r.kind.value, r.answered, r.pending, r.lower, r.upper) for r in rates][1] == ("customer", 0, 1, 0, 1)


@pytest.mark.parametrize(("days", "median"), [((1, 3), "2"), ((1, 2), "1.5"), ((1, 2, 9), "2"), ((), None)])
def test_time_to_answer_is_a_median_a_longest_and_what_is_open(days, median):
    """Days from asking; an open request has its age, and no answer has no median."""
    answered = [stood(f"agency-{d}", on=date(2026, 11, 2 + d)) for d in days]
    waiting = report_on(*answered, stood("late", None)).waiting

    assert (waiting.answered, waiting.median) == (len(days), None if median is None else Decimal(median))
    assert waiting.longest == (max(days) if days else None)
    assert waiting.pending == (("late", 60),)


def header(name, act, **fields):
    return (b.OPENED, {"request": name, "act": act, **fields})


OPEN = {"kind": "exception", "requester_kind": "government", "instrument": "request"}


@pytest.mark.parametrize(
    ("headers", "standing"),
    [
        ([], Standing.PENDING),
        ([header("r-1", "sign", answer="grant", expires="2027-03-31")], Standing.PENDING),
        ([header("r-1", "answer", answer="grant", expires="2027-03-31")], Standing.GRANTED),
        ([header("r-1", "answer", answer="grant", expires="2026-12-31")], Standing.EXPIRED),
        ([header("r-1", "answer", answer="grant")], Standing.EXPIRED),
        ([header("r-1", "answer", answer="refuse")], Standing.REFUSED),
        ([header("r-1", "answer", answer="strange")], Standing.PENDING),
        ([header("r-1", "refuse-by-rule"), header("r-1", "answer", answer="grant", expires="2027-03-31")], Standing.REFUSED_BY_RULE),
    ],
)  # fmt: skip
def test_counts_come_from_headers_alone(headers, standing):
    """No text is needed, and what has ended counts as ended at the instant asked about."""
    counted = counted_in([header("r-1", "open", **OPEN), *headers], AT)

    assert counted == (Counted(kind="exception", requester_kind="government", instrument="request", standing=standing),)


def test_counts_have_a_row_for_every_sort():
    """Totals by how they stand, and by kind, requester and means."""
    counted = counted_in([header("r-1", "open", **OPEN), header("r-2", "open", **OPEN | {"kind": "new-use"})], AT)
    counts = counts_of(counted)

    assert (counts.total, counts.by_standing) == (2, {"pending": 2})
    assert counts.by_kind == {"exception": {"pending": 1}, "new-use": {"pending": 1}}


def test_what_is_recorded_later_is_not_counted_before():
    """Counts as of an instant know nothing of later acts."""
    assert counted_in([header("r-1", "open", **OPEN)], datetime(2026, 1, 1, tzinfo=UTC)) == ()
