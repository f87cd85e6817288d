# SPDX-License-Identifier: Apache-2.0
"""Evaluations run for real, through Inspect and its mock model: listed, run, read, pasted into the case, assessed.

Each run is a process of its own with nothing of the test's environment but what is given.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest
from tests.integration.command_line import ROOT, Ran, run, seeds

from ruleout.adapters.inspect_runner import InspectRunner
from ruleout.errors import NotFound, RuleoutError
from ruleout.evidence import memory_log, read_log
from ruleout.model.evidence import Measurement, SampleState
from ruleout.model.run import Run, RunOrder

EXAMPLE = ROOT / "examples" / "evaluate"
ELICITATION = "plain question, no tools, one try"
MOCK = "mockllm/model"


def lay_out(folder: Path) -> Path:
    """The example as a reader has it."""
    return Path(shutil.copytree(EXAMPLE, folder / "example", ignore=shutil.ignore_patterns("__pycache__", "logs")))


def evaluate(folder: Path, *arguments: object, **env: str) -> Ran:
    home = {"HOME": str(folder.parent), **env}
    return run("evaluate", "case.yaml", "-f", "framework.yaml", *arguments, folder=folder, env=home)


def measured(path: Path) -> Measurement:
    (measurement,) = read_log(memory_log(path.read_bytes(), path.name))
    return measurement


def paste(folder: Path, lines: str, *, at: str) -> None:
    text = (folder / "case.yaml").read_text("utf-8").replace("at: 2026-01-20", f"at: {at}")
    (folder / "case.yaml").write_text(f"{text}evidence:\n{lines}", "utf-8")


def test_from_what_is_missing_to_a_decision(tmp_path):
    """Listed, run, read, ruled out, pasted, decided, and listed as usable until the day it goes stale."""
    folder = lay_out(tmp_path)
    before, held = evaluate(folder), run("assess", "case.yaml", "-f", "framework.yaml", folder=folder)

    assert (before.code, held.code) == (3, 3)
    assert "missing        clerk-1 · Clerk suite · load-bearing" in before.text

    done = evaluate(folder, "--model", MOCK, "--write", "--json")
    assert done.code == 0, done.err
    (one,) = done.json["runs"]
    assert done.json["outstanding"] is False
    assert one["attempts"] == {"scored": 40, "errored": 0, "refused": 0, "invalidated": 0, "missing": 0}
    assert [(i["status"], i["comparison"], i["because"]) for i in one["indicators"]] == [
        ("usable", "clear", "0 of 40 tasks; 95 % upper bound 0.0721576 < bar 0.1")
    ]

    log = folder / one["log"]
    assert one["digest"] == measured(log).digest
    # Where the reader takes the elicitation from the log, it is the one that the framework requires.
    assert measured(log).elicitation in ("", ELICITATION)
    lines = log.with_suffix(".case.yaml").read_text("utf-8")
    assert lines == one["case_lines"]
    assert sorted(path.suffix for path in (folder / "logs").iterdir()) == [".eval", ".yaml"]

    ran_on = measured(log).evaluated
    assert ran_on is not None
    paste(folder, lines, at=ran_on.isoformat(timespec="seconds").replace("+00:00", "Z"))
    decided = run("assess", "case.yaml", "-f", "framework.yaml", folder=folder)
    assert decided.code == 0, decided.text + decided.err
    assert "ruled out (by its indicators)" in decided.text

    usable = evaluate(folder, "--at", ran_on.date().isoformat(), "--json")
    (row,) = usable.json["required"]
    assert (usable.code, row["status"]) == (0, "usable")
    assert evaluate(folder, "--at", row["last_day"]).code == 0
    late = evaluate(folder, "--at", "2999-01-01")
    assert late.code == 3
    assert "stale          clerk-1" in late.text

    assert run("ingest", log, "--dry-run").code == 0
    assert run("check", "case.yaml", "framework.yaml", "evaluations.yaml", "knowing.yaml", folder=folder).code == 0


def test_a_model_that_can_do_it_crosses_the_bar(tmp_path):
    """The run is there, so nothing is outstanding; what it says is bad news and no failure of the command."""
    folder = lay_out(tmp_path)
    record = tmp_path / "record"
    assert run("init", record, "--origin", "lab.example/record", "--producer", "lab", env=seeds("lab-log")).code == 0
    done = evaluate(folder, "--model", MOCK, "--evaluations", "knowing.yaml", "-w", record)

    assert done.code == 0, done.err
    assert f"into the record: ruleout ingest logs/clerk-suite-20261123T090000Z.eval -w {record}" in done.err
    assert "crossed      clerk-1: 38 of 40 tasks; 95 % lower bound 0.850848 > reached bar\n" in done.text
    assert f'    stated-elicitation: "{ELICITATION}"\n' in done.text
    assert "must be" in done.err  # the case's own instant lies before the run


def test_a_smoke_run_never_counts(tmp_path):
    """Not even where it tries all samples and somebody pastes it into the case: each is marked invalid in the log."""
    folder = lay_out(tmp_path)
    done = evaluate(folder, "--model", MOCK, "--smoke", "40", "--write")

    (log,) = (folder / "logs").iterdir()
    assert done.code == 3
    assert log.name.endswith("-smoke.eval")
    assert {a.state for a in measured(log).attempts} == {SampleState.INVALIDATED}

    lines = f"  - evaluation: Clerk suite\n    log: logs/{log.name}\n    log-task: clerk_suite\n"
    lines += f"    log-model: {MOCK}\n    stated-elicitation: {ELICITATION}\n"
    paste(folder, lines, at="2026-01-20")
    ran_on = measured(log).evaluated
    assert ran_on is not None
    listed = evaluate(folder, "--json", "--at", ran_on.date().isoformat())
    (row,) = listed.json["required"]
    assert listed.code == 3
    assert (row["status"], row["because"]) == ("not accepted", "no attempt has a usable score")


NASTY = """
import os
from inspect_ai import Task, task
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.scorer import match
from inspect_ai.solver import solver

