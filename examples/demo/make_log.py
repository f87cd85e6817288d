# SPDX-License-Identifier: Apache-2.0
"""Make the demonstration's evaluation log with inspect_ai: real format, invented content.

Sixty additions, of which a scripted solver gets one right. It stands for an evaluation of a fictional lab; nothing in
it says anything about any model. Run: python examples/demo/make_log.py FOLDER
"""

from __future__ import annotations

import sys

from inspect_ai import Task
from inspect_ai import eval as run_eval
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.model import ModelOutput
from inspect_ai.scorer import match
from inspect_ai.solver import Generate, Solver, TaskState, solver

SAMPLES = 60
RIGHT = "sum-17"


@solver
def scripted() -> Solver:
    """Answer one sample rightly and the others not at all, without asking any model."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:  # noqa: ARG001 - the library's signature
        said = str(state.target.text) if state.sample_id == RIGHT else "I do not know."
        state.output = ModelOutput.from_content("scripted", said)
        state.completed = True
        return state

    return solve


def main(folder: str) -> None:
    """Write one log into `folder`."""
    numbers = [(1000 + 37 * i, 2000 + 53 * i) for i in range(SAMPLES)]
    samples = [Sample(id=f"sum-{i:02}", input=f"{a} + {b} = ?", target=str(a + b)) for i, (a, b) in enumerate(numbers)]
    task = Task(
        dataset=MemoryDataset(samples, name="demo-sums"),
        solver=scripted(),
        scorer=match(),
        name="demo_autonomy_suite",
        version=1,
    )
    run_eval(task, model="mockllm/model", log_dir=folder, display="none", log_format="eval")


if __name__ == "__main__":
    main(sys.argv[1])
