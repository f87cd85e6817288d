# SPDX-License-Identifier: Apache-2.0
"""Realistic Inspect logs made with Inspect's own types and writer, for benchmarks: agentic and single-turn.

Inspect is imported where it is used, since a contender that does without it must not pay for it.
"""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any


class Writer:
    """Makes samples and logs of them; texts are drawn from a pool of words, so that making them is quick."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        letters = "abcdefghijklmnopqrstuvwxyz"
        words = ["".join(self.rng.choices(letters, k=self.rng.randint(2, 9))) for _ in range(4000)]
        self.words = [*words, "«é»", '"quoted"', "line\nbreak", "tab\there"]

    def text(self, count: int) -> str:
        """Return `count` words."""
        return " ".join(self.rng.choices(self.words, k=count))

    def output(self, message: Any) -> Any:
        """Return a model's output that ends in `message`."""
        from inspect_ai.model import ChatCompletionChoice, ModelOutput, ModelUsage

        usage = ModelUsage(input_tokens=900, output_tokens=120, total_tokens=1020)
        return ModelOutput(model="lab/m", choices=[ChatCompletionChoice(message=message)], usage=usage)

    def common(self, number: int) -> dict[str, Any]:
        """Return what samples of both kinds have: score, metadata, usage, times."""
        from inspect_ai.model import ModelUsage
        from inspect_ai.scorer import Score

        value = "C" if self.rng.random() < 0.1 else "I"
        return {
            "id": number,
            "epoch": 1,
            "target": self.rng.choice("ABCD"),
            "scores": {"match": Score(value=value, answer="A", explanation=self.text(25))},
            "metadata": {"subject": self.text(2), "difficulty": self.rng.randint(1, 5), "source": self.text(3)},
            "model_usage": {"lab/m": ModelUsage(input_tokens=900, output_tokens=120, total_tokens=1020)},
            "total_time": self.rng.random() * 90,
            "working_time": self.rng.random() * 60,
            "uuid": f"{self.rng.getrandbits(128):032x}",
        }

    def single(self, number: int) -> Any:
        """Return a question with four choices and one answer."""
        from inspect_ai.event import ModelEvent
        from inspect_ai.log import EvalSample
        from inspect_ai.model import ChatMessageAssistant, ChatMessageUser, GenerateConfig

        question = ChatMessageUser(content=f"{number} {self.text(70)}")
        answer = ChatMessageAssistant(content=self.text(60), model="lab/m")
        output = self.output(answer)
        call = ModelEvent(
            model="lab/m", input=[question], tools=[], tool_choice="auto", config=GenerateConfig(), output=output
        )
        return EvalSample(
            input=question.content,
            choices=[self.text(6) for _ in range(4)],
            messages=[question, answer],
            output=output,
            events=[call],
            **self.common(number),
        )

    def agentic(self, number: int) -> Any:
        """Return a dozen turns of model and tool, each model call with all messages before it."""
        from inspect_ai.event import ModelEvent, ToolEvent
        from inspect_ai.log import EvalSample
        from inspect_ai.model import (
            ChatMessageAssistant,
            ChatMessageSystem,
            ChatMessageTool,
            ChatMessageUser,
            GenerateConfig,
        )
        from inspect_ai.tool import ToolCall

        messages: list[Any] = [ChatMessageSystem(content=self.text(150)), ChatMessageUser(content=self.text(120))]
        events: list[Any] = []
        for turn in range(12):
            call = ToolCall(id=f"c{turn}", function="bash", arguments={"cmd": self.text(15)})
            answer = ChatMessageAssistant(content=self.text(60), tool_calls=[call], model="lab/m")
            output = self.output(answer)
            events.append(
                ModelEvent(
                    model="lab/m",
                    input=list(messages),
                    tools=[],
                    tool_choice="auto",
                    config=GenerateConfig(),
                    output=output,
                )
            )
            result = self.text(140)
            events.append(ToolEvent(id=f"c{turn}", function="bash", arguments={"cmd": "ls"}, result=result))
            messages += [answer, ChatMessageTool(content=result, tool_call_id=f"c{turn}", function="bash")]
        return EvalSample(
            input=f"{number} {messages[1].content}",
            messages=messages,
            output=output,
            events=events,
            **self.common(number),
        )

    def log(self, path: Path, samples: list[Any]) -> None:
        """Write a finished log of these samples. Effect: writes the file."""
        from inspect_ai.log import (
            EvalConfig,
            EvalDataset,
            EvalLog,
            EvalMetric,
            EvalResults,
            EvalScore,
            EvalSpec,
            EvalStats,
            write_eval_log,
        )

        count = len(samples)
        right = sum(sample.scores["match"].value == "C" for sample in samples) / count
        metrics = {"accuracy": EvalMetric(name="accuracy", value=right)}
        day = "2026-01-10T10:00:00+00:00"
        write_eval_log(
            EvalLog(
                status="success",
                eval=EvalSpec(
                    created=day,
                    task=path.stem,
                    task_id="T",
                    dataset=EvalDataset(name="d", samples=count, sample_ids=[s.id for s in samples]),
                    model="lab/m",
                    config=EvalConfig(epochs=1),
                ),
                results=EvalResults(
                    total_samples=count,
                    completed_samples=count,
                    scores=[EvalScore(name="match", scorer="match", metrics=metrics)],
                ),
                stats=EvalStats(started_at=day, completed_at=day),
                samples=samples,
            ),
            str(path),
        )


def make_logs(folder: Path, *, agentic: tuple[int, int], single: int) -> None:
    """Write `agentic` (logs, samples of each) and one log of `single` samples below `folder`. Effect: writes files."""
    folder.mkdir(parents=True, exist_ok=True)
    writer = Writer(1)
    # A hundred different samples, taken in turns under new ids: making each anew would take longer than all readings.
    pool = [writer.agentic(number) for number in range(100 if agentic[0] else 0)]
    for log in range(agentic[0]):
        base = [pool[(7 * log + number) % 100] for number in range(agentic[1])]
        numbered = [
            sample.model_copy(
                update={"id": number, "uuid": f"{log}-{number}", "input": f"{log}/{number} {sample.input}"}
            )
            for number, sample in enumerate(base, start=1)
        ]
        writer.log(folder / f"agentic-{log:02}.eval", numbered)
    writer.log(folder / "single.eval", [writer.single(number) for number in range(1, single + 1)])
