# SPDX-License-Identifier: Apache-2.0
"""The regimes at hand: those that ship with Ruleout, and the workspace's own in place of one of the same name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from ruleout.accountability.incidents.regime_parse import parse_regime
from ruleout.adapters.files import read_bounded
from ruleout.adapters.zones import zone_of
from ruleout.app.shipped import shipped_folder
from ruleout.app.sources import MOST_DOCUMENT_BYTES
from ruleout.app.workspace import Workspace
from ruleout.errors import NotFound, RuleoutError
from ruleout.model.clock import Calendar
from ruleout.model.incident_regime import IncidentRegime

JURISDICTIONS = "jurisdictions"
_FILE = "incidents.yaml"


def regimes_at_hand(workspace: Workspace | None) -> tuple[IncidentRegime, ...]:
    """Return every regime's terms for incidents, by name. Effect: reads the files.

    Raises:
        BadInput: a file has problems.
        RuleoutError: two regimes ask for the same fact in different words.
    """
    folders = [shipped_folder() / JURISDICTIONS]
    if workspace is not None:
        folders.append(workspace.root / JURISDICTIONS)
    found: dict[str, IncidentRegime] = {}
    for path in (path for folder in folders for path in sorted(folder.glob(f"*/{_FILE}"))):
        regime = read_regime(path)
        found[regime.name] = regime
    regimes = tuple(found[name] for name in sorted(found))
    _require_one_wording(regimes)
    return regimes


def read_regime(path: Path) -> IncidentRegime:
    """Return the terms of one file. Effect: reads it. Raises BadInput with every problem of the file."""
    data = read_bounded(path, limit_bytes=MOST_DOCUMENT_BYTES, what="file of a regime")
    regime = parse_regime(data, file=str(path))
    if regime.name != path.parent.name:
        hint = "Name the folder as the regime."
        raise RuleoutError(f"{path}: expected the folder {regime.name}, got {path.parent.name}", hint=hint)
    return regime


def facts_asked(regimes: Iterable[IncidentRegime]) -> dict[str, str]:
    """Return every question of fact that some regime asks, by id. Pure."""
    return {name: asks for regime in regimes for name, asks in regime.facts.items()}


def regime_named(name: str, regimes: Sequence[IncidentRegime]) -> IncidentRegime:
    """Return the regime of a name. Raises NotFound with those there are."""
    for regime in regimes:
        if regime.name == name:
            return regime
    known = ", ".join(regime.name for regime in regimes) or "none"
    raise NotFound(f"no regime {name!r} has terms for incidents; there are: {known}", hint="Name one of these.")


def calendar_of(regime: IncidentRegime) -> Calendar:
    """Return the calendar in which a regime's days are counted. Effect: reads the zone's rules.

    Holidays are not known here: a deadline in business days comes out early, never late.
    """
    return Calendar(name=regime.zone, zone=zone_of(regime.zone))


def _require_one_wording(regimes: Iterable[IncidentRegime]) -> None:
    """One answer counts for all regimes that ask for a fact, so all must ask for the same."""
    words: dict[str, tuple[str, str]] = {}
    for regime in regimes:
        for name, asks in regime.facts.items():
            other, said = words.setdefault(name, (regime.name, asks))
            if said != asks:
                hint = "Give one of them another id, or the same words."
                raise RuleoutError(f"{regime.name} asks for fact {name!r} in other words than {other}", hint=hint)
