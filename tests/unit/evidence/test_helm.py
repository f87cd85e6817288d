# SPDX-License-Identifier: Apache-2.0
"""HELM: one run's directory, its splits, copies and trials, and its aggregates held against its instances (E-1, E-2)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from tests.unit.evidence import other_logs as logs

from ruleout.errors import UnreadableLog
from ruleout.evidence.readers import group_files
from ruleout.model.evidence import Measurement, SampleState

TYPOS = {"name": "typos", "robustness": True, "fairness": False, "computed_on": "perturbed"}
INSTANCES = [logs.instance("id1", 1.0), logs.instance("id2", 0.0)]
STATS = [logs.stat("exact_match", 0.5), logs.stat("num_instances", 2.0)]


def read(instances: Sequence[Any] = INSTANCES, stats: Sequence[Any] = STATS, **adapter: Any) -> Measurement:
    return logs.read_one(logs.helm(instances, stats, **adapter))


def test_an_honest_run_has_no_problems_and_says_what_it_is():
    """The model is taken out of the run's name and stands apart; a statistic of nothing is no score."""
    m = read()

    assert (m.problems, m.task, m.model, m.tool) == ((), "quiz:subject=maps", "lab/model", "helm")
    assert (m.expected, m.epochs, m.partial, str(m.evaluated)) == (2, 1, "", "2026-03-01 10:00:00+00:00")
    assert [(a.sample, a.scores, a.state) for a in m.attempts] == [
        ("id1", (("exact_match", 1.0),), SampleState.SCORED),
        ("id2", (("exact_match", 0.0),), SampleState.SCORED),
    ]
    assert ("exact_match", "mean", 0.5) in m.reported


@pytest.mark.parametrize(
    ("name", "task"),
    [
        ("narrative_qa:model=openai_gpt2", "narrative_qa"),
        ("a:model=m,subject=x", "a:subject=x"),
        ("a:x=1,model=m,model_deployment=d,y=2", "a:x=1,y=2"),
        ("plain", "plain"),
    ],
)
def test_a_run_is_called_by_its_name_without_the_model(name: str, task: str):
    """Runs of two models are runs of one task."""
    files = logs.helm(INSTANCES, STATS)
    files["run_spec.json"] = files["run_spec.json"].replace(b"quiz:subject=maps,model=lab_model", name.encode())

    assert logs.read_one(files).task == task


def test_each_split_is_a_measurement_and_test_is_the_main_one():
    """Nothing is dropped, and no split is mixed into another."""
    instances = [logs.instance("v1", 1.0, split="valid"), *INSTANCES]
    stats = [logs.stat("exact_match", 1.0, split="valid"), logs.stat("num_instances", 1.0, split="valid")]
    found = logs.read(logs.helm(instances, [*STATS, *stats]))

    assert [(m.task, len(m.attempts), m.problems) for m in found] == [
        ("quiz:subject=maps", 2, ()),
        ("quiz:subject=maps (valid)", 1, ()),
    ]


def test_perturbed_copies_are_no_samples_but_their_aggregates_are_compared():
    """Copies of one question under a hundred typos are not a hundred questions."""
    copy = logs.instance("id1", 0.0, perturbation=TYPOS)
    honest = read([*INSTANCES, copy], [*STATS, logs.stat("exact_match", 0.0, perturbation=TYPOS)])
    edited = read([*INSTANCES, copy], [*STATS, logs.stat("exact_match", 1.0, perturbation=TYPOS)])

    assert (len(honest.attempts), honest.problems) == (2, ())
    assert "1 perturbed copies of instances are not counted as samples" in honest.notes
    assert any("stats claim 1 for exact_match under typos" in problem for problem in edited.problems)


def test_figures_derived_over_copies_are_not_compared():
    """A worst case has no counterpart per instance."""
    worst = logs.stat("exact_match", 0.9, perturbation=TYPOS | {"computed_on": "worst"})

    assert read(stats=[*STATS, worst]).problems == ()


def test_trials_are_epochs_and_aggregates_are_means_of_their_means():
    """As the tool adds them up: within a trial first."""
    instances = [*INSTANCES, logs.instance("id1", 1.0, trial=1), logs.instance("id2", 1.0, trial=1)]
    m = read(instances, [logs.stat("exact_match", 0.75, count=2), logs.stat("num_instances", 2.0)], num_train_trials=2)

    assert (m.problems, m.epochs, m.expected) == ((), 2, 4)
    assert [(a.sample, a.epoch) for a in m.attempts] == [("id1", 1), ("id2", 1), ("id1", 2), ("id2", 2)]


def test_a_failed_request_is_an_error_whatever_stands_beside_it():
    """Its statistic is kept and does not count."""
    m = read([INSTANCES[0], logs.instance("id2", 0.0, success=False, error="timed\nout")])

    assert (m.attempts[1].state, m.attempts[1].detail) == (SampleState.ERRORED, "error: timed out")


@pytest.mark.parametrize(
    ("result", "detail"),
    [(None, "error: the request has no result"), ({"completions": []}, "error: the request failed")],
)
def test_a_request_that_nothing_says_came_back_is_an_error(result: object, detail: str):
    """Its statistic is that of an answer that nobody gave."""
    state, row = logs.instance("id2", 0.0)
    m = read([INSTANCES[0], (state | {"result": result}, row)])

    assert (m.attempts[1].state, m.attempts[1].detail) == (SampleState.ERRORED, detail)


