# SPDX-License-Identifier: Apache-2.0
"""What is due by the record: laws' duties and its frameworks' own on one calendar, and the entries that are absent (A-3, L-9).

Besides duty acts, two kinds of entry count as events: a framework's, which is in force and published from its effective
day, and a decision to go ahead, for the duties that the framework ties to it. That something decided was then done is
never assumed: it is asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from ruleout.accountability.duties import (
    absent_entries,
    calendar_of,
    decision_event,
    in_force_event,
    regime_of,
    unstarted,
)
from ruleout.app.accountability.duty_acts import TakenBack, duty_acts, taken_back
from ruleout.app.accountability.regimes import chosen
from ruleout.app.change_control.happenings import counting_entries, deliveries_of, happenings_of
from ruleout.app.ledger import Record
from ruleout.app.reviews.due import review_acts
from ruleout.app.reviews.register import reviews_of
from ruleout.documents.fields import parse_instant
from ruleout.errors import BadInput, NotFound, VerificationFailed
from ruleout.framework import parse_framework
from ruleout.ledger import EntryType, LedgerEntry
from ruleout.model.canonical import parse_canonical
from ruleout.model.duty import Acts, Happening, KeyDate, Regime
from ruleout.model.framework import Framework
from ruleout.model.occurrence import Expected, Occurrence
from ruleout.model.outcome import Outcome

PUBLISHED = "framework-published"
DEPLOYED = "model-deployed"
_DEPLOYS = "deploy-external"
_MOST_DECISION_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class DueCalendar:
    """What a record makes due.

    Attributes:
        at: the instant asked about.
        horizon: the end of the window in which due means soon.
        regimes: those looked at.
        occurrences: by deadline.
        absent: entries that should be there by now and are not.
        asked: events that may be missing; only the developer knows.
        key_dates: (regime, date) of what changes within the window.
        taken_back: events that were taken back.
        unread: (entry, reason) of entries that may start duties and cannot be read.
    """

    at: datetime
    horizon: datetime
    regimes: tuple[Regime, ...]
    occurrences: tuple[Occurrence, ...]
    absent: tuple[Expected, ...]
    asked: tuple[Expected, ...]
    key_dates: tuple[tuple[str, KeyDate], ...]
    taken_back: tuple[TakenBack, ...]
    unread: tuple[tuple[str, str], ...]

    @property
    def is_fine(self) -> bool:
        """Whether nothing was missed or destroyed too soon, as far as everything could be read."""
        return not self.unread and not any(one.status.is_failure for one in self.occurrences)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What entries besides duty acts say: frameworks as regimes, events, and what could not be read."""

    regimes: tuple[Regime, ...]
    happenings: tuple[Happening, ...]
    asked: tuple[Expected, ...]
    unread: tuple[tuple[str, str], ...]


def due_in(
    record: Record, laws: Iterable[Regime], *, at: datetime, within: timedelta, names: Iterable[str] = ()
) -> DueCalendar:
    """Return what is due, missed, done and absent by the record. Effect: reads what its entries name.

    Args:
        record: as proved.
        laws: every regime at hand; the record's frameworks are added.
        at: aware instant from which to look.
        within: how far ahead is soon.
        names: regimes to look at; none for all.

    Raises:
        NotFound: a name is of no regime.

    Source: A-3, L-9.
    """
    facts = facts_of(record)
    said = duty_acts(record)
    regimes = chosen((*laws, *facts.regimes), names)
    told = review_acts(reviews_of(record).states.values(), facts.regimes)
    acts = Acts(
        happenings=(*said.happenings, *facts.happenings, *told.happenings),
        deliveries=(*said.deliveries, *deliveries_of(record, regimes), *told.deliveries),
        cadences=said.cadences,
    )
    occurrences = calendar_of(regimes, acts, at=at, horizon=at + within)
    return DueCalendar(
        at=at,
        horizon=at + within,
        regimes=regimes,
        occurrences=occurrences,
        absent=absent_entries(occurrences),
        asked=(*_decided_only(facts.asked, said, regimes), *unstarted(regimes, acts)),
        key_dates=tuple(_coming(regimes, at=at, horizon=at + within)),
        taken_back=taken_back(record),
        unread=facts.unread,
    )


