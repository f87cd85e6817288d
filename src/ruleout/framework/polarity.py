# SPDX-License-Identifier: Apache-2.0
"""Where a burden of proof could make *unknown* less restrictive than a known answer (D-5, D-14b).

Caution holds everywhere else: these are the exceptions that `check` reports and that the laws allow for.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ruleout.model.formula import Formula, Kind, atoms_of
from ruleout.model.framework import Framework
from ruleout.model.outcome import BurdenOfProof


@dataclass(frozen=True, slots=True, kw_only=True)
class CautionException:
    """One threshold in one rule or red line whose UNKNOWN may open what a known answer would not.

    Attributes:
        rule: id of the rule or red line.
        threshold: id of the threshold.
        burden: what the framework says an UNKNOWN of it means.
        part: "if", "require" or "prohibits".
        because: why, in words.
    """

    rule: str
    threshold: str
    burden: BurdenOfProof
    part: str
    because: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.because}"


def caution_exceptions(framework: Framework) -> tuple[CautionException, ...]:
    """Return every place where UNKNOWN may be less restrictive than a known answer, in the framework's order. Pure.

    A condition restricts when it holds, a requirement when it does not. So a threshold counted as reached relaxes where
    it stands negated in the former or plainly in the latter; counted as not reached, the other way round. Red lines
    are read by what is known alone, so no burden of proof reaches them (D-10).

    Source: D-5, D-14b.
    """
    burdens = {t.clause.id: t.when_unknown for t in framework.thresholds}
    found = (
        _exception(rule, part, name, burdens[name], positive=positive)
        for rule, part, formula in _formulas(framework)
        for name, positive in _thresholds(formula)
        if _relaxes(burdens[name], part, positive=positive)
    )
    return tuple(dict.fromkeys(found))


def _formulas(framework: Framework) -> Iterator[tuple[str, str, Formula]]:
    for rule in framework.rules:
        if rule.condition is not None:
            yield rule.clause.id, "if", rule.condition
        if rule.require is not None:
            yield rule.clause.id, "require", rule.require


def _thresholds(formula: Formula) -> Iterator[tuple[str, bool]]:
    return ((atom.name, positive) for atom, positive in atoms_of(formula) if atom.kind is Kind.THRESHOLD)


def _relaxes(burden: BurdenOfProof, part: str, *, positive: bool) -> bool:
    """Whether counting an UNKNOWN as the burden says moves the rule towards its open branch."""
    reached_relaxes = positive if part == "require" else not positive
    if burden is BurdenOfProof.REACHED:
        return reached_relaxes
    return burden is BurdenOfProof.NOT_REACHED and not reached_relaxes


def _exception(rule: str, part: str, name: str, burden: BurdenOfProof, *, positive: bool) -> CautionException:
    sign = "" if positive else "not "
    because = f"an unknown {name} counts as {burden.value}, which speaks for going ahead in `{part}: {sign}{name}`"
    return CautionException(rule=rule, threshold=name, burden=burden, part=part, because=because)
