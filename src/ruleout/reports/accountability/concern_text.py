# SPDX-License-Identifier: Apache-2.0
"""Concerns as pages and values: who receives them and what is owed; and the quarter's counts, without a word (A-13)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ruleout.accountability.concerns.fold import ConcernState
from ruleout.accountability.concerns.owed import Owed, OwedState
from ruleout.accountability.concerns.recipients import Recipients
from ruleout.accountability.concerns.roll_up import RollUp
from ruleout.model.plain import instant_text
from ruleout.reports.accountability.incident_text import minute
from ruleout.reports.page import Line, bullets, labelled, title

_TONES = {OwedState.MISSED: "bad", OwedState.AT_ONCE: "bad", OwedState.MAY_BE: "warn"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ConcernRow:
    """One concern with who receives it and what is owed about it."""

    state: ConcernState
    recipients: Recipients
    owed: tuple[Owed, ...]


def concerns_page(rows: Sequence[ConcernRow], *, texts: bool, width: int) -> list[Line]:
    """Return the concerns. Pure.

    Args:
        rows: what to show.
        texts: whether to show what was said; without, no word of any concern is shown.
        width: columns.
    """
    lines: list[Line] = []
    for row in rows:
        state = row.state
        lines += title(f"concern {state.number}", state.status.value, width=width, tone="title")
        how = "anonymous" if state.is_anonymous else "the reporter is named"
        lines += labelled("received", f"{minute(state.received)}, {how}", width=width)
        lines += labelled("material", state.material.value, width=width)
        if texts:
            lines += labelled("about", state.concern.title, width=width)
            lines += labelled("says", state.concern.says, width=width)
        lines += _recipients(row.recipients, width=width)
        for one in row.owed:
            lines += labelled("owed", _owed(one), width=width, tone=_TONES.get(one.state, ""))
    return lines or [Line("no concern in the record")]


def roll_up_page(counts: RollUp, tellings: Sequence[tuple[str, Recipients]], *, width: int) -> list[Line]:
    """Return a quarter's counts and who is told of them. Pure; no text, number or date of a concern is in it."""
    word = "whole" if counts.is_whole else "so far"
    lines = title(f"concerns in {counts.quarter}", word, width=width, tone="title")
    lines += labelled("open before", str(counts.before), width=width)
    received = f"{counts.received}: {counts.anonymous} anonymous, {counts.named} with a name"
    lines += labelled("received", received, width=width)
    lines += bullets("closed", [f"{status.value}: {count}" for status, count in counts.closed], width=width)
    judged = f"{counts.material} of the substantiated ones; not judged: {counts.material_unknown}"
    lines += labelled("material", judged, width=width)
    lines += labelled("still open", str(counts.still_open), width=width)
    for name, recipients in tellings:
        # Who is left out would tell whom a concern is about.
        lines += [Line(""), Line(f"told under {name}", "title"), *_goes_to(recipients, width=width)]
    return lines


def concern_value(row: ConcernRow, *, texts: bool) -> dict[str, object]:
    """Return one concern as a JSON value; its words only where `texts` asks for them. Pure."""
    state = row.state
    words: dict[str, object] = {"title": state.concern.title, "says": state.concern.says} if texts else {}
    return {
        "concern": state.number,
        "received": instant_text(state.received),
        "anonymous": state.is_anonymous,
        "status": state.status.value,
        "material": state.material.value,
        "closed": None if state.closed is None else instant_text(state.closed),
        "told": [instant_text(when) for when in state.told],
        "notified": sorted(state.notified),
        **_recipients_value(row.recipients),
        "owed": [_owed_value(one) for one in row.owed],
        **words,
    }


def roll_up_value(counts: RollUp, tellings: Sequence[tuple[str, Recipients]]) -> dict[str, object]:
    """Return a quarter's counts as a JSON value. Pure."""
    return {
        "quarter": counts.quarter,
        "whole": counts.is_whole,
        "open-before": counts.before,
        "received": counts.received,
        "anonymous": counts.anonymous,
        "named": counts.named,
        "closed": {status.value: count for status, count in counts.closed},
        "material": counts.material,
        "material-unknown": counts.material_unknown,
        "still-open": counts.still_open,
        "told": [{"rules": name, "goes-to": _goes_to_value(recipients)} for name, recipients in tellings],
    }


def _recipients(recipients: Recipients, *, width: int) -> list[Line]:
    lines = _goes_to(recipients, width=width)
    out = [*(f"role {role}" for role in recipients.recused_roles), *recipients.recused_persons]
    return lines + (labelled("without", ", ".join(out), width=width) if out else [])


def _goes_to(recipients: Recipients, *, width: int) -> list[Line]:
    texts = [
        f"{one.role}: {', '.join(one.persons) or 'nobody in the keyring'} ({', '.join(one.because)})"
        for one in recipients.receive
    ]
    lines = bullets("goes to", texts, width=width)
    if not texts:
        nobody = "nobody: the rules name no role that it does not concern; choose somebody outside"
        lines += labelled("goes to", nobody, width=width, tone="warn")
    return lines


def _owed(one: Owed) -> str:
    until = f", by the end of {one.until.last_day}" if one.until is not None else ""
    return f"{', '.join(one.to)}: {one.state.value}{until} ({one.rules} {one.clause.section}: {one.clause.says})"


def _recipients_value(recipients: Recipients) -> dict[str, object]:
    return {
        "goes-to": _goes_to_value(recipients),
        "recused-roles": list(recipients.recused_roles),
        "recused-persons": list(recipients.recused_persons),
    }


def _goes_to_value(recipients: Recipients) -> list[dict[str, object]]:
    return [
        {"role": one.role, "persons": list(one.persons), "because": list(one.because)} for one in recipients.receive
    ]


def _owed_value(one: Owed) -> dict[str, object]:
    return {
        "rules": one.rules,
        "section": one.clause.section,
        "to": list(one.to),
        "state": one.state.value,
        "ends": None if one.until is None else instant_text(one.until.ends),
    }
