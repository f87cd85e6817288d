# SPDX-License-Identifier: Apache-2.0
"""Builders of model values for tests: only what a test cares about is named, the rest is plain."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

from ruleout.model.case import Act, Approval, Assessment, Case, Determination, Finding, Record, Subject
from ruleout.model.clause import Clause
from ruleout.model.evidence import Bar, Direction, EvidenceItem, Indicator, PublishedFigure, Source, Weight
from ruleout.model.formula import AllOf, AnyOf, Atom, Formula, Kind, Ref
from ruleout.model.framework import (
    Argument,
    DeterminedBy,
    Document,
    Framework,
    FrameworkId,
    Grade,
    Interim,
    PeerClause,
    PeerKind,
    PeerQuestion,
    Quantifier,
    Question,
    RedLine,
    Rule,
    Safeguard,
    Standing,
    Threshold,
    Validity,
)
from ruleout.model.outcome import Activity, BurdenOfProof, Force, Outcome
from ruleout.model.verdict import Verdict

AT = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
TODAY = AT.date()
SHA = "ab" * 32


def clause(name: str, *, force: Force = Force.BINDING) -> Clause:
    return Clause(id=name, says=f"what {name} says", section="1", anchor=None, force=force)


def role(name: str) -> Ref:
    return Ref(Atom(Kind.ROLE, name))


def ref(kind: Kind, name: str) -> Ref:
    return Ref(Atom(kind, name))


def reached(name: str = "t") -> Ref:
    return ref(Kind.THRESHOLD, name)


def met(name: str = "s") -> Ref:
    return ref(Kind.SAFEGUARD, name)


def all_(*parts: Formula) -> AllOf:
    return AllOf(parts)


def any_(*parts: Formula) -> AnyOf:
    return AnyOf(parts)


def threshold(
    name: str = "t",
    *,
    burden: BurdenOfProof = BurdenOfProof.REACHED,
    by: DeterminedBy = DeterminedBy.BOTH,
    decides: Formula | None = None,
    valid: Validity | None = None,
    **more: object,
) -> Threshold:
    fields: dict[str, object] = {
        "clause": clause(name),
        "title": name,
        "domain": "cbrn",
        "standing": Standing.THRESHOLD,
        "aliases": (),
        "baseline": "",
        "determined_by": by,
        "decides": decides or role("ceo"),
        "when_unknown": burden,
        "when_unknown_clause": clause(f"{name}/when-unknown"),
        "valid": valid or Validity(),
        "prong_clauses": (),
        "prongs": None,
        "indicators": None,
        "lineage": (),
    }
    return Threshold(**{**fields, **more})  # type: ignore[arg-type]


def safeguard(name: str = "s", *, undefined: bool = False, interim: bool = True, **more: object) -> Safeguard:
    measures = Interim(clause=clause(f"{name}/interim"), approve=role("ceo"), notify=(), at_most=None)
    fields: dict[str, object] = {
        "clause": clause(name),
        "title": name,
        "criteria": (),
        "threat_actors_in": (),
        "threat_actors_out": (),
        "decides": role("ceo"),
        "re_approve": None,
        "interim": measures if interim else None,
        "undefined": undefined,
        "lineage": (),
    }
    return Safeguard(**{**fields, **more})  # type: ignore[arg-type]


def argument(name: str = "a") -> Argument:
    return Argument(clause=clause(name), title=name, decides=role("ceo"), contents=())


def question(name: str = "q") -> Question:
    return Question(clause=clause(name))


def peer_question(
    name: str = "p", *, quantifier: Quantifier = Quantifier.ANOTHER, grade: Grade = Grade.CLEAR
) -> PeerQuestion:
    return PeerQuestion(clause=clause(name), quantifier=quantifier, grade=grade)


def rule(
    name: str = "r",
    *,
    activities: tuple[Activity, ...] = (Activity.DEPLOY_EXTERNAL,),
    condition: Formula | None = None,
    require: Formula | None = None,
    met: Outcome = Outcome.PROCEED,
    otherwise: Outcome = Outcome.HOLD,
    force: Force = Force.BINDING,
    conditions: tuple[str, ...] = (),
    peer_clause: str = "",
) -> Rule:
    return Rule(
        clause=clause(name, force=force),
        activities=activities,
        condition=condition,
        require=require,
        met=met,
        otherwise=otherwise,
        conditions=conditions,
        peer_clause=peer_clause,
    )


def permits_lowering(
    name: str = "fn", *, when: Formula, lowers: tuple[str, ...], floor: Outcome = Outcome.RESTRICT, **more: object
) -> PeerClause:
    fields: dict[str, object] = {
        "clause": clause(name),
        "kind": PeerKind.PERMITS_LOWERING,
        "when": when,
        "lowers": lowers,
        "floor": floor,
        "requires": None,
        "duties": (),
    }
    return PeerClause(**{**fields, **more})  # type: ignore[arg-type]


def red_line(name: str, prohibits: Formula) -> RedLine:
    return RedLine(clause=clause(name), prohibits=prohibits)


def framework(*rules: Rule, **more: object) -> Framework:
    fields: dict[str, object] = {
        "id": FrameworkId(name="demo", version="1.0"),
        "digest": SHA,
        "title": "Demo framework",
        "developer": "Demo",
        "effective": date(2026, 1, 1),
        "supersedes": "",
        "force": Force.BINDING,
        "document": Document(sha256=SHA, url="https://example.org/demo.pdf"),
        "roles": (("ceo", "Chief Executive"), ("rso", "Responsible Scaling Officer")),
        "thresholds": (threshold(),),
        "indicators": (),
        "safeguards": (safeguard(),),
        "arguments": (),
        "questions": (),
        "peer_questions": (),
        "rules": rules,
        "peer_clauses": (),
        "red_lines": (),
        "duties": (),
        "recommendations": (),
        "judgements": (),
        "changelog": (),
    }
    return Framework(**{**fields, **more})  # type: ignore[arg-type]


def determination(
    finding: Finding = Finding.RULED_OUT, *, threshold: str = "t", by: tuple[str, ...] = ("ceo",), **more: object
) -> Determination:
    fields: dict[str, object] = {
        "threshold": threshold,
        "prong": "",
        "finding": finding,
        "grounds": "because",
        "relies_on": (),
        "departures": (),
        "by": by,
        "dated": date(2026, 4, 1),
        "valid_until": None,
        "bounded_by": "",
        "effective_compute": None,
        "source": None,
    }
    return Determination(**{**fields, **more})  # type: ignore[arg-type]


def assessment(
    subject: str = "s", verdict: Verdict = Verdict.YES, *, by: tuple[str, ...] = ("ceo",), **more: object
) -> Assessment:
    fields: dict[str, object] = {
        "subject": subject,
        "met": verdict,
        "criteria": (),
        "report": "report",
        "by": by,
        "dated": date(2026, 4, 1),
        "valid_until": None,
        "source": None,
        "note": "",
    }
    return Assessment(**{**fields, **more})  # type: ignore[arg-type]


def approval(
    role: str = "ceo",
    person: str = "ada",
    *,
    act: Act = Act.APPROVE,
    digest: str = SHA,
    at: datetime = AT,
    signed: bool = True,
) -> Approval:
    source = None if signed else Source(title="a published page")
    return Approval(role=role, person=person, act=act, input_digest=digest, at=at, signed=signed, source=source)


def indicator(
    name: str = "i",
    *,
    threshold: str = "t",
    rule_out: str | None = "0.5",
    reached: str | None = "0.8",
    weight: Weight = Weight.LOAD_BEARING,
    **more: object,
) -> Indicator:
    fields: dict[str, object] = {
        "id": name,
        "threshold": threshold,
        "evaluation": name,
        "weight": weight,
        "direction": Direction.HIGH,
        "rule_out": None if rule_out is None else Bar(value=Decimal(rule_out), inclusive=False),
        "reached": None if reached is None else Bar(value=Decimal(reached), inclusive=True),
        "needs_interval": False,
    }
    return Indicator(**{**fields, **more})  # type: ignore[arg-type]


def published(name: str, value: str, *indicators: Indicator, **more: object) -> EvidenceItem:
    figure = PublishedFigure(
        metric="score", value=Decimal(value), unit="", n=None, successes=None, interval=None, confidence="source-text"
    )
    fields: dict[str, object] = {
        "id": name,
        "indicators": indicators,
        "digest": SHA,
        "log": "",
        "figure": figure,
        "source": Source(title="a published page"),
        "evaluated": None,
    }
    return EvidenceItem(**{**fields, **more})  # type: ignore[arg-type]


def case(**more: object) -> Case:
    fields: dict[str, object] = {
        "id": "demo-case",
        "title": "Demo case",
        "digest": SHA,
        "record": Record.OWN,
        "subject": Subject(
            developer="Demo",
            model="demo-1",
            model_digest="",
            activity=Activity.DEPLOY_EXTERNAL,
            scope="general release",
            effective_compute=None,
        ),
        "at": AT,
        "evidence": (),
        "determinations": (),
        "safeguards": (),
        "interim": (),
        "arguments": (),
        "answers": (),
        "peer_facts": (),
        "approvals": (),
        "invokes": (),
        "prepared_by": (),
        "recused": (),
        "stricter": (),
        "notes": "",
    }
    return Case(**{**fields, **more})  # type: ignore[arg-type]
