# SPDX-License-Identifier: Apache-2.0
"""Attacks on the denominator of logs that are not Inspect's zip: each is named, and none makes the indicator clear.

A format can only tell what it holds twice. Where it holds a thing once (METR's runs and CSV hold everything once), a
forgery is a smaller data set, and the number of tasks that the indicator expects tells. `EXPECTED` marks those rows.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from tests import builders
from tests.unit.evidence import inspect_logs, other_logs

from ruleout.engine.indicator import measure_indicator
from ruleout.errors import UnreadableLog
from ruleout.evidence.stored import measurement_bytes, measurement_from
from ruleout.model.evidence import Comparison, IndicatorFinding, Measurement

TASKS, SUCCESSES = 40, 4
FEW = TASKS - SUCCESSES
Files = dict[str, bytes]
Rows = list[dict[str, Any]]
EXPECTED = {"expected_samples": TASKS}
NAMES = [f"fam/{n}" for n in range(TASKS)]
SAMPLES = f"samples_quiz_{other_logs.STAMP}.jsonl"
TOO_FEW = f"expected {TASKS} tasks, got {FEW}"


def finding(measurement: Measurement, *, model: str = "", **indicator: Any) -> IndicatorFinding:
    """The evidence is of this log's own task and model, so nothing but the log itself can be against it."""
    item = replace(
        builders.published("e", "1"),
        figure=None,
        digest="",
        evaluated=None,
        log_task=measurement.task,
        log_model=model or measurement.model,
    )
    return measure_indicator(builders.indicator(rule_out="0.1", **indicator), item, measurement, at=builders.AT)


def value(number: int, successes: int) -> int:
    """The last ones succeed."""
    return int(number >= TASKS - successes)


def edited(files: Files, name: str, change: Callable[[Any], Any]) -> Files:
    """The files with the JSON of one of them changed in place, or replaced by what is returned."""
    data = json.loads(files[name])
    made = change(data)
    return {**files, name: other_logs.dumps(data if made is None else made)}


def relined(files: Files, name: str, change: Callable[[Rows], Rows | None]) -> Files:
    rows = [json.loads(line) for line in files[name].splitlines()]
    made = change(rows)
    return {**files, name: other_logs.dump_lines(rows if made is None else made)}


def all_but_the_last(rows: Rows) -> Rows:
    return rows[:FEW]


# --- Inspect .json ----------------------------------------------------------------------------------------------------


def inspect_json(successes: int = 0, *, errors: int = 0, refusals: int = 0) -> Files:
    samples = []
    for number in range(TASKS):
        sample = inspect_logs.sample(number, "C" if value(number, successes) else "I")
        if value(number, errors):
            sample |= {"error": {"message": "lost", "traceback": "", "traceback_ansi": ""}, "scores": None}
        if value(number, refusals):
            sample["output"] = {"model": "m", "choices": [{"stop_reason": "content_filter", "message": {}}]}
            sample["scores"]["match"]["reason"] = "refusal"
        samples.append(sample)
    head = inspect_logs.header([s["id"] for s in samples])
    if not errors:
        accuracy = {"name": "accuracy", "value": successes / TASKS}
        head["results"]["scores"] = [{"name": "match", "scorer": "match", "metrics": {"accuracy": accuracy}}]
    return {"log.json": other_logs.dumps({**head, "samples": samples})}


def of_log(change: Callable[[dict[str, Any]], None]) -> Callable[[Files], Files]:
    return lambda files: edited(files, "log.json", change)


def drop_samples(log: dict[str, Any]) -> None:
    log["samples"] = log["samples"][:FEW]


def drop_samples_and_their_ids(log: dict[str, Any]) -> None:
    drop_samples(log)
    dataset = log["eval"]["dataset"]
    dataset["sample_ids"] = dataset["sample_ids"][:FEW]


def drop_samples_wholly(log: dict[str, Any]) -> None:
    drop_samples_and_their_ids(log)
    log["eval"]["dataset"]["samples"] = log["results"]["total_samples"] = log["results"]["completed_samples"] = FEW


def lose_the_reason_of_refusals(log: dict[str, Any]) -> None:
    for sample in log["samples"][FEW:]:
        del sample["scores"]["match"]["reason"]


def say_limit(log: dict[str, Any]) -> None:
    drop_samples_and_their_ids(log)
    log["eval"]["config"]["limit"] = FEW


