# SPDX-License-Identifier: Apache-2.0
"""`plan` and `estimate`: pages, JSON without floats, errors with a next step, and examples that are what is shipped."""

from __future__ import annotations

import json
import re
import runpy
import shlex
from pathlib import Path

import pytest
from tests.integration.command_line import DEMO, ROOT, run
from tests.unit.evidence import inspect_logs

EXAMPLES = ROOT / "examples" / "estimates"
LOG = DEMO / "logs" / "autonomy-suite.eval"
GUIDE = (ROOT / "docs" / "guide" / "estimates.md").read_text(encoding="utf-8")


def estimate(*arguments: object):
    return run("estimate", *arguments, folder=EXAMPLES)


def no_floats(text: str) -> None:
    def refuse(number: str) -> None:
        raise AssertionError(f"a float in JSON: {number}")

    json.loads(text, parse_float=refuse)


@pytest.mark.parametrize(
    "arguments",
    [
        "estimate horizon runs.jsonl --resamples 50",
        "estimate trend horizons.csv --bar 40h --by 2027-01-01",
        "estimate pairs plain.csv elicited.csv",
        "estimate uplift scores.csv",
        "estimate uplift --treated 17/40 --control 0/38",
        "estimate rate 3/1000 --bar 1%",
        "plan --bar 0.1 --repeats 1",
    ],
)
def test_every_estimate_has_a_page_and_json_without_floats(arguments: str):
    """The same question in both forms; the page fits 80 columns."""
    page = run(*shlex.split(arguments), folder=EXAMPLES)
    shown = run(*shlex.split(arguments), "--json", folder=EXAMPLES)

    assert (page.code, shown.code, page.err, shown.err) == (0, 0, "", "")
    assert max(map(len, page.text.splitlines())) <= 80
    no_floats(shown.text)


def test_the_examples_are_what_their_script_makes():
    """Files and script cannot drift apart."""
    made = runpy.run_path(str(EXAMPLES / "make_examples.py"))["files"]()

    assert made
    for name, text in made.items():
        assert (EXAMPLES / name).read_text(encoding="utf-8") == text, name


@pytest.mark.parametrize("block", re.findall(r"```console\n(.*?)```", GUIDE, re.DOTALL))
def test_the_guide_shows_what_the_commands_print(block: str):
    """Every line that the guide shows below a command is printed by it, in its order."""
    command, *shown = block.strip().splitlines()
    ran = run(*shlex.split(command.removeprefix("$ ruleout ")), folder=EXAMPLES)
    printed = [" ".join(line.split()) for line in ran.text.splitlines()]
    at = 0
    for line in shown:
        if line.strip() and line.strip() != "…":
            at = printed.index(" ".join(line.split()), at) + 1

    assert ran.code == 0, ran.err
    assert shown


def test_horizons_do_not_depend_on_which_other_models_are_asked_for():
    """Each model starts from the seed."""
    alone = estimate("horizon", "runs.jsonl", "--model", "Model C", "--json").json["horizons"]
    every = estimate("horizon", "runs.jsonl", "--json").json["horizons"]

    assert [h["model"] for h in every] == ["Model A", "Model B", "Model C"]
    assert alone == every[2:]


def test_what_was_read_is_named_by_its_digest():
    """So a figure can be traced to its bytes."""
    read = estimate("trend", "horizons.csv", "--json").json["input"]

    assert read["name"] == "horizons.csv"
    assert re.fullmatch("[0-9a-f]{64}", read["sha256"])


def test_long_bootstraps_say_how_far_they_are():
    """On standard error, so that the page stays a page."""
    ran = estimate("horizon", "runs.jsonl", "--model", "Model A", "--resamples", "20000")

    assert "Model A: 20000 of 20000 resamples" in ran.err
    assert "resamples\n" not in ran.text


