# SPDX-License-Identifier: Apache-2.0
"""One incident as facts: what happened, what is known of it and since when. No regime's terms (A-4).

What is not known is written `unknown` in the file, stays `unknown` in every report, and is no verdict for anybody.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from ruleout.model.verdict import Verdict

UNKNOWN = "unknown"

#: Instants that an incident's file may state, in the order in which pages show them.
INSTANTS = (
    "occurred-from",
    "occurred-to",
    "suspected",
    "discovered",
    "aware-of-model-involvement",
    "determined",
    "reasonable-belief",
    "imminent-danger-discovered",
    "resolved",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedModel:
    """A model as the incident's file names it: name, version ("" if not stated), SHA-256 of its weights ("" likewise)."""

    name: str
    version: str = ""
    digest: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """An instant that was stated wrongly: the value that no longer counts, and why."""

    instant: str
    was: datetime
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """What a file states of one incident.

    Attributes:
        id: name of the incident; it names no person.
        title: one line.
        happened: a short plain statement.
        facts: answer by the fact's id; a fact that the file does not state is not in it and counts as unknown.
        instants: aware UTC instants by name of `INSTANTS`.
        answers: other texts by the field's name, such as "harm" or "root-cause".
        chain_of_events, models, evidence, atlas, oecd: lists; empty if not stated. Evidence is named by SHA-256, ATLAS
            techniques and OECD entries by their own ids.
        unknown: names of fields and instants that are stated to be unknown.
        corrections: instants stated wrongly before.
    """

    id: str
    title: str
    happened: str
    facts: Mapping[str, Verdict]
    instants: Mapping[str, datetime]
    answers: Mapping[str, str]
    chain_of_events: tuple[str, ...] = ()
    models: tuple[NamedModel, ...] = ()
    evidence: tuple[str, ...] = ()
    atlas: tuple[str, ...] = ()
    oecd: tuple[str, ...] = ()
    unknown: frozenset[str] = frozenset()
    corrections: tuple[Correction, ...] = ()

    def fact(self, name: str) -> Verdict:
        """The answer to one question of fact; UNKNOWN where the file states none."""
        return self.facts.get(name, Verdict.UNKNOWN)
