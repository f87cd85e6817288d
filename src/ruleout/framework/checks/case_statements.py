# SPDX-License-Identifier: Apache-2.0
"""Lint rules about what a case states and on what it rests: grounds, names, roles, sources, conflicts of interest."""

from __future__ import annotations

from collections.abc import Iterator

from ruleout.documents.field_names import closest
from ruleout.documents.places import Path
from ruleout.framework.checks.finding import At, Check, Severity, Subject
from ruleout.framework.checks.subjects import CaseText
from ruleout.model.formula import Formula, evaluate
from ruleout.model.verdict import Verdict

_SECOND_HAND = frozenset({"second-hand", "second-hand-digest", "figure-read-second-hand"})


def finding_without_evidence(text: CaseText) -> Iterator[At]:
    """A determination that relies on no evidence and on no other model's finding (D-3)."""
    for index, one in enumerate(text.case.determinations):
        if not one.relies_on and not one.bounded_by:
            yield At(text.determination_path(index), f"the determination on {one.threshold} relies on nothing")


def blanket_assessment(text: CaseText) -> Iterator[At]:
    """A standard called met as a whole where every framework at hand lists criteria (D-6)."""
    for one in text.case.safeguards:
        known = text.safeguards(one.subject)
        if not one.criteria and known and all(s.criteria for s in known):
            says = f"{one.subject} is assessed as a whole, although it has {len(known[0].criteria)} criteria"
            yield At(("safeguards", one.subject), says)


def departure_from_elsewhere(text: CaseText) -> Iterator[At]:
    """A departure from evidence whose bars concern another threshold (D-3)."""
    about = {item.id: {i.threshold for i in item.indicators} for item in text.case.evidence}
    for index, one in enumerate(text.case.determinations):
        for at, departure in enumerate(one.departures):
            bears = about.get(departure.indicator, set())
            if bears and one.threshold not in bears:
                says = f"{departure.indicator!r} bears on {', '.join(sorted(bears))}, not on {one.threshold}"
                yield At((*text.determination_path(index), "departures", at, "from"), says)


def departure_unargued(text: CaseText) -> Iterator[At]:
    """A departure without a rationale: it voids the determination (D-3)."""
    for index, one in enumerate(text.case.determinations):
        for at, departure in enumerate(one.departures):
            if not departure.rationale.strip():
                path = (*text.determination_path(index), "departures", at)
                yield At(path, f"the departure from {departure.indicator!r} gives no reason")


def prong_unknown(text: CaseText) -> Iterator[At]:
    """A determination on a prong that the threshold does not have, in any framework at hand (D-3)."""
    for index, one in enumerate(text.case.determinations):
        known = text.thresholds(one.threshold)
        prongs = {clause.id.partition("/")[2] for t in known for clause in t.prong_clauses}
        if one.prong and known and one.prong not in prongs:
            says = f"{one.threshold} has no prong {one.prong}; it has {', '.join(sorted(prongs)) or 'none'}"
            yield At((*text.determination_path(index), "prong"), says)


def statement_unknown(text: CaseText) -> Iterator[At]:
    """A statement about something that no framework at hand knows (D-16)."""
    if not text.frameworks:
        return
    for section, names in _stated(text).items():
        known = _known(text, section)
        for path, name in names:
            if name not in known:
                near = closest(name, known)
                yield At(path, f"no framework at hand knows {name}" + (f"; is {near} meant?" if near else ""))


def wrong_roles(text: CaseText) -> Iterator[At]:
    """A determination by roles that settle the threshold under no framework at hand (D-3)."""
    for index, one in enumerate(text.case.determinations):
        quorums = [t.decides for t in text.thresholds(one.threshold) if t.decides is not None]
        if quorums and not any(_has(quorum, one.by) for quorum in quorums):
            says = f"{', '.join(one.by)} do not settle {one.threshold} under any framework at hand"
            yield At((*text.determination_path(index), "by"), says)


def idle_evidence(text: CaseText) -> Iterator[At]:
    """Evidence that has no bars and that nothing relies on."""
    used = {name for one in text.case.determinations for name, _ in one.relies_on}
    known = {(i.evaluation, i.id) for f in text.frameworks for i in f.indicators}
    for index, item in enumerate(text.case.evidence):
        has_bars = bool(item.indicators) or any(item.id in pair for pair in known)
        if not has_bars and item.id not in used:
            yield At(("evidence", index), f"nothing relies on {item.id!r}")


def hearsay_only(text: CaseText) -> Iterator[At]:
    """A determination that rests on second-hand figures alone (E-6)."""
    hearsay = {e.id for e in text.case.evidence if e.figure is not None and e.figure.confidence in _SECOND_HAND}
    for index, one in enumerate(text.case.determinations):
        names = {name for name, _ in one.relies_on}
        if names and names <= hearsay:
            path = (*text.determination_path(index), "relies-on")
            yield At(path, f"all that the determination on {one.threshold} relies on is known at second hand")


def growth_unseen(text: CaseText) -> Iterator[At]:
    """Effective compute stated of a determination and not of the subject, so that growth cannot be seen (D-3)."""
    if text.case.subject.effective_compute is not None:
        return
    for index, one in enumerate(text.case.determinations):
        if one.effective_compute is not None:
            path = (*text.determination_path(index), "effective-compute")
            yield At(path, f"{one.threshold} was determined at {one.effective_compute}, the subject states no figure")


