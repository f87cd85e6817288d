# SPDX-License-Identifier: Apache-2.0
"""What lint rules look at: a framework or case with the places of its parts, or all files of a workspace.

A case names no framework (D-16), so a case is looked at together with every framework at hand: a statement is unknown
only if none of them knows it, and badly made only if it is so under each that does.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ruleout.documents.places import Document, Path
from ruleout.model.case import Case
from ruleout.model.clause import Clause
from ruleout.model.formula import Formula, quorums_of
from ruleout.model.framework import Framework, Rule, Safeguard, Threshold


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameworkText:
    """A framework, the places of its parts, and the other frameworks at hand."""

    framework: Framework
    document: Document
    siblings: tuple[Framework, ...] = ()

    def rule_path(self, rule: Rule) -> Path:
        """Where a rule stands in the file: its first activity's list, by id."""
        gates = self.document.value.get("gates", {}) if isinstance(self.document.value, dict) else {}
        for activity, rules in gates.items():
            for index, one in enumerate(rules):
                if one.get("id") == rule.clause.id:
                    return ("gates", activity, index, "id")
        return ("gates",)

    def clauses(self) -> Iterator[tuple[Path, Clause]]:
        """Every clause that the file tells, with its place; prongs, criteria and interim measures included."""
        f = self.framework
        for threshold in f.thresholds:
            yield from _threshold_clauses(threshold)
        for safeguard in f.safeguards:
            yield from _safeguard_clauses(safeguard)
        for rule in f.rules:
            yield self.rule_path(rule), rule.clause
        sections = (
            ("arguments", f.arguments), ("questions", f.questions), ("peer-questions", f.peer_questions),
            ("peer-clauses", f.peer_clauses), ("red-lines", f.red_lines), ("duties", f.duties),
            ("recommendations", f.recommendations), ("judgement-required", f.judgements), ("left-out", f.left_out),
        )  # fmt: skip
        for section, parts in sections:
            yield from (((section, part.clause.id), part.clause) for part in parts)

    def formulas(self) -> Iterator[Formula]:
        """Every formula that asks a question of the case: conditions, requirements, prohibitions, costs."""
        f = self.framework
        found = [formula for rule in f.rules for formula in (rule.condition, rule.require)]
        found += [formula for peer in f.peer_clauses for formula in (peer.when, peer.requires)]
        found += [line.prohibits for line in f.red_lines] + [duty.condition for duty in f.duties]
        yield from (formula for formula in found if formula is not None)

    def quorums(self) -> Iterator[Formula]:
        """Every formula over roles: who decides, approves or is told."""
        f = self.framework
        yield from (quorum.who for formula in self.formulas() for quorum in quorums_of(formula))
        deciding = (
            [t.decides for t in f.thresholds] + [s.decides for s in f.safeguards] + [a.decides for a in f.arguments]
        )
        yield from (formula for formula in deciding if formula is not None)
        yield from (s.interim.approve for s in f.safeguards if s.interim is not None)


def _threshold_clauses(threshold: Threshold) -> Iterator[tuple[Path, Clause]]:
    path: Path = ("thresholds", threshold.clause.id)
    yield path, threshold.clause
    if threshold.when_unknown_clause is not None:
        yield (*path, "when-unknown"), threshold.when_unknown_clause
    for prong in threshold.prong_clauses:
        yield (*path, "prongs", prong.id.partition("/")[2]), prong


def _safeguard_clauses(safeguard: Safeguard) -> Iterator[tuple[Path, Clause]]:
    path: Path = ("safeguards", safeguard.clause.id)
    yield path, safeguard.clause
    for criterion in safeguard.criteria:
        yield (*path, "criteria", criterion.clause.id.partition("/")[2]), criterion.clause
    if safeguard.interim is not None:
        yield (*path, "interim"), safeguard.interim.clause


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseText:
    """A case, the places of its parts, and every framework at hand."""

    case: Case
    document: Document
    frameworks: tuple[Framework, ...] = ()

    def determination_path(self, index: int) -> Path:
        """Where the determination with this index of the case stands in the file."""
        paths: list[Path] = []
        value = self.document.value
        for threshold, entry in (value.get("determinations", {}) if isinstance(value, dict) else {}).items():
            base: Path = ("determinations", threshold)
            paths += [(*base, i) for i in range(len(entry))] if isinstance(entry, list) else [base]
        return paths[index] if index < len(paths) else ("determinations",)

    def thresholds(self, name: str) -> tuple[Threshold, ...]:
        """The thresholds of this id in the frameworks at hand."""
        return tuple(t for f in self.frameworks for t in f.thresholds if t.clause.id == name)

    def safeguards(self, name: str) -> tuple[Safeguard, ...]:
        """The safeguard standards of this id in the frameworks at hand."""
        return tuple(s for f in self.frameworks for s in f.safeguards if s.clause.id == name)


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameworkFileView:
    """A framework file of a workspace: its path, the id its place promises, what it holds, its bytes' digest."""

    file: str
    named: str
    framework: Framework
    shipped_digest: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFileView:
    """A case file of a workspace and the logs it names that are not there."""

    file: str
    case: Case
    missing_logs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyView:
    """One key of the keyring: whose, in which roles."""

    key: str
    person: str
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkspaceView:
    """What a workspace holds, as plain values.

    Attributes:
        file: the workspace's own file, `ruleout.toml`.
        frameworks: its own framework files that are sound.
        shipped: frameworks that can be named besides.
        cases: its case files that are sound.
        keyring: the keyring's file name and keys; the name is "" where there is none.
        has_log: whether the ledger's folder is there.
    """

    file: str
    frameworks: tuple[FrameworkFileView, ...] = ()
    shipped: tuple[Framework, ...] = ()
    cases: tuple[CaseFileView, ...] = ()
    keyring: str = ""
    keys: tuple[KeyView, ...] = ()
    has_log: bool = True

    def at_hand(self) -> tuple[Framework, ...]:
        """Every framework that can be named here."""
        return (*(one.framework for one in self.frameworks), *self.shipped)
