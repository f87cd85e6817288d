# SPDX-License-Identifier: Apache-2.0
"""What an Inspect log tells twice, or could be made to tell otherwise: figures, dates, epochs, spellings, ends (E-1 to E-3)."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from tests import builders
from tests.unit.evidence import inspect_logs as logs

from ruleout.engine.indicator import measure_indicator
from ruleout.errors import UnreadableLog
from ruleout.model.evidence import Comparison, IndicatorFinding, Measurement, SampleState, Unscored

ITEM = replace(
    builders.published("e", "1"), figure=None, digest="", evaluated=None, log_task="task", log_model="lab/model"
)
FAULT = {"message": "lost", "traceback": "", "traceback_ansi": ""}


def read(samples: list[dict[str, Any]], head: dict[str, Any]) -> Measurement:
    """The log in both formats, of which all but format, digest and parts is the same."""
    m = logs.read_one(logs.log(samples, head))
    other = logs.read_one(logs.dumps({**head, "samples": samples}), name="x.json")
    assert (m.attempts, m.evaluated, m.problems) == (other.attempts, other.evaluated, other.problems)
    return m


def finding(m: Measurement, **asks: Any) -> IndicatorFinding:
    return measure_indicator(builders.indicator(rule_out="0.1", **asks), ITEM, m, at=builders.AT)


def result(name: str, *, scorer: str = "", **metrics: Any) -> dict[str, Any]:
    return {
        "name": name,
        "scorer": scorer or name,
        "metrics": {key: {"value": value} for key, value in metrics.items()},
    }


# --- figures ----------------------------------------------------------------------------------------------------------

NAMELESS = "results name no score that the samples hold"


@pytest.mark.parametrize(
    ("results", "problems"),
    [
        (None, (NAMELESS,)),
        ([], (NAMELESS,)),
        ([result("other", stderr=0.0)], (NAMELESS,)),
        (
            [result("other", accuracy=0.5)],
            (NAMELESS, "results claim an accuracy for 'other', of which the samples hold no score"),
        ),
        ([result("match", stderr=0.0)], ()),
        ([result("match", accuracy=0.5)], ()),
        ([result("match", accuracy=0.5), result("silent", accuracy=math.nan)], ()),
        (
            [result("match", accuracy=0.5), result("match ", accuracy=0.5)],
            ("results claim an accuracy for 'match ', of which the samples hold no score",),
        ),
    ],
)
def test_results_name_what_the_samples_hold(results: list[Any] | None, problems: tuple[str, ...]):
    """Else whoever edits samples could take out or rename the figure that tells on them; a silent scorer has the figure NaN."""
    head = logs.header([1, 2])
    head["results"] = None if results is None else {"scores": results}

    assert read([logs.sample(1, "C"), logs.sample(2)], head).problems == problems


def test_a_part_of_a_score_is_named_beside_its_scorer():
    """So the tool names the figures of an object."""
    head = logs.header([1])
    head["results"]["scores"] = [
        result("safe", scorer="judge", accuracy=1.0),
        result("rating", scorer="judge", mean=3.0),
    ]

    assert read([logs.sample(1, {"safe": "C", "rating": 3}, scorer="judge")], head).problems == ()


@pytest.mark.parametrize("sample", [logs.sample(1, scores=None), logs.sample(1, error=FAULT)])
def test_where_nothing_was_scored_no_figure_is_asked_for(sample: dict[str, Any]):
    """A run that is scored later has none, and neither has one of errors."""
    head = logs.header([1])
    head["results"]["scores"] = []

    assert read([sample], head).problems == ()


# --- dates ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("created", "started"),
    [
        ("2025-01-10T10:00:00+00:00", "2026-04-20T10:00:00+00:00"),
        ("2026-04-20T10:00:00+00:00", "2025-01-10T10:00:00+00:00"),
    ],
)
def test_a_log_is_as_old_as_the_earlier_of_its_creation_and_start(created: str, started: str):
    """A later word makes nothing fresh."""
    head = logs.header(range(40), created=created)
    head["stats"]["started_at"] = started
    m = read([logs.sample(n) for n in range(40)], head)

    assert m.evaluated == datetime(2025, 1, 10, 10, tzinfo=UTC)
    assert "too old: evaluated on 2025-01-10" in finding(m, fresh_days=90).because


@pytest.mark.parametrize("created", ["yesterday", "2026-01-10T10:00:00", ""])
def test_a_creation_that_cannot_be_read_is_a_problem_beside_any_start(created: str):
    """What is not known is not taken for later."""
    m = read([logs.sample(1)], logs.header([1], created=created))

    assert m.evaluated is None
    assert m.problems[0].startswith("header: expected an")


def test_a_header_made_at_another_instant_than_the_start_record_is_a_problem():
    """Both hold it once written."""
    members = logs.parts([logs.sample(1)])
    members["header.json"] = logs.dumps(logs.header([1], created="2026-04-20T10:00:00+00:00"))

    [problem] = logs.read_one(logs.archive(members)).problems
    assert problem.startswith("header and start record name different runs: created '2026-04-20T10:00:00+00:00'")


# --- epochs -----------------------------------------------------------------------------------------------------------


def without_ids(*keys: tuple[str, int], samples: int | None) -> Measurement:
    head = logs.header([], epochs=2, dataset={"samples": samples})
    return read([logs.sample(name, epoch=epoch) for name, epoch in keys], head)


def test_logs_without_ids_promise_epochs_and_samples():
    """The number of attempts alone would let others stand in for those that were taken out."""
    whole = [("a", 1), ("a", 2), ("b", 1), ("b", 2)]

    assert without_ids(*whole, samples=2).problems == ()
    for samples in (2, None):
        assert without_ids(*whole[:3], ("b", 3), samples=samples).problems == (
            "1 attempt(s) beyond the 2 epoch(s) the header promises: 'b' epoch 3",
        )
    assert without_ids(*whole[:3], ("c", 1), samples=2).problems == (
        "expected 2 samples, as the header promises, got 3",
    )


# --- spellings --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scores", [{"match": {"value": "I"}}, {}])
def test_a_sample_that_spells_its_score_in_two_ways_is_refused(scores: dict[str, Any]):
    """As by the tool: which of the two counts is not ours to say."""
    sample = logs.sample(1) | {"score": {"value": "C"}, "scores": scores}
    head = logs.header([1])

    for data in (logs.log([sample], head), logs.dumps({**head, "samples": [sample]})):
        with pytest.raises(UnreadableLog, match="`score`") as caught:
            logs.read_one(data)
        assert caught.value.reason == "wrong-shape"


# --- ends -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("more", [{}, {"error": FAULT}])
def test_a_sample_that_a_person_ended_is_missing(more: dict[str, Any]):
    """Scored or not, nobody knows what the model would have done; other limits are the run's own."""
    stopped = logs.sample(1, limit={"type": "operator", "limit": 1}, **more)
    m = read([stopped, logs.sample(2, limit={"type": "time", "limit": 1})], logs.header([1, 2]))

    assert [a.state for a in m.attempts] == [SampleState.MISSING, SampleState.SCORED]
    assert m.attempts[0].detail.endswith("limit: operator")
    assert m.problems == ()
    quick = logs.read_one(
        logs.archive(logs.parts([stopped]) | {"summaries.json": logs.dumps([logs.summary(stopped, limit="operator")])}),
        summaries_only=True,
    )
    assert quick.attempts[0].state is SampleState.MISSING