def peer_fact_unsourced(text: CaseText) -> Iterator[At]:
    """A fact about others that nobody can look up: its source has no address (D-9)."""
    for index, fact in enumerate(text.case.peer_facts):
        if not fact.source.url:
            yield At(("peer-facts", index, "source"), f"the source {fact.source.title!r} has no url")


def invoked_without_facts(text: CaseText) -> Iterator[At]:
    """A peer clause invoked while the case states nothing about others (D-9)."""
    if text.case.invokes and not text.case.peer_facts:
        yield At(("invokes",), f"{', '.join(text.case.invokes)} is invoked, and no peer fact is stated")


def approved_by_preparer(text: CaseText) -> Iterator[At]:
    """An approval by somebody who prepared the case or is recused: it does not count (D-11)."""
    barred = set(text.case.prepared_by) | set(text.case.recused)
    for index, act in enumerate(text.case.approvals):
        if act.person and act.person in barred:
            yield At(
                ("approvals", index, "person"), f"{act.person} acts as {act.role} and prepared the case or is recused"
            )


def _has(quorum: Formula, roles: tuple[str, ...]) -> bool:
    return evaluate(quorum, lambda atom: Verdict.YES if atom.name in roles else Verdict.NO) is Verdict.YES


def _stated(text: CaseText) -> dict[str, list[tuple[Path, str]]]:
    case = text.case
    safeguards: list[tuple[Path, str]] = [(("safeguards", s.subject), s.subject) for s in case.safeguards]
    safeguards += [(("interim", claim.safeguard), claim.safeguard) for claim in case.interim]
    return {
        "thresholds": [(text.determination_path(i), d.threshold) for i, d in enumerate(case.determinations)],
        "safeguards": safeguards,
        "arguments": [(("arguments", a.subject), a.subject) for a in case.arguments],
        "questions": [(("answers", a.question), a.question) for a in case.answers],
        "peer_questions": [(("peer-facts", i, "answers"), fact.answers) for i, fact in enumerate(case.peer_facts)],
        "peer_clauses": [(("invokes", i), name) for i, name in enumerate(case.invokes)],
    }


def _known(text: CaseText, section: str) -> set[str]:
    """Ids of one kind in every framework at hand, and the earlier ids that lineage carries over."""
    known = {part.clause.id for f in text.frameworks for part in getattr(f, section)}
    if section in ("thresholds", "safeguards"):
        known |= {i for f in text.frameworks for p in getattr(f, section) for line in p.lineage for i in line.from_ids}
    return known


_C, _W, _E = Subject.CASE, Severity.WARNING, Severity.ERROR

CHECKS = (
    Check(
        id="L070", subject=_C, severity=_W, look=finding_without_evidence,
        title="a determination without evidence",
        hint="Name the evidence in relies-on, or the more capable model in bounded-by.",
    ),
    Check(
        id="L071", subject=_C, severity=_W, look=blanket_assessment,
        title="a blanket assessment where criteria exist",
        hint="Answer the criteria one by one under criteria:.",
    ),
    Check(
        id="L072", subject=_C, severity=_W, look=departure_from_elsewhere,
        title="a departure from an indicator of another threshold",
        hint="Name an indicator of this threshold, or move the departure.",
    ),
    Check(
        id="L073", subject=_C, severity=_W, look=departure_unargued,
        title="a departure without a reason",
        hint="Write the rationale; without it the determination is void.",
    ),
    Check(
        id="L074", subject=_C, severity=_W, look=prong_unknown,
        title="a determination on an unknown prong",
        hint="Name a prong that the threshold has.",
    ),
    Check(
        id="L075", subject=_C, severity=_W, look=statement_unknown,
        title="a statement about something unknown",
        hint="Correct the id, or add the framework that knows it.",
    ),
    Check(
        id="L076", subject=_C, severity=_W, look=wrong_roles,
        title="a determination by roles that do not decide",
        hint="Have it made by the roles that the framework names.",
    ),
    Check(
        id="L077", subject=_C, severity=_W, look=idle_evidence,
        title="evidence that nothing relies on",
        hint="Rely on it, give it bars, or leave it out.",
    ),
    Check(
        id="L078", subject=_C, severity=_W, look=hearsay_only,
        title="a determination on second-hand figures alone",
        hint="Find the source itself, or say in the grounds why the digest can be trusted.",
    ),
    Check(
        id="L079", subject=_C, severity=_W, look=growth_unseen,
        title="growth of compute that cannot be seen",
        hint="State effective-compute of the subject too.",
    ),
    Check(
        id="L080", subject=_C, severity=_W, look=peer_fact_unsourced,
        title="a peer fact without a source that can be looked up",
        hint="Add the url of the source.",
    ),
    Check(
        id="L081", subject=_C, severity=_W, look=invoked_without_facts,
        title="a peer clause invoked without facts",
        hint="State the facts with their sources, or do not invoke the clause.",
    ),
    Check(
        id="L082", subject=_C, severity=_E, look=approved_by_preparer,
        title="an approval by somebody who may not approve",
        hint="Have another person in the role approve.",
    ),
)  # fmt: skip
