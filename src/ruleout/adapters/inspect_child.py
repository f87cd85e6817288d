# SPDX-License-Identifier: Apache-2.0
"""The program that `inspect_runner` starts: reads one order as JSON from standard input and runs it through Inspect.

It is a process of its own because evaluations are other people's Python (ADR 0016). What it prints is talk; what it
did is in the log, and nowhere else.
"""

from __future__ import annotations

import importlib
import json
import sys
from typing import Any


def main() -> int:
    """Run the order on standard input; return 0 if Inspect made a log. Effect: runs evaluations, writes a log.

    Sample errors are kept in the log as errors and end nothing (`fail_on_error`): the denominator stays whole (E-2).
    """
    order: dict[str, Any] = json.load(sys.stdin)
    inspect_ai, solvers = importlib.import_module("inspect_ai"), importlib.import_module("inspect_ai.solver")
    solver = None
    if order["solver"]:
        arguments = order["solver_args"]
        solver = solvers.SolverSpec(solver=order["solver"], args=arguments, args_passed=arguments)
    logs = inspect_ai.eval(
        order["task"],
        model=order["model"],
        task_args=order["task_args"],
        solver=solver,
        epochs=order["epochs"],
        limit=order["smoke"],
        metadata=order["metadata"],
        log_dir=order["log_dir"],
        log_format="eval",
        log_samples=True,
        score=True,
        fail_on_error=False,
        # Not "none", which would also keep to itself why a task cannot be loaded.
        display="plain",
        **order["generate"],
    )
    if order["smoke"] is not None:
        for log in logs:
            _invalidate(log.location, order["smoke"])
    return 0 if logs else 1


def _invalidate(location: str, samples: int) -> None:
    """Mark every sample of a log invalid: a smoke run shows that a task runs and is never evidence (E-2)."""
    log_module = importlib.import_module("inspect_ai.log")
    log = log_module.read_eval_log(location)
    reason = f"smoke run of {samples} sample(s); not an evaluation"
    provenance = log_module.ProvenanceData(author="ruleout", reason=reason)
    log_module.write_eval_log(log_module.invalidate_samples(log, "all", provenance), location)


if __name__ == "__main__":
    sys.exit(main())
