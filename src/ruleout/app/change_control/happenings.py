# SPDX-License-Identifier: Apache-2.0
"""What publications of frameworks mean for the calendar of duties: what they start, and what they deliver (A-3, L-9)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ruleout.accountability.change_log.parse import parse_change_log
from ruleout.accountability.publication.standing import PUBLISH
from ruleout.app.change_control.history import histories
from ruleout.app.ledger import Record
from ruleout.errors import BadInput, NotFound, VerificationFailed
from ruleout.ledger import EntryType, LedgerEntry
from ruleout.model.duty import Delivery, Happening, Regime
from ruleout.model.publication import Pinned

MODIFIED = "framework-modified"
CONFIRMED = "framework-confirmed"
UPDATED = "framework-updated"
_MET_BY = "framework-publication"


def counting_entries(record: Record) -> Iterator[LedgerEntry]:
    """Yield the framework entries whose version counts: published, or recorded before change control began.

    Entries that cannot be read are yielded too, so that the calendar shows them. Effect: reads what they name.
    """
    pins = [(history, pin) for history in histories(record).values() for pin in history.pins]
    idle = {pin.entry for history, pin in pins if pin not in history.counting()}
    yield from (entry for entry in record.of_type(EntryType.FRAMEWORK) if entry.content.id not in idle)


def happenings_of(record: Record) -> tuple[Happening, ...]:
    """Return what each publication is an event of: the text is confirmed, updated, and materially modified or not.

    Each from the instant of its entry, about `NAME@VERSION`. Effect: reads what they name.
    """
    return tuple(
        Happening(event=event, at=pin.at, about=f"{name}@{pin.version}", entry=pin.entry)
        for name, pin in _published(record)
        for event in _events(pin, record)
    )


def deliveries_of(record: Record, regimes: Iterable[Regime]) -> tuple[Delivery, ...]:
    """Return the duties that publications deliver by themselves, as the regimes' data say. Effect: as `happenings_of`."""
    duties = [(regime.id, duty.id) for regime in regimes for duty in regime.duties if duty.met_by == _MET_BY]
    return tuple(
        Delivery(regime=regime, duty=duty, at=pin.at, about=f"{name}@{pin.version}", entry=pin.entry, recorded=pin.at)
        for name, pin in _published(record)
        if pin.parts.change_log
        for regime, duty in duties
    )


def _published(record: Record) -> Iterator[tuple[str, Pinned]]:
    for name, history in histories(record).items():
        yield from ((name, pin) for pin in history.counting() if pin.act == PUBLISH)


def _events(pin: Pinned, record: Record) -> Iterator[str]:
    yield CONFIRMED
    if pin.parts.change_log:
        yield UPDATED
        if _is_material(pin, record):
            yield MODIFIED


def _is_material(pin: Pinned, record: Record) -> bool:
    """Whether a change was called material; one whose log cannot be read is taken to be."""
    try:
        log = parse_change_log(record.object(pin.parts.change_log), file=pin.entry)
    except (BadInput, NotFound, VerificationFailed):
        return True
    return any(change.material for change in log.changes)
