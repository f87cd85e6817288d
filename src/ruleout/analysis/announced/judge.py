# SPDX-License-Identifier: Apache-2.0
"""A change log held against what differs: what is not announced, what is announced and not so, what is said to be less than it is.

Rules: every id that differs stands in one announced change; every id announced differs; a change is not announced as
more than it is; what asks less is material. A log that satisfies them may be published; nothing else may.
"""

from __future__ import annotations

from collections.abc import Iterator

from ruleout.analysis.announced.differences import DOCUMENT, Difference, Differences, What
from ruleout.model.change_log import AnnouncedChange, AnnouncedKind, ChangeLog
from ruleout.model.publication import Refusal


def refusals(
    found: Differences, log: ChangeLog | None, *, known: frozenset[str], roles: frozenset[str]
) -> tuple[Refusal, ...]:
    """Return everything that forbids publishing, none if all that differs is announced as what it is. Pure.

    Args:
        found: what differs.
        log: the change log; None if there is none.
        known: ids of every clause of either version.
        roles: roles of either version.

    Source: D-15.
    """
    changes = () if log is None else log.changes
    named = {clause for change in changes for clause in change.clauses}
    by_clause = {one.clause: one for one in found.found}
    return (
        *(_silent(one) for one in _to_tell(found) if one.clause not in named),
        *(refusal for change in changes for refusal in _announced(change, by_clause, known, roles)),
        *_unexplained(found, changes),
    )


def _to_tell(found: Differences) -> tuple[Difference, ...]:
    """All that differs; the document only where nothing else does: other words that no clause of the file shows."""
    others = tuple(one for one in found.found if one.clause != DOCUMENT)
    return others or found.found


def _silent(one: Difference) -> Refusal:
    says = f"{one.clause} {one.what.value}{_why(one)} and no change announces it"
    return Refusal(id="not-announced", clauses=(one.clause,), says=says, witness=_state(one))


def _announced(
    change: AnnouncedChange, found: dict[str, Difference], known: frozenset[str], roles: frozenset[str]
) -> Iterator[Refusal]:
    for clause in change.clauses:
        if clause not in found and (clause in known or clause.startswith("@")):
            says = f"{clause} is announced as {change.kind.value} and is the same in both versions"
            yield Refusal(id="not-changed", clauses=(clause,), says=says)
        elif clause not in found:
            says = f"{clause} is announced as {change.kind.value} and neither version has it"
            yield Refusal(id="no-such-clause", clauses=(clause,), says=says)
    if change.called_by not in roles:
        says = (
            f"{', '.join(change.clauses)}: the call is said to be {change.called_by}'s, a role that neither version has"
        )
        yield Refusal(id="no-such-role", clauses=change.clauses, says=says)
    mine = [found[clause] for clause in change.clauses if clause in found]
    wrong = [one for one in mine if not _fits(change.kind, one, mine)]
    for one in wrong:
        says = f"{one.clause} is announced as {change.kind.value}, but it {one.what.value}{_why(one)}"
        yield Refusal(id="announced-otherwise", clauses=(one.clause,), says=says, witness=_state(one))
    if not change.material:
        for one in mine:
            if one.less and one not in wrong:
                says = f"{one.clause} is called immaterial, but it {one.what.value}{_why(one)}"
                yield Refusal(id="called-immaterial", clauses=(one.clause,), says=says, witness=_state(one))


def _fits(kind: AnnouncedKind, one: Difference, together: list[Difference]) -> bool:
    """Whether a difference may stand in a change of this kind; `together` are all differences of that change."""
    match kind:
        case AnnouncedKind.ADDED:
            return one.what is What.NEW and not one.less
        case AnnouncedKind.REMOVED:
            return one.what is What.GONE
        case AnnouncedKind.STRENGTHENED | AnnouncedKind.CHANGED:
            return not one.less
        case AnnouncedKind.RELOCATED:
            return any(o.relocated for o in together) or {o.what for o in together} >= {What.GONE, What.NEW}
        case AnnouncedKind.WEAKENED:
            only_more = one.more and not one.less
            return not one.relocated and not _is_only_gone(one, together) and not (only_more and len(together) == 1)


def _is_only_gone(one: Difference, together: list[Difference]) -> bool:
    """Whether a clause went and nothing that the same change names came: then it was removed, not weakened."""
    return one.what is What.GONE and not any(other.what is not What.GONE for other in together)


def _unexplained(found: Differences, changes: tuple[AnnouncedChange, ...]) -> Iterator[Refusal]:
    """A looser state that no single clause shows still needs some announced weakening behind it."""
    if found.unexplained and not any(change.kind.is_less for change in changes):
        first = found.unexplained[0]
        says = f"{first.activity.value}: the new version is less restrictive, and no change announces that anything is"
        yield Refusal(id="unexplained", clauses=first.old.determined_by, says=says, witness=first.text)


def _why(one: Difference) -> str:
    """What differs, in words: what asks less first."""
    if one.relocated:
        return f" (relocated: {one.kinds[0]} → {one.kinds[1]})"
    told = [reason for reason in one.less if reason != "a state shows it"]
    told = told or [f"{field.field}: {field.was} → {field.now}" for field in one.fields]
    told = [reason for reason in told if reason != "it is gone"]
    return f" ({'; '.join(told)})" if told else ""


def _state(one: Difference) -> str:
    if one.witness is not None:
        return one.witness.text
    looser = (g.witness.text for g in one.gated if g.witness.old.outcome > g.witness.new.outcome)
    return next(looser, "") if one.less else ""
