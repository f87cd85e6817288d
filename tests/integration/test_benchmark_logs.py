# SPDX-License-Identifier: Apache-2.0
"""The logs that reading is measured on hold what public logs hold, and are read without a complaint (E-1)."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from collections import Counter
from pathlib import Path

import pytest
from tests.unit.evidence import inspect_logs as logs

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
# Written by Inspect's runner for a question of multiple choice, by its developers.
PUBLIC = "inspect_ai/evals/2025-12-19_08930702_mmlu-summary-choices.eval"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one agentic and one single-turn log, of two samples each, made by a process of its own."""
    folder = tmp_path_factory.mktemp("made")
    making = "import sys, pathlib; from material.inspect_logs import make_logs; "
    making += "make_logs(pathlib.Path(sys.argv[1]), agentic=(1, 2), single=2)"
    subprocess.run([sys.executable, "-c", making, str(folder)], check=True, cwd=BENCHMARKS)
    return folder


def samples(path: Path) -> list[dict]:
    """The samples of a log as JSON, by a reader that is not ours."""
    import zipfile_zstd  # noqa: F401 - teaches zipfile zstandard

    with zipfile.ZipFile(path) as archive:
        return [json.loads(archive.read(name)) for name in archive.namelist() if name.startswith("samples/")]


def kinds(sample: dict) -> Counter[str]:
    return Counter(event["event"] for event in sample["events"])


def test_a_single_turn_sample_holds_the_events_of_a_public_one_and_is_about_as_large(made: Path, shared_data: Path):
    (public,) = samples(shared_data / PUBLIC)

    for sample in samples(made / "single.eval"):
        assert kinds(sample) == kinds(public)
        assert len(json.dumps(sample)) == pytest.approx(len(json.dumps(public)), rel=0.5)


def test_an_agentic_sample_holds_a_dozen_turns_with_all_that_the_runner_tells_of_them(made: Path):
    for sample in samples(made / "agentic-00.eval"):
        assert kinds(sample) >= Counter(model=13, tool=13, span_begin=13, span_end=13, state=1, score=1)


def test_made_logs_are_read_whole_and_agree_with_themselves(made: Path):
    for path in sorted(made.glob("*.eval")):
        read = logs.read_one(path.read_bytes(), name=path.name)

        assert not read.problems, path.name
        assert len(read.attempts) == 2
