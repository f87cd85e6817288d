# SPDX-License-Identifier: Apache-2.0
"""Builders of logs that are not Inspect's, as their tools write them; every argument may make them lie."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

from ruleout.evidence import read_log
from ruleout.evidence.source import Log, MemorySource, Part
from ruleout.model.evidence import Measurement

STAMP = "2026-03-01T10-00-00.000001"
RESULTS = f"results_{STAMP}.json"
SPLIT = "test"


def log_of(files: Mapping[str, bytes]) -> Log:
    """A log of several files, the first of them the main one."""
    (main, *others) = [Part(name=name, source=MemorySource(data)) for name, data in files.items()]
    return Log(name=main.name, main=main, others=tuple(others))


def read(files: Mapping[str, bytes]) -> tuple[Measurement, ...]:
    return read_log(log_of(files))


def read_one(files: Mapping[str, bytes]) -> Measurement:
    (measurement,) = read(files)
    return measurement


def dumps(value: Any) -> bytes:
    return json.dumps(value).encode()


def dump_lines(rows: Sequence[Any]) -> bytes:
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


# lm-evaluation-harness


def document(number: int | str, value: Any = 0.0, *, of: str = "none", metric: str = "exact_match", **more: Any) -> Any:
    prompt, target = f"What is {number} and 1?", f"{number}+1"
    return {
        "doc_id": number,
        "doc": {"question": prompt},
        "target": target,
        "arguments": {"gen_args_0": {"arg_0": prompt, "arg_1": {"until": ["\n"]}}},
        "resps": [["x"]],
        "filtered_resps": ["x"],
        "filter": of,
        "metrics": [metric],
        "doc_hash": sha256(f"doc {number}"),
        "prompt_hash": sha256(prompt),
        "target_hash": sha256(target),
        metric: value,
        **more,
    }


def task_hash(rows: Sequence[Any]) -> str:
    return sha256("".join(row["doc_hash"] + row["prompt_hash"] + row["target_hash"] for row in rows))


def results(tasks: Mapping[str, Sequence[Any]], **more: Any) -> dict[str, Any]:
    """The results file of an honest run over these documents."""
    stated: dict[str, Any] = {}
    for task, rows in tasks.items():
        stated[task] = {"alias": task}
        for of in dict.fromkeys(row["filter"] for row in rows):
            values = [row["exact_match"] for row in rows if row["filter"] == of]
            middle = sum(values) / len(values)
            spread = math.sqrt(sum((v - middle) ** 2 for v in values) / max(1, len(values) - 1) / len(values))
            stated[task] |= {f"exact_match,{of}": middle, f"exact_match_stderr,{of}": spread}
    sizes = {task: len({row["doc_id"] for row in rows}) for task, rows in tasks.items()}
    return {
        "results": stated,
        "group_subtasks": {task: [] for task in tasks},
        "configs": {
            task: {
                "task": task,
                "num_fewshot": 0,
                "metric_list": [{"metric": "exact_match", "aggregation": "mean", "higher_is_better": True}],
                "repeats": 1,
                "metadata": {"version": 1.0},
            }
            for task in tasks
        },
        "versions": dict.fromkeys(tasks, 1.0),
        "n-shot": dict.fromkeys(tasks, 0),
        "n-samples": {task: {"original": size, "effective": size} for task, size in sizes.items()},
        "config": {"model": "hf", "model_args": "pretrained=lab/model", "model_sha": "d1g3st", "limit": None},
        "git_hash": "abc1234",
        "date": 1772359200.5,
        "lm_eval_version": "0.4.9",
        "model_name": "lab/model",
        "task_hashes": {task: task_hash(rows) for task, rows in tasks.items()},
        **more,
    }


def lm_eval(tasks: Mapping[str, Sequence[Any]], **more: Any) -> dict[str, bytes]:
    files = {RESULTS: dumps(results(tasks, **more))}
    return files | {f"samples_{task}_{STAMP}.jsonl": dump_lines(rows) for task, rows in tasks.items()}


# HELM


def stat(name: str, value: float | None, *, split: str = SPLIT, count: int = 1, **more: Any) -> dict[str, Any]:
    figures = {} if value is None else {"sum": value * count, "mean": value}
    return {"name": {"name": name, "split": split, **more}, "count": 0 if value is None else count, **figures}


def instance(name: str, value: float | None = 0.0, *, split: str = SPLIT, trial: int = 0, **more: Any) -> Any:
    """One instance in both files: (request state, statistics)."""
    perturbation = {"perturbation": more.pop("perturbation")} if "perturbation" in more else {}
    state = {
        "instance": {
            "input": {"text": f"Question {name}"},
            "references": [{"output": {"text": "yes"}, "tags": ["correct"]}],
            "split": split,
            "id": name,
            **perturbation,
        },
        "train_trial_index": trial,
        "request": {"prompt": "p"},
        "result": {"success": True, "completions": [], "request_datetime": 1772359200, **more},
    }
    row = {
        "instance_id": name,
        **perturbation,
        "train_trial_index": trial,
        "stats": [stat("exact_match", value, split=split, **perturbation), stat("co2", None, split=split)],
    }
    return state, row


def helm(instances: Sequence[Any], stats: Sequence[Any], **adapter: Any) -> dict[str, bytes]:
    spec = {
        "name": "quiz:subject=maps,model=lab_model",
        "scenario_spec": {"class_name": "QuizScenario", "args": {}},
        "adapter_spec": {
            "method": "generation",
            "model": "lab/model",
            "model_deployment": "lab/model",
            "max_eval_instances": 100,
            "max_train_instances": 0,
            "num_train_trials": 1,
            "num_trials": 1,
            **adapter,
        },
    }
    return {
        "run_spec.json": dumps(spec),
        "per_instance_stats.json": dumps([row for _, row in instances]),
        "scenario.json": dumps({"name": "quiz"}),
        "scenario_state.json": dumps(
            {"adapter_spec": spec["adapter_spec"], "request_states": [state for state, _ in instances]}
        ),
        "stats.json": dumps(list(stats)),
    }


# every_eval_ever


def line(sample: str, score: Any = 0.0, *, result: str = "quiz/accuracy", **more: Any) -> dict[str, Any]:
    return {
        "schema_version": "0.3.0",
        "evaluation_id": "E",
        "model_id": "lab/model",
        "evaluation_name": "quiz",
        "evaluation_result_id": result,
        "sample_id": sample,
        "sample_hash": None,
        "interaction_type": "single_turn",
        "input": {"raw": f"Question {sample}", "reference": ["yes"]},
        "output": {"raw": ["no"]},
        "answer_attribution": [],
        "evaluation": {"score": score, "is_correct": score == 1.0},
        **more,
    }


def outcome(score: float, *, name: str = "quiz", metric: str = "accuracy", **more: Any) -> dict[str, Any]:
    return {
        "evaluation_result_id": f"{name}/{metric}",
        "evaluation_name": name,
        "source_data": {"dataset_name": name, "source_type": "other"},
        "evaluation_timestamp": "1772359200",
        "metric_config": {"metric_id": metric, "lower_is_better": False, "score_type": "continuous"},
        "score_details": {"score": score},
        **more,
    }


def every_eval_ever(outcomes: Sequence[Any], rows: Sequence[Any] | None = None, **more: Any) -> dict[str, bytes]:
    record: dict[str, Any] = {
        "schema_version": "0.3.0",
        "evaluation_id": "E",
        "retrieved_timestamp": "1772900000",
        "source_metadata": {
            "source_type": "evaluation_run",
            "source_organization_name": "Lab",
            "evaluator_relationship": "first_party",
        },
        "eval_library": {"name": "tool", "version": "1.2"},
        "model_info": {"name": "model", "id": "lab/model"},
        "evaluation_results": list(outcomes),
    }
    if rows is None:
        return {"r.json": dumps(record | more)}
    samples = dump_lines(rows)
    record["detailed_evaluation_results"] = {
        "format": "jsonl",
        "file_path": "data/lab/r_samples.jsonl",
        "hash_algorithm": "sha256",
        "checksum": hashlib.sha256(samples).hexdigest(),
        "total_rows": len(rows),
    }
    return {"r.json": dumps(record | more), "r_samples.jsonl": samples}


# METR


def run(task: str, score: Any = 0, *, number: int = 1, alias: str = "Model A", **more: Any) -> dict[str, Any]:
    return {
        "run_id": f"run_{number}",
        "task_id": task,
        "score": float(score) if isinstance(score, int) else score,
        "started_at": 1772359200000 + number,
        "completed_at": 1772359300000,
        "task_family": task.split("/", maxsplit=1)[0],
        "alias": alias,
        "model": "a",
        "fatal_error_from": None,
        "human_minutes": 30.0,
        "score_binarized": score,
        **more,
    }


def metr(rows: Sequence[Any]) -> dict[str, bytes]:
    return {"all_runs.jsonl": dump_lines(rows)}


def csv(text: str) -> dict[str, bytes]:
    return {"table.csv": text.encode()}
