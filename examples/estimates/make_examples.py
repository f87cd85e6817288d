# SPDX-License-Identifier: Apache-2.0
"""Make the example files of the guide to estimates: real formats, invented content.

Tasks, models, people and figures are made up; nothing here says anything about any model. Chances come from SHA-256 of
names, so the files are the same on every machine. Run: python examples/estimates/make_examples.py FOLDER
"""

from __future__ import annotations

import hashlib
import json
import math
import sys
from pathlib import Path

#: Model and the human minutes at which it succeeds half of the time.
MODELS = (("Model A", 8.0), ("Model B", 35.0), ("Model C", 120.0))
FAMILIES = ("decode", "repair", "search", "tune", "port", "audit", "sketch", "merge")
TASKS_PER_FAMILY, RUNS_PER_TASK = 4, 3
PEOPLE = (("treated", 24, 0.62), ("control", 21, 0.31))
RELEASES = (
    ("Model R", "2022-11-02", "2.1"),
    ("Model S", "2023-05-16", "3.2"),
    ("Model T", "2023-10-09", "9.4"),
    ("Model U", "2024-03-21", "13"),
    ("Model A", "2024-08-01", "24"),
    ("Model V", "2025-01-30", "62"),
    ("Model B", "2025-06-12", "95"),
    ("Model C", "2025-12-04", "240"),
)


def chance(*names: object) -> float:
    """A number in [0, 1) that depends on the names only."""
    digest = hashlib.sha256("/".join(str(name) for name in names).encode()).digest()
    return int.from_bytes(digest[:7], "big") / 2**56


def logistic(z: float) -> float:
    """The logistic function."""
    return 1 / (1 + math.exp(-z))


def runs() -> str:
    """Runs as METR publishes them: one JSON object a line."""
    lines = []
    for model, horizon in MODELS:
        for family in FAMILIES:
            for number in range(TASKS_PER_FAMILY):
                task = f"{family}/{number}"
                minutes = round(2 ** (10 * chance("length", task)), 1)
                ease = 2 * chance("ease", model, task) - 1
                p = logistic(-0.8 * math.log2(minutes / horizon) + ease)
                for run in range(RUNS_PER_TASK):
                    succeeded = chance("run", model, task, run) < p
                    row = {
                        "run_id": f"{model}-{task}-{run}",
                        "task_id": task,
                        "task_family": family,
                        "alias": model,
                        "human_minutes": minutes,
                        "score_binarized": int(succeeded),
                        "fatal_error_from": None,
                    }
                    lines.append(json.dumps(row))
    return "\n".join(lines) + "\n"


def results(level: str, p: float) -> str:
    """Results by task at one level of elicitation: two tasks are of one level only."""
    rows = ["task,successes,attempts"]
    for number in range(24):
        if (level, number) in {("plain", 5), ("elicited", 11)}:
            continue
        ease = chance("task", number) - 0.5
        k = sum(chance("result", level, number, attempt) < p + ease for attempt in range(4))
        rows.append(f"task-{number:02},{k},4")
    return "\n".join(rows) + "\n"


def scores() -> str:
    """Scores of people with and without a model's help."""
    rows = ["arm,score"]
    for arm, size, mean in PEOPLE:
        rows += [f"{arm},{mean + 0.5 * (chance('score', arm, person) - 0.5):.2f}" for person in range(size)]
    return "\n".join(rows) + "\n"


def files() -> dict[str, str]:
    """Every example file by name."""
    table = ["model,release_date,p50_min", *(",".join(row) for row in RELEASES)]
    return {
        "runs.jsonl": runs(),
        "horizons.csv": "\n".join(table) + "\n",
        "plain.csv": results("plain", 0.35),
        "elicited.csv": results("elicited", 0.55),
        "scores.csv": scores(),
    }


def main(folder: str) -> None:
    """Write the files into `folder`."""
    for name, text in files().items():
        (Path(folder) / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
