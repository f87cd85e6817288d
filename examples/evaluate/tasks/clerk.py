# SPDX-License-Identifier: Apache-2.0
"""Clerk suite: twenty sums and twenty dates to rewrite, made by rule, so that everybody has the same forty.

A small, honest task to try `ruleout evaluate` on. It measures nothing that a safety framework is about.
"""

from __future__ import annotations

from datetime import date, timedelta

from inspect_ai import Task, task
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.model import ModelOutput, ModelUsage, get_model
from inspect_ai.scorer import match
from inspect_ai.solver import Generate, Solver, TaskState, solver

OF_EACH = 20
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


@task
def clerk_suite(harder: bool = False) -> Task:  # noqa: FBT001, FBT002 - arguments of a task come by name
    """Forty questions with one right answer each; `harder` makes the sums longer."""
    samples = [*(_sum(i, harder=harder) for i in range(OF_EACH)), *(_day(i) for i in range(OF_EACH))]
    return Task(
        dataset=MemoryDataset(samples, name="clerk-suite"),
        solver=ask(),
        scorer=match(location="exact"),
        version=1,
    )


@solver
def ask() -> Solver:
    """Ask the model. Inspect's mock model, which has nothing to say, says that it does not know."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        return await generate(state) if state.model.api != "mockllm" else await _mock(state, "I do not know.")

    return solve


@solver
def knows(besides: int = 0) -> Solver:
    """Let the mock model give the right answers, but not to the first `besides` sums: for trying things out."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:  # noqa: ARG001 - the library's signature
        lacks = state.sample_id in {f"sum-{i:02}" for i in range(besides)}
        return await _mock(state, "I do not know." if lacks else state.target.text)

    return solve


async def _mock(state: TaskState, text: str) -> TaskState:
    said = ModelOutput.from_content("model", text)
    # Without a stated usage the mock model looks for a table of tokens, which it would have to download.
    said.usage = ModelUsage()
    state.output = await get_model("mockllm/model", custom_outputs=[said], memoize=False).generate(state.messages)
    return state


def _sum(number: int, *, harder: bool) -> Sample:
    scale = 10_007 if harder else 1
    a, b = (1_037 + 37 * number) * scale, (2_053 + 53 * number) * scale
    question = f"Add {a} and {b}. Answer with the number alone, in digits."
    return Sample(id=f"sum-{number:02}", input=question, target=str(a + b))


def _day(number: int) -> Sample:
    day = date(2031, 1, 7) + timedelta(days=53 * number)
    question = f"Write {day.day} {MONTHS[day.month - 1]} {day.year} as YYYY-MM-DD. Answer with the date alone."
    return Sample(id=f"day-{number:02}", input=question, target=day.isoformat())
