# SPDX-License-Identifier: Apache-2.0
"""Public logs of formats that are not Inspect's: what we read of them equals what their own files add up to (E-1).

The sums are made here from the raw JSON, by other code than the readers'.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from tests.unit.evidence import other_logs as logs

from ruleout.errors import UnreadableLog
from ruleout.evidence.readers import group_files
from ruleout.evidence.stored import measurement_bytes, measurement_from
from ruleout.model.evidence import Measurement, SampleState

HELM_RUNS = {
    "commonsense-dataset=hellaswag,method=multiple_choice_joint,model=eleutherai_pythia-1b-v0": {"valid": 10},
    "mmlu-subject=philosophy,method=multiple_choice_joint,model=openai_gpt2": {"test": 9, "valid": 1},
    "narrative_qa-model=openai_gpt2": {"test": 4, "valid": 1},
}
METR_COUNTS = {
    "2025-01-22_all_runs.jsonl": {
        "Claude 3 Opus": 866, "Claude 3.5 Sonnet (New)": 802, "Claude 3.5 Sonnet (Old)": 845, "GPT-4 0314": 429, "GPT-4 Turbo": 891,
        "GPT-4o": 885, "davinci-002": 68, "gpt-3.5-turbo-instruct": 485, "human": 211, "o1": 651, "o1-preview": 926,
    },
    "2025-02-25_all_runs.jsonl": {
        "Claude 3 Opus": 866, "Claude 3.5 Sonnet (New)": 802, "Claude 3.5 Sonnet (Old)": 845, "GPT-4 0314": 429, "GPT-4 Turbo": 891,
        "GPT-4o": 885, "davinci-002": 68, "gpt-3.5-turbo-instruct": 485, "human": 211, "o1": 1014, "o1-preview": 567,
    },
}  # fmt: skip
NOT_LOGS = (
    "every_eval_ever/community_evals_converter/aggregate.jsonl",
    "every_eval_ever/mercor_eval/api_payload.json",
    "every_eval_ever/vals_ai/finance_agent_payload.json",
    "every_eval_ever/vectara_hallucination_leaderboard/source_rows.json",
    "every_eval_ever/schemas/eval.schema.json",
    "every_eval_ever/schemas/instance_level_eval.schema.json",
    "metr-eval-analysis/messiness.csv",
    "metr-eval-analysis/messiness_tasks.csv",
    "metr_time_horizons/th1.0_published.csv",
)


def read(folder: Path, main: str) -> tuple[Measurement, ...]:
    group = next(group for group in group_files([path.name for path in folder.iterdir()]) if group[0] == main)
    return logs.read({name: (folder / name).read_bytes() for name in group})


def values(measurement: Measurement, score: str) -> list[Any]:
    return [value for attempt in measurement.attempts for name, value in attempt.scores if name == score]


def test_lm_eval_scores_equal_the_results_file(shared_data: Path):
    """Ten of five thousand samples were published: their mean is that of the results, and the rest is missing."""
    folder = shared_data / "every_eval_ever" / "lm_eval"
    raw = json.loads((folder / "results_2026-01-21T03-44-18.458309.json").read_bytes())
    perturbed, rephrased = read(folder, "results_2026-01-21T03-44-18.458309.json")
    scores = values(perturbed, "exact_match,none")

    assert (len(scores), sum(scores) / len(scores)) == (10, raw["results"]["math_perturbed_full"]["exact_match,none"])
    assert Counter(a.state for a in perturbed.attempts) == {SampleState.SCORED: 10, SampleState.MISSING: 4990}
    assert perturbed.problems == (
        "expected 5000 samples, as the results say, got 10",
        "the samples are not those the results were made of: their hashes give another task hash",
    )
    assert Counter(a.state for a in rephrased.attempts) == {SampleState.MISSING: 5000}
    assert {name: value for name, kind, value in rephrased.reported if kind == "value"} == {"exact_match,none": 0.0004}


@pytest.mark.parametrize("run", HELM_RUNS)
def test_helm_scores_equal_the_run_s_own_statistics(shared_data: Path, run: str):
    """Every statistic of every split, from `stats.json`, is the mean of what the attempts hold."""
    folder = shared_data / "every_eval_ever" / "helm" / run
    stated = json.loads((folder / "stats.json").read_bytes())
    found = read(folder, "run_spec.json")
    compared = 0
    for measurement, (split, size) in zip(found, HELM_RUNS[run].items(), strict=True):
        assert (len(measurement.attempts), measurement.problems) == (size, ())
        for entry in stated:
            name = entry["name"]
            scores = values(measurement, name["name"])
            if name["split"] == split and "perturbation" not in name and scores:
                assert entry["mean"] == pytest.approx(sum(scores) / len(scores), rel=1e-12, abs=0), (name, split)
                compared += 1

    assert compared == {1: 25, 2: 50 if "mmlu" in run else 46}[len(found)]


def test_records_equal_their_own_scores(shared_data: Path):
    """Figures as they are; the one record with samples states a score that its one sample does not give."""
    folder = shared_data / "every_eval_ever"
    for path in (
        folder / "98ea850e-7019-4728-a558-8b1819ec47c2.json",
        *folder.glob("community_evals_converter/datastore/**/*.json"),
        *folder.glob("skill_reference_conversion/**/*.json"),
    ):
        raw = json.loads(path.read_bytes())
        found = {m.task: m for m in read(path.parent, path.name)}
        for result in raw["evaluation_results"]:
            reported = [value for _, kind, value in found[result["evaluation_name"]].reported if kind == "score"]
            assert result["score_details"]["score"] in reported
        assert all(m.problems and m.model == raw["model_info"]["id"] for m in found.values())

    (demo,) = found.values()
    assert demo.problems == ("results claim 0.75 for accuracy, the samples give 1",)


@pytest.mark.parametrize("name", METR_COUNTS)
def test_metr_counts_and_successes_equal_the_file(shared_data: Path, name: str):
    """Per subject: runs, successes, tasks, families and limits; nothing is dropped."""
    raw = [
        json.loads(line)
        for line in (shared_data / "metr-eval-analysis" / name).read_text(encoding="utf-8").splitlines()
    ]
    found = {m.model: m for m in read(shared_data / "metr-eval-analysis", name)}

    assert {alias: len(m.attempts) for alias, m in found.items()} == METR_COUNTS[name]
    for alias, m in found.items():
        rows = [row for row in raw if row["alias"] == alias]
        assert values(m, "score_binarized") == [row["score_binarized"] for row in rows]
        assert values(m, "score") == [row["score"] for row in rows]
        assert Counter(a.sample for a in m.attempts) == Counter(row["task_id"] for row in rows)
        assert {a.sample: a.cluster for a in m.attempts} == {row["task_id"]: row["task_family"] for row in rows}
        assert [a.detail != "" for a in m.attempts] == [row["fatal_error_from"] is not None for row in rows]
        assert ({a.state for a in m.attempts}, m.problems) == ({SampleState.SCORED}, ())


@pytest.mark.parametrize("name", NOT_LOGS)
def test_files_that_are_no_logs_are_refused_by_name(shared_data: Path, name: str):
    """Payloads of leaderboards, schemas and tables of other things."""
    path = shared_data / name
    with pytest.raises(UnreadableLog) as caught:
        logs.read({path.name: path.read_bytes()})
    assert (caught.value.reason, caught.value.name) == ("not-a-log", path.name)


def test_what_was_read_is_stored_and_read_back(shared_data: Path):
    """Measurements of every format keep their digest."""
    folder = shared_data / "every_eval_ever" / "helm" / "narrative_qa-model=openai_gpt2"
    for m in (*read(folder, "run_spec.json"), *read(shared_data / "metr-eval-analysis", "2025-02-25_all_runs.jsonl")):
        assert measurement_from(measurement_bytes(m)) == m
