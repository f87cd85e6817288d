# SPDX-License-Identifier: Apache-2.0
"""Logs that share tasks or attempts: found by what was asked, or by name where a log does not say (E-2, E-4)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.evidence_builders import EVALUATED, attempt, attempts, measurement
from tests.unit.evidence import inspect_logs, other_logs

from ruleout.evidence.overlap import Relation, is_one_run, overlap_of, overlaps_among, prints_of, shared_by
from ruleout.evidence.stored import measurement_bytes, measurement_from
from ruleout.evidence.summary import summary_bytes, summary_from, summary_of
from ruleout.model.evidence import Measurement, SampleState

WHOLE = measurement(*attempts(3, 10, content="asked "))


def related(other) -> tuple[Relation, int, int] | None:
    found = overlap_of(prints_of(WHOLE), prints_of(other))
    return None if found is None else (found.relation, found.tasks, found.attempts)


def test_the_same_bytes_are_the_same_log() -> None:
    """Under whatever file name."""
    assert related(WHOLE) == (Relation.SAME_LOG, 10, 10)


def test_a_copy_under_another_task_name_is_found_by_what_was_asked() -> None:
    """Renaming the task changes nothing about the attempts."""
    copy = measurement(*attempts(3, 10, content="asked "), name="copy", task="other")

    assert related(copy) == (Relation.SAME_ATTEMPTS, 10, 10)


def test_a_part_of_a_log_is_named_so() -> None:
    """Every attempt of one is in the other, with its result."""
    assert related(measurement(*WHOLE.attempts[:4], name="part")) == (Relation.SUBSET, 4, 4)


def test_a_rerun_shares_tasks_and_by_chance_some_results() -> None:
    """Two runs of one task are no copies of each other because many answers are the same."""
    assert related(measurement(*attempts(5, 10, content="asked "), name="again")) == (Relation.RERUN, 10, 8)


def test_equal_results_of_two_runs_are_a_rerun_and_no_copy() -> None:
    """A model that fails everything twice has not been copied: the runs began at different instants."""
    again = measurement(*WHOLE.attempts, name="again", evaluated=EVALUATED + timedelta(days=1))

    assert related(again) == (Relation.RERUN, 10, 10)
    assert related(replace(again, task="other")) == (Relation.SAME_ATTEMPTS, 10, 10)
    assert related(replace(again, evaluated=None)) == (Relation.SAME_ATTEMPTS, 10, 10)


def test_attempts_moved_into_a_log_of_another_task_are_found() -> None:
    """Samples with equal content and result, among others."""
    mixed = measurement(*WHOLE.attempts[:4], attempt("new", content="else"), name="mixed", task="other")

    assert related(mixed) == (Relation.SHARED_ATTEMPTS, 4, 4)


def test_two_tasks_that_ask_the_same_share_tasks() -> None:
    """Other results, the same questions."""
    flipped = [attempt(f"x{i}", "C", epoch=9, content=f"asked {i}") for i in range(2)]

    assert related(measurement(*flipped, name="harder", task="other")) == (Relation.SHARED_TASKS, 2, 0)


def test_runs_of_two_models_are_not_compared() -> None:
    """That two models were asked the same is what an evaluation is for."""
    assert related(measurement(*WHOLE.attempts, name="copy", model="lab/other")) is None


def test_without_content_samples_of_one_task_are_the_same_by_name() -> None:
    """Of another task, nothing is known."""
    first = prints_of(measurement(*attempts(1, 5)))
    again = prints_of(measurement(*attempts(2, 5), name="again"))
    other = prints_of(measurement(*attempts(1, 5), name="other", task="other"))

    found = overlap_of(first, again)
    assert found is not None
    assert (found.relation, found.tasks, found.attempts) == (Relation.RERUN, 5, 4)
    assert overlap_of(first, other) is None


def test_scores_that_are_no_number_equal_themselves() -> None:
    """NaN in both logs is the same result."""
    one = measurement(attempt("q", float("nan"), content="q"))
    other = measurement(attempt("q", float("nan"), content="q"), name="copy")

    found = overlap_of(prints_of(one), prints_of(other))
    assert found is not None
    assert found.relation is Relation.SAME_ATTEMPTS


def test_every_pair_that_shares_something_is_found_once() -> None:
    """As comparing all with all gives it."""
    logs = [measurement(*attempts(i % 3, 4, content=f"set {i % 2} "), name=f"log {i}") for i in range(6)]
    prints = [prints_of(log) for log in logs]
    every = [overlap_of(a, b) for i, a in enumerate(prints) for b in prints[i + 1 :]]

    assert list(overlaps_among(prints)) == [overlap for overlap in every if overlap is not None]
    assert len(overlaps_among(prints)) == 6


@pytest.mark.parametrize("logs", [(), (WHOLE,)])
def test_fewer_than_two_logs_share_nothing(logs) -> None:
    """Nothing to compare is no overlap."""
    assert overlaps_among([prints_of(log) for log in logs]) == ()


def test_tasks_are_found_by_content_even_where_one_attempt_tells_none():
    """Else a missing attempt, new ids and another scorer's name would make the same forty questions new ones."""
    first = measurement(*attempts(0, 40, content="asks"))
    renamed = [a._replace(sample=f"new-{a.sample}", scores=(("other", "I"),)) for a in attempts(0, 40, content="asks")]
    second = measurement(*renamed, attempt("lost", state=SampleState.MISSING, scores=()), name="again", task="other")

    found = overlap_of(prints_of(first), prints_of(second))

    assert found is not None
    assert found.tasks == 40


