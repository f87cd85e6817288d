# SPDX-License-Identifier: Apache-2.0
"""What must be so at the instant at which a permit is issued: of its decision, the keys, the clock and other permits (G-1)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from ruleout.app.bundle import replay_recorded
from ruleout.app.evidence.again import Archive
from ruleout.app.ledger import Record
from ruleout.app.permits.grounds import Judged, later_about_the_same, signed_under
from ruleout.app.permits.register import Issued
from ruleout.app.permits.versions import VersionsOf, version_in_force
from ruleout.engine.permitting import Check
from ruleout.ledger.permits import compromises, void_signatures
from ruleout.model.expiry import first_instant_after, has_ended
from ruleout.model.permit import PermitRequest
from ruleout.model.plain import instant_text
from ruleout.model.verdict import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request for a permit beside what it is weighed against.

    Attributes:
        archive: the record's decisions.
        others: the permits of the record that were not revoked.
        at: aware UTC instant of the act.
    """

    request: PermitRequest
    judged: Judged
    archive: Archive
    others: tuple[Issued, ...]
    at: datetime


def demands(asked: Asked, versions_of: VersionsOf) -> Iterator[Check]:
    """Yield what must be so when a permit is issued, besides what must be so of its decision at any instant.

    Effect: reads what the record's entries name, and frameworks.

    Source: G-1.
    """
    request, judged, archive, at = asked.request, asked.judged, asked.archive, asked.at
    decided = judged.decided
    replayed = replay_recorded(asked.archive.record, decided.entry)
    yield Check(
        name="a decision that follows from its inputs",
        holds=Verdict.YES if replayed.same else Verdict.NO,
        why=replayed.detail,
    )
    later = [entry.content.id for entry in later_about_the_same(decided, archive)]
    yield Check(
        name="the last decision on its case and subject",
        holds=Verdict.NO if later else Verdict.YES,
        why=f"superseded by {', '.join(later)}" if later else "the last",
    )
    yield version_in_force(decided.framework, archive.record, versions_of, at=at)
    yield _on_the_last_day(request, judged, archive)
    yield _sound_keys(asked)
    yield _clock(asked.archive.record, at)
    yield from _unreadable(asked.others, at)


def _on_the_last_day(request: PermitRequest, judged: Judged, archive: Archive) -> Check:
    """Whether the decision still comes out the same at the last moment of the permit: what ends on the way shows here."""
    moment = first_instant_after(request.terms.last_day) - timedelta(microseconds=1)
    then = archive.decide(judged.decided, at=moment)
    now = judged.now
    same = (then.outcome, then.input_digest, then.conditions) == (now.outcome, now.input_digest, now.conditions)
    return Check(
        name=f"the same decision on {request.terms.last_day} by what is known today",
        holds=Verdict.YES if same else Verdict.NO,
        why="the same" if same else f"{then.outcome.value}, by {', '.join(then.determined_by)}",
    )


def _sound_keys(asked: Asked) -> Check:
    """No signature that the permit would lean on is void. Approvals that are do not count, and are not leant on."""
    known = compromises(asked.archive.record.entries, asked.archive.record.keyring)
    void = tuple(void_signatures(signed_under(asked.judged, asked.archive.record), known))
    return Check(
        name="signatures by keys that were not compromised",
        holds=Verdict.NO if void else Verdict.YES,
        why="; ".join(void) or "none was",
    )


def _clock(record: Record, at: datetime) -> Check:
    """With a clock that has gone back, what has ended would count again."""
    last = max((datetime.fromisoformat(entry.content.ts) for entry in record.entries), default=at)
    behind = at < last
    return Check(
        name=f"a clock that is not behind the record, whose entries go to {instant_text(last)}",
        holds=Verdict.UNKNOWN if behind else Verdict.YES,
        why=instant_text(at),
    )


def _unreadable(others: Iterable[Issued], at: datetime) -> Iterator[Check]:
    """Permits that were issued and cannot be read may serve the same names, until the day that their header states."""
    for one in others:
        if one.permit is None and not _has_passed(str(one.entry.content.subject.get("expires", "")), at):
            hint = f"cannot be read: {one.fault}. Revoke it, or bring its text back"
            yield Check(name=f"to know which names permit {one.id!r} serves", holds=Verdict.UNKNOWN, why=hint)


def _has_passed(last_day: str, at: datetime) -> bool:
    try:
        return has_ended(date.fromisoformat(last_day), at)
    except ValueError:
        return False