def test_an_instance_without_statistics_is_missing():
    """It was asked."""
    files = logs.helm(INSTANCES, [logs.stat("exact_match", 1.0), logs.stat("num_instances", 2.0)])
    files["per_instance_stats.json"] = logs.dumps([INSTANCES[0][1]])
    m = logs.read_one(files)

    assert [(a.sample, a.state.value) for a in m.attempts] == [("id1", "scored"), ("id2", "missing")]
    assert (m.expected, m.problems) == (2, ())


@pytest.mark.parametrize(
    ("instances", "stats", "said"),
    [
        (INSTANCES, [logs.stat("exact_match", 0.0), STATS[1]], "stats claim 0 for exact_match, the instances give 0.5"),
        (INSTANCES, [STATS[0], logs.stat("num_instances", 3.0)], "stats count another number of instances than the 2"),
        (
            [*INSTANCES, ({}, logs.instance("id2", 1.0)[1])],
            STATS,
            "1 instance(s) with two values of one statistic: 'id2'",
        ),
        (
            [*INSTANCES, ({}, logs.instance("id9", 0.5)[1])],
            STATS,
            "1 attempt(s) with statistics that nothing says were asked: 'id9'",
        ),
        (
            [INSTANCES[0], logs.instance("id2", request_datetime=-1)],
            STATS,
            "1 request(s) with a time that is no instant",
        ),
    ],
)
def test_a_run_that_contradicts_itself_has_a_problem(instances: Sequence[Any], stats: Sequence[Any], said: str):
    """Edited aggregates, left out or added instances, two values of one statistic."""
    files = logs.helm(instances, stats)
    files["scenario_state.json"] = logs.dumps({"request_states": [state for state, _ in instances if state]})

    assert any(said in problem for problem in logs.read_one(files).problems)


def test_files_that_are_not_there_are_problems_and_without_statistics_the_run_is_unfinished():
    """The specification is written first, statistics last."""
    files = logs.helm(INSTANCES, STATS)
    alone = logs.read_one({"run_spec.json": files["run_spec.json"]})
    without_state = logs.read_one({k: v for k, v in files.items() if k != "scenario_state.json"})
    without_stats = logs.read_one({k: v for k, v in files.items() if k != "stats.json"})

    assert (alone.status, alone.attempts, alone.evaluated) == ("started", (), None)
    assert without_state.problems == ("no scenario_state.json: nothing says which instances were asked",)
    assert without_stats.problems == ("no stats.json: no aggregates to compare the instances with",)


def test_as_many_instances_as_the_limit_make_the_run_partial():
    """Whether the data set holds more, the run does not say."""
    assert (
        read(max_eval_instances=2).partial
        == "at most 2 instances were drawn (max_eval_instances): 2 of an unknown number"
    )


def test_equal_questions_have_equal_content_under_other_ids():
    """Input and references are digested, the id is not."""
    twin = logs.instance("id3", 0.0)
    twin[0]["instance"] |= {"input": INSTANCES[0][0]["instance"]["input"]}
    content = {a.sample: a.content for a in read([*INSTANCES, twin]).attempts}

    assert content["id3"] == content["id1"] != content["id2"]


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("run_spec.json", b'{"name": 1, "adapter_spec": {}, "scenario_spec": {}}', "wrong-shape"),
        ("run_spec.json", b'{"scenario_spec": {}, "adapter_spec": {"num_train_trials": 0}, "name": ""}', "wrong-shape"),
        (
            "run_spec.json",
            b'{"scenario_spec": {}, "adapter_spec": {"num_train_trials": 1000000}, "name": ""}',
            "too-large",
        ),
        ("per_instance_stats.json", b"{}", "wrong-shape"),
        ("per_instance_stats.json", b'[{"instance_id": "a"}', "truncated"),
        ("per_instance_stats.json", b'[{"instance_id": 1}]', "wrong-shape"),
        ("scenario_state.json", b'{"request_states": [{"instance": 1}]}', "wrong-shape"),
        ("scenario_state.json", b'{"request_states": []} x', "bad-json"),
        ("stats.json", b'[{"name": {"name": "a", "perturbation": 1}}]', "wrong-shape"),
        ("stats.json", b"[nul]", "bad-json"),
    ],
)
def test_a_broken_file_is_refused_by_name(name: str, data: bytes, reason: str):
    """Whichever of them it is."""
    with pytest.raises(UnreadableLog) as caught:
        logs.read(logs.helm(INSTANCES, STATS) | {name: data})
    assert caught.value.reason == reason


def test_the_files_of_a_directory_are_one_log():
    """The specification is the main one; what HELM did not write is left to others."""
    names = [
        "stats.json",
        "scenario_state.json",
        "run_spec.json",
        "per_instance_stats.json",
        "scenario.json",
        "readme.txt",
    ]

    assert group_files(names) == [
        ("run_spec.json", "per_instance_stats.json", "scenario.json", "scenario_state.json", "stats.json")
    ]
