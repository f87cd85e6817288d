# SPDX-License-Identifier: Apache-2.0
"""An evaluations file becomes runs; each demand that it would not meet has its place in it."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ruleout.errors import BadInput
from ruleout.framework.runs import parse_evaluations, unmet_demands
from ruleout.model.run import Demand, Run

BASE = Path(__file__).parents[3] / "vectors" / "framework" / "base-evaluations.yaml"
SHORT = b"""evaluations:
  Suite:
    task: suite.py@suite
    elicitation: no tools
    epochs: 2
"""


def test_every_field_reaches_the_run():
    """Arguments keep their names and values; settings get the names that Inspect gives them."""
    file = parse_evaluations(BASE.read_bytes(), file="e.yaml")

    assert file.run_of("Cyber range") == Run(
        evaluation="Cyber range",
        task="tasks/cyber/range.py@cyber_range",
        task_args=(("hosts", 3), ("names", ["a", "b"]), ("level", Decimal("0.5")), ("Loud", True)),
        solver="tasks/solvers.py@patient",
        solver_args=(("tries", 4),),
        generate=(
            ("temperature", Decimal("0.7")),
            ("top_p", Decimal("0.9")),
            ("max_tokens", 4096),
            ("reasoning_effort", "high"),
            ("reasoning_tokens", 1000),
            ("system_message", "Be brief."),
        ),
        elicitation="full scaffold",
        epochs=3,
    )
    assert file.run_of("Jailbreak rate") == Run(evaluation="Jailbreak rate", task="guard.py@jailbreaks")
    assert file.run_of("Quiz") is None


def test_an_unmet_demand_has_its_line_and_column():
    """Somebody can go there and mend it."""
    demand = Demand(evaluation="Suite", elicitations=("full scaffold",), repeats=5)
    problems = unmet_demands(parse_evaluations(SHORT, file="e.yaml"), [demand])

    assert [(str(p.where), p.id, p.expected, p.got) for p in problems] == [
        ("e.yaml:4:18", "R004", "elicitation 'full scaffold', as the indicator requires", "'no tools'"),
        ("e.yaml:5:13", "R005", "at least 5 epochs, as the indicator requires", "2"),
    ]


@pytest.mark.parametrize(
    "demand",
    [
        Demand(evaluation="Suite"),
        Demand(evaluation="Suite", elicitations=(" no tools ",), repeats=2),
        Demand(evaluation="Other", elicitations=("x", "y"), repeats=9),
    ],
)
def test_a_demand_that_is_met_or_about_another_evaluation_is_no_problem(demand):
    """Texts are compared without the space around them, as evidence is."""
    assert unmet_demands(parse_evaluations(SHORT, file="e.yaml"), [demand]) == ()


@given(st.binary(max_size=200) | st.text(max_size=80).map(lambda t: f"evaluations: {{x: {{task: {t}}}}}".encode()))
def test_any_bytes_are_read_or_refused_with_problems(data):
    """Nothing else is raised, whatever the bytes."""
    try:
        file = parse_evaluations(data, file="e.yaml")
    except BadInput:
        return
    assert all(run.task.partition("@")[0].endswith(".py") for run in file.runs)
    assert not any(".." in run.task.split("/") or run.task.startswith("/") for run in file.runs)
