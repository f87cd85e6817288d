# SPDX-License-Identifier: Apache-2.0
"""Bytes of a duties file -> a regime, and of another cadence -> what it says. Names resolve here.

A date or a clock is never guessed: what a file does not say is a problem of the file.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import tzinfo

from ruleout.accountability.duties.document import CadenceDoc, DutiesDoc, DutyOfLawDoc, RangeDoc
from ruleout.documents.findings import Findings
from ruleout.documents.places import Path
from ruleout.documents.validate import validate
from ruleout.documents.yaml_text import read_yaml
from ruleout.errors import RuleoutError
from ruleout.model.clock import Calendar, Limit, TimeUnit
from ruleout.model.duty import KeyDate, LegalDuty, OwnSchedule, Regime, Slip, Term

#: Hands over the rules of a time zone by its name, or raises RuleoutError.
ZoneOf = Callable[[str], tzinfo]

_TERMS = ("within", "before", "every", "at_least")
#: Hours in a unit at its shortest, for comparing lengths of different units.
_HOURS = {
    TimeUnit.HOURS: 1,
    TimeUnit.DAYS: 24,
    TimeUnit.BUSINESS_DAYS: 24,
    TimeUnit.WEEKS: 168,
    TimeUnit.MONTHS: 28 * 24,
    TimeUnit.YEARS: 365 * 24,
}


def parse_duties(data: bytes, *, file: str, zone_of: ZoneOf) -> Regime:
    """Return the regime of a duties file. Pure.

    Args:
        data: the file's bytes; anything at all.
        file: name used in problems.
        zone_of: the rules of a time zone by name.

    Raises:
        BadInput: the file is refused; holds its problems in file order.

    Source: A-3; ADR 0003.
    """
    document = read_yaml(data, file=file)
    doc = validate(DutiesDoc, document)
    findings = Findings(document)
    calendar = _calendar(doc, zone_of, findings)
    _check_source(doc.from_source, ("from-source",), doc, findings)
    if doc.to_day is not None and doc.to_day < doc.from_:
        findings.note(
            "J005", ("to-day",), expected=f"a day from {doc.from_} on", got=str(doc.to_day), hint="Swap the two."
        )
    for index, key_date in enumerate(doc.key_dates):
        _check_source(key_date.source, ("key-dates", index, "source"), doc, findings)
    duties = tuple(_duty(name, duty, doc, findings) for name, duty in doc.duties.items())
    findings.raise_any()
    return Regime(
        id=doc.duties_of,
        title=doc.title,
        law=doc.law,
        calendar=calendar,
        from_day=doc.from_,
        to_day=doc.to_day,
        events=tuple(doc.events.items()),
        duties=duties,
        key_dates=tuple(
            KeyDate(day=k.day, says=k.says, source=doc.sources[k.source].title, grade=k.grade)
            for k in sorted(doc.key_dates, key=lambda k: k.day)
        ),
    )


def parse_cadence(data: bytes, *, file: str) -> CadenceDoc:
    """Return what a statement of another cadence says. Pure.

    Raises:
        BadInput: the file is refused; holds its problems in file order.
    """
    document = read_yaml(data, file=file)
    doc = validate(CadenceDoc, document)
    findings = Findings(document)
    first, last = doc.from_, doc.until
    if last is not None and last < first:
        findings.note("J005", ("until",), expected=f"a day from {first} on", got=str(last), hint="Swap the two.")
    _check_cadence(doc.every, ("every",), findings)
    findings.raise_any()
    return doc


def _calendar(doc: DutiesDoc, zone_of: ZoneOf, findings: Findings) -> Calendar:
    try:
        zone: tzinfo | None = zone_of(doc.zone)
    except RuleoutError:
        zone = None
    if zone is None:
        hint = "Use an IANA name such as Europe/Brussels."
        findings.note("J001", ("zone",), expected="the name of a time zone", got=repr(doc.zone), hint=hint)
        findings.raise_any()
    return Calendar(name=doc.zone, zone=zone, holidays=frozenset(doc.holidays))  # type: ignore[arg-type]


def _check_source(name: str, path: Path, doc: DutiesDoc, findings: Findings) -> None:
    if name not in doc.sources:
        findings.note_unknown(path, expected="one of the sources", name=name, known=doc.sources, id_="J002")


def _duty(name: str, doc: DutyOfLawDoc, whole: DutiesDoc, findings: Findings) -> LegalDuty:
    path: Path = ("duties", name)
    _check_names(name, doc, whole, findings)
    _check_times(doc, path, whole, findings)
    term, limit, shortest = _term(doc)
    source = whole.sources.get(doc.source)
    return LegalDuty(
        id=name,
        clock=doc.clock or "",
        says=doc.says,
        section=doc.section,
        source="" if source is None else f"{source.title}, {source.section}" if source.section else source.title,
        grade=doc.grade,
        owed_by=doc.owed_by or "",
        to=tuple(whole.authorities.get(one, one) for one in doc.to),
        after=doc.after or doc.later_of or (),
        is_later_of=doc.later_of is not None,
        until=doc.until or (),
        term=term,
        limit=limit,
        shortest=shortest,
        first=doc.first_within,
        slip=None if doc.slips is None else Slip(limit=doc.slips.to, given=doc.slips.with_),
        own_schedule=OwnSchedule(doc.schedule or "none"),
        is_voluntary=doc.voluntary,
        starts_with_law=doc.starts_with_law,
        condition=doc.if_ or "",
        from_day=max(whole.from_, doc.from_ or whole.from_),
        to_day=min((day for day in (doc.to_day, whole.to_day) if day is not None), default=None),
        met_by=doc.met_by or "",
        note=doc.note or "",
    )


def _term(doc: DutyOfLawDoc) -> tuple[Term, Limit | None, Limit | None]:
    """What the time means, how long it is, and the shortest time of a range."""
    if isinstance(doc.every, RangeDoc):
        return Term.EVERY, doc.every.to, doc.every.from_
    for term, limit in (
        (Term.WITHIN, doc.within),
        (Term.BEFORE, doc.before),
        (Term.EVERY, doc.every),
        (Term.AT_LEAST, doc.at_least),
    ):
        if limit is not None:
            return term, limit, None
    return Term.OPEN, None, None


def _check_names(name: str, doc: DutyOfLawDoc, whole: DutiesDoc, findings: Findings) -> None:
    path: Path = ("duties", name)
    _check_source(doc.source, (*path, "source"), whole, findings)
    known = {*whole.events, *whole.duties} - {name}
    for field, names in (("after", doc.after), ("later-of", doc.later_of), ("until", doc.until)):
        for index, event in enumerate(names or ()):
            if event not in known:
                at = (*path, field, index)
                findings.note_unknown(at, expected="an event or a duty", name=event, known=known, id_="J002")
    if doc.slips is not None and doc.slips.with_ not in whole.events:
        at = (*path, "slips", "with")
        findings.note_unknown(at, expected="an event", name=doc.slips.with_, known=whole.events, id_="J002")
    for index, authority in enumerate(doc.to):
        if authority not in whole.authorities:
            at = (*path, "to", index)
            findings.note_unknown(at, expected="an authority", name=authority, known=whole.authorities, id_="J002")
    if name in whole.events:
        hint = "Name one of them otherwise: a duty's id stands for its delivery."
        findings.note("J006", path, expected="an id that no event has", got=repr(name), hint=hint, key=True)


def _check_times(doc: DutyOfLawDoc, path: Path, whole: DutiesDoc, findings: Findings) -> None:
    given = [field.replace("_", "-") for field in _TERMS if getattr(doc, field) is not None]
    if len(given) > 1:
        hint = "Make two duties of it."
        findings.note("J003", path, expected="one time", got=" and ".join(given), hint=hint, key=True)
    if (doc.after is None) == (doc.later_of is None):
        got = "both" if doc.after else "neither"
        findings.note("J004", path, expected="one of after and later-of", got=got, hint="Say what starts it.", key=True)
    cadence_only = [
        f
        for f, value in (("first-within", doc.first_within), ("until", doc.until), ("schedule", doc.schedule))
        if value
    ]
    if cadence_only and doc.every is None:
        at = (*path, cadence_only[0])
        findings.note("J003", at, expected="every", got="no cadence", hint="Delete it, or add `every`.", key=True)
    if doc.slips is not None and doc.within is None:
        at = (*path, "slips")
        findings.note(
            "J003", at, expected="within", got="no deadline to slip", hint="Delete it, or add `within`.", key=True
        )
    _check_lengths(doc, path, findings)
    first, last = doc.from_ or whole.from_, doc.to_day
    if last is not None and last < first:
        findings.note("J005", (*path, "to-day"), expected=f"a day from {first} on", got=str(last), hint="Swap the two.")


def _check_lengths(doc: DutyOfLawDoc, path: Path, findings: Findings) -> None:
    every = doc.every
    longest = every.to if isinstance(every, RangeDoc) else every
    if longest is not None:
        _check_cadence(longest, (*path, "every"), findings)
    if isinstance(every, RangeDoc) and length(every.from_) > length(every.to):
        at = (*path, "every")
        findings.note(
            "J003", at, expected="from no longer than to", got=f"{every.from_} to {every.to}", hint="Swap the two."
        )


def _check_cadence(every: Limit, path: Path, findings: Findings) -> None:
    if every.count == 0 or every.unit is TimeUnit.HOURS:
        hint = "Write days, weeks, months or years."
        findings.note("J003", path, expected="a time of a day or more", got=str(every), hint=hint)


def length(limit: Limit) -> int:
    """Return about how many hours a limit is, for comparing two of them. Pure."""
    return limit.count * _HOURS[limit.unit]
