# SPDX-License-Identifier: Apache-2.0
"""Start the fake provider as a process, and stop that process only."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple


class Fake(NamedTuple):
    """A running fake provider: its address, and its process."""

    url: str
    process: subprocess.Popen[str]

    def seen(self) -> list[dict[str, object]]:
        """Return every request that was sent to it: `path`, `headers`, `body` (text), `left_early`."""
        with urllib.request.urlopen(f"{self.url}/_seen", timeout=60) as answer:
            return list(json.load(answer))


@contextmanager
def start_fake(port: int = 0) -> Iterator[Fake]:
    """Run the fake provider on 127.0.0.1 until the block ends. Effects: one process, one port (0: any free one)."""
    command = [sys.executable, "-m", "tests.fake_upstream", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2])
    try:
        assert process.stdout is not None
        yield Fake(f"http://127.0.0.1:{int(process.stdout.readline())}", process)
    finally:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()
