# SPDX-License-Identifier: Apache-2.0
"""The unit and the container file of a gateway say what this version understands; systemd itself reads the unit where it is there."""

from __future__ import annotations

import configparser
import json
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from ruleout.serving.settings.document import GatewayDoc

ROOT = Path(__file__).resolve().parents[1]
FILES = ROOT / "examples" / "gateway"
UNIT, CONTAINER = FILES / "ruleout-gateway.service", FILES / "Containerfile"


def unit() -> configparser.SectionProxy:
    """The unit's section about the service."""
    told = configparser.ConfigParser(interpolation=None)
    told.optionxform = str  # type: ignore[assignment,method-assign]
    told.read_string(UNIT.read_text("utf-8"))
    return told["Service"]


def test_systemd_takes_the_unit(tmp_path: Path) -> None:
    """With a program that is there in place of the installed one."""
    systemd = shutil.which("systemd-analyze")
    if systemd is None:
        pytest.skip("NOT TESTED: no systemd-analyze on this machine")
    shown = re.sub(r"(?m)^ExecStart=\S+", f"ExecStart={sys.executable}", UNIT.read_text("utf-8"))
    (tmp_path / UNIT.name).write_text(shown, "utf-8")

    done = subprocess.run(
        [systemd, "verify", tmp_path / UNIT.name], capture_output=True, text=True, timeout=300, check=False
    )

    assert (done.returncode, done.stderr) == (0, "")


def test_the_unit_waits_longer_than_a_drain_and_starts_again() -> None:
    """Else systemd kills streams that were promised their end; without a restart a failed gateway stays away."""
    drain = GatewayDoc.model_fields["drain_seconds"].default

    assert int(unit()["TimeoutStopSec"]) > drain
    assert unit()["Restart"] == "always"
    assert "-HUP" in unit()["ExecReload"]


@pytest.mark.parametrize(
    "words", [unit()["ExecStart"].split()[1:3], CONTAINER.read_text("utf-8").split("ENTRYPOINT")[1]]
)
def test_both_start_a_command_that_exists(words: object) -> None:
    """With the settings' file as its argument."""
    verb = json.loads(words)[1:3] if isinstance(words, str) else words

    done = subprocess.run(
        [sys.executable, "-m", "ruleout", *verb, "--help"], capture_output=True, text=True, timeout=300, check=False
    )

    assert verb == ["gateway", "serve"]
    assert done.returncode == 0


def test_the_container_installs_extras_that_exist_and_runs_as_nobody_special() -> None:
    """A port below 1024 would need what that user does not have."""
    text = CONTAINER.read_text("utf-8")
    extras = set(re.findall(r"\[([a-z,]+)\]", text.split("ENTRYPOINT")[0])[0].split(","))
    known = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]

    assert {"serve"} <= extras <= set(known)
    assert "USER gateway" in text
    assert all(int(port) > 1023 for port in re.findall(r"EXPOSE (\d+)", text))
