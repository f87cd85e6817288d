# SPDX-License-Identifier: Apache-2.0
"""Every public log beside the repository, read by us and by Inspect's own reader (E-1)."""

from __future__ import annotations

import math
import warnings
from pathlib import Path
from typing import Any

import pytest
from tests.unit.evidence import inspect_logs as logs

from ruleout.model.evidence import Measurement, SampleState

# Logs whose samples were cut down by those who published them; the check of aggregates notices.
ABRIDGED = {"data_intercode_ctf_local_path.json"}


def logs_in(shared_data: Path) -> list[Path]:
    folders = ("inspect_ai/evals", "inspect_ai/json", "every_eval_ever/inspect")
    return [path for folder in folders for path in sorted((shared_data / folder).iterdir())]


@pytest.fixture(scope="module")
def oracle(shared_data: Path) -> dict[Path, Any]:
    """All logs as Inspect reads them; its own deprecation warnings are not ours to fail on."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        from inspect_ai.log import read_eval_log

        return {path: read_eval_log(str(path)) for path in logs_in(shared_data)}


@pytest.fixture(scope="module")
def ours(shared_data: Path) -> dict[Path, Measurement]:
    return {path: logs.read_one(path.read_bytes(), name=path.name) for path in logs_in(shared_data)}


def same(one: object, other: object) -> bool:
    if isinstance(one, float) and isinstance(other, float) and math.isnan(one):
        return math.isnan(other)
    return type(one) is type(other) and one == other


def test_per_sample_scores_equal_those_of_inspects_own_reader(oracle: dict[Path, Any], ours: dict[Path, Measurement]):
    """Same samples, epochs, score names, values and types of values, on every log."""
    compared = 0
    for path, log in oracle.items():
        held = [a for a in ours[path].attempts if a.detail != "not in the log"]
        theirs = {(str(s.id), s.epoch): {n: v.value for n, v in (s.scores or {}).items()} for s in log.samples or []}
        mine = {(a.sample, a.epoch): {n: v for n, v in a.scores if n in theirs[a.sample, a.epoch]} for a in held}

        assert len(held) == len(log.samples or []), path.name
        assert mine.keys() == theirs.keys(), path.name
        for key, values in theirs.items():
            assert mine[key].keys() == values.keys(), (path.name, key)
            assert all(same(mine[key][name], value) for name, value in values.items()), (path.name, key)
            compared += len(values)

    assert len(oracle) >= 38
    assert compared >= 1000


def test_identity_errors_and_counts_equal_those_of_inspects_own_reader(
    oracle: dict[Path, Any], ours: dict[Path, Measurement]
):
    """Status, task, model, version, date and which samples errored agree."""
    for path, log in oracle.items():
        m, spec = ours[path], log.eval
        assert (m.status, m.task, m.model) == (log.status, spec.task, spec.model), path.name
        assert (m.task_version, m.dataset_samples) == (str(spec.task_version), spec.dataset.samples), path.name
        assert m.evaluated is not None
        assert m.evaluated.isoformat() in (log.stats.started_at, spec.created), path.name
        errored = {(str(s.id), s.epoch) for s in log.samples or [] if s.error is not None}
        assert {(a.sample, a.epoch) for a in m.attempts if a.state is SampleState.ERRORED} == errored, path.name


def test_real_logs_agree_with_themselves(ours: dict[Path, Measurement]):
    """No honest log is called contradictory; the one whose samples were cut down is."""
    assert {path.name for path, m in ours.items() if m.problems} == ABRIDGED


def test_the_fast_read_of_real_logs_gives_the_same_scores(shared_data: Path, ours: dict[Path, Measurement]):
    """Summaries are a copy of the samples."""
    for path in logs_in(shared_data):
        quick = logs.read_one(path.read_bytes(), name=path.name, summaries_only=True)
        mine = {(a.sample, a.epoch): a.scores for a in quick.attempts}
        assert mine == {(a.sample, a.epoch): a.scores for a in ours[path].attempts}, path.name
