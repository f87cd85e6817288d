# SPDX-License-Identifier: Apache-2.0
"""Listing and running with a runner that only writes a log: what is ordered, where logs go, what is refused before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.integration.command_line import ROOT
from tests.unit.evidence import inspect_logs as logs

from ruleout.analysis.required import Status
from ruleout.app.evaluate import (
    Listed,
    Ran,
    after,
    find_evaluations,
    list_required,
    order_runs,
    read_evaluations,
    run_order,
    write_beside,
)
from ruleout.app.sources import read_case, read_framework
from ruleout.app.workspace import Workspace
from ruleout.errors import BadInput, NotFound, RuleoutError, UnreadableLog
from ruleout.model.evidence import Comparison, Weight
from ruleout.model.run import RunOrder

EXAMPLE = ROOT / "examples" / "evaluate"
AT = datetime(2026, 2, 1, tzinfo=UTC)
ELICITATION = "plain question, no tools, one try"


def lay_out(folder: Path, *, case: str = "", evaluations: str | None = "", framework: str = "") -> Path:
    """The example's files, with lines added to each."""
    given = {"case.yaml": case, "framework.yaml": framework, "evaluations.yaml": evaluations}
    for name, more in given.items():
        if more is not None:
            text = (EXAMPLE / name).read_text("utf-8")
            (folder / name).write_text(text + more, "utf-8")
    return folder


def listed(folder: Path, *, at: datetime = AT) -> Listed:
    path = find_evaluations(None, folder / "case.yaml", None)
    runs = None if path is None else read_evaluations(path)
    framework = read_framework(folder / "framework.yaml")
    return list_required(framework, read_case(folder / "case.yaml"), runs, at=at)


def a_log(right: int = 0, *, model: str = "lab/model", **spec: Any) -> bytes:
    """A log of the example's evaluation, run on 10 January 2026."""
    samples = [logs.sample(f"s{i}", "C" if i < right else "I") for i in range(40)]
    head = logs.header([s["id"] for s in samples], task="clerk_suite", task_version=1, model=model, **spec)
    return logs.log(samples, head)


@dataclass
class Writes:
    """A runner that writes these bytes and keeps what it was asked."""

    data: bytes
    asked: list[tuple[RunOrder, Path]] = field(default_factory=list)

    def check(self) -> None:
        """Everything is there."""

    def run(self, order: RunOrder, *, folder: Path, log: Path, say: Callable[[str], None]) -> None:
        self.asked.append((order, folder))
        say("running")
        log.parent.mkdir(exist_ok=True)
        log.write_bytes(self.data)


def orders(one: Listed, *, model: str = "lab/model", only: tuple[str, ...] = (), smoke: int | None = None) -> Any:
    return order_runs(one, model=model, only=only, smoke=smoke)


def ran(one: Listed, runner: Writes, **more: Any) -> Ran:
    (order,) = orders(one, **more)
    return run_order(order, one, runner, now=datetime(2026, 1, 10, 9, 30, tzinfo=UTC), say=lambda _: None)


def test_the_evaluations_file_is_the_named_one_or_the_nearest(tmp_path):
    """Beside the case before that of the workspace; none is no error."""
    case, own = tmp_path / "cases" / "case.yaml", tmp_path / "evaluations.yaml"
    workspace = Workspace(root=tmp_path, origin="lab.example/record", producer="lab")
    case.parent.mkdir()
    assert find_evaluations(None, case, workspace) is None

    own.write_text("", "utf-8")
    assert find_evaluations(None, case, workspace) == own
    assert find_evaluations(None, case, None) is None

    (case.parent / "evaluations.yaml").write_text("", "utf-8")
    assert find_evaluations(None, case, workspace) == case.parent / "evaluations.yaml"
    assert find_evaluations(own, case, workspace) == own


# --- what is ordered --------------------------------------------------------------------------------------------------


def test_what_is_missing_is_ordered_with_what_the_framework_requires(tmp_path):
    """The log will say which elicitation, case and framework it was made for."""
    (order,) = orders(listed(lay_out(tmp_path)))

    assert (order.run.task, order.model, order.epochs, order.smoke) == (
        "tasks/clerk.py@clerk_suite",
        "lab/model",
        1,
        None,
    )
    assert dict(order.metadata) == {
        "elicitation": ELICITATION,
        "ruleout_case": "paper-1",
        "ruleout_framework": "paper-lab@1.0",
        "ruleout_evaluation": "Clerk suite",
    }