def say_picked(log: dict[str, Any]) -> None:
    drop_samples_wholly(log)
    log["eval"]["config"]["sample_id"] = list(range(FEW))


def edit_samples(log: dict[str, Any]) -> None:
    for sample in log["samples"]:
        sample["scores"]["match"]["value"] = "I"


def hide_edits_behind(figure: object) -> Callable[[Files], Files]:
    """One score of which an accuracy cannot be told for sure, and all others become failures."""

    def change(log: dict[str, Any]) -> None:
        edit_samples(log)
        log["samples"][0]["scores"]["match"]["value"] = figure

    return of_log(change)


def fail_all_in_numbers(log: dict[str, Any]) -> None:
    for sample in log["samples"]:
        sample["scores"]["match"]["value"] = 0


def take_the_results_out(log: dict[str, Any]) -> None:
    edit_samples(log)
    log["results"] = None


def take_all_figures_out(log: dict[str, Any]) -> None:
    edit_samples(log)
    log["results"]["scores"] = []


def rename_the_figure(log: dict[str, Any]) -> None:
    edit_samples(log)
    log["results"]["scores"][0]["name"] = "match "


def rename_one_of_two_figures(log: dict[str, Any]) -> None:
    rename_the_figure(log)
    log["results"]["scores"].append({"name": "match", "scorer": "match", "metrics": {"stderr": {"value": 0.0}}})


def stop_by_hand(log: dict[str, Any]) -> None:
    for sample in log["samples"][FEW:]:
        sample["limit"] = {"type": "operator", "limit": 1}


def take_the_header_of_a_smaller_run(log: dict[str, Any]) -> None:
    ids = list(range(100, 100 + FEW))
    log["eval"] = inspect_logs.header(ids)["eval"]


def ask_easy_ones_again(log: dict[str, Any]) -> None:
    log["samples"] = [{**log["samples"][n % 20], "id": n} for n in range(TASKS)]


# --- lm-evaluation-harness --------------------------------------------------------------------------------------------


def lm_eval(successes: int = 0, **more: Any) -> Files:
    return other_logs.lm_eval(
        {"quiz": [other_logs.document(n, float(value(n, successes))) for n in range(TASKS)]}, **more
    )


def of_results(change: Callable[[dict[str, Any]], None]) -> Callable[[Files], Files]:
    return lambda files: edited(files, other_logs.RESULTS, change)


def of_documents(change: Callable[[Rows], Rows | None]) -> Callable[[Files], Files]:
    return lambda files: relined(files, SAMPLES, change)


def promise_fewer(files: Files) -> Files:
    fewer = of_documents(all_but_the_last)(files)
    return of_results(lambda r: r["n-samples"]["quiz"].update(effective=FEW))(fewer)


def promise_fewer_everywhere(files: Files) -> Files:
    """What is left of the run, as if the data set held no more: means, sizes and hashes are made anew."""
    rows = [json.loads(line) for line in files[SAMPLES].splitlines()][:FEW]
    return other_logs.lm_eval({"quiz": rows})


def fail_all_documents(rows: Rows) -> None:
    for row in rows:
        row["exact_match"] = 0.0


def state(figure: object) -> Callable[[dict[str, Any]], None]:
    return lambda results: results["results"]["quiz"].update({"exact_match,none": figure})


def drop_the_mean(results: dict[str, Any]) -> None:
    del results["results"]["quiz"]["exact_match,none"], results["results"]["quiz"]["exact_match_stderr,none"]
    results["results"]["quiz"]["acc,none"] = 0.0


def hide_edits_behind_a_text(files: Files) -> Files:
    """One score that is no number keeps the mean from being made, and all others become failures."""

    def change(rows: Rows) -> None:
        fail_all_documents(rows)
        rows[0]["exact_match"] = "no number"

    return of_documents(change)(files)


def take_the_results_of_other_documents(files: Files) -> Files:
    easy = other_logs.lm_eval({"quiz": [other_logs.document(n, 0.0) for n in range(100, 100 + TASKS)]})
    return {**of_documents(fail_all_documents)(files), other_logs.RESULTS: easy[other_logs.RESULTS]}


