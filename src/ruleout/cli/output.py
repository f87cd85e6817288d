# SPDX-License-Identifier: Apache-2.0
"""Showing things: data on standard output, talk on standard error, colour only on a terminal."""

from __future__ import annotations

import io
import os
import shutil
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TextIO

from ruleout.errors import BadInput, RuleoutError
from ruleout.model.canonical import canonical
from ruleout.model.plain import plain
from ruleout.reports.page import Line, as_text, visible

_STYLES = {"good": "bold green", "warn": "yellow", "bad": "bold red", "dim": "dim", "title": "bold"}


def page_width() -> int:
    """Columns to write: the terminal's, at most 110; 80 where output is piped. Effect: asks the terminal."""
    return min(shutil.get_terminal_size((80, 24)).columns, 110) if sys.stdout.isatty() else 80


def show_page(lines: Iterable[Line]) -> None:
    """Write lines to standard output, with colour on a terminal. Effect: writes."""
    if not sys.stdout.isatty():
        with _reader_may_leave(sys.stdout):
            sys.stdout.write(as_text(lines))
            sys.stdout.flush()
        return
    from rich.console import Console  # noqa: PLC0415 - costs 60 ms, needed on a terminal only
    from rich.text import Text  # noqa: PLC0415

    console = Console(soft_wrap=True, highlight=False)
    for line in lines:
        console.print(Text(visible(line.text), style=_STYLES.get(line.tone, "")))


def show_json(value: object) -> None:
    """Write a value's canonical JSON and a newline to standard output. Effect: writes bytes, the same everywhere."""
    show_bytes(canonical(plain(value)))


def show_bytes(data: bytes) -> None:
    """Write bytes and a newline to standard output. Effect: writes."""
    with _reader_may_leave(sys.stdout):
        sys.stdout.flush()
        sys.stdout.buffer.write(data + b"\n")
        sys.stdout.buffer.flush()


def flush() -> None:
    """Write what is buffered. Effect: writes. To be called before the exit code is settled."""
    with _reader_may_leave(sys.stdout):
        sys.stdout.flush()


@contextmanager
def _reader_may_leave(stream: TextIO) -> Iterator[None]:
    """Go on where the reader of a pipe has left (`| head`): the exit code still says what was decided."""
    try:
        yield
    except BrokenPipeError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


def speak_any_language() -> None:
    """Let both streams write what their encoding lacks as an escape instead of failing. Effect: sets the streams."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def say(text: str) -> None:
    """Write talk to standard error. Effect: writes."""
    with _reader_may_leave(sys.stderr):
        sys.stderr.write("".join(f"{visible(line)}\n" for line in text.splitlines()))


def show_error(error: RuleoutError) -> None:
    """Write an expected failure: all problems, or what happened, then what to do next. Effect: writes."""
    if isinstance(error, BadInput):
        for problem in error.problems:
            say(str(problem))
    say(f"ruleout: {error}")
    if error.hint:
        say(f"  next: {error.hint}")