def facts_of(record: Record) -> Facts:
    """Return what framework and decision entries mean for the calendar. Effect: reads what they name."""
    unread: list[tuple[str, str]] = []
    frameworks: dict[str, tuple[Framework, LedgerEntry]] = {}
    for entry in counting_entries(record):
        framework = _framework(entry, record, unread)
        if framework is not None:
            frameworks.setdefault(str(framework.id), (framework, entry))
    happenings = [h for framework, entry in frameworks.values() for h in _in_force(framework, entry)]
    happenings += happenings_of(record)
    asked: list[Expected] = []
    for entry in record.of_type(EntryType.DECISION):
        if Outcome(entry.content.subject["outcome"]).opens:
            happenings += _triggered(entry, record, unread)
            asked += _perhaps_deployed(entry)
    names = dict.fromkeys(framework.id.name for framework, _ in frameworks.values())
    regimes = (regime_of(f for f, _ in frameworks.values() if f.id.name == name) for name in names)
    return Facts(regimes=tuple(regimes), happenings=tuple(happenings), asked=tuple(asked), unread=tuple(unread))


def _framework(entry: LedgerEntry, record: Record, unread: list[tuple[str, str]]) -> Framework | None:
    try:
        return parse_framework(record.object(entry.content.refs[0].sha256), file=entry.content.id)
    except (BadInput, NotFound, VerificationFailed) as error:
        unread.append((entry.content.id, str(error)))
        return None


def _in_force(framework: Framework, entry: LedgerEntry) -> Iterator[Happening]:
    at = datetime.combine(framework.effective, time(), UTC)
    yield Happening(event=in_force_event(framework.id.name), at=at, about="", entry=entry.content.id)
    yield Happening(event=PUBLISHED, at=at, about=framework.id.name, entry=entry.content.id)


def _triggered(entry: LedgerEntry, record: Record, unread: list[tuple[str, str]]) -> list[Happening]:
    """The duties that a recorded decision says it triggers, from the decision's own instant on."""
    content = entry.content
    digest = next((ref.sha256 for ref in content.refs if ref.name == "decision"), "")
    try:
        decision = parse_canonical(record.object(digest), max_bytes=_MOST_DECISION_BYTES, max_depth=64)
        ids = [str(duty["id"]) for duty in decision["duties"]]
    except (NotFound, VerificationFailed, KeyError, TypeError) as error:
        unread.append((content.id, str(error)))
        return []
    at = parse_instant(str(content.subject.get("at", content.ts)))
    about = str(content.subject["case"])
    own = str(content.subject["framework"])
    return [Happening(event=decision_event(own, name), at=at, about=about, entry=content.id) for name in ids]


def _perhaps_deployed(entry: LedgerEntry) -> Iterator[Expected]:
    subject = entry.content.subject
    if subject["activity"] == _DEPLOYS:
        about = str(subject.get("model") or subject["case"])
        yield Expected(
            kind="duty",
            act="event",
            name=DEPLOYED,
            regime="",
            about=about,
            by=None,
            because=f"going ahead was decided ({subject['outcome']})",
            entry=entry.content.id,
            is_certain=False,
        )


def _decided_only(asked: Iterable[Expected], said: Acts, regimes: tuple[Regime, ...]) -> Iterator[Expected]:
    """What was decided, once for each thing, as long as no event says that it happened and some regime asks."""
    known = {(h.event, h.about) for h in said.happenings if h.taken_back is None}
    wanted = {name for regime in regimes for name, _ in regime.events}
    first: dict[tuple[str, str], Expected] = {}
    for one in asked:
        if one.name in wanted and (one.name, one.about) not in known:
            first.setdefault((one.name, one.about), one)
    yield from first.values()


def _coming(regimes: tuple[Regime, ...], *, at: datetime, horizon: datetime) -> Iterator[tuple[str, KeyDate]]:
    for regime in regimes:
        for key_date in regime.key_dates:
            if at.date() <= key_date.day <= horizon.date():
                yield regime.id, key_date
