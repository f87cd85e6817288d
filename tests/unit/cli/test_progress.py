# SPDX-License-Identifier: Apache-2.0
"""Progress of long work: at most a line a second, with what is left; a bar only on a terminal."""

import io
import sys

import pytest

from ruleout.app.evidence.read_logs import Progress
from ruleout.cli import progress as shown
from ruleout.cli.progress import Bar, Lines, progress_line, watching

MIB = 1 << 20


def at(done, total=100 * MIB, name="x.eval"):
    return Progress(logs_done=2, logs=9, bytes_done=done, bytes=total, name=name)


@pytest.mark.parametrize(
    ("progress", "passed", "line"),
    [
        (at(25 * MIB), 5.0, "[2/9] 25 of 100 MiB, 5.0 MiB/s, about 15 s left: x.eval"),
        (at(25 * MIB, None), 5.0, "[2/9] 25 MiB, 5.0 MiB/s: x.eval"),
        (at(0), 1.0, "[2/9] 0 of 100 MiB, 0.0 MiB/s: x.eval"),
        (at(120 * MIB), 1.0, "[2/9] 120 of 100 MiB, 120.0 MiB/s, about 0 s left: x.eval"),
        (at(0, name="a\x1b[2J"), 0.0, "[2/9] 0 of 100 MiB, 0.0 MiB/s: a\\x1b[2J"),
    ],
)
def test_a_line_tells_how_far_how_fast_and_how_long(progress, passed, line):
    """Where the size is unknown nothing is foretold; a name cannot move the cursor."""
    assert progress_line(progress, passed) == line


def test_lines_come_at_most_once_a_second():
    """The first after a second, so that short work says nothing."""
    times, lines = iter([0.0, 0.2, 0.9, 1.1, 1.5, 2.0, 2.2]), []
    tell = Lines(clock=lambda: next(times), write=lines.append)
    for _ in range(6):
        tell(at(MIB))

    assert len(lines) == 2


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_a_bar_is_shown_on_a_terminal_once_work_takes_long(monkeypatch):
    """Before a second has passed nothing is drawn; afterwards logs and amounts stand there."""
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    times = iter([0.0, 0.5, 1.5, 2.0])
    with Bar(clock=lambda: next(times)) as bar:
        bar(at(MIB))
        assert terminal.getvalue() == ""
        bar(at(25 * MIB))
        bar(at(50 * MIB))

    assert "2/9 logs" in terminal.getvalue()


def test_the_stream_decides_which_it_is(monkeypatch):
    """A bar for a terminal, lines for everything else."""
    with watching() as lines:
        assert isinstance(lines, Lines)
    monkeypatch.setattr(shown.sys, "stderr", Terminal())
    with watching() as bar:
        assert isinstance(bar, Bar)