def asked_again(files: Files, *, spelled_otherwise: bool) -> Files:
    """Twenty documents twice, under new ids and with new hashes."""
    rows = [json.loads(line) for line in files[SAMPLES].splitlines()][:20]
    again = [{**copy.deepcopy(row), "doc_id": 100 + row["doc_id"]} for row in rows]
    made = other_logs.lm_eval({"quiz": [*rows, *again]})
    if spelled_otherwise:
        lines = made[SAMPLES].splitlines(keepends=True)
        lines[20:] = [line.replace(b'"until": [', b'"until":  [') for line in lines[20:]]
        made[SAMPLES] = b"".join(lines)
    return made


# --- HELM -------------------------------------------------------------------------------------------------------------

COUNT = "num_instances"


def helm(successes: int = 0, *, errors: int = 0) -> Files:
    instances = [
        other_logs.instance(f"id{n}", None, success=False, error="timeout")
        if value(n, errors)
        else other_logs.instance(f"id{n}", float(value(n, successes)))
        for n in range(TASKS)
    ]
    mean = successes / (TASKS - errors)
    return other_logs.helm(instances, [other_logs.stat("exact_match", mean), other_logs.stat(COUNT, float(TASKS))])


def of_file(name: str, change: Callable[[Any], Any]) -> Callable[[Files], Files]:
    return lambda files: edited(files, f"{name}.json", change)


def drop_instances(files: Files) -> Files:
    return of_file("per_instance_stats", all_but_the_last)(files)


def drop_instances_and_requests(files: Files) -> Files:
    fewer = drop_instances(files)
    return of_file("scenario_state", lambda s: s.update(request_states=s["request_states"][:FEW]))(fewer)


def drop_the_number_too(files: Files) -> Files:
    fewer = drop_instances_and_requests(files)
    return of_file("stats", lambda stats: [s for s in stats if s["name"]["name"] != COUNT])(fewer)


def say_fewer_everywhere(files: Files) -> Files:
    stats = [other_logs.stat("exact_match", 0.0), other_logs.stat(COUNT, float(FEW))]
    return of_file("stats", lambda _: stats)(drop_instances_and_requests(files))


def forget_errors(files: Files) -> Files:
    """The requests are told as if they had come back; nothing was scored."""

    def change(told: Any) -> None:
        for request in told["request_states"]:
            request["result"] |= {"success": True, "error": None}

    return of_file("scenario_state", change)(files)


def draw_fewer(files: Files) -> Files:
    fewer = say_fewer_everywhere(files)
    return of_file("run_spec", lambda spec: spec["adapter_spec"].update(max_eval_instances=FEW))(fewer)


def state_no_successes(stats: Any) -> Any:
    return [other_logs.stat("exact_match", 0.0), other_logs.stat(COUNT, float(TASKS))]


def fail_all_instances(rows: Rows) -> None:
    for row in rows:
        row["stats"] = [other_logs.stat("exact_match", 0.0)]


def drop_the_aggregate(files: Files) -> Files:
    failed = of_file("per_instance_stats", fail_all_instances)(files)
    return of_file("stats", lambda stats: [s for s in stats if s["name"]["name"] == COUNT])(failed)


def drop_its_mean(files: Files) -> Files:
    failed = of_file("per_instance_stats", fail_all_instances)(files)

    def change(stats: Any) -> None:
        del stats[0]["mean"]

    return of_file("stats", change)(failed)


def take_the_instances_of_another_run(files: Files) -> Files:
    easy = other_logs.helm([other_logs.instance(f"easy{n}") for n in range(TASKS)], [])
    return {**files, "per_instance_stats.json": easy["per_instance_stats.json"]}


def instances_asked_again(files: Files, *, spelled_otherwise: bool) -> Files:
    def change(told: Any) -> None:
        for number, request in enumerate(told["request_states"]):
            request["instance"]["input"] = {"text": f"Question {number % 20}"}

    made = of_file("scenario_state", change)(files)
    if spelled_otherwise:
        told = made["scenario_state.json"]
        half = told.index(b'"id20"')
        told = told[:half] + told[half:].replace(b'{"text": "Question', b'{"text":"Question')
        made = {**made, "scenario_state.json": told}
    return made


# --- every_eval_ever --------------------------------------------------------------------------------------------------

RECORD, LINES = "r.json", "r_samples.jsonl"