def test_one_run_is_known_by_its_start_however_its_results_were_edited():
    """Another start is a rerun; without a start only equal results tell."""
    run, edited = measurement(*attempts(4, 40)), measurement(*attempts(0, 40), name="edited")
    later = replace(edited, evaluated=EVALUATED + timedelta(seconds=1))
    undated = [replace(m, evaluated=None) for m in (run, edited)]

    def is_one(one, other):
        return is_one_run(prints_of(one), prints_of(other))

    assert is_one(run, edited)
    assert not is_one(run, later)
    assert is_one(run, undated[0])
    assert not is_one(run, undated[1])
    assert not is_one(run, replace(edited, model="lab/other"))


def in_two_formats(**record: object) -> tuple[Measurement, Measurement]:
    """One run of forty questions, as Inspect tells it and as every_eval_ever does, begun at one instant."""
    samples = [inspect_logs.sample(f"s{n}", input=f"Question s{n}", target="yes") for n in range(40)]
    head = inspect_logs.header([s["id"] for s in samples], task="quiz", created="2026-01-10T08:00:01+00:00")
    begun = {
        "evaluation_timestamp": str(int(inspect_logs.read_one(inspect_logs.log(samples, head)).evaluated.timestamp()))
    }
    rows = [other_logs.line(f"s{n}") for n in range(40)]
    told_again = other_logs.every_eval_ever([other_logs.outcome(0.0, **{**begun, **record})], rows)
    return inspect_logs.read_one(inspect_logs.log(samples, head)), other_logs.read_one(told_again)


def test_a_run_told_in_two_formats_is_one():
    """Each has its own digest of what was asked, so samples are known by task and id."""
    log, copy = in_two_formats()
    found = overlap_of(prints_of(log), prints_of(copy))

    assert all(prints_of(m).has_content for m in (log, copy))
    assert found is not None
    assert found.tasks == 40
    assert is_one_run(prints_of(log), prints_of(copy))


@pytest.mark.parametrize(("later", "is_one"), [(60, True), (61, False), (-60, True), (-61, False)])
def test_two_formats_may_tell_the_start_of_a_run_a_minute_apart(later: int, is_one: bool):
    """One tells when the run was made, another when the model was first asked, or whole seconds."""
    log, copy = in_two_formats()
    moved = replace(copy, evaluated=copy.evaluated + timedelta(seconds=later))

    assert is_one_run(prints_of(log), prints_of(moved)) is is_one


def test_a_run_that_was_tried_again_is_one_with_its_copy_in_another_format():
    """The log is as old as the first sample it kept, a day before; the copy tells when the run itself was made."""
    log, copy = in_two_formats()
    kept = [inspect_logs.sample("s0", input="Question s0", target="yes", started_at="2026-01-09T08:00:00+00:00")]
    samples = [inspect_logs.sample(f"s{n}", input=f"Question s{n}", target="yes") for n in range(1, 40)]
    head = inspect_logs.header([f"s{n}" for n in range(40)], task="quiz", created="2026-01-10T08:00:01+00:00")
    again = inspect_logs.read_one(inspect_logs.log([*kept, *samples], head))
    rerun = replace(copy, evaluated=copy.evaluated + timedelta(hours=3))

    assert (again.begun, again.evaluated) == (log.evaluated, log.evaluated.replace(day=9, second=0))
    assert log.begun is None
    assert [is_one_run(prints_of(again), prints_of(other)) for other in (copy, log, rerun)] == [True, True, False]
    assert measurement_from(measurement_bytes(again)) == again
    assert summary_from(summary_bytes(again)) == summary_of(again)
    assert b'"begun"' not in measurement_bytes(log) + summary_bytes(log)


def test_inspects_two_formats_tell_what_was_asked_alike():
    """There equal ids of other questions are other tasks, and equal questions under other ids the same."""
    other = measurement(*attempts(3, 10, content="else "), name="other", format="inspect-json")
    renamed = measurement(*(a._replace(sample=f"x{a.sample}") for a in WHOLE.attempts), name="x", format="inspect-json")

    assert related(other) is None
    assert related(renamed) == (Relation.SAME_ATTEMPTS, 10, 10)


def test_where_both_are_of_one_subject_the_name_of_the_model_does_not_matter():
    """A model has other names at other hosts."""
    copy = measurement(*WHOLE.attempts, name="copy", model="host/lab-model")
    found = shared_by(prints_of(WHOLE), prints_of(copy))

    assert related(copy) is None
    assert found is not None
    assert found.tasks == 10
