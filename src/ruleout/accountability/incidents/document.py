# SPDX-License-Identifier: Apache-2.0
"""The shape of an incident's file (see docs/guide/incidents.md). Any field may say `unknown` instead of a value."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, StringConstraints, Tag

from ruleout.documents.fields import Doc, Id, Instant, Line, Says, Sha256
from ruleout.model.incident import INSTANTS, UNKNOWN
from ruleout.model.verdict import Verdict


def known_shape(value: Any) -> str:
    """Return the tag of a field that may be unknown. Pure."""
    return "<unknown>" if value == UNKNOWN else "<known>"


Unknown = Annotated[Literal["unknown"], Tag("<unknown>")]
_EITHER = Discriminator(known_shape)
InstantOrUnknown = Annotated[Annotated[Instant, Tag("<known>")] | Unknown, _EITHER]
Digests = Annotated[tuple[Sha256, ...], Field(min_length=1, max_length=500)]
Lines = Annotated[tuple[Says, ...], Field(min_length=1, max_length=200)]
TechniqueId = Annotated[str, StringConstraints(pattern=r"^AML\.[A-Z]{1,3}[0-9]{4}(?:\.[0-9]{3})?$")]


class ModelDoc(Doc):
    """A model that was involved, or may have been."""

    name: Line
    version: Line | None = None
    digest: Sha256 | None = None


Models = Annotated[tuple[ModelDoc, ...], Field(min_length=1, max_length=50)]


class OccurredDoc(Doc):
    """When it happened: from its start to its end."""

    from_: InstantOrUnknown
    to: InstantOrUnknown | None = None


class KnownDoc(Doc):
    """Since when what was known. Each regime has its own word for the instant that starts its clock."""

    suspected: InstantOrUnknown | None = None
    discovered: InstantOrUnknown | None = None
    aware_of_model_involvement: InstantOrUnknown | None = None
    determined: InstantOrUnknown | None = None
    reasonable_belief: InstantOrUnknown | None = None
    imminent_danger_discovered: InstantOrUnknown | None = None
    resolved: InstantOrUnknown | None = None


class CorrectionDoc(Doc):
    """An instant stated wrongly before: without this, the earliest one stated goes on to count."""

    instant: Literal[INSTANTS]  # type: ignore[valid-type]  # the words of one list, not written twice
    was: Instant
    because: Says


class IncidentDoc(Doc):
    """One incident, as facts. `facts` answers questions that regimes ask; whoever is not sure writes `unknown`."""

    incident: Id
    title: Line
    happened: Says
    owner: Line | None = None
    occurred: OccurredDoc
    known: KnownDoc
    facts: Annotated[dict[Id, Verdict], Field(min_length=1, max_length=200)]
    internal_use: Verdict | None = None
    near_miss: Verdict | None = None
    models: Annotated[Annotated[Models, Tag("<known>")] | Unknown, _EITHER] | None = None
    harm: Says | None = None
    victims: Says | None = None
    chain_of_events: Annotated[Annotated[Lines, Tag("<known>")] | Unknown, _EITHER] | None = None
    involvement: Says | None = None
    evidence: Annotated[Annotated[Digests, Tag("<known>")] | Unknown, _EITHER] | None = None
    response: Says | None = None
    recommendations: Says | None = None
    root_cause: Says | None = None
    monitoring: Says | None = None
    danger: Says | None = None
    authority_chosen: Says | None = None
    atlas: Annotated[tuple[TechniqueId, ...], Field(max_length=100)] = ()
    oecd: Annotated[tuple[Line, ...], Field(max_length=100)] = ()
    corrections: Annotated[tuple[CorrectionDoc, ...], Field(max_length=100)] = ()
    note: Says | None = None
