# SPDX-License-Identifier: Apache-2.0
"""Attacks on the denominator of an Inspect log: each is named, and none makes the indicator clear (E-1, E-2).

Every honest log here fails to rule out; every attack would rule out if its log were believed. Where a forger rewrites
every part of a log alike, nothing in the log can tell: there the indicator's own number of tasks does.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from tests import builders
from tests.unit.evidence import inspect_logs as logs

from ruleout.engine.indicator import measure_indicator
from ruleout.model.evidence import Comparison, IndicatorFinding

TASKS = 40
ITEM = replace(
    builders.published("e", "1"), figure=None, digest="", evaluated=None, log_task="task", log_model="lab/model"
)


@dataclass
class Forged:
    """A log in parts that an attack may rewrite: its samples, its summaries, its header and its start record."""

    samples: list[dict[str, Any]]
    head: dict[str, Any]
    start: dict[str, Any]
    rows: list[dict[str, Any]]

    def data(self) -> bytes:
        members = {"_journal/start.json": logs.dumps({"version": 2, "eval": self.start, "plan": {}})}
        members |= {f"samples/{s['id']}_epoch_{s['epoch']}.json": logs.dumps(s) for s in self.samples}
        members["summaries.json"] = logs.dumps(self.rows)
        members["header.json"] = logs.dumps(self.head)
        return logs.archive(members)


def honest(samples: list[dict[str, Any]]) -> Forged:
    head = logs.header([s["id"] for s in samples])
    return Forged(samples, head, copy.deepcopy(head["eval"]), [logs.summary(s) for s in samples])


def run_with_errors() -> Forged:
    """36 failures and 4 samples that an error ended: counted against the claim, 4 of 40."""
    fault = {"message": "sandbox lost", "traceback": "", "traceback_ansi": ""}
    return honest(
        [logs.sample(n, error=fault, scores=None) if n > TASKS - 4 else logs.sample(n) for n in range(1, TASKS + 1)]
    )


def run_with_refusals() -> Forged:
    """36 failures and 4 refusals, which show nothing of the capability: counted against the claim."""
    samples = []
    for number in range(1, TASKS + 1):
        sample = logs.sample(number)
        if number > TASKS - 4:
            sample["scores"]["match"]["reason"] = "refusal"
            sample["output"] = {"model": "m", "choices": [{"stop_reason": "content_filter", "message": {}}]}
        samples.append(sample)
    return honest(samples)


def run_without_successes() -> Forged:
    """40 failures, which would rule out if they were all there is."""
    return honest([logs.sample(n) for n in range(1, TASKS + 1)])


def run_with_successes() -> Forged:
    """36 failures and 4 successes."""
    return honest([logs.sample(n, "C" if n > TASKS - 4 else "I") for n in range(1, TASKS + 1)])


def small_run() -> Forged:
    """28 failures: one task too few to rule out 10 %."""
    return honest([logs.sample(n) for n in range(1, 29)])


def finding(forged: Forged, **indicator: Any) -> IndicatorFinding:
    measurement = logs.read_one(forged.data())
    return measure_indicator(builders.indicator(rule_out="0.1", **indicator), ITEM, measurement, at=builders.AT)


def without_last_four(forged: Forged) -> None:
    """Take four samples out of samples and summaries."""
    forged.samples = forged.samples[:-4]
    forged.rows = forged.rows[:-4]


def and_out_of_the_header(forged: Forged) -> None:
    without_last_four(forged)
    forged.head["eval"]["dataset"]["sample_ids"] = [s["id"] for s in forged.samples]


def and_out_of_the_size_of_the_data_set(forged: Forged) -> None:
    and_out_of_the_header(forged)
    forged.head["eval"]["dataset"]["samples"] = len(forged.samples)


def out_of_everything(forged: Forged) -> None:
    and_out_of_the_size_of_the_data_set(forged)
    forged.start = copy.deepcopy(forged.head["eval"])


def errors_become_failures_in_the_summaries(forged: Forged) -> None:
    for row in forged.rows[-4:]:
        row["error"], row["scores"] = None, forged.rows[0]["scores"]


def refusals_lose_their_reason(forged: Forged) -> None:
    for sample, row in zip(forged.samples[-4:], forged.rows[-4:], strict=True):
        sample["scores"]["match"].pop("reason")
        row["scores"] = sample["scores"]


def refusals_lose_their_scores(forged: Forged) -> None:
    for sample, row in zip(forged.samples[-4:], forged.rows[-4:], strict=True):
        sample["scores"], row["scores"] = {}, {}


def successes_become_failures_in_the_summaries(forged: Forged) -> None:
    for row in forged.rows[-4:]:
        row["scores"] = forged.rows[0]["scores"]


def successes_become_failures_in_the_samples(forged: Forged) -> None:
    for sample in forged.samples[-4:]:
        sample["scores"] = forged.samples[0]["scores"]


def a_limit_leaves_them_out(forged: Forged) -> None:
    and_out_of_the_header(forged)
    forged.head["eval"]["config"]["limit"] = TASKS - 4
    forged.start = copy.deepcopy(forged.head["eval"])


def a_choice_by_id_leaves_them_out(forged: Forged) -> None:
    and_out_of_the_header(forged)
    forged.head["eval"]["config"]["sample_id"] = forged.head["eval"]["dataset"]["sample_ids"]
    forged.start = copy.deepcopy(forged.head["eval"])


def a_header_of_another_run(forged: Forged) -> None:
    """The header of a run over the 36 easy tasks stands over the samples of this one."""
    easy = honest(forged.samples[:-4]).head
    easy["eval"]["run_id"] = "another"
    forged.head = easy


def a_limit_that_only_the_start_tells(forged: Forged) -> None:
    """Forty of two hundred were drawn; the header says that there are no more."""
    forged.start["config"]["limit"], forged.start["dataset"]["samples"] = TASKS, 200


def a_choice_that_only_the_start_tells(forged: Forged) -> None:
    forged.start["config"]["sample_id"] = forged.start["dataset"]["sample_ids"]


def a_header_of_another_model(forged: Forged) -> None:
    forged.head["eval"]["model"] = "lab/stronger-model"


def two_easy_samples_twice(forged: Forged) -> None:
    """The same two questions again under new ids, in every part of the log alike."""
    again = [{**copy.deepcopy(forged.samples[n]), "id": 100 + n} for n in range(2)]
    forged.samples += again
    forged.rows += [logs.summary(s) for s in again]
    forged.head = logs.header([s["id"] for s in forged.samples])
    forged.start = copy.deepcopy(forged.head["eval"])


Attack = Callable[[Forged], None]
ATTACKS: list[tuple[str, Callable[[], Forged], Attack, str]] = [
    ("errors dropped", run_with_errors, without_last_four, "4 without a score counted against either claim"),
    ("errors dropped", run_with_errors, and_out_of_the_header, "promise different samples"),
    ("errors dropped", run_with_errors, and_out_of_the_size_of_the_data_set, "promise different samples"),
    ("errors dropped", run_with_errors, errors_become_failures_in_the_summaries, "disagrees about an error"),
    ("refusals hidden", run_with_refusals, refusals_lose_their_reason, "4 without a score counted against"),
    ("refusals hidden", run_with_refusals, refusals_lose_their_scores, "4 without a score counted against"),
    ("refusals hidden", run_with_refusals, and_out_of_the_header, "promise different samples"),
    ("partial run", run_with_successes, a_limit_leaves_them_out, "partial run: limit 36"),
    ("partial run", run_with_successes, a_choice_by_id_leaves_them_out, "picked by id"),
    ("partial run", run_with_successes, without_last_four, "4 without a score counted against either claim"),
    ("edited summaries", run_with_successes, successes_become_failures_in_the_summaries, "holds other scores"),
    ("edited samples", run_with_successes, successes_become_failures_in_the_samples, "holds other scores"),
    ("swapped header", run_with_successes, a_header_of_another_run, "name different runs"),
    ("swapped header", run_with_successes, a_header_of_another_model, "name different runs"),
    (
        "duplicated easy samples",
        small_run,
        two_easy_samples_twice,
        "2 samples repeat the content of others and count once",
    ),
]


@pytest.mark.parametrize(("run", "attack"), [(run, attack) for _, run, attack, _ in ATTACKS])
def test_the_honest_log_does_not_rule_out(run, attack):
    """Each attack starts from a log that is inconclusive without any fault of its own."""
    found = finding(run())

    assert found.comparison is not Comparison.CLEAR
    assert found.estimate is not None, found.because


@pytest.mark.parametrize(("kind", "run", "attack", "named"), ATTACKS)
def test_each_attack_is_named_and_rules_nothing_out(kind, run, attack, named):
    """What was done to the log stands in the reason, and the indicator is not clear."""
    forged = run()
    attack(forged)

    found = finding(forged)

    assert found.comparison is not Comparison.CLEAR, kind
    assert named in found.because, (kind, found.because)


@pytest.mark.parametrize("attack", [a_limit_that_only_the_start_tells, a_choice_that_only_the_start_tells])
def test_a_header_that_hides_how_samples_were_drawn_rules_nothing_out(attack):
    """The record written at the start still says it."""
    forged = run_without_successes()
    assert finding(forged).comparison is Comparison.CLEAR
    attack(forged)

    found = finding(forged)

    assert found.comparison is not Comparison.CLEAR
    assert "header and start record promise different samples or epochs" in found.because


@pytest.mark.parametrize("run", [run_with_errors, run_with_refusals, run_with_successes])
def test_a_log_rewritten_in_every_part_is_caught_by_the_number_of_tasks_promised(run):
    """A consistent forgery is a smaller data set; an indicator that says how many tasks there are does not take it."""
    forged = run()
    out_of_everything(forged)

    found = finding(forged, expected_samples=TASKS)

    assert found.comparison is not Comparison.CLEAR
    assert "expected 40 tasks, got 36" in found.because


def test_the_attacks_would_have_worked_on_a_reader_that_believes():
    """The same forgeries over tasks that are really all there are do rule out: the attacks are not refused for noise."""
    forged = run_with_errors()
    out_of_everything(forged)

    assert finding(forged).comparison is Comparison.CLEAR