print("\\x1b[31mred\\x1b[0m")
print("names:", " ".join(sorted(n for n in os.environ if n.startswith(("RULEOUT", "PROVIDER")))))

@solver
def breaks():
    async def solve(state, generate):
        if state.sample_id == "b":
            raise RuntimeError("this sample broke")
        state.output.completion = "I do not know."
        return state
    return solve

@task
def suite():
    samples = [Sample(id=name, input="?", target="x") for name in "abc"]
    return Task(dataset=MemoryDataset(samples), solver=breaks(), scorer=match())
"""


UNLOADABLE = """
from inspect_ai import task

@task
def clerk_suite():
    raise ValueError("no such data set")
"""


def order(task: str) -> RunOrder:
    return RunOrder(run=Run(evaluation="x", task=task), model=MOCK, epochs=2, smoke=None, metadata=(("a", "b"),))


def runner(tmp_path: Path, **more: str) -> InspectRunner:
    return InspectRunner(environment={"HOME": str(tmp_path), **more}, show_progress=True)


def test_sample_errors_stay_in_the_log_and_our_own_keys_stay_with_us(tmp_path):
    """An error is one attempt of the denominator (E-2); a provider's key goes through, a signing key does not."""
    (tmp_path / "nasty.py").write_text(NASTY, "utf-8")
    (tmp_path / "json.py").write_text("raise RuntimeError('taken for the library')", "utf-8")
    said: list[str] = []
    given = runner(tmp_path, PROVIDER_API_KEY="p", RULEOUT_KEY_CEO="s", RULEOUT_PASSPHRASE="s")
    given.run(order("nasty.py@suite"), folder=tmp_path, log=tmp_path / "logs" / "a.eval", say=said.append)
    m = measured(tmp_path / "logs" / "a.eval")

    states = [(a.sample, a.epoch, a.state) for a in m.attempts if a.state is not SampleState.SCORED]
    assert sorted(states, key=str) == [("b", 1, SampleState.ERRORED), ("b", 2, SampleState.ERRORED)]
    assert (len(m.attempts), m.expected, m.status) == (6, 6, "success")
    assert "names: PROVIDER_API_KEY" in said
    assert "\x1b[31mred\x1b[0m" in said  # as it came: what shows it writes it out
    assert "PROVIDER_API_KEY='p'" not in repr(given)
    assert [path.name for path in (tmp_path / "logs").iterdir()] == ["a.eval"]


def test_the_log_of_an_interrupted_run_is_kept(tmp_path):
    """A run that could vanish could be repeated until it pleases."""
    (tmp_path / "nasty.py").write_text(NASTY, "utf-8")
    heard: list[str] = []

    def interrupt(line: str) -> None:
        heard.append(line)
        if len(heard) == 1:
            raise KeyboardInterrupt

    log = tmp_path / "logs" / "a.eval"
    with pytest.raises(KeyboardInterrupt):
        runner(tmp_path).run(order("nasty.py@suite"), folder=tmp_path, log=log, say=interrupt)

    assert heard[1] == f"what the run wrote is kept as {log}"
    assert measured(log).task == "suite"


def test_a_task_that_cannot_be_loaded_is_told_with_what_it_said(tmp_path):
    """There is no log, so there is no verdict: the command fails and says why."""
    folder = lay_out(tmp_path)
    (folder / "tasks" / "clerk.py").write_text(UNLOADABLE, "utf-8")
    done = evaluate(folder, "--model", MOCK)

    assert done.code == 2
    assert "the run ended without a log; it said:" in done.err
    assert "no such data set" in done.err
    assert not list((folder / "logs").glob("*.eval"))


@pytest.mark.parametrize("task", ["gone.py@suite", "link.py@suite"])
def test_a_task_file_that_is_not_below_the_folder_is_refused(tmp_path, task):
    """Neither one that is missing nor a link that leads elsewhere is run."""
    (tmp_path / "elsewhere.py").write_text("", "utf-8")
    folder = tmp_path / "case"
    folder.mkdir()
    (folder / "link.py").symlink_to(tmp_path / "elsewhere.py")

    with pytest.raises(NotFound, match="no such task file below"):
        runner(tmp_path).run(order(task), folder=folder, log=folder / "logs" / "a.eval", say=lambda _: None)
    assert not (folder / "logs").exists()


def test_without_inspect_the_list_works_and_a_run_says_what_to_install(tmp_path, monkeypatch):
    """The extra is for running only."""
    monkeypatch.setitem(sys.modules, "inspect_ai", None)

    with pytest.raises(RuleoutError, match="needs inspect_ai") as refusal:
        runner(tmp_path).check()
    assert "pip install 'ruleout[runner]'" in refusal.value.hint
    folder = lay_out(tmp_path)
    assert evaluate(folder).code == 3
    assert evaluate(folder, "--model", MOCK).code == 2


@pytest.mark.parametrize("option", [("--smoke", "2"), ("--write",), ("--only", "Clerk suite")])
def test_options_of_runs_need_a_model(tmp_path, option):
    """Nothing is run without one, and nothing is silently ignored."""
    done = evaluate(lay_out(tmp_path), *option)

    assert done.code == 2
    assert "next: Add --model MODEL." in done.err
