# SPDX-License-Identifier: Apache-2.0
"""A benchmark whose reader leaves (`| head -1`) ends without a traceback; any other broken pipe is told."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
SCRIPTS = sorted(BENCHMARKS.glob("*.py"))


def ended(program: str, *, is_read: bool) -> tuple[int, str]:
    """Exit code and standard error of a benchmark of these lines, whose output somebody reads to its end or nobody at all."""
    head = f"import sys; sys.path.insert(0, {str(BENCHMARKS)!r})\nfrom material.ending import end_with\n"
    reader, writer = os.pipe()
    if not is_read:
        os.close(reader)
    ran = subprocess.run([sys.executable, "-c", head + program], stdout=writer, stderr=subprocess.PIPE, check=False)
    os.close(writer)
    if is_read:
        os.close(reader)
    return ran.returncode, ran.stderr.decode()


@pytest.mark.parametrize("lines", [1, 100_000])
def test_an_output_that_is_cut_ends_it_quietly(lines: int) -> None:
    """Little is written at the end only, much on the way."""
    printing = f"end_with(lambda: [print('a line of a table') for _ in range({lines})] and None)"

    assert ended(printing, is_read=False) == (128 + signal.SIGPIPE, "")


@pytest.mark.parametrize(("returned", "code"), [("None", 0), ("3", 3)])
def test_it_ends_as_it_says_otherwise(returned: str, code: int) -> None:
    assert ended(f"end_with(lambda: print('a line') or {returned})", is_read=True) == (code, "")


def test_another_pipe_that_breaks_is_no_cut_output() -> None:
    """Of a connection that was measured, say."""
    code, told = ended("def main():\n    raise BrokenPipeError\nend_with(main)", is_read=True)

    assert (code, "Traceback" in told) == (1, True)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_every_benchmark_ends_so(script: Path) -> None:
    assert script.read_text(encoding="utf-8").endswith(
        "    from material.ending import end_with\n\n    end_with(main)\n"
    )