@pytest.mark.parametrize("policy", Unscored)
def test_ending_samples_by_hand_lowers_no_rate(policy: Unscored):
    """Four of forty, under no policy on what has no score."""
    samples = [logs.sample(n, **({"limit": {"type": "operator", "limit": 1}} if n >= 36 else {})) for n in range(40)]
    found = finding(read(samples, logs.header(range(40))), unscored=policy)

    assert found.comparison is Comparison.INCONCLUSIVE


def test_a_mark_of_invalidation_is_not_met_by_a_sample_that_a_person_ended():
    """The two are told apart."""
    head = logs.header([1])
    head["invalidated"] = True
    sample = logs.sample(1, limit={"type": "operator", "limit": 1})

    assert read([sample], head).problems == ("header says that samples were invalidated, none is",)


def test_the_same_instant_in_another_offset_is_no_disagreement() -> None:
    """The tool writes dates in UTC when it rewrites a header, and leaves the record of the start as it is."""
    began = logs.header([1, 2], created="2026-01-10T06:00:00-04:00")
    members = logs.parts([logs.sample(1, "C"), logs.sample(2, "I")], began)
    members["header.json"] = logs.dumps(logs.header([1, 2], created="2026-01-10T10:00:00+00:00"))
    assert logs.read_one(logs.archive(members)).problems == ()