@pytest.mark.parametrize(
    ("arguments", "says", "hint"),
    [
        ("horizon gone.jsonl", "no such runs file", "Check the path"),
        ("horizon horizons.csv", "bad-json: line 1", "Mend that line"),
        ("horizon runs.jsonl --model Z", "no runs of 'Z'", "Model A, Model B, Model C"),
        ("horizon runs.jsonl --level 1", "--level: expected a share between 0 and 1", "0.95"),
        ("horizon runs.jsonl --penalty -1", "--penalty", "0.1"),
        ("trend runs.jsonl", "bad-text: row 1: expected a comma", "Write the file anew"),
        ("trend horizons.csv --frontier", "not marked as frontier", "Leave out --frontier"),
        ("trend horizons.csv --bar 3d", "--bar: expected a length of time", "40h"),
        ("trend horizons.csv --by tomorrow", "--by: expected a day", "2027-01-31"),
        ("pairs plain.csv scores.csv", "scores.csv: line 1: expected the columns task", "Mend the table"),
        ("pairs plain.csv runs.jsonl", "expected one task and model, got 3", "Hand in logs of one task"),
        ("pairs plain.csv elicited.csv --success-at x", "--success-at: expected a number", "digits"),
        ("uplift", "expected a CSV of scores, or both", "--treated 17/40"),
        ("uplift scores.csv --treated 1/2", "expected a CSV of scores, or both", "--treated 17/40"),
        ("uplift --treated 5/3 --control 1/2", "--treated: expected a count out of n", "17/40"),
        ("rate 1/0", "COUNT: expected a count out of n", "17/40"),
        (
            "rate 3/1000 --bar 5",
            "--bar: expected a bar as a share above 0 and below 1, got '5'",
            "5 in a hundred is 5%.",
        ),
        (
            "rate 3/1000 --bar 1",
            "--bar: expected a bar as a share above 0 and below 1, got '1'",
            "1 in a hundred is 1%.",
        ),
        ("rate 3/1000 --bar 100%", "--bar: expected a bar as a share above 0 and below 1", "Write it as 0.1 or 10%."),
        ("rate 3/1000 --alpha 5", "--alpha: expected a level above 0, at most 0.5", "5 in a hundred is 5%."),
        (f"looks {LOG} --bar 1", "--bar: expected a bar as a share above 0 and below 1", "1 in a hundred is 1%."),
        ("rate 3/1000 --alpha 0.9", "--alpha: expected a level", "0.05"),
    ],
)
def test_what_a_person_got_wrong_is_said_with_a_next_step(arguments: str, says: str, hint: str):
    """Exit code 2, what was expected, what to do; never a figure."""
    ran = estimate(*shlex.split(arguments))

    assert (ran.code, ran.out) == (2, b"")
    assert says in ran.err
    assert hint in ran.err.partition("next: ")[2]


@pytest.mark.parametrize(
    "arguments",
    ["--bar 2", "--bar 1", "--bar 0", "--bar 0.1 --alpha 0.6", "--bar 0.1 --power 80", "--bar 0.1 --repeats 99"],
)
def test_a_plan_out_of_range_is_refused(arguments: str):
    """With the ranges, or where they are told."""
    ran = run("plan", *shlex.split(arguments))

    assert (ran.code, ran.out) == (2, b"")
    assert "next: " in ran.err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ("--rate 1", "expected a rate from 0 to below 1, got 1\n"),
        ("--repeats 2 --repeats 0", "expected repeats from 1 to 50, got 0\n"),
        ("--tasks 4000", "expected tasks from 1 to 3000, got 4000\n"),
    ],
)
def test_a_plan_names_the_one_value_that_is_out_of_range_and_help_has_the_ranges(arguments: str, says: str):
    """In words, with no name of ours."""
    ran = run("plan", "--bar", "0.1", *shlex.split(arguments))
    told = " ".join(word for word in run("plan", "--help").text.split() if word != "│")

    assert says in ran.err
    assert all(
        text in told for text in ("1 to 3000", "1 to 50", "0 to below 1", "above 0, below 1", "default: 1, 2, 5, 10")
    )


def test_a_plan_says_that_all_hangs_on_the_assumed_rate():
    """And that no size suffices where the rate is not below the bar."""
    page = " ".join(run("plan", "--bar", "0.1").text.split())
    none = " ".join(run("plan", "--bar", "0.1", "--rate", "10%", "--repeats", "1").text.split())

    assert "nobody knows that rate" in page
    assert "the true rate of success at tasks like these lies below it" in page
    assert "no size suffices" in none


def test_a_plan_names_no_number_of_tasks_where_none_would_do():
    """At a rate that is not below the bar there is none, not one beyond those searched; and no word on repeats."""
    none = " ".join(run("plan", "--bar", "0.1", "--rate", "20%").text.split())

    assert "no size suffices: the assumed rate 0.2 is not below the bar 0.1" in none
    assert "Tasks needed" not in none
    assert "more than 3000 tasks" not in none
    assert "buy little" not in none


