# SPDX-License-Identifier: Apache-2.0
"""A command in a process of its own that has Python and our modules already: many commands in the time of one start."""

from __future__ import annotations

import io
import os
import signal
import sys
import tempfile
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import BinaryIO, NoReturn

from ruleout.app.settings import take_environment
from ruleout.cli.exit_code import ExitCode
from ruleout.cli.main import VERBS, main
from ruleout.cli.output import flush, speak_any_language


def load_verbs(verbs: Sequence[str] = VERBS) -> None:
    """Load what commands need, so that those that are forked have it. Effect: imports."""
    for verb in verbs:
        import_module(f"ruleout.cli.{verb.replace('-', '_')}")


def run_forked(arguments: Sequence[str], environment: Mapping[str, str]) -> tuple[int, str]:
    """Run `ruleout ARGUMENTS` with nothing on standard input; return its exit code, and its output with its talk behind it.

    Effect: the command's, in a child process with this environment. To be called while no other thread runs.
    """
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as talk:
        sys.stdout.flush()
        sys.stderr.flush()
        child = _fork()
        if child == 0:
            _be(arguments, environment, out, talk)
        _, status = os.waitpid(child, 0)
        out.seek(0)
        talk.seek(0)
        return os.waitstatus_to_exitcode(status), (out.read() + talk.read()).decode("utf-8")


def _fork() -> int:
    """Fork. An interruption waits meanwhile: it would be lost in what Python itself calls at a fork. Effect: a process."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT,))
    try:
        return os.fork()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _be(arguments: Sequence[str], environment: Mapping[str, str], out: BinaryIO, talk: BinaryIO) -> NoReturn:
    """Be that command, from its first line to its exit code; nothing of whoever forked runs any more."""
    code: int = ExitCode.BUG
    try:
        take_environment(environment)
        _take_streams(out, talk)
        code = main(arguments)
        flush()
        sys.stderr.flush()
    finally:
        os._exit(code)


def _take_streams(out: BinaryIO, talk: BinaryIO) -> None:
    for ours, stream in ((0, os.open(os.devnull, os.O_RDONLY)), (1, out.fileno()), (2, talk.fileno())):
        os.dup2(stream, ours)
    sys.stdin = io.TextIOWrapper(io.FileIO(0, closefd=False), "utf-8")
    sys.stdout, sys.stderr = (io.TextIOWrapper(io.FileIO(n, "w", closefd=False), "utf-8") for n in (1, 2))
    speak_any_language()
