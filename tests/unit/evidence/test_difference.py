# SPDX-License-Identifier: Apache-2.0
"""Two measurements compared; what counts no more says so twice; summaries and stored forms come back (E-2, E-4, E-5)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.builders import indicator
from tests.evidence_builders import attempt, attempts, measurement

from ruleout.errors import VerificationFailed
from ruleout.evidence import accept
from ruleout.evidence.difference import Changed, difference_of
from ruleout.evidence.ending import as_read, end
from ruleout.evidence.stored import measurement_bytes, measurement_from
from ruleout.evidence.summary import summary_bytes, summary_from, summary_of
from ruleout.model.canonical import canonical, parse_canonical
from ruleout.model.evidence import Comparison, Ruling, SampleState

LOG = measurement(*attempts(1, 3))
RULING = Ruling(indicator="i", at_least=Comparison.INCONCLUSIVE, because="the bar moved")


def test_a_measurement_does_not_differ_from_itself() -> None:
    """Every attempt is alike and no header field differs."""
    found = difference_of(LOG, LOG)

    assert (found.is_empty, found.same, found.header) == (True, 3, ())


def test_every_kind_of_difference_is_told() -> None:
    """A changed score, a changed state, an attempt on one side only, one that stands twice, header fields."""
    first = measurement(attempt("a", "C"), attempt("b", "I"), attempt("c", "I"), attempt("c", "C"))
    errored = attempt("b", "I", state=SampleState.ERRORED)
    second = measurement(attempt("a", "I"), errored, attempt("d", "I"), name="other", tool_version="1.3")

    found = difference_of(first, second)

    assert found.changed == (
        Changed(sample="a", epoch=1, what="score match", first="'C'", second="'I'"),
        Changed(sample="b", epoch=1, what="state", first="scored", second="errored"),
    )
    assert (found.only_first, found.only_second, found.twice) == ((("c", 1),), (("d", 1),), (("c", 1),))
    assert [name for name, _, _ in found.header] == ["digest", "dataset_samples", "expected", "tool_version"]
    assert not found.is_empty


def test_a_score_that_only_one_has_is_a_change() -> None:
    """Also of a scorer that only one log ran."""
    more = measurement(*(a._replace(scores=(*a.scores, ("judge", 0.5))) for a in LOG.attempts))

    assert {(c.what, c.first, c.second) for c in difference_of(LOG, more).changed} == {("score judge", "none", "0.5")}


def test_scores_that_are_no_number_do_not_differ_from_themselves() -> None:
    """NaN on both sides is alike."""
    log = measurement(attempt("a", float("nan")))

    assert difference_of(log, measurement(attempt("a", float("nan")))).is_empty


def test_what_ended_is_not_accepted_and_keeps_its_first_reason() -> None:
    """The end is a problem too: whoever only asks `accept` gets the same answer."""
    ended = end(LOG, "withdrawn")

    assert (ended.ended, ended.problems) == ("withdrawn", ("withdrawn",))
    assert accept(ended, indicator()) == ("withdrawn",)
    assert end(ended, "expired") == ended
    assert end(LOG, "") == LOG


def test_a_measurement_as_read_is_without_what_a_record_said() -> None:
    """Ended, ruled on, and back."""
    said = replace(end(replace(LOG, problems=("its own",)), "withdrawn"), rulings=(RULING,))

    assert as_read(said) == replace(LOG, problems=("its own",))


def test_what_a_record_said_is_stored_and_comes_back() -> None:
    """The decision's input is kept whole."""
    said = replace(end(LOG, "withdrawn"), rulings=(RULING,))

    assert measurement_from(measurement_bytes(said)) == said


@pytest.mark.parametrize("change", [{"problems": []}, {"rulings": [["i", "fine", "because"]]}, {"ended": None}])
def test_a_stored_end_that_hides_or_says_nonsense_is_refused(change) -> None:
    """An end that is no problem would be taken for usable by whoever looks at problems only."""
    raw = parse_canonical(measurement_bytes(end(LOG, "withdrawn")))

    with pytest.raises(VerificationFailed):
        measurement_from(canonical({**raw, **change}))


def test_a_summary_comes_back_and_says_nothing_of_the_record() -> None:
    """Header, states and the log's own problems."""
    log = measurement(*attempts(1, 3), attempt("e", state=SampleState.ERRORED, scores=()))

    assert summary_from(summary_bytes(end(log, "withdrawn"))) == summary_of(log)
    assert dict(summary_of(log).states) == {"scored": 3, "errored": 1, "refused": 0, "invalidated": 0, "missing": 0}
    assert summary_of(log).is_usable
    assert not summary_of(replace(log, problems=("torn",))).is_usable
    invalid = tuple(attempt._replace(state=SampleState.INVALIDATED) for attempt in log.attempts)
    assert not summary_of(replace(log, attempts=invalid)).is_usable


@pytest.mark.parametrize("change", [{"format": "other"}, {"states": 3}, {"problems": "many"}, {"states": [["a"]]}])
def test_bytes_that_are_no_summary_are_refused(change) -> None:
    """A damaged summary is an error, never a summary of nothing."""
    raw = parse_canonical(summary_bytes(LOG))

    with pytest.raises(VerificationFailed, match="summary"):
        summary_from(canonical({**raw, **change}))
