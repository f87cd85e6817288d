# SPDX-License-Identifier: Apache-2.0
"""Running an evaluation through Inspect, in a process of its own (ADR 0016).

What comes out is one log file and nothing else: what the run says of itself is read from the log, by our own reader.
Whatever became of the run, its log is kept: a run that can vanish is a run that can be repeated until it pleases.
"""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import tempfile
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from ruleout.adapters.files import make_folder
from ruleout.errors import NotFound, RuleoutError
from ruleout.model.run import RunOrder

_CHILD = "ruleout.adapters.inspect_child"
#: What the process may say in one line, and how many last lines an error quotes.
_LINE_BYTES, _QUOTED = 4096, 5
#: How long a run that was interrupted may take to write its log.
_LAST_WORDS_S = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectRunner:
    """Runs evaluations with the installed `inspect_ai`.

    `environment` is what the process gets, less everything of ours: keys of model providers are Inspect's business and
    pass through unread; our own keys and passphrases are no business of an evaluation. `show_progress` lets Inspect
    report while it runs.
    """

    environment: Mapping[str, str] = field(repr=False)
    show_progress: bool = False

    def check(self) -> None:
        """Refuse if nothing can be run here. Effect: looks for `inspect_ai` without importing it.

        Raises:
            RuleoutError: it is not installed.
        """
        if importlib.util.find_spec("inspect_ai") is None:
            hint = "Install it: pip install 'ruleout[runner]'. Listing what is required does not need it."
            raise RuleoutError("running evaluations needs inspect_ai, which is not installed", hint=hint)

    def run(self, order: RunOrder, *, folder: Path, log: Path, say: Callable[[str], None]) -> None:
        """Make one run and put its log at `log`. Effect: runs other people's code, which may do anything; writes.

        Args:
            order: what to run.
            folder: where the task's path begins, and where the process stands.
            log: the file to write; must not exist.
            say: told each line that the run prints, as it came: characters that do not print among them.

        Raises:
            NotFound: the task's file is not below the folder.
            RuleoutError: the run ended without a log, or the log cannot be put in its place.
        """
        for named in (order.run.task, *([order.run.solver] if order.run.solver else ())):
            _check_file(folder, named.rpartition("@")[0])
        make_folder(log.parent)
        last: deque[str] = deque(maxlen=_QUOTED)

        def heard(line: str) -> None:
            last.append(line)
            if self.show_progress:
                say(line)

        place = Path(tempfile.mkdtemp(prefix=".run-", dir=log.parent.resolve()))
        try:
            self._start(order, folder, place, heard)
        except KeyboardInterrupt:
            say(f"what the run wrote is kept as {log}")
            raise
        finally:
            found = _keep(place, log)
        if not found:
            told = " | ".join(last) or "nothing"
            hint = "Run the task with `inspect eval` to see more."
            raise RuleoutError(f"{order.run.task}: the run ended without a log; it said: {told}", hint=hint)

    def _start(self, order: RunOrder, folder: Path, place: Path, say: Callable[[str], None]) -> None:
        # -P: a file that lies beside the task must not be imported in the place of a library's module.
        process = subprocess.Popen(  # noqa: S603 - our own module, by argument list
            [sys.executable, "-P", "-m", _CHILD],
            cwd=folder,
            env={name: value for name, value in self.environment.items() if not name.startswith("RULEOUT_")},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        try:
            _converse(process, json.dumps(_request(order, place), default=_number).encode(), say)
        finally:
            _end(process)


def _request(order: RunOrder, place: Path) -> dict[str, Any]:
    run = order.run
    return {
        "task": run.task,
        "task_args": dict(run.task_args),
        "solver": run.solver,
        "solver_args": dict(run.solver_args),
        "generate": dict(run.generate),
        "model": order.model,
        "epochs": order.epochs,
        "smoke": order.smoke,
        "metadata": dict(order.metadata),
        "log_dir": str(place),
    }


def _check_file(folder: Path, name: str) -> None:
    path = folder / name
    if not path.is_file() or not path.resolve().is_relative_to(folder.resolve()):
        hint = "Correct the path in the evaluations file; links that lead out of its folder are not followed."
        raise NotFound(f"{path}: no such task file below {folder}", hint=hint)


def _converse(process: subprocess.Popen[bytes], request: bytes, say: Callable[[str], None]) -> None:
    """Hand over the order, then pass on every line until the process closes its output."""
    if process.stdin is None or process.stdout is None:
        return
    # A process that died at once has nobody to read the order; its lines and the missing log say so.
    with suppress(BrokenPipeError):
        process.stdin.write(request)
        process.stdin.close()
    while line := process.stdout.readline(_LINE_BYTES):
        text = line.decode("utf-8", "replace").rstrip()
        if text:
            say(text)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Wait for the process. One that was interrupted has been told so by the terminal and may still write its log."""
    try:
        process.wait(timeout=_LAST_WORDS_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            with suppress(BrokenPipeError):
                stream.close()


def _keep(place: Path, log: Path) -> bool:
    """Move the run's log where it belongs; whether there was exactly one."""
    found = sorted(place.glob("*.eval"))
    if log.exists():
        raise RuleoutError(f"{log} exists already", hint=f"The run's log is kept in {place}.")
    if len(found) == 1:
        found[0].rename(log)
    # What else a run leaves there is not ours to delete.
    with suppress(OSError):
        place.rmdir()
    return len(found) == 1


def _number(value: object) -> float:
    """An argument that is not whole, as Python code expects it; it decides nothing here."""
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(f"no JSON form for {type(value).__name__}")
