# SPDX-License-Identifier: Apache-2.0
"""Files become sides of a comparison: tasks of one name and other content never meet (S-4, E-2)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from tests.unit.evidence import inspect_logs

from ruleout.app import estimate
from ruleout.app.ingest import Ingested
from ruleout.app.plan import default_rate


def test_tasks_whose_content_differs_are_set_apart(tmp_path, monkeypatch):
    """Same id, other question: listed on both sides, compared on neither. Content that one log lacks changes nothing."""

    def measured(path):
        data = inspect_logs.log([inspect_logs.sample("s0", "C"), inspect_logs.sample("s1", "C")])
        measurement = inspect_logs.read_one(data, name=path.name)
        first, *rest = measurement.attempts
        found = replace(measurement, attempts=(replace(first, content=path.stem), *rest))
        return (Ingested(path=path, data=data, measurement=found, states=()),)

    monkeypatch.setattr(estimate, "read_log_file", measured)
    first, second, found = estimate.pairs(
        tmp_path / "a.eval",
        tmp_path / "b.eval",
        score="",
        success_at=Decimal(1),
        seed=0,
        confidence=Decimal("0.95"),
    )

    assert (first.name, second.name, found.tasks) == ("a.eval", "b.eval", 1)
    assert found.only_first[0].startswith("s0 (other content)")


def test_the_assumed_rate_is_a_fifth_of_the_bar():
    """Stated in the plan, and only where nobody gives one."""
    assert default_rate(Decimal("0.1")) == Decimal("0.02")
