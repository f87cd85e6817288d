# SPDX-License-Identifier: Apache-2.0
"""Inspect logs as its own runner writes them, for benchmarks: agentic and single-turn.

Inspect runs both kinds of tasks with its mock model, so that a sample holds the events, spans, states and attachments that
one of a real run holds; some such samples are then written many times under ids of their own, since running each would
take longer than all readings. Inspect is imported where it is used, since a contender that does without it must not pay
for it.
"""

from __future__ import annotations

import random
import sys
import tempfile
from pathlib import Path
from typing import Any

# How many samples of a kind are run; logs hold whole multiples of it, so that the run's own figures stay true.
_AGENTIC, _SINGLE = 100, 1000
_TURNS = 12
_AT_ONCE = 20


class Runner:
    """Runs tasks of made-up words, drawn from one pool so that making them is quick."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        letters = "abcdefghijklmnopqrstuvwxyz"
        words = ["".join(self.rng.choices(letters, k=self.rng.randint(2, 9))) for _ in range(4000)]
        self.words = [*words, "«é»", '"quoted"', "line\nbreak", "tab\there"]

    def text(self, count: int) -> str:
        """Return `count` words."""
        return " ".join(self.rng.choices(self.words, k=count))

    def letter(self) -> str:
        """Return an answer."""
        return self.rng.choice("ABCD")

    def single(self, count: int) -> Any:
        """Return the log of `count` questions with four choices and one answer. Effect: runs them."""
        from inspect_ai import Task
        from inspect_ai.model import ModelOutput
        from inspect_ai.scorer import match
        from inspect_ai.solver import multiple_choice

        samples = [self._sample(number, 70, choices=[self.text(6) for _ in "ABCD"]) for number in range(count)]
        task = Task(dataset=samples, solver=multiple_choice(), scorer=match())
        return self._run(
            task, lambda _turn: ModelOutput.from_content("", f"{self.text(60)}\n\nANSWER: {self.letter()}")
        )

    def agentic(self, count: int) -> Any:
        """Return the log of `count` samples of a dozen calls of a tool and an answer. Effect: runs them."""
        from inspect_ai import Task
        from inspect_ai.agent import react
        from inspect_ai.model import ModelOutput
        from inspect_ai.scorer import match
        from inspect_ai.tool import tool

        @tool
        def shell() -> Any:
            async def execute(cmd: str) -> str:
                """Run a command.

                Args:
                    cmd: what to run.
                """
                return self.text(len(cmd) % 40 + 120)

            return execute

        def output(turn: int) -> Any:
            name, arguments = (
                ("shell", {"cmd": self.text(15)}) if turn < _TURNS else ("submit", {"answer": self.letter()})
            )
            return ModelOutput.for_tool_call("", name, arguments, content=self.text(60))

        samples = [self._sample(number, 120) for number in range(count)]
        return self._run(
            Task(dataset=samples, solver=react(prompt=self.text(150), tools=[shell()]), scorer=match()), output
        )

    def _sample(self, number: int, words: int, **more: Any) -> Any:
        from inspect_ai.dataset import Sample

        about = {"subject": self.text(2), "difficulty": self.rng.randint(1, 5), "source": self.text(3)}
        return Sample(id=number, input=self.text(words), target=self.letter(), metadata=about, **more)

    def _run(self, task: Any, output: Any) -> Any:
        from inspect_ai import eval as run
        from inspect_ai.log import read_eval_log
        from inspect_ai.model import ModelUsage, get_model

        def answer(input: Any, tools: Any, tool_choice: Any, config: Any) -> Any:  # noqa: A002, ARG001 - names that Inspect asks for
            made = output(sum(message.role == "assistant" for message in input))
            made.usage = ModelUsage(input_tokens=900, output_tokens=120, total_tokens=1020)
            return made

        model = get_model("mockllm/model", custom_outputs=answer, memoize=False)
        with tempfile.TemporaryDirectory() as folder:
            (log,) = run(
                task,
                model=model,
                log_dir=folder,
                display="none",
                log_format="eval",
                log_realtime=False,
                max_samples=_AT_ONCE,
            )
            if log.status != "success":
                raise RuntimeError(f"the run of the samples ended as {log.status}: {log.error and log.error.message}")
            return read_eval_log(log.location)


def _write(path: Path, run: Any, count: int, first: int = 0) -> None:
    """Write a log of `count` samples of a run, taken in turns from the one at `first` on. Effect: writes the file, tells of it."""
    from inspect_ai.log import write_eval_log

    pool = run.samples
    samples = [
        taken.model_copy(
            update={"id": number, "uuid": f"{path.stem}-{number}", "input": f"{path.stem}/{number} {taken.input}"}
        )
        for number in range(1, count + 1)
        for taken in (pool[(first + number) % len(pool)],)
    ]
    log = run.model_copy(deep=False, update={"samples": samples})
    log.eval = run.eval.model_copy(update={"task": path.stem})
    log.eval.dataset = run.eval.dataset.model_copy(update={"samples": count, "sample_ids": [one.id for one in samples]})
    log.results = run.results.model_copy(update={"total_samples": count, "completed_samples": count})
    write_eval_log(log, str(path))
    print(f"  {path.name}: {count} samples", file=sys.stderr, flush=True)


def make_logs(folder: Path, *, agentic: tuple[int, int], single: int) -> None:
    """Write `agentic` (logs, samples of each) and one log of `single` samples below `folder`. Effect: writes files.

    Args:
        agentic: each log holds up to 100 samples or a multiple of that.
        single: up to 1000 or a multiple of that.
    """
    folder.mkdir(parents=True, exist_ok=True)
    runner = Runner(1)
    logs, samples = agentic
    run = runner.agentic(min(samples, _AGENTIC)) if logs else None
    for log in range(logs):
        _write(folder / f"agentic-{log:02}.eval", run, samples, 7 * log)
    _write(folder / "single.eval", runner.single(min(single, _SINGLE)), single)