def every_eval_ever(successes: int = 0, *, errors: int = 0, word: str = "timeout") -> Files:
    rows = [
        other_logs.line(f"s{n}", float(value(n, successes))) | ({"error": word} if value(n, errors) else {})
        for n in range(TASKS)
    ]
    source = {"dataset_name": "quiz", "source_type": "other", "samples_number": TASKS}
    return other_logs.every_eval_ever([other_logs.outcome(successes / TASKS, source_data=source)], rows)


def of_record(change: Callable[[dict[str, Any]], Any]) -> Callable[[Files], Files]:
    return lambda files: edited(files, RECORD, change)


def of_lines(change: Callable[[Rows], Rows | None]) -> Callable[[Files], Files]:
    return lambda files: relined(files, LINES, change)


def forget_the_digest(files: Files) -> Files:
    return of_record(lambda record: record.pop("detailed_evaluation_results") and None)(files)


def fail_all_lines(rows: Rows) -> None:
    for row in rows:
        row["evaluation"] = {"score": 0.0, "is_correct": False}


def lose_errors(rows: Rows) -> None:
    for row in rows:
        row.pop("error", None)


def hide_line_edits_behind_a_text(rows: Rows) -> None:
    fail_all_lines(rows)
    rows[0]["evaluation"] = {"score": "no number"}


def lines_asked_again(rows: Rows) -> None:
    for number, row in enumerate(rows):
        row["input"] = {"raw": f"Question {number % 20}", "reference": ["yes"]}


# --- METR and CSV -----------------------------------------------------------------------------------------------------

RUNS = "all_runs.jsonl"


def metr(successes: int = 0, *, errors: int = 0) -> Files:
    rows = [
        other_logs.run(name, value(n, successes), number=n)
        | ({"fatal_error_from": "server"} if value(n, errors) else {})
        for n, name in enumerate(NAMES)
    ]
    return other_logs.metr(rows)


def of_runs(change: Callable[[Rows], Rows | None]) -> Callable[[Files], Files]:
    return lambda files: relined(files, RUNS, change)


def csv(successes: int = 0, *, errors: int = 0) -> Files:
    rows = [
        f"quiz,lab/model,{name},{'' if value(n, errors) else value(n, successes)},"
        f"{'errored' if value(n, errors) else ''},asks {n}"
        for n, name in enumerate(NAMES)
    ]
    return other_logs.csv("\n".join(["evaluation,model,sample,score,state,content", *rows]) + "\n")


def of_table(change: Callable[[list[str]], list[str]]) -> Callable[[Files], Files]:
    def made(files: Files) -> Files:
        head, *rows = files["table.csv"].decode().splitlines()
        return other_logs.csv("\n".join([head, *change(rows)]) + "\n")

    return made


def table_rows_again(rows: list[str]) -> list[str]:
    """Twenty questions under forty names."""
    return [row.rpartition(",")[0] + f",asks {n % 20}" for n, row in enumerate(rows)]


