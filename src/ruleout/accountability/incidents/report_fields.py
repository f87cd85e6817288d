# SPDX-License-Identifier: Apache-2.0
"""The fields of a report, collected from an incident: each stated, stated to be unknown, or missing (A-4, A-10)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from ruleout.accountability.incidents.classify import ClassAnswer
from ruleout.accountability.incidents.fold import IncidentState
from ruleout.model.incident import INSTANTS, UNKNOWN, Incident
from ruleout.model.incident_regime import AskedField
from ruleout.model.plain import instant_text
from ruleout.model.verdict import Verdict

#: Fields of an incident's file that are one text or one answer.
_TEXTS = (
    "harm", "victims", "involvement", "response", "recommendations", "root-cause", "monitoring", "danger",
    "authority-chosen", "internal-use", "near-miss",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportField:
    """One field of a report. `value` is "unknown" where the record says so, and "" where it says nothing."""

    name: str
    asks: str
    section: str
    value: str
    required: bool

    @property
    def is_missing(self) -> bool:
        """Whether the report may not go out without it."""
        return self.required and not self.value


def collect(
    state: IncidentState, answers: Iterable[ClassAnswer], asked: Sequence[AskedField]
) -> tuple[ReportField, ...]:
    """Return the fields of a report with what the record states of each. Pure. Source: A-4.

    Args:
        state: the incident.
        answers: the regime's classification of it.
        asked: what the report's stage asks for; names of `FIELD_NAMES`.
    """
    made = {"qualifies-because": _because(answers)}
    return tuple(
        ReportField(
            name=one.name,
            asks=one.asks,
            section=one.section,
            value=made[one.name] if one.name in made else _FIELDS[one.name](state),
            required=one.required,
        )
        for one in asked
    )


def _because(answers: Iterable[ClassAnswer]) -> str:
    """Which classes the incident is of, or may be, and by which facts."""
    words = {Verdict.YES: "it is", Verdict.UNKNOWN: "it cannot be excluded that it is"}
    parts = []
    for answer in answers:
        if answer.verdict is not Verdict.NO:
            facts = ", ".join(f"{name} {verdict.value}" for name, verdict in answer.because)
            parts.append(f"{words[answer.verdict]} {answer.rule.id} ({answer.rule.provision.section}): {facts}")
    told = "; ".join(parts)
    return told[:1].upper() + told[1:] or "It is of no class of this regime."


def _text(name: str) -> Callable[[IncidentState], str]:
    def read(state: IncidentState) -> str:
        incident = state.incident
        return UNKNOWN if name in incident.unknown else incident.answers.get(name, "")

    return read


def _instant(name: str) -> Callable[[IncidentState], str]:
    def read(state: IncidentState) -> str:
        when: datetime | None = state.instant(name)
        if when is not None:
            return instant_text(when)
        return UNKNOWN if name in state.incident.unknown else ""

    return read


def _dates(state: IncidentState) -> str:
    start, end = _instant("occurred-from")(state), _instant("occurred-to")(state)
    return f"From {start} to {end or UNKNOWN}" if start else ""


def _together(items: Iterable[str]) -> str:
    """Sentences follow each other; what is none is set off."""
    told = tuple(items)
    return (" " if told and all(one.endswith((".", "!", "?")) for one in told) else "; ").join(told)


def _listed(name: str, items: Callable[[Incident], Iterable[str]]) -> Callable[[IncidentState], str]:
    def read(state: IncidentState) -> str:
        return UNKNOWN if name in state.incident.unknown else _together(items(state.incident))

    return read


def _models(incident: Incident) -> Iterable[str]:
    for model in incident.models:
        stated = (model.name, model.version, f"sha256 {model.digest}" if model.digest else "")
        yield " ".join(part for part in stated if part)


_FIELDS: dict[str, Callable[[IncidentState], str]] = {
    **{name: _text(name) for name in _TEXTS},
    **{name: _instant(name) for name in INSTANTS},
    "dates": _dates,
    "statement": lambda state: state.incident.happened,
    "models": _listed("models", _models),
    "chain-of-events": _listed("chain-of-events", lambda incident: incident.chain_of_events),
    "evidence": _listed("evidence", lambda incident: incident.evidence),
    "atlas": _listed("atlas", lambda incident: incident.atlas),
    "oecd": _listed("oecd", lambda incident: incident.oecd),
}

#: Names under which a regime's file may ask for fields.
FIELD_NAMES = ("qualifies-because", *_FIELDS)
