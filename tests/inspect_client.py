# SPDX-License-Identifier: Apache-2.0
"""Inspect as a client of a gateway, in a process of its own: `python -m tests.inspect_client LOGS URL KEY RUN...`.

A RUN is JSON: `{"task": "weather", "model": "helper", "stream": true, ...}`; all runs follow one another, one that `waits` after a line
of standard input. What Inspect itself makes of them is printed as JSON, one line a run: what a reader of ours has to agree with.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).resolve().parents[1]
_PATIENCE_S = 400
_HOT = 'tool:get_weather {"city":"%s"}\nthen\nresult'


class Inspect:
    """Runs in one process, one after the other: loading Inspect costs more than a run."""

    def __init__(self, logs: Path, url: str, key: str, *runs: dict[str, Any]) -> None:
        """Effect: a process, which writes logs; nothing of its user's settings is read. It is ended after some minutes."""
        command = [sys.executable, "-m", "tests.inspect_client", str(logs), url, key, *map(json.dumps, runs)]
        told = {**os.environ, "HOME": str(logs)}
        self._process = subprocess.Popen(
            command,
            cwd=_ROOT,
            env=told,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self._timer = threading.Timer(_PATIENCE_S, self._process.kill)
        self._timer.start()

    def go_on(self) -> None:
        """Let a run begin that `waits`."""
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()

    def told(self) -> dict[str, Any]:
        """Wait for the end of the next run; return what Inspect says of it."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.startswith("{"):
                return dict(json.loads(line))
        raise AssertionError("Inspect ended, or did not end in time")

    def close(self) -> None:
        """End it."""
        self._timer.cancel()
        self._process.kill()
        self._process.communicate()


def _tasks() -> dict[str, Any]:
    from inspect_ai import Task
    from inspect_ai.dataset import Sample
    from inspect_ai.scorer import includes
    from inspect_ai.solver import generate, use_tools
    from inspect_ai.tool import tool

    @tool
    def get_weather() -> Any:
        async def execute(city: str) -> str:
            """Say how warm it is in a city.

            Args:
                city: Name of the city.
            """
            return f"{city}: {len(city)} degrees"

        return execute

    @tool
    def fax() -> Any:
        async def execute(to: str) -> str:
            """Send a fax.

            Args:
                to: Number to send it to.
            """
            raise AssertionError(f"the tool was called: {to}")

        return execute

    def made(tool_: Any, **inputs: tuple[str, str]) -> Any:
        samples = [Sample(id=name, input=text, target=target) for name, (text, target) in inputs.items()]
        return Task(samples, solver=[use_tools(tool_), generate()], scorer=includes(), name="weather")

    return {
        "weather": lambda: made(
            get_weather(),
            oslo=(_HOT % "Oslo", "Oslo: 4 degrees"),
            bergen=(_HOT % "Bergen", "Bergen: 6 degrees"),
            wrong=("say:about as warm as yesterday", "7 degrees"),
            refused=("refuse", "5 degrees"),
        ),
        "fax": lambda: made(fax(), sends=('say:Sending.\ntool:fax {"to":"1"}', "sent"), talks=("say:not sent", "sent")),
        "talk": lambda: made(get_weather(), a=("say:hello", "hello"), b=("say:hello", "hello")),
        "flows": lambda: made(get_weather(), a=("slow:0.05\nlong:4000", "x"), b=("silent", "x"), c=("say:x", "x")),
        "waits": lambda: made(get_weather(), a=("slow:60", "x"), b=("slow:60\nsay:x", "x"), c=("say:x", "x")),
    }


def _one(logs: str, url: str, key: str, run: dict[str, Any]) -> dict[str, Any]:
    import inspect_ai
    from inspect_ai.log import read_eval_log

    more = {"stream": run["stream"], **run.get("model_args", {})}
    (log,) = inspect_ai.eval(
        _tasks()[run["task"]](),
        model=f"openai-api/gateway/{run['model']}",
        model_base_url=f"{url}/v1",
        model_args={"api_key": key, **more},
        log_dir=logs,
        log_format="eval",
        display="none",
        fail_on_error=False,
        **{"max_tokens": 200, **run.get("generate", {})},
    )
    log = read_eval_log(log.location)
    return {"log": log.location, "status": log.status, "samples": {str(s.id): _sample(s) for s in log.samples or []}}


def _sample(sample: Any) -> dict[str, Any]:
    calls = [event for event in sample.events if event.event == "model"]
    return {
        "scores": {name: score.value for name, score in (sample.scores or {}).items()},
        "error": sample.error.message if sample.error else None,
        "stop": sample.output.stop_reason if sample.output.choices else None,
        "said": sample.output.completion,
        "retries": sum(call.retries or 0 for call in calls),
        "calls": len(calls),
    }


if __name__ == "__main__":
    _, folder, address, secret, *every = sys.argv
    for one in map(json.loads, every):
        if one.get("waits"):
            sys.stdin.readline()
        print(json.dumps(_one(folder, address, secret, one)), flush=True)