Make = Callable[[], Files]
Forge = Callable[[Files], Files]
NAMELESS = "results name no score that the samples hold"
WITHOUT_SCORE = "4 without a score counted against either claim"
HALF = "20 samples repeat the content of others and count once"
ATTACKS: list[tuple[str, str, Make, Forge, str, dict[str, Any]]] = [
    # format, kind, honest log, attack, what the reason says, what the indicator asks beside its bar
    ("inspect-json", "errors dropped", lambda: inspect_json(errors=4), of_log(drop_samples), WITHOUT_SCORE, {}),
    (
        "inspect-json",
        "errors dropped",
        lambda: inspect_json(errors=4),
        of_log(drop_samples_and_their_ids),
        "partial",
        {},
    ),
    ("inspect-json", "errors dropped", lambda: inspect_json(errors=4), of_log(drop_samples_wholly), TOO_FEW, EXPECTED),
    (
        "inspect-json",
        "refusals hidden",
        lambda: inspect_json(refusals=4),
        of_log(lose_the_reason_of_refusals),
        WITHOUT_SCORE,
        {},
    ),
    ("inspect-json", "partial run", lambda: inspect_json(4), of_log(say_limit), "partial run: limit 36", {}),
    ("inspect-json", "partial run", lambda: inspect_json(4), of_log(say_picked), "picked by id", {}),
    ("inspect-json", "edited samples", lambda: inspect_json(4), of_log(edit_samples), "results claim accuracy", {}),
    ("inspect-json", "edited samples", lambda: inspect_json(4), hide_edits_behind("P"), "results claim accuracy", {}),
    ("inspect-json", "edited samples", lambda: inspect_json(4), hide_edits_behind(0.5), "results claim accuracy", {}),
    ("inspect-json", "edited samples", lambda: inspect_json(4), hide_edits_behind(-1), "results claim accuracy", {}),
    ("inspect-json", "edited samples", lambda: inspect_json(4), of_log(fail_all_in_numbers), "results claim acc", {}),
    ("inspect-json", "edited samples", lambda: inspect_json(4), of_log(take_the_results_out), NAMELESS, {}),
    ("inspect-json", "edited samples", lambda: inspect_json(4), of_log(take_all_figures_out), NAMELESS, {}),
    ("inspect-json", "edited samples", lambda: inspect_json(4), of_log(rename_the_figure), NAMELESS, {}),
    (
        "inspect-json",
        "edited samples",
        lambda: inspect_json(4),
        of_log(rename_one_of_two_figures),
        "results claim an accuracy for 'match ', of which the samples hold no score",
        {},
    ),
    ("inspect-json", "stopped by hand", inspect_json, of_log(stop_by_hand), WITHOUT_SCORE, {}),
    (
        "inspect-json",
        "swapped header",
        lambda: inspect_json(4),
        of_log(take_the_header_of_a_smaller_run),
        "header does not promise",
        {},
    ),
    ("inspect-json", "duplicated easy samples", inspect_json, of_log(ask_easy_ones_again), HALF, {}),
    ("lm-eval", "samples dropped", lambda: lm_eval(4), of_documents(all_but_the_last), "expected 40 samples", {}),
    ("lm-eval", "partial run", lambda: lm_eval(4), promise_fewer, "36 of 40 samples", {}),
    ("lm-eval", "samples dropped", lambda: lm_eval(4), promise_fewer_everywhere, TOO_FEW, EXPECTED),
    ("lm-eval", "edited summaries", lambda: lm_eval(4), of_results(state(0.0)), "results claim 0 for", {}),
    ("lm-eval", "edited samples", lambda: lm_eval(4), of_documents(fail_all_documents), "results claim 0.1 for", {}),
    (
        "lm-eval",
        "edited summaries",
        lambda: lm_eval(4),
        lambda files: of_results(state("N/A"))(of_documents(fail_all_documents)(files)),
        "results give no number for 'exact_match,none'",
        {},
    ),
    (
        "lm-eval",
        "edited summaries",
        lambda: lm_eval(4),
        lambda files: of_results(drop_the_mean)(of_documents(fail_all_documents)(files)),
        "scores that the results say nothing of: 'exact_match,none'",
        {},
    ),
    ("lm-eval", "edited samples", lambda: lm_eval(4), hide_edits_behind_a_text, "not all samples have a number", {}),
    (
        "lm-eval",
        "swapped header",
        lambda: lm_eval(4),
        take_the_results_of_other_documents,
        "their hashes give another task hash",
        {},
    ),
    ("lm-eval", "duplicated easy samples", lm_eval, lambda f: asked_again(f, spelled_otherwise=False), HALF, {}),
    ("lm-eval", "duplicated easy samples", lm_eval, lambda f: asked_again(f, spelled_otherwise=True), HALF, {}),
    ("helm", "errors dropped", lambda: helm(errors=4), drop_instances, WITHOUT_SCORE, {}),
    ("helm", "errors dropped", lambda: helm(errors=4), drop_instances_and_requests, "another number of instances", {}),
    ("helm", "errors dropped", lambda: helm(errors=4), drop_the_number_too, "do not say how many instances", {}),
    ("helm", "errors dropped", lambda: helm(errors=4), say_fewer_everywhere, TOO_FEW, EXPECTED),
    ("helm", "errors hidden", lambda: helm(errors=4), forget_errors, WITHOUT_SCORE, {}),
    ("helm", "partial run", lambda: helm(4), draw_fewer, "max_eval_instances", {}),
    ("helm", "edited summaries", lambda: helm(4), of_file("stats", state_no_successes), "stats claim 0 for", {}),
    (
        "helm",
        "edited samples",
        lambda: helm(4),
        of_file("per_instance_stats", fail_all_instances),
        "stats claim 0.1 for exact_match",
        {},
    ),
    ("helm", "edited summaries", lambda: helm(4), drop_the_aggregate, "stats say nothing of 'exact_match'", {}),
    ("helm", "edited summaries", lambda: helm(4), drop_its_mean, "stats say nothing of 'exact_match'", {}),
    ("helm", "swapped header", lambda: helm(4), take_the_instances_of_another_run, "nothing says were asked", {}),
    ("helm", "duplicated easy samples", helm, lambda f: instances_asked_again(f, spelled_otherwise=False), HALF, {}),
    ("helm", "duplicated easy samples", helm, lambda f: instances_asked_again(f, spelled_otherwise=True), HALF, {}),
    (
        "every-eval-ever",
        "errors dropped",
        lambda: every_eval_ever(errors=4),
        of_lines(all_but_the_last),
        "their SHA-256 differs",
        {},
    ),
    (
        "every-eval-ever",
        "errors dropped",
        lambda: every_eval_ever(errors=4),
        lambda files: forget_the_digest(of_lines(all_but_the_last)(files)),
        "partial run: 36 of 40 samples",
        {},
    ),
    (
        "every-eval-ever",
        "refusals hidden",
        lambda: every_eval_ever(errors=4, word="refusal"),
        of_lines(lose_errors),
        "their SHA-256 differs",
        {},
    ),
    (
        "every-eval-ever",
        "edited summaries",
        lambda: every_eval_ever(4),
        of_record(lambda record: record["evaluation_results"][0]["score_details"].update(score=0.0)),
        "results claim 0 for",
        {},
    ),
    (
        "every-eval-ever",
        "edited samples",
        lambda: every_eval_ever(4),
        lambda files: forget_the_digest(of_lines(fail_all_lines)(files)),
        "results claim 0.1 for",
        {},
    ),
    (
        "every-eval-ever",
        "edited samples",
        lambda: every_eval_ever(4),
        lambda files: forget_the_digest(of_lines(hide_line_edits_behind_a_text)(files)),
        "not all samples have a number",
        {},
    ),
    (
        "every-eval-ever",
        "swapped header",
        lambda: every_eval_ever(4),
        of_record(lambda record: record.update(evaluation_id="another")),
        "another evaluation_id",
        {},
    ),
    (
        "every-eval-ever",
        "swapped header",
        lambda: every_eval_ever(4),
        of_record(lambda record: record.update(model_info={"name": "weak", "id": "lab/weak"})),
        "of another model than the record",
        {},
    ),
    (
        "every-eval-ever",
        "duplicated easy samples",
        every_eval_ever,
        lambda files: forget_the_digest(of_lines(lines_asked_again)(files)),
        HALF,
        {},
    ),
    ("metr-runs", "errors dropped", lambda: metr(errors=4), of_runs(all_but_the_last), TOO_FEW, EXPECTED),
    ("metr-runs", "partial run", lambda: metr(4), of_runs(all_but_the_last), TOO_FEW, EXPECTED),
    (
        "metr-runs",
        "duplicated easy samples",
        metr,
        of_runs(lambda rows: rows[:20] + [{**row, "task_id": f"new{n}"} for n, row in enumerate(rows[:20])]),
        "20 run(s) stand more than once",
        {},
    ),
    (
        "metr-runs",
        "duplicated easy samples",
        metr,
        of_runs(lambda rows: rows[:20] + [{**row, "run_id": f"n{n}"} for n, row in enumerate(rows[:20])]),
        "0 of 20 tasks in 40 attempts",
        {},
    ),
    ("csv", "errors dropped", lambda: csv(errors=4), of_table(lambda rows: rows[:FEW]), TOO_FEW, EXPECTED),
    ("csv", "partial run", lambda: csv(4), of_table(lambda rows: rows[:FEW]), TOO_FEW, EXPECTED),
    (
        "csv",
        "duplicated easy samples",
        csv,
        of_table(lambda rows: rows[:20] + rows[:20]),
        "20 attempt(s) stand in the log more than once",
        {},
    ),
    ("csv", "duplicated easy samples", csv, of_table(table_rows_again), HALF, {}),
]
HONEST: dict[str, Callable[..., Files]] = {
    "inspect-json": inspect_json,
    "lm-eval": lm_eval,
    "helm": helm,
    "every-eval-ever": every_eval_ever,
    "metr-runs": metr,
    "csv": csv,
}
SCORES = {"every-eval-ever": "accuracy", "metr-runs": "score_binarized", "helm": "exact_match"}
IDS = [f"{row[0]}: {row[1]} {number}" for number, row in enumerate(ATTACKS)]


