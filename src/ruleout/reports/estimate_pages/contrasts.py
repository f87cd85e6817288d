# SPDX-License-Identifier: Apache-2.0
"""Comparisons as pages of text: pairs on the same tasks, uplift between two arms, a rate against its bar, looks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from ruleout.documents.counts import count_of
from ruleout.estimates.results import Look, Pairs, Rate, Uplift
from ruleout.model.plain import decimal_text
from ruleout.reports.estimate_pages.figures import interval, percent
from ruleout.reports.page import Line, bullets, labelled

_PAIRS_ADVICE = (
    "The task is the unit. An interval that holds 0, or a large p, does not show that there is no difference: there may be "
    "too few tasks. This speaks of tasks like these, and decides nothing."
)
_UPLIFT_ADVICE = (
    "Ratio and difference are those of the treated to the control; no uplift is a ratio of 1 and a difference of 0. An "
    "interval that holds them does not show that there is none: the study may be too small. Whether arms were assigned at "
    "random is not in the numbers. This decides nothing."
)
_RATE_ADVICE = (
    "One-sided exact bounds for independent trials whose number was fixed in advance. A verdict is the business of "
    "`ruleout assess`, with the framework's own bar."
)
_LOOKS_ADVICE = (
    "The bound holds at every look together. That has its price: it is wider than the bound of a run whose size was fixed "
    "in advance. A verdict is the business of `ruleout assess`, by an indicator with `stopping: continuing`."
)
_MOST_LISTED = 20


def pairs_page(pairs: Pairs, first: str, second: str, *, width: int = 80) -> list[Line]:
    """Return the page of a paired comparison, wrapped to `width` columns. Pure."""
    lines = [Line(f"{second} against {first}, on the same tasks", "title")]
    if pairs.because or pairs.first is None or pairs.second is None or pairs.difference is None:
        lines += labelled("Difference", f"none: {pairs.because}", width=width, tone="warn")
    else:
        lines += labelled("Means", f"first {percent(pairs.first)}, second {percent(pairs.second)}", width=width)
        ends = "no interval" if pairs.low is None or pairs.high is None else _points_interval(pairs.low, pairs.high)
        text = f"{_points(pairs.difference)} points, {percent(pairs.confidence)} {ends} ({pairs.interval})"
        lines += labelled("Difference", text, width=width)
        p_value = "" if pairs.p_value is None else f"p = {decimal_text(pairs.p_value)}, "
        lines += labelled("Test", f"{p_value}{pairs.test}", width=width)
        same = pairs.tasks - pairs.better - pairs.worse
        count = f"{pairs.tasks} compared: second better on {pairs.better}, worse on {pairs.worse}, same on {same}"
        lines += labelled("Tasks", count, width=width)
    lines += _unmatched("Only first", pairs.only_first, width=width)
    lines += _unmatched("Only second", pairs.only_second, width=width)
    if any(pairs.unscored):
        text = f"first {pairs.unscored[0]}, second {count_of(pairs.unscored[1], 'attempt')}, in no mean"
        lines += labelled("Unscored", text, width=width, tone="warn")
    lines += bullets("Note", pairs.notes, width=width, tone="warn")
    return lines + labelled("", _PAIRS_ADVICE, width=width, tone="dim")


def uplift_page(uplift: Uplift, source: str, *, width: int = 80) -> list[Line]:
    """Return the page of an uplift, wrapped to `width` columns. Pure."""
    lines = [Line(f"Uplift: {source}", "title")]
    arms = (("Treated", uplift.treated), ("Control", uplift.control))
    for label, arm in arms:
        lines += labelled(label, f"mean {decimal_text(arm.mean)}, n = {arm.n}", width=width)
    ratio = "none" if uplift.ratio is None else decimal_text(uplift.ratio)
    ends = interval(uplift.ratio_low, uplift.ratio_high)
    level = percent(uplift.confidence)
    lines += labelled("Ratio", f"{ratio}, {level} {ends} ({uplift.ratio_method})", width=width)
    ends = interval(uplift.difference_low, uplift.difference_high)
    text = f"{decimal_text(uplift.difference)}, {level} {ends} ({uplift.difference_method})"
    lines += labelled("Difference", text, width=width)
    lines += bullets("Note", uplift.notes, width=width, tone="warn")
    return lines + labelled("", _UPLIFT_ADVICE, width=width, tone="dim")


def rate_page(rate: Rate, *, width: int = 80) -> list[Line]:
    """Return the page of a rate, wrapped to `width` columns. Pure."""
    lines = [Line(f"{rate.successes} of {rate.n}", "title")]
    level = percent(1 - rate.alpha)
    text = f"at most {decimal_text(rate.upper)}, at least {decimal_text(rate.lower)}, each with {level} confidence"
    lines += labelled("Rate", text, width=width)
    if rate.bar is not None:
        words, tone = _against(rate)
        lines += labelled("Bar", f"{decimal_text(rate.bar)}: {words}", width=width, tone=tone)
    return lines + labelled("", _RATE_ADVICE, width=width, tone="dim")


def looks_page(looks: Sequence[Look], bar: Decimal, alpha: Decimal, *, width: int = 80) -> list[Line]:
    """Return the page of a run looked at as it goes, wrapped to `width` columns. Pure."""
    level = percent(1 - alpha)
    lines = [Line(f"Looks at a run that goes on: upper bounds of {level} against the bar {decimal_text(bar)}", "title")]
    lines.append(Line(f"{'attempts':>9}{'successes':>12}{'at most':>12}", "dim"))
    for look in looks:
        tail = "  below the bar" if look.is_below_bar else ""
        row = f"{look.n:>9}{look.successes:>12}{decimal_text(look.upper):>12}{tail}"
        lines.append(Line(row, "good" if look.is_below_bar else ""))
    return lines + labelled("", _LOOKS_ADVICE, width=width, tone="dim")


def _against(rate: Rate) -> tuple[str, str]:
    if rate.is_below:
        return "the upper bound lies below it", "good"
    if rate.is_reached:
        return "reached: the lower bound lies at or above it", "bad"
    needed = "no number up to 100 000 would" if rate.needed is None else f"at this rate about {rate.needed} would"
    return f"not settled by {rate.n} trials; {needed} put the bound below it", "warn"


def _unmatched(label: str, names: Sequence[str], *, width: int) -> list[Line]:
    if not names:
        return []
    more = [f"… and {len(names) - _MOST_LISTED} more (all with --json)"] if len(names) > _MOST_LISTED else []
    return bullets(
        label, [f"{count_of(len(names), 'task')} not compared:", *_listed(names), *more], width=width, tone="warn"
    )


def _listed(names: Iterable[str]) -> list[str]:
    return list(names)[:_MOST_LISTED]


def _points(share: Decimal) -> str:
    return f"{'+' if share > 0 else ''}{percent(share).removesuffix(' %')}"


def _points_interval(low: Decimal, high: Decimal) -> str:
    return f"interval {_points(low)} to {_points(high)}"
