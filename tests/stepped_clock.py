# SPDX-License-Identifier: Apache-2.0
"""A wall clock for processes under test that jumps when told: CLOCK_REALTIME alone, as when somebody sets the host's clock."""

from __future__ import annotations

import os
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

SOURCE = Path(__file__).with_suffix(".c")


class SteppedClock:
    """The clock of every process that runs in `environment`."""

    def __init__(self, folder: Path) -> None:
        """Effect: compiles a library and makes a file in the folder; skips the test where there is no C compiler."""
        compiler = shutil.which("cc") or shutil.which("gcc")
        if compiler is None:
            pytest.skip("NOT TESTED: no C compiler, so no clock that can be stepped")
        library, self._file = folder / "stepped_clock.so", folder / "step"
        subprocess.run([compiler, "-O1", "-shared", "-fPIC", "-o", library, SOURCE], check=True, timeout=120)
        self._file.write_bytes(bytes(8))
        self.environment = {"LD_PRELOAD": str(library), "STEPPED_CLOCK": str(self._file)}
        self._by = timedelta(0)

    @property
    def now(self) -> datetime:
        """What the processes take for the instant."""
        return datetime.now(UTC) + self._by

    def step(self, by: timedelta) -> None:
        """Let it be off by so much from now on, in each process at once."""
        self._by = by
        nanoseconds = (by // timedelta(microseconds=1)) * 1000
        with self._file.open("r+b", buffering=0) as file:
            os.pwrite(file.fileno(), nanoseconds.to_bytes(8, "little", signed=True), 0)
