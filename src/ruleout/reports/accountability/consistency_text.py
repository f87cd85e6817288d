# SPDX-License-Identifier: Apache-2.0
"""Page and JSON value of how evenly requests were answered. Pure (A-5).

Every rate stands beside its counts: of two requests, one granted is no "50 %".
"""

from __future__ import annotations

from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from ruleout.accountability.requests.consistency import Consistency, GrantRate, Unlike, Waiting
from ruleout.accountability.requests.standing import Stood
from ruleout.documents.counts import count_of
from ruleout.model.plain import decimal_text, plain
from ruleout.reports.page import Line, bullets, labelled

_DIGITS = Decimal("0.001")


def consistency_page(found: Consistency, *, on: date, width: int) -> list[Line]:
    """Return the page of `request consistency`."""
    lines = [
        Line(f"like requests answered differently: {len(found.unlike)} of {count_of(found.alike, 'pair')}", "title")
    ]
    for pair in found.unlike:
        lines += labelled("  DIFFER", f"{_pair_words(pair)}: {'; '.join(pair.differs)}", width=width, tone="bad")
        lines += bullets("    ground", (_ground(one) for one in (pair.first, pair.second)), width=width)
    lines.append(Line("given way to, by kind of requester (exact 95 % interval)", "title"))
    for rate in found.rates:
        lines += labelled(f"  {rate.kind.value}", _rate_words(rate), width=width)
    lines.append(Line(f"time to answer, as of {on}", "title"))
    return lines + _waiting_lines(found.waiting, width=width)


def _pair_words(pair: Unlike) -> str:
    first, second = pair.first.request, pair.second.request
    shared = [name for name in first.clauses if name in second.clauses]
    return f"{first.id} ({first.requester}) and {second.id} ({second.requester}), {first.kind.value} of {shared[0]}"


def _ground(one: Stood) -> str:
    red = ", ".join(line.id for line in one.crossed)
    ground = f"red line {red}" if red else (one.answer.ground if one.answer is not None else "")
    return f"{one.request.id} {one.standing.value}: {ground}"


def _rate_words(rate: GrantRate) -> str:
    given = rate.granted + rate.partly + rate.complied
    words = f"{given} of {rate.answered}, {_low(rate.lower)} to {_high(rate.upper)}"
    parts = [f"{rate.partly} in part"] if rate.partly else []
    parts += [f"{rate.complied} complied with"] if rate.complied else []
    parts += [f"{rate.refused_by_rule} refused by rule"] if rate.refused_by_rule else []
    parts += [f"{rate.pending} pending"] if rate.pending else []
    return f"{words} ({', '.join(parts)})" if parts else words


def _low(value: Decimal) -> str:
    return decimal_text(value.quantize(_DIGITS, rounding=ROUND_FLOOR))


def _high(value: Decimal) -> str:
    return decimal_text(value.quantize(_DIGITS, rounding=ROUND_CEILING))


def _waiting_lines(waiting: Waiting, *, width: int) -> list[Line]:
    if waiting.median is None:
        lines = labelled("  answered", "none", width=width)
    else:
        longest = f"longest {waiting.longest} ({waiting.longest_request})"
        words = f"{waiting.answered}; median {decimal_text(waiting.median)} {'day' if waiting.median == 1 else 'days'}, {longest}"
        lines = labelled("  answered", words, width=width)
    open_ = (f"{name}: {count_of(days, 'day')} so far" for name, days in waiting.pending)
    return lines + bullets("  pending", open_, width=width, tone="warn")


def consistency_value(found: Consistency) -> dict[str, object]:
    """Return the same as a JSON value; bounds to three decimals, rounded outwards."""
    return {
        "pairs_alike": found.alike,
        "differ": [
            {"first": _side(pair.first), "second": _side(pair.second), "in": list(pair.differs)}
            for pair in found.unlike
        ],
        "rates": [{**plain(rate), "lower": _low(rate.lower), "upper": _high(rate.upper)} for rate in found.rates],
        "days_to_answer": {
            "answered": found.waiting.answered,
            "median": plain(found.waiting.median),
            "longest": found.waiting.longest,
            "longest_request": found.waiting.longest_request,
            "pending": dict(found.waiting.pending),
        },
    }


def _side(one: Stood) -> dict[str, object]:
    return {"request": one.request.id, "requester": one.request.requester, "standing": one.standing.value}