# --- logs -------------------------------------------------------------------------------------------------------------


def log(folder: Path, name: str, values: str, *, scorer: str = "check", **head: str) -> Path:
    """An Inspect log of samples s0, s1, … with one letter of `values` as score each."""
    samples = [inspect_logs.sample(f"s{at}", value, scorer=scorer) for at, value in enumerate(values)]
    for sample in samples if "also" in head else ():
        sample["scores"]["also"] = {"value": "C"}
    path = folder / name
    made = inspect_logs.header([one["id"] for one in samples], status=head.get("status", "success"))
    path.write_bytes(inspect_logs.log(samples, made))
    return path


def test_two_logs_are_compared_by_task():
    """The demonstration's log with itself: sixty tasks, no difference, no test."""
    found = run("estimate", "pairs", LOG, LOG, "--json").json["pairs"]

    assert (found["tasks"], found["better"], found["worse"]) == (60, 0, 0)
    assert found["test"] == "none: no task differs"


def test_a_log_meets_a_table_of_results(tmp_path):
    """Tasks of the table that the log lacks are listed."""
    table = tmp_path / "t.csv"
    table.write_text("task,successes,attempts\nsum-00,1,1\nsum-17,1,1\nother,1,1\n", encoding="utf-8")
    found = run("estimate", "pairs", LOG, table, "--json").json["pairs"]

    assert (found["tasks"], found["better"], found["only_second"]) == (2, 1, ["other"])
    assert len(found["only_first"]) == 58
    page = run("estimate", "pairs", LOG, table).text
    assert "58 tasks not compared" in page
    assert "and 38 more (all with --json)" in page


def test_a_log_with_several_scores_needs_one_named(tmp_path):
    """And the error lists them."""
    one, other = log(tmp_path, "a.eval", "CI", also="yes"), log(tmp_path, "b.eval", "CC", also="yes")
    refused = run("estimate", "pairs", one, other)

    assert refused.code == 2
    assert "it has: also, check" in refused.err
    assert run("estimate", "pairs", one, other, "--score", "check", "--json").json["pairs"]["better"] == 1
    assert run("estimate", "pairs", one, other, "--score", "none").code == 2


def test_what_is_wrong_with_a_log_stands_beside_the_comparison(tmp_path):
    """A cancelled run is compared, and said to be one."""
    one, other = log(tmp_path, "a.eval", "CI"), log(tmp_path, "b.eval", "CC", status="cancelled")

    assert "b.eval: the run's status is 'cancelled'" in run("estimate", "pairs", one, other).text


def test_scores_that_are_none_are_counted_and_left_out(tmp_path):
    """A text is neither success nor failure."""
    one = log(tmp_path, "a.eval", "CIC")
    other = tmp_path / "b.eval"
    samples = [inspect_logs.sample("s0", "what", scorer="check"), inspect_logs.sample("s1", "C", scorer="check")]
    other.write_bytes(inspect_logs.log(samples))
    found = run("estimate", "pairs", one, other, "--json").json["pairs"]

    assert (found["tasks"], found["unscored"]) == (1, [0, 1])
    assert found["only_first"] == ["s0 (no scored attempt on the other side)", "s2"]


def test_a_log_can_be_looked_at_as_it_grows():
    """The demonstration's log: one success in sixty, the bound after each look, the last one below the bar or not."""
    found = run("estimate", "looks", LOG, "--bar", "0.2", "--json").json["looks"]
    page = run("estimate", "looks", LOG, "--bar", "0.2").text

    assert [look["n"] for look in found] == [1, 2, 5, 10, 20, 50, 60]
    assert found[-1]["successes"] == 1
    assert found[-1]["is_below_bar"] is True
    assert "below the bar" in page


def test_repeats_cannot_be_looked_at_one_by_one(tmp_path):
    """A task enters whole."""
    path = tmp_path / "twice.eval"
    path.write_bytes(inspect_logs.log([inspect_logs.sample("s0", "I", epoch=e, scorer="check") for e in (1, 2)]))
    refused = run("estimate", "looks", path, "--bar", "0.2")

    assert refused.code == 2
    assert "one attempt at each task" in refused.err
