# SPDX-License-Identifier: Apache-2.0
"""A published case judged: each figure against each bar, what the figures alone say, what was determined, what departs.

Definitions (docs/guide/public-record.md has them with examples)
- *Bears on*: a bar of a reaching kind speaks for the tier when crossed; one of a ruling-out kind speaks against it when
  not crossed; an indicative one (human baselines) decides nothing alone. A kind we do not know can keep a tier from
  being ruled out and never rules it out.
- *Figures say*: reached, not reached or cannot rule out, from the printed values, all bars together, no weighing.
- *Departure*: one figure that the determination goes against, below it or above it.

Nothing here says who was right. A published determination nearly always weighs what a bar cannot.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum

from ruleout.analysis.record_bars import Told, crossed, supported
from ruleout.model.plain import decimal_text
from ruleout.model.published import PrintedFigure, PublishedCase, StatedBar
from ruleout.model.verdict import Verdict, all_of


class Bearing(Enum):
    """What a kind of bar says of the tier when crossed, or when not."""

    REACHING = "reaching"
    RULING_OUT = "ruling-out"
    INDICATIVE = "indicative"
    UNRECOGNISED = "unrecognised"


class Says(Enum):
    """What figures alone say of a tier."""

    REACHED = "reached"
    NOT_REACHED = "not reached"
    CANNOT_RULE_OUT = "cannot rule out"


class Determined(Enum):
    """What was determined of the tier under test."""

    REACHED = "reached"
    TREATED_AS_REACHED = "treated as reached"
    NOT_REACHED = "not reached"
    ALERT_ONLY = "alert only"
    ACCEPTED = "accepted"
    MIXED = "mixed"
    NONE = "no threshold"
    UNKNOWN = "unknown"


class Side(Enum):
    """On which side of a figure the determination stands."""

    BELOW = "below"
    ABOVE = "above"


_TIERS = {
    "yes": Determined.REACHED,
    "treated_as": Determined.TREATED_AS_REACHED,
    "no": Determined.NOT_REACHED,
    "alert_only": Determined.ALERT_ONLY,
    "accepted": Determined.ACCEPTED,
    "mixed": Determined.MIXED,
    "na": Determined.NONE,
}
_REACHING = frozenset({"rule_in", "high", "critical", "framework_limit"})
_RULING_OUT = frozenset({"rule_out", "warning", "alert", "trigger", "checkpoint", "concern", "indicator"})
_LOW = (Determined.NOT_REACHED, Determined.ALERT_ONLY, Determined.ACCEPTED)
_HIGH = (Determined.REACHED, Determined.TREATED_AS_REACHED)


@dataclass(frozen=True, slots=True, kw_only=True)
class BarJudged:
    """One figure against one stated bar."""

    evaluation: str
    bar: str | None
    kind: str
    crossed: Verdict
    supported: Verdict
    crossed_when: str
    value: str | None
    bearing: Bearing
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordDeparture:
    """One figure that the determination goes against; `side` is where the determination stands."""

    evaluation: str
    bar: str | None
    kind: str
    direction: Side
    bearing: Bearing
    supported: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseJudged:
    """A published case with everything told of it; `released` is None where the record has no whole date."""

    id: str
    developer: str
    model: str
    domain: str
    released: date | None
    figures: tuple[BarJudged, ...]
    figures_say: Says
    figures_support: Says
    determined: Determined
    precaution: bool
    departures: tuple[RecordDeparture, ...]

    @property
    def in_zone(self) -> bool:
        """Whether a bar that bears on the tier was crossed and the determination did not follow."""
        return any(d.direction is Side.BELOW and d.bearing is not Bearing.INDICATIVE for d in self.departures)


def judge_case(case: PublishedCase) -> CaseJudged:
    """Return a case with its figures held against its bars. Pure and total. Source: D-2, D-3."""
    bars = tuple(_bar(figure, bar) for figure in case.figures for bar in figure.bars)
    determined = determined_of(case)
    return CaseJudged(
        id=case.id,
        developer=case.developer,
        model=case.model,
        domain=case.domain,
        released=case.released,
        figures=bars,
        figures_say=figures_say([(b.bearing, b.crossed) for b in bars]),
        figures_support=figures_say([(b.bearing, b.supported) for b in bars]),
        determined=determined,
        precaution=case.precaution,
        departures=tuple(_departures(bars, determined)),
    )


def determined_of(case: PublishedCase) -> Determined:
    """Return what was determined of the tier under test; a word we do not know is UNKNOWN. Pure."""
    return _TIERS.get(case.tier.strip(), Determined.UNKNOWN)


def bearing_of(kind: str) -> Bearing:
    """Return what a kind of bar bears. Pure; a kind nobody named is UNRECOGNISED, which never rules out."""
    word = kind.strip().lower()
    if word in _REACHING:
        return Bearing.REACHING
    if word in _RULING_OUT or word.startswith("notable") or word.endswith(("_canary", "_indicator")):
        return Bearing.RULING_OUT
    if word.startswith(("expert", "human", "consensus_expert", "median_expert", "p80_")):
        return Bearing.INDICATIVE
    return Bearing.UNRECOGNISED


def figures_say(answers: list[tuple[Bearing, Verdict]]) -> Says:
    """Return what answers to "is this bar crossed?" say of a tier together.

    Pure. Reached: there is a reaching bar, all of them are crossed, and no ruling-out bar stands uncrossed against
    them. Not reached: there is a bar of either kind and none is crossed or unknown, nor one of an unknown kind crossed.
    Anything else, an empty list too, cannot rule out.
    """
    reaching = [v for b, v in answers if b is Bearing.REACHING]
    ruling = [v for b, v in answers if b is Bearing.RULING_OUT]
    strange = [v for b, v in answers if b is Bearing.UNRECOGNISED]
    if all_of(reaching) is Verdict.YES and Verdict.NO not in ruling:
        return Says.REACHED
    clear = set(reaching + ruling) == {Verdict.NO} and Verdict.YES not in strange
    return Says.NOT_REACHED if clear else Says.CANNOT_RULE_OUT


def _bar(figure: PrintedFigure, bar: StatedBar) -> BarJudged:
    printed, held = crossed(figure, bar), supported(figure, bar)
    return BarJudged(
        evaluation=figure.name,
        bar=_shown(bar.value),
        kind=bar.kind,
        crossed=printed.verdict,
        supported=held.verdict,
        crossed_when=bar.crossed_when,
        value=_shown(figure.value),
        bearing=bearing_of(bar.kind),
        because=_because(printed, held),
    )


def _shown(value: Decimal | str | None) -> str | None:
    return decimal_text(value) if isinstance(value, Decimal) else value


def _because(printed: Told, held: Told) -> str:
    return printed.because if printed.verdict is Verdict.UNKNOWN else held.because


def _departures(bars: tuple[BarJudged, ...], determined: Determined) -> Iterator[RecordDeparture]:
    for bar in bars:
        side = side_of(bar, determined)
        if side is not None:
            yield RecordDeparture(
                evaluation=bar.evaluation,
                bar=bar.bar,
                kind=bar.kind,
                direction=side,
                bearing=bar.bearing,
                supported=bar.supported,
            )


def side_of(bar: BarJudged, determined: Determined) -> Side | None:
    """Return where the determination stands against one figure; None where it agrees or the two do not meet. Pure."""
    if determined is Determined.ACCEPTED and bar.kind != "framework_limit":
        return None  # an acceptance limit is about the model with its safeguards on, other bars about its capability
    if determined is Determined.ALERT_ONLY and bar.kind == "alert":
        return None  # an alert that was determined as one
    if determined in _LOW and bar.crossed is Verdict.YES:
        return Side.BELOW
    if determined not in _HIGH or bar.crossed is not Verdict.NO:
        return None
    # Short of a reaching bar nothing is ruled out: treating the tier as reached does not go against that figure.
    falls_short = bar.bearing is Bearing.REACHING and determined is Determined.REACHED
    rules_out = bar.bearing in (Bearing.RULING_OUT, Bearing.INDICATIVE)
    return Side.ABOVE if falls_short or rules_out else None