def judged(name: str, files: Files, **asks: Any) -> IndicatorFinding:
    return finding(other_logs.read_one(files), score=SCORES.get(name, ""), **asks)


@pytest.mark.parametrize(("name", "make"), HONEST.items())
def test_an_untouched_log_without_successes_rules_out(name, make):
    """The control: every attack would work on a reader that believes."""
    asks = {} if name in {"inspect-json", "lm-eval", "every-eval-ever", "helm"} else EXPECTED

    assert judged(name, make(), **asks).comparison is Comparison.CLEAR


@pytest.mark.parametrize(("name", "make"), HONEST.items())
def test_an_untouched_log_with_four_successes_does_not(name, make):
    """What the attacks start from."""
    found = judged(name, make(4))

    assert found.comparison is Comparison.INCONCLUSIVE
    assert found.estimate is not None, found.because


@pytest.mark.parametrize(("name", "kind", "make", "forge", "named", "asks"), ATTACKS, ids=IDS)
def test_each_attack_on_each_format_is_named_and_rules_nothing_out(name, kind, make, forge, named, asks):
    """What was done stands in the reason, and the indicator is not clear."""
    found = judged(name, forge(make()), **asks)

    assert found.comparison is not Comparison.CLEAR, kind
    assert named in found.because, (kind, found.because)


