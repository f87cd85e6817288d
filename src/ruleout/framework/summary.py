# SPDX-License-Identifier: Apache-2.0
"""A framework as plain values: what kind of clause each is, what it says, where it stands and what stands behind it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from ruleout.model.clause import Clause
from ruleout.model.framework import Framework

#: Kinds of clause in the order in which they are shown.
KINDS = (
    "threshold", "burden-of-proof", "prong", "safeguard", "criterion", "interim", "argument", "question",
    "peer-question", "rule", "peer-clause", "red-line", "duty", "changes", "recommendation", "judgement", "left-out",
)  # fmt: skip


def clauses_by_kind(f: Framework) -> Iterator[tuple[str, Clause]]:
    """Yield every clause with its kind, kinds in the order of `KINDS`. Pure."""
    yield from (("threshold", t.clause) for t in f.thresholds)
    yield from (("burden-of-proof", c) for t in f.thresholds if (c := t.when_unknown_clause) is not None)
    yield from (("prong", clause) for t in f.thresholds for clause in t.prong_clauses)
    yield from (("safeguard", s.clause) for s in f.safeguards)
    yield from (("criterion", c.clause) for s in f.safeguards for c in s.criteria)
    yield from (("interim", s.interim.clause) for s in f.safeguards if s.interim is not None)
    yield from (("argument", a.clause) for a in f.arguments)
    yield from (("question", q.clause) for q in f.questions)
    yield from (("peer-question", q.clause) for q in f.peer_questions)
    yield from (("rule", r.clause) for r in f.rules)
    yield from (("peer-clause", p.clause) for p in f.peer_clauses)
    yield from (("red-line", line.clause) for line in f.red_lines)
    yield from (("duty", d.clause) for d in f.duties)
    if f.changes is not None:
        yield "changes", f.changes.clause
    yield from (("recommendation", r.clause) for r in f.recommendations)
    yield from (("judgement", j.clause) for j in f.judgements)
    yield from (("left-out", left.clause) for left in f.left_out)


def summary_of(framework: Framework) -> dict[str, object]:
    """Return a framework's identity, document and counts, as JSON values. Pure."""
    kinds = Counter(kind for kind, _ in clauses_by_kind(framework))
    anchored = sum(clause.anchor is not None for _, clause in clauses_by_kind(framework))
    document = framework.document
    return {
        "id": str(framework.id),
        "title": framework.title,
        "developer": framework.developer,
        "effective": framework.effective.isoformat(),
        "supersedes": framework.supersedes,
        "force": framework.force.value,
        "digest": framework.digest,
        "document": {"sha256": document.sha256, "url": document.url, "pages": document.pages},
        "clauses_total": sum(kinds.values()),
        "anchored": anchored,
        "kinds": {kind: kinds[kind] for kind in KINDS if kinds[kind]},
    }


def parts_of(framework: Framework) -> list[dict[str, object]]:
    """Return every clause as JSON values, in the order of `KINDS`. Pure."""
    reasons = {left.clause.id: left.reason for left in framework.left_out}
    return [
        {
            "kind": kind,
            "id": clause.id,
            "says": clause.says,
            "section": clause.section,
            "force": clause.force.value,
            "anchor": clause.anchor,
            "note": clause.note,
            "reason": reasons.get(clause.id, "") if kind == "left-out" else "",
        }
        for kind, clause in clauses_by_kind(framework)
    ]
