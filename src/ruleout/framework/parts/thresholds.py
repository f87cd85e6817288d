# SPDX-License-Identifier: Apache-2.0
"""Thresholds, their prongs, burden of proof, validity and lineage (D-3 to D-5), and the framework's indicators."""

from __future__ import annotations

from ruleout.documents.places import Path
from ruleout.framework.framework_document import (
    FrameworkDoc,
    LineageDoc,
    ThresholdDoc,
    ValidDoc,
    WhenUnknownDoc,
)
from ruleout.framework.parts.bars import build_indicator
from ruleout.framework.parts.clauses import Context
from ruleout.model.clause import Clause, Period
from ruleout.model.evidence import Indicator
from ruleout.model.formula import Formula, Kind, atoms_of
from ruleout.model.framework import DeterminedBy, Lineage, Threshold, Validity

_FINDINGS = frozenset({"ruled-out", "cannot-rule-out", "reached"})


def build_thresholds(doc: FrameworkDoc, context: Context) -> tuple[Threshold, ...]:
    """Return the framework's thresholds, in the file's order."""
    return tuple(_threshold(t, name, context) for name, t in doc.thresholds.items())


def build_indicators(doc: FrameworkDoc, context: Context) -> tuple[Indicator, ...]:
    """Return the framework's own indicators; each bears on one threshold or safeguard."""
    about = {n for n, kind in context.names.asked.items() if kind in (Kind.THRESHOLD, Kind.SAFEGUARD)}
    built = []
    for name, indicator in doc.indicators.items():
        path: Path = ("indicators", name)
        if indicator.threshold not in about:
            at = (*path, "threshold")
            expected = "a threshold or safeguard"
            context.findings.note_unknown(at, expected=expected, name=indicator.threshold, known=about)
        names = (name, indicator.threshold, indicator.evaluation)
        built.append(build_indicator(indicator, indicator.bars, path, context.findings, names=names, published=False))
    return tuple(built)


def build_lineage(
    docs: tuple[LineageDoc, ...], path: Path, context: Context, *, allowed: frozenset[str]
) -> tuple[Lineage, ...]:
    """Return how earlier findings carry over; `allowed` are the findings that this kind of clause can have."""
    for index, doc in enumerate(docs):
        for at, finding in enumerate(doc.carries):
            if finding not in allowed:
                words = ", ".join(sorted(allowed))
                place = (*path, index, "carries", at)
                hint = f"Write one of {words}."
                context.findings.note("F028", place, expected=f"one of {words}", got=repr(finding), hint=hint)
    return tuple(
        Lineage(from_ids=doc.from_, versions=doc.versions, carries=doc.carries, because=doc.because) for doc in docs
    )


def _threshold(doc: ThresholdDoc, name: str, context: Context) -> Threshold:
    path: Path = ("thresholds", name)
    _check_settled(doc, path, context)
    formulas = context.formulas
    indicators = None
    if doc.indicators is not None:
        indicators = formulas.indicators(doc.indicators, (*path, "indicators"), about=name)
    return Threshold(
        clause=context.clause(doc, name),
        title=doc.title,
        domain=doc.domain,
        standing=doc.standing,
        aliases=doc.aliases,
        baseline=doc.baseline or "",
        determined_by=doc.determined_by,
        decides=None if doc.decides is None else formulas.quorum(doc.decides, (*path, "decides")),
        when_unknown=doc.when_unknown.treat_as,
        when_unknown_clause=_burden_clause(doc.when_unknown, name, context),
        valid=_validity(doc.valid, (*path, "valid"), context),
        prong_clauses=tuple(context.clause(prong, f"{name}/{key}") for key, prong in doc.prongs.items()),
        prongs=_prongs(doc, path, context),
        indicators=indicators,
        lineage=build_lineage(doc.lineage, (*path, "lineage"), context, allowed=_FINDINGS),
    )


def _check_settled(doc: ThresholdDoc, path: Path, context: Context) -> None:
    """Whoever or whatever settles a threshold is named (D-4)."""
    if doc.determined_by is DeterminedBy.INDICATORS:
        lacks = "indicators" if doc.indicators is None else ""
    else:
        lacks = "decides" if doc.decides is None else ""
    if lacks:
        context.findings.note(
            "F022",
            path,
            expected=f"`{lacks}` for a threshold determined by {doc.determined_by.value}",
            got="nothing",
            hint=f"Add `{lacks}:`.",
            key=True,
        )


def _prongs(doc: ThresholdDoc, path: Path, context: Context) -> Formula | None:
    if (doc.met_by is None) != (not doc.prongs):
        lacks, has = ("prongs", "met-by") if not doc.prongs else ("met-by", "prongs")
        hint = f"Add `{lacks}:` or delete `{has}:`."
        context.findings.note(
            "F023", (*path, has), expected=f"`{lacks}` beside `{has}`", got="none", hint=hint, key=True
        )
    if doc.met_by is None or not doc.prongs:
        return None
    formula = context.formulas.prongs(doc.met_by, (*path, "met-by"), prongs=list(doc.prongs))
    used = {atom.name for atom, _ in atoms_of(formula)}
    for name in doc.prongs:
        if name not in used:
            hint = "Name it in met-by, or delete it: a prong that does not count misleads."
            at = (*path, "prongs", name)
            context.findings.note("F023", at, expected="a prong that met-by names", got=repr(name), hint=hint, key=True)
    return formula


def _burden_clause(doc: WhenUnknownDoc, name: str, context: Context) -> Clause | None:
    if doc.says is None and doc.section is None and doc.anchor is None:
        return None
    return Clause(
        id=f"{name}/when-unknown",
        says=doc.says or f"When {name} cannot be ruled out: {doc.treat_as.value}.",
        section=doc.section or "",
        anchor=doc.anchor,
        force=context.force,
        note=doc.note or "",
    )


def _validity(doc: ValidDoc | None, path: Path, context: Context) -> Validity:
    """The earliest of several triggers of one kind is the one that counts."""
    periods: list[Period] = []
    ratios: list[int] = []
    for index, trigger in enumerate(doc.until_any if doc is not None else ()):
        if (trigger.elapsed is None) == (trigger.effective_compute is None):
            context.findings.note(
                "F027",
                (*path, "until-any", index),
                expected="either elapsed or effective-compute",
                got="neither" if trigger.elapsed is None else "both",
                hint="Write one event per entry of the list.",
            )
        periods += [trigger.elapsed] if trigger.elapsed is not None else []
        ratios += [trigger.effective_compute] if trigger.effective_compute is not None else []
    return Validity(elapsed=min(periods, key=length_in_days, default=None), compute_ratio=min(ratios, default=None))


def length_in_days(period: Period) -> float:
    """Return a period's mean length in days, for comparing two of them. Pure."""
    return (period.years * 12 + period.months) * 30.436875 + period.days