@pytest.mark.parametrize("name", [name for name in HONEST if name != "lm-eval"])
def test_every_format_that_can_tell_is_attacked_by_dropping_errors(name):
    """lm-evaluation-harness writes nothing of errors; all others do."""
    assert any(row[0] == name and row[1] == "errors dropped" for row in ATTACKS)


# --- figures beyond what a float holds --------------------------------------------------------------------------------

HUGE = (10**400, -(10**400), 10**300, 9e299, -1e308, float("nan"), float("-inf"), [10**400], 1e-320)


def helm_of(figure: object) -> Files:
    """Counted a hundred million times, as one statistic over many questions may be."""

    def change(rows: Rows) -> None:
        for row in rows[:2]:
            row["stats"][0] |= {"count": 10**8, "mean": figure, "sum": figure}

    stated = of_file("stats", lambda stats: stats[0].update(mean=figure))(helm())
    return of_file("per_instance_stats", change)(stated)


def lm_eval_of(figure: object) -> Files:
    """In scores, aggregates, version, limit and date alike."""
    scored = of_documents(lambda rows: [row | {"exact_match": figure} for row in rows])(lm_eval())
    stated = {"exact_match,none": figure, "exact_match_stderr,none": figure}
    aggregated = of_results(lambda results: results["results"]["quiz"].update(stated))(scored)
    return of_results(lambda results: results["config"].update(limit=figure, model_sha=figure))(aggregated)


def every_eval_ever_of(figure: object) -> Files:
    scored = of_lines(lambda rows: [row | {"evaluation": {"score": figure}} for row in rows])(every_eval_ever())
    percent = of_record(lambda record: record["evaluation_results"][0]["metric_config"].update(metric_unit="percent"))
    return percent(scored)


def metr_of(figure: object) -> Files:
    return of_runs(lambda rows: [row | {"score": figure, "score_binarized": figure} for row in rows])(metr())


def inspect_json_of(figure: object) -> Files:
    def change(log: dict[str, Any]) -> None:
        for entry in log["samples"]:
            entry["scores"]["match"]["value"] = figure

    return of_log(change)(inspect_json())


@pytest.mark.parametrize("make", [helm_of, lm_eval_of, every_eval_ever_of, metr_of, inspect_json_of])
@pytest.mark.parametrize("figure", HUGE)
def test_a_figure_beyond_all_floats_is_refused_or_measured_and_kept(make, figure):
    """No arithmetic on it ends in an error of ours, and what is measured is read back as it was."""
    files = make(figure)

    with suppress(UnreadableLog):
        check_kept(other_logs.read_one(files))


def check_kept(measurement: Measurement) -> None:
    kept = measurement_bytes(measurement)
    assert measurement_bytes(measurement_from(kept)) == kept
    for score in ("", *dict(measurement.attempts[0].scores)):
        assert finding(measurement, score=score).because
