# SPDX-License-Identifier: Apache-2.0
"""Lint rules about what a framework measures and decides: thresholds, indicators, lineage, burdens of proof."""

from __future__ import annotations

from collections.abc import Iterator

from ruleout.framework.checks.finding import At, Check, Severity, Subject
from ruleout.framework.checks.subjects import FrameworkText
from ruleout.framework.polarity import caution_exceptions
from ruleout.model.evidence import Direction, Indicator, Weight
from ruleout.model.formula import atoms_of
from ruleout.model.framework import DeterminedBy, Lineage, Standing, Threshold
from ruleout.model.outcome import BurdenOfProof


def unknown_opens(text: FrameworkText) -> Iterator[At]:
    """A burden of proof under which an unknown threshold speaks for going ahead (D-5, D-14b)."""
    places = {rule.clause.id: text.rule_path(rule) for rule in text.framework.rules}
    for exception in caution_exceptions(text.framework):
        yield At(places.get(exception.rule, ("red-lines", exception.rule)), str(exception))


def never_ruled_out(text: FrameworkText) -> Iterator[At]:
    """A threshold settled by indicators of which none can rule anything out (D-2, D-4)."""
    able = {i.id for i in text.framework.indicators if i.rule_out is not None and i.weight is not Weight.SATURATED}
    for threshold in text.framework.thresholds:
        if threshold.determined_by is not DeterminedBy.INDICATORS or threshold.indicators is None:
            continue
        if not able & _named(threshold):
            says = f"none of the indicators of {threshold.clause.id} has a rule-out bar that counts"
            yield At(("thresholds", threshold.clause.id, "indicators"), says)


def alert_too_late(text: FrameworkText) -> Iterator[At]:
    """An alert bar that lies beyond the reached bar: it would ring when all is over (D-2)."""
    for indicator in text.framework.indicators:
        alert, reached = indicator.alert, indicator.reached
        if alert is None or reached is None:
            continue
        high = indicator.direction is Direction.HIGH
        if alert.value > reached.value if high else alert.value < reached.value:
            says = f"{indicator.id} alerts at {alert.value}, beyond the reached bar {reached.value}"
            yield At(("indicators", indicator.id, "bars"), says)


def no_expected_samples(text: FrameworkText) -> Iterator[At]:
    """An indicator that does not say how large a complete run is, so that a run cut short looks complete (E-2)."""
    for indicator in text.framework.indicators:
        if indicator.expected_samples is None:
            says = f"{indicator.id} does not say how many samples a complete run has"
            yield At(("indicators", indicator.id), says)


def idle_indicator(text: FrameworkText) -> Iterator[At]:
    """An indicator that its threshold's own formula leaves out: it can neither rule out nor reach anything (D-4)."""
    for threshold in text.framework.thresholds:
        if threshold.indicators is None:
            continue
        for indicator in text.framework.indicators:
            if indicator.threshold == threshold.clause.id and indicator.id not in _named(threshold):
                says = f"{threshold.clause.id} is settled by other indicators than {indicator.id}"
                yield At(("indicators", indicator.id), says)


def overlapping_indicators(text: FrameworkText) -> Iterator[At]:
    """Two indicators that read one evaluation for one threshold, so that one figure speaks twice (D-2)."""
    seen: dict[tuple[str, str, str], Indicator] = {}
    for indicator in text.framework.indicators:
        key = (indicator.threshold, indicator.evaluation, indicator.score)
        if key in seen:
            says = f"{indicator.id} reads the same figure for {indicator.threshold} as {seen[key].id}"
            yield At(("indicators", indicator.id), says)
        seen.setdefault(key, indicator)


def finding_never_expires(text: FrameworkText) -> Iterator[At]:
    """A threshold whose unknown counts as reached and whose findings nothing ends: a precaution without expiry."""
    for threshold in text.framework.thresholds:
        lasting = threshold.valid.elapsed is None and threshold.valid.compute_ratio is None
        if lasting and threshold.when_unknown is BurdenOfProof.REACHED:
            says = f"nothing ends a finding on {threshold.clause.id}: neither time nor compute"
            yield At(("thresholds", threshold.clause.id), says)


def burden_without_source(text: FrameworkText) -> Iterator[At]:
    """A burden of proof that no passage of the document is named for (D-5)."""
    for threshold in text.framework.thresholds:
        unstated = threshold.when_unknown is BurdenOfProof.UNSTATED
        if not unstated and threshold.when_unknown_clause is None:
            says = f"no section says that an unknown {threshold.clause.id} counts as {threshold.when_unknown.value}"
            yield At(("thresholds", threshold.clause.id, "when-unknown"), says)


