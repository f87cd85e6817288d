# SPDX-License-Identifier: Apache-2.0
"""The language-neutral logs of `vectors/evidence`: one per format we read, and what each must be read as (E-1)."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.unit.evidence import other_logs as logs

from ruleout.evidence.readers import READERS, group_files
from ruleout.model.evidence import Measurement

FOLDER = Path(__file__).resolve().parents[2] / "vectors" / "evidence"
KEYS = {"why", "files", "measurements"}


def told(measurement: Measurement) -> dict[str, Any]:
    m = measurement
    attempt_keys = ("sample", "epoch", "detail", "cluster")
    attempts = [
        {key: getattr(a, key) for key in attempt_keys} | {"state": a.state.value, "scores": dict(a.scores)}
        for a in m.attempts
    ]
    return {
        **{key: getattr(m, key) for key in ("task", "model", "expected", "epochs", "partial")},
        "evaluated": m.evaluated.isoformat() if m.evaluated else "",
        "states": dict(Counter(attempt.state.value for attempt in m.attempts)),
        "attempts": attempts,
        "problems": list(m.problems),
        "notes": list(m.notes),
    }


def test_every_reader_has_a_vector():
    """A format that nobody shows is a claim that nobody checks; adding one is a file and a vector."""
    assert {path.name for path in FOLDER.iterdir()} == {reader.name for reader in READERS}


@pytest.mark.parametrize("reader", [reader.name for reader in READERS])
def test_a_log_is_read_as_its_vector_says(reader: str):
    """Files grouped, states, scores, problems and notes: all of it, and nothing else."""
    case = yaml.safe_load((FOLDER / reader / "expected.yaml").read_text(encoding="utf-8"))
    names = [path.name for path in (FOLDER / reader).iterdir() if path.name != "expected.yaml"]
    (group,) = group_files(names)
    found = logs.read({name: (FOLDER / reader / name).read_bytes() for name in group})

    assert case.keys() == KEYS
    assert case["why"].endswith(".")
    assert case["files"] == list(group)
    assert [told(measurement) for measurement in found] == case["measurements"]
    assert {measurement.format for measurement in found} == {reader}
