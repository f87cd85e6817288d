# SPDX-License-Identifier: Apache-2.0
"""Runs vectors/incidents: facts and instants give each regime's classes and deadlines (A-4)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.incident_builders import CALENDARS, REGIMES, act, at, incident, state_of

from ruleout.accountability.incidents.due import clocks_of
from ruleout.accountability.incidents.fold import IncidentState
from ruleout.accountability.incidents.standing import standing_under
from ruleout.documents.yaml_text import read_yaml
from ruleout.model.plain import instant_text

FILE = Path(__file__).parents[2] / "vectors" / "incidents" / "classification.yaml"
VECTORS = [
    pytest.param(vector, id=vector["name"])
    for vector in read_yaml(FILE.read_bytes(), file=FILE.name).value["vectors"]  # type: ignore[index, call-overload]
]
FIELDS = {"name", "why", "facts", "known", "opened", "at", "reports", "want"}


def state_from(vector: dict[str, Any]) -> IncidentState:
    """The incident of a vector, with the reports given."""
    stated = incident(vector["facts"], {name: at(text) for name, text in vector["known"].items()})
    given = [
        act(2 + n, None, one["given"], regime=one["regime"], stage=one["stage"])
        for n, one in enumerate(vector.get("reports", []))
    ]
    return state_of(act(1, stated, vector["opened"]), *given)


@pytest.mark.parametrize("vector", VECTORS)
def test_facts_give_each_regime_its_own_classes(vector: dict[str, Any]) -> None:
    """Every class that the vector names has the verdict written down."""
    assert set(vector) <= FIELDS
    state = state_from(vector)

    for name, want in vector["want"].items():
        found = standing_under("one", {"one": state}, REGIMES[name], CALENDARS[name], at=at(vector["at"]))
        verdicts = {answer.rule.id: answer.verdict.value for answer in found.answers}
        assert want.get("verdicts", {}).items() <= verdicts.items(), (name, verdicts)


@pytest.mark.parametrize("vector", VECTORS)
def test_instants_give_each_clock_its_end(vector: dict[str, Any]) -> None:
    """Every clock that the vector names ends then, counted from that instant, and stands so."""
    state = state_from(vector)

    for name, want in vector["want"].items():
        found = clocks_of([state], REGIMES[name], CALENDARS[name], at=at(vector["at"]))
        for report, wanted in want.get("clocks", {}).items():
            clock = next(one for one in found if one.rule.id == report)
            got = {"state": clock.state.value}
            if clock.governs is not None:
                got |= {"ends": instant_text(clock.governs.deadline.ends), "from": clock.governs.name}
            assert wanted.items() <= got.items(), (name, report, got)