def demanding(one: Listed, **more: Any) -> Listed:
    """The same list under a framework whose indicator requires more."""
    old = one.framework.framework
    new = replace(old, indicators=tuple(replace(i, **more) for i in old.indicators))
    return list_required(replace(one.framework, framework=new), one.case, one.runs, at=one.at)


@pytest.mark.parametrize(("stated", "required", "ordered"), [("", 3, 3), ("", None, None), ("4", 3, 4), ("4", None, 4)])
def test_repeats_are_the_indicators_where_the_file_leaves_them_open(tmp_path, stated, required, ordered):
    """More epochs than required may be stated; neither stated leaves them to the task."""
    folder = lay_out(tmp_path)
    text = (folder / "evaluations.yaml").read_text("utf-8")
    told = f"    epochs: {stated}\n" if stated else ""
    (folder / "evaluations.yaml").write_text(text.replace("    epochs: 1\n", told), "utf-8")
    (order,) = orders(demanding(listed(folder), repeats=required))

    assert order.epochs == ordered


def test_fewer_epochs_than_required_are_refused_before_anything_runs(tmp_path):
    """The file says one, the indicator three."""
    with pytest.raises(BadInput) as refusal:
        orders(demanding(listed(lay_out(tmp_path)), repeats=3))

    assert [(p.id, p.got) for p in refusal.value.problems] == [("R005", "1")]


def test_a_saturated_indicator_alone_asks_for_no_run(tmp_path):
    """It has lost its power to rule out; naming it runs it all the same."""
    one = demanding(listed(lay_out(tmp_path)), weight=Weight.SATURATED)

    assert orders(one) == ()
    assert len(orders(one, only=("Clerk suite",))) == 1


def test_a_log_that_only_lacks_a_check_is_not_run_again(tmp_path):
    """Another run would lack it too."""
    folder = lay_out(tmp_path)
    first = ran(listed(folder), Writes(a_log()))
    text = (folder / "case.yaml").read_text("utf-8")
    (folder / "case.yaml").write_text(f"{text}evidence:\n{_lines(first)}", "utf-8")
    one = demanding(listed(folder), needs=("sandbagging",))

    assert [row.status for row in one.required] == [Status.UNCHECKED]
    assert one.is_outstanding
    assert orders(one) == ()


def test_another_elicitation_is_refused_before_anything_runs(tmp_path):
    """The problem names the place in the file; listing shows it without failing."""
    folder = lay_out(tmp_path)
    text = (folder / "evaluations.yaml").read_text("utf-8")
    (folder / "evaluations.yaml").write_text(text.replace("no tools", "with tools"), "utf-8")
    one = listed(folder)

    with pytest.raises(BadInput) as refusal:
        orders(one)

    assert [p.id for p in refusal.value.problems] == ["R004"]
    assert one.problems == refusal.value.problems


def test_a_file_with_a_defect_is_refused_when_it_is_read(tmp_path):
    """Also when nothing is to be run: a defect is told where it is seen."""
    folder = lay_out(tmp_path, evaluations="    limit: 3\n")

    with pytest.raises(BadInput):
        listed(folder)


def test_without_an_evaluations_file_nothing_can_be_run(tmp_path):
    """The list does not need one."""
    one = listed(lay_out(tmp_path, evaluations=None))

    assert [row.status for row in one.required] == [Status.MISSING]
    with pytest.raises(NotFound, match="no evaluations file"):
        orders(one)


def test_an_evaluations_file_without_what_is_missing_is_told(tmp_path):
    """With the name under which it would be found."""
    folder = lay_out(tmp_path)
    text = (folder / "evaluations.yaml").read_text("utf-8")
    (folder / "evaluations.yaml").write_text(text.replace("Clerk suite", "Other suite"), "utf-8")

    with pytest.raises(NotFound, match="has none of: Clerk suite"):
        orders(listed(folder))


def test_an_unknown_name_is_refused(tmp_path):
    """`--only` names what is required and can be run."""
    with pytest.raises(NotFound, match="'Clerk suit' is not both") as refusal:
        orders(listed(lay_out(tmp_path)), only=("Clerk suit",))

    assert refusal.value.hint == "Name one of: Clerk suite."


