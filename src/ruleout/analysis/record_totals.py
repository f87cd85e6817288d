# SPDX-License-Identifier: Apache-2.0
"""Counts over judged cases: in all, per developer, framework version and domain. Counts only; no rate is estimated."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ruleout.analysis.record import Bearing, CaseJudged, Determined, Says, Side
from ruleout.model.verdict import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Counts over some cases.

    Attributes:
        crossed, supported: figures held against bars, by answer.
        in_zone: cases with a bar that bears on the tier crossed and a determination that did not follow.
        departures_below, departures_above: figures the determination stands below or above, human baselines left out.
    """

    cases: int
    figures: int
    crossed: dict[str, int]
    supported: dict[str, int]
    figures_say: dict[str, int]
    determined: dict[str, int]
    precautions: int
    in_zone: int
    departures_below: int
    departures_above: int
    departures_indicative: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A developer, version or domain with its counts."""

    name: str
    tally: Tally


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """Counts in all and per group; groups in the order of their first case."""

    all: Tally
    by_developer: tuple[Group, ...]
    by_framework: tuple[Group, ...]
    by_domain: tuple[Group, ...]


def totals_of(cases: Iterable[CaseJudged], frameworks: Iterable[str]) -> Totals:
    """Return the counts of judged cases. Pure.

    Args:
        cases: the judged cases.
        frameworks: one name of framework and version per case, in the same order.
    """
    told = list(cases)
    names = dict(zip((case.id for case in told), frameworks, strict=True))
    return Totals(
        all=tally_of(told),
        by_developer=_groups(told, lambda case: case.developer),
        by_framework=_groups(told, lambda case: names[case.id]),
        by_domain=_groups(told, lambda case: case.domain),
    )


def tally_of(cases: list[CaseJudged]) -> Tally:
    """Return the counts over some cases. Pure."""
    bars = [bar for case in cases for bar in case.figures]
    departures = [d for case in cases for d in case.departures]
    deciding = [d for d in departures if d.bearing is not Bearing.INDICATIVE]
    return Tally(
        cases=len(cases),
        figures=len(bars),
        crossed=_counts((bar.crossed.value for bar in bars), [v.value for v in Verdict]),
        supported=_counts((bar.supported.value for bar in bars), [v.value for v in Verdict]),
        figures_say=_counts((case.figures_say.value for case in cases), [s.value for s in Says]),
        determined=_counts((case.determined.value for case in cases), [d.value for d in Determined]),
        precautions=sum(case.precaution for case in cases),
        in_zone=sum(case.in_zone for case in cases),
        departures_below=sum(d.direction is Side.BELOW for d in deciding),
        departures_above=sum(d.direction is Side.ABOVE for d in deciding),
        departures_indicative=len(departures) - len(deciding),
    )


def _counts(words: Iterable[str], known: list[str]) -> dict[str, int]:
    counted = Counter(words)
    return {word: counted[word] for word in known}


def _groups(cases: list[CaseJudged], name_of: Callable[[CaseJudged], str]) -> tuple[Group, ...]:
    members: dict[str, list[CaseJudged]] = {}
    for case in cases:
        members.setdefault(name_of(case), []).append(case)
    return tuple(Group(name=name, tally=tally_of(group)) for name, group in members.items())
