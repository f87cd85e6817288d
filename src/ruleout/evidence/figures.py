# SPDX-License-Identifier: Apache-2.0
"""What a printed n or interval says, read as the text it is: counts of units, ends of an interval, or not understood.

Rules
- A grammar, not a search for digits: a text that is not wholly understood is None, never a guess.
- n counts units of analysis. Repeats ("42 problems, 20 attempts") never add to it; people who were measured for
  comparison do not either; "in all", "each" and "groups of" are not this figure's n.
- An interval must say, or leave open, a level of at least 90 %; standard errors and ranges are not intervals.

Nothing is compared here. Source: E-6.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Context, Decimal

from ruleout.model.published import PrintedFigure

_EXACT = Context(prec=60)
#: Bounds for more units cost seconds in a file that is meant to.
_MOST_UNITS = 10_000
_LONGEST = 200

_UNITS = (
    r"(?:questions|problems|tasks|subtasks|trials|samples|items|scenarios|challenges|conversations|prompts|queries|runs"
    r"|protocols|cases|episodes|exercises)"
)
_REPEATS = r"(?:attempts|epochs|runs|repeats|rollouts|samples|trials|questions)"
_PEOPLE = r"(?:PhD |human |domain |novice )*(?:experts|PhDs|novices|graders|raters|annotators|baseliners)"
_N = re.compile(
    rf"(?P<n>[0-9]{{1,3}}(?:,[0-9]{{3}})+|[0-9]{{1,7}})(?: {_UNITS})?(?: ?[x×] ?[0-9]{{1,6}} {_REPEATS})?"
    rf"(?:[,;] (?:(?:baseline )?[0-9]{{1,6}} {_PEOPLE}|[0-9]{{1,6}}(?:[-–][0-9]{{1,6}})? {_REPEATS}(?: each| per \w+)?))*"
)

_NUMBER = r"[+\-−]?[0-9]{1,20}(?:\.[0-9]{1,20})?"
_LEVEL = re.compile(
    r"\s*\((?P<level>[0-9]{1,2}(?:\.[0-9]{1,3})?) ?%(?: (?:CI|CrI|confidence interval|credible interval|HDI))?\)\s*$",
    re.IGNORECASE,
)
_MARGIN = re.compile(rf"(?:±|\+/-) ?(?P<margin>{_NUMBER}) ?(?P<percent>%)?")
_SEPARATOR = r" ?(?:-|–|—|,| to |\.\.) ?"
_ENDS = re.compile(
    rf"[\[(]?(?P<low>{_NUMBER}) ?(?P<low_percent>%)?{_SEPARATOR}(?P<high>{_NUMBER}) ?(?P<unit>%|h|hours|m|min|x)?[\])]?"
)
_TIME = r"(?:[0-9]{1,4} h(?: [0-9]{1,2} m)?|[0-9]{1,5} m)"
_TIMES = re.compile(rf"(?P<low>{_TIME}){_SEPARATOR}(?P<high>{_TIME})")
_LEAST_LEVEL = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedInterval:
    """Ends in the figure's own unit; `level` in percent as printed, None where the text leaves it open."""

    low: Decimal
    high: Decimal
    level: Decimal | None


def units_of(figure: PrintedFigure) -> int | None:
    """Return how many units of analysis a printed n names, or None where it is not wholly understood.

    Pure. `42 problems, 20 attempts` is 42: repeats are no units. `52 protocols x 3 questions` is 52, the clusters.
    `groups of 8-10`, `>3,800 participants`, `30 trials each` are None.
    """
    n = figure.n
    if isinstance(n, Decimal):
        return int(n) if n == n.to_integral_value() and 1 <= n <= _MOST_UNITS else None
    match = _N.fullmatch(n.strip()) if n is not None and len(n) <= _LONGEST else None
    if match is None:
        return None
    units = int(match["n"].replace(",", ""))
    return units if 1 <= units <= _MOST_UNITS else None


def interval_of(figure: PrintedFigure) -> PrintedInterval | None:
    """Return the printed interval in the figure's own unit, or None where it is not wholly understood.

    Pure. None also where the interval does not hold the printed value: then one of the two is about something else.
    """
    value, text = figure.value, figure.interval.strip()
    if not isinstance(value, Decimal) or not text or len(text) > _LONGEST:
        return None
    stated = _LEVEL.search(text)
    level = None if stated is None else Decimal(stated["level"])
    if level is not None and level < _LEAST_LEVEL:
        return None
    ends = _ends(text if stated is None else text[: stated.start()], value, figure)
    if ends is None or not ends[0] <= value <= ends[1]:
        return None
    return PrintedInterval(low=ends[0], high=ends[1], level=level)


def is_percent(unit: str) -> bool:
    """Whether a printed unit says percent. Pure."""
    return unit.strip().lower() in ("%", "percent", "per cent", "pct", "percentage points")


def is_hours(figure: PrintedFigure) -> bool:
    """Whether a figure is a number of hours, by its unit or, where none is printed, by its metric. Pure."""
    return (figure.unit or figure.metric).strip().lower() in ("h", "hour", "hours")


def _ends(text: str, value: Decimal, figure: PrintedFigure) -> tuple[Decimal, Decimal] | None:
    if margin := _MARGIN.fullmatch(text):
        width = _scaled(margin["margin"], margin["percent"] or "", figure)
        return None if width is None or width < 0 else (_EXACT.subtract(value, width), _EXACT.add(value, width))
    if times := _TIMES.fullmatch(text):
        return (_hours(times["low"]), _hours(times["high"])) if is_hours(figure) else None
    if ends := _ENDS.fullmatch(text):
        unit = ends["unit"] or ""
        if ends["low_percent"] and unit != "%":
            return None
        low, high = _scaled(ends["low"], unit, figure), _scaled(ends["high"], unit, figure)
        return None if low is None or high is None else (low, high)
    return None


def _scaled(text: str, unit: str, figure: PrintedFigure) -> Decimal | None:
    """An end in the figure's unit; None where the two units do not meet."""
    number = Decimal(text.replace("−", "-"))
    match unit:
        case "":
            return number
        case "%":
            return number if is_percent(figure.unit) else _as_share(number, figure)
        case "h" | "hours":
            return number if is_hours(figure) else None
        case "m" | "min":
            return _EXACT.divide(number, Decimal(60)) if is_hours(figure) else None
        case _:
            return number if figure.unit.strip().lower() in ("x", "×") else None


def _as_share(percent: Decimal, figure: PrintedFigure) -> Decimal | None:
    """A percentage beside a figure without a unit: its share, where the figure can be one."""
    is_share = not figure.unit and isinstance(figure.value, Decimal) and 0 <= figure.value <= 1
    return _EXACT.divide(percent, Decimal(100)) if is_share else None


def _hours(text: str) -> Decimal:
    parts = dict(reversed(part) for part in re.findall(r"([0-9]+) ([hm])", text))
    minutes = int(parts.get("h", "0")) * 60 + int(parts.get("m", "0"))
    return _EXACT.divide(Decimal(minutes), Decimal(60))
