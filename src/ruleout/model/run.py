# SPDX-License-Identifier: Apache-2.0
"""What is run for an evaluation, what indicators demand of it, and the order a runner gets."""

from __future__ import annotations

from dataclasses import dataclass

#: Arguments by name, in the file's order: JSON values, with `Decimal` for numbers that are not whole.
Arguments = tuple[tuple[str, object], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """How one evaluation is run, as its evaluations file says.

    Attributes:
        evaluation: the name that frameworks and cases give it.
        task, solver: `folder/file.py@name`, below the file's folder; solver "" for the task's own.
        generate: settings of the model's answers, under the names of Inspect's `GenerateConfig`.
        elicitation: what the run makes of the model, in words; "" if the file does not say.
        epochs: tries per sample; None for the task's own number.
    """

    evaluation: str
    task: str
    task_args: Arguments = ()
    solver: str = ""
    solver_args: Arguments = ()
    generate: Arguments = ()
    elicitation: str = ""
    epochs: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """What the indicators of one evaluation demand of its run, all of them together.

    `elicitations` are the texts required, each once: more than one cannot be had of one run. `repeats` is the least
    number of tries per sample, None if none is stated.
    """

    evaluation: str
    elicitations: tuple[str, ...] = ()
    repeats: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOrder:
    """One run to be made.

    Attributes:
        model: as Inspect names it, such as `openai/gpt-5`.
        epochs: tries per sample; None for the task's own number.
        smoke: run only so many samples and mark all of them invalid, so that the log never counts; None for a real run.
        metadata: (name, text) pairs that go into the log.
    """

    run: Run
    model: str
    epochs: int | None
    smoke: int | None
    metadata: tuple[tuple[str, str], ...]