def threshold_without_consequence(text: FrameworkText) -> Iterator[At]:
    """A threshold that no rule, red line, duty or peer clause asks about: reaching it changes nothing (D-4)."""
    asked = {atom.name for formula in text.formulas() for atom, _ in atoms_of(formula)}
    for threshold in text.framework.thresholds:
        if threshold.standing is Standing.THRESHOLD and threshold.clause.id not in asked:
            yield At(("thresholds", threshold.clause.id), f"nothing depends on {threshold.clause.id}")


def lineage_to_itself(text: FrameworkText) -> Iterator[At]:
    """Findings carried over from this very version (D-4, D-16)."""
    own = text.framework.id.version
    for path, lineage in _lineages(text):
        if own in lineage.versions:
            yield At(path, f"findings are carried over from version {own}, which is this one")


def lineage_unknown(text: FrameworkText) -> Iterator[At]:
    """Findings carried over from a version that is not at hand, or from an id that it does not define (D-4, D-16)."""
    family = {f.id.version: f for f in text.siblings if f.id.name == text.framework.id.name}
    for path, lineage in _lineages(text):
        for version in lineage.versions:
            if version == text.framework.id.version:
                continue
            if version not in family:
                yield At(path, f"no encoding of {text.framework.id.name}@{version} is at hand")
                continue
            known = {t.clause.id for t in family[version].thresholds} | {
                s.clause.id for s in family[version].safeguards
            }
            for name in sorted(set(lineage.from_ids) - known):
                yield At(path, f"{text.framework.id.name}@{version} defines no {name}")


def _named(threshold: Threshold) -> set[str]:
    return set() if threshold.indicators is None else {atom.name for atom, _ in atoms_of(threshold.indicators)}


def _lineages(text: FrameworkText) -> Iterator[tuple[tuple[str, str, str, int], Lineage]]:
    for section, parts in (("thresholds", text.framework.thresholds), ("safeguards", text.framework.safeguards)):
        for part in parts:
            for index, lineage in enumerate(part.lineage):
                yield (section, part.clause.id, "lineage", index), lineage


_F, _W, _E = Subject.FRAMEWORK, Severity.WARNING, Severity.ERROR

CHECKS = (
    Check(
        id="L001", subject=_F, severity=_W, look=unknown_opens,
        title="an unknown threshold speaks for going ahead",
        hint="Read the text again; if it says so, the case will show it as an exception to caution.",
    ),
    Check(
        id="L002", subject=_F, severity=_E, look=never_ruled_out,
        title="a threshold that nothing can rule out",
        hint="Give one of its indicators a rule-out bar, or let a determination settle it.",
    ),
    Check(
        id="L003", subject=_F, severity=_E, look=alert_too_late,
        title="an indicator's alert bar on the wrong side of its reached bar",
        hint="Put the alert bar on the harmless side of the reached bar.",
    ),
    Check(
        id="L004", subject=_F, severity=_W, look=no_expected_samples,
        title="an indicator without the size of a complete run",
        hint="Add expected-samples, so that a run cut short is seen.",
    ),
    Check(
        id="L005", subject=_F, severity=_W, look=idle_indicator,
        title="an indicator that its threshold does not use",
        hint="Name it in the threshold's indicators, or delete it.",
    ),
    Check(
        id="L006", subject=_F, severity=_W, look=overlapping_indicators,
        title="two indicators for one threshold read the same figure",
        hint="Merge them, or name the score each of them reads.",
    ),
    Check(
        id="L007", subject=_F, severity=_W, look=finding_never_expires,
        title="a precaution without expiry",
        hint="Add valid: with what the text says, or note that it says nothing.",
    ),
    Check(
        id="L008", subject=_F, severity=_W, look=burden_without_source,
        title="a burden of proof without a source",
        hint="Add the section to when-unknown, or write treat-as: unstated.",
    ),
    Check(
        id="L009", subject=_F, severity=_W, look=threshold_without_consequence,
        title="a threshold without consequence",
        hint="Name it where it matters, or give it the standing watch or checkpoint.",
    ),
    Check(
        id="L010", subject=_F, severity=_E, look=lineage_to_itself,
        title="lineage from the version itself",
        hint="Name the earlier version.",
    ),
    Check(
        id="L011", subject=_F, severity=_W, look=lineage_unknown,
        title="lineage from a version or id that is not known",
        hint="Correct the id, or encode that version.",
    ),
)  # fmt: skip
