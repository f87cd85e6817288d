# SPDX-License-Identifier: Apache-2.0
"""A year of Northlight, built once for all tests of a run; copy it before it is changed."""

from __future__ import annotations

import atexit
import base64
import hashlib
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

from tests.integration.command_line import ROOT

BUILD = ROOT / "examples" / "northlight" / "build.py"


def seed(name: str) -> str:
    """A key's seed, as the example makes it."""
    return base64.b64encode(hashlib.sha256(f"northlight {name}".encode()).digest()).decode("ascii")


ENV = {
    f"RULEOUT_KEY_{name.upper().replace('-', '_')}": seed(name) for name in ("northlight-log", "recorder", "rso-bea")
}


@cache
def northlight_year(*until: str) -> Path:
    """The workspace of the year, or of it up to and including a day, in a folder that goes when the run ends."""
    above = Path(tempfile.mkdtemp(prefix="northlight-"))
    atexit.register(shutil.rmtree, above, ignore_errors=True)
    subprocess.run([sys.executable, str(BUILD), str(above / "year"), *until], check=True, timeout=300)
    return above / "year"