def test_another_model_than_the_case_names_is_refused(tmp_path):
    """A run of another model is no evidence about this one (E-4)."""
    item = 'evidence:\n  - evaluation: Clerk suite\n    log: logs/old.eval\n    log-model: "lab/other"\n'

    with pytest.raises(RuleoutError, match="called 'lab/other' in logs of 'Clerk suite', got 'lab/model'"):
        orders(listed(lay_out(tmp_path, case=item)))


def test_what_is_there_is_not_run_again_unless_named(tmp_path):
    """Repeating a run until it suits is no evidence."""
    folder = lay_out(tmp_path)
    first = ran(listed(folder), Writes(a_log()))
    text = (folder / "case.yaml").read_text("utf-8")
    lines = f"evidence:\n{_lines(first)}"
    (folder / "case.yaml").write_text(text + lines, "utf-8")
    again = listed(folder)

    assert [row.status for row in again.required] == [Status.USABLE]
    assert orders(again) == ()
    assert len(orders(again, only=("Clerk suite",))) == 1


def _lines(one: Ran) -> str:
    from ruleout.reports.evaluate_text import case_lines

    return case_lines(one.item)


# --- what a run leaves ------------------------------------------------------------------------------------------------


def test_a_log_lies_under_logs_named_for_evaluation_and_instant(tmp_path):
    """It is read at once and held against the indicator."""
    runner = Writes(a_log())
    one = ran(listed(lay_out(tmp_path)), runner)

    assert one.log == tmp_path / "logs" / "clerk-suite-20260110T093000Z.eval"
    assert (one.item.log, one.item.log_task, one.item.log_model) == (
        "logs/clerk-suite-20260110T093000Z.eval",
        "clerk_suite",
        "lab/model",
    )
    assert [(row.status, row.finding.comparison) for row in one.required] == [(Status.USABLE, Comparison.CLEAR)]
    assert runner.asked[0][1] == tmp_path


def test_the_lines_for_the_case_make_it_count(tmp_path):
    """Pasted, they are read back as the evidence that was checked."""
    folder = lay_out(tmp_path)
    one = ran(listed(folder), Writes(a_log()))
    path = write_beside(one.log, _lines(one))
    (folder / "case.yaml").write_text(
        (folder / "case.yaml").read_text("utf-8") + "evidence:\n" + path.read_text("utf-8"), "utf-8"
    )
    (row,) = listed(folder).required

    assert path.name == "clerk-suite-20260110T093000Z.case.yaml"
    assert (row.status, row.because) == (Status.USABLE, "0 of 40 tasks; 95 % upper bound 0.0721576 < bar 0.1")
    with pytest.raises(RuleoutError, match="exists already"):
        write_beside(one.log, "other")


def test_a_second_run_gets_a_name_of_its_own_and_the_first_is_counted(tmp_path):
    """Nothing is overwritten, and whoever reads the page learns that it was tried before."""
    one = listed(lay_out(tmp_path))
    first, second = ran(one, Writes(a_log())), ran(one, Writes(a_log(30)))

    assert second.log.name == "clerk-suite-20260110T093000Z-2.eval"
    assert (first.earlier, second.earlier) == (0, 1)
    assert [row.finding.comparison for row in second.required] == [Comparison.CROSSED]


def test_a_smoke_run_changes_nothing_of_what_is_required(tmp_path):
    """Even where its log would count; nor is it counted as an earlier run."""
    one = listed(lay_out(tmp_path))
    smoke = ran(one, Writes(a_log()), smoke=40)
    real = ran(one, Writes(a_log()))

    assert smoke.log.name == "clerk-suite-20260110T093000Z-smoke.eval"
    assert [row.status for row in after(one, [smoke])] == [Status.MISSING]
    assert [row.status for row in after(one, [smoke, real])] == [Status.USABLE]
    assert real.earlier == 0


def test_a_log_of_another_model_than_was_ordered_is_not_accepted(tmp_path):
    """What ran is the log's word, not the order's."""
    one = ran(listed(lay_out(tmp_path)), Writes(a_log(model="lab/mini")))

    assert [row.status for row in one.required] == [Status.NOT_ACCEPTED]
    assert "expected a log of model 'lab/model', got 'lab/mini'" in one.required[0].because


def test_a_log_that_is_none_is_refused_and_kept(tmp_path):
    """Somebody may want to look at it."""
    with pytest.raises(UnreadableLog):
        ran(listed(lay_out(tmp_path)), Writes(b"not a log"))

    assert (tmp_path / "logs" / "clerk-suite-20260110T093000Z.eval").read_bytes() == b"not a log"
