# SPDX-License-Identifier: Apache-2.0
"""Verdicts on peer questions from graded, dated, sourced facts (D-9). A fact counts only at the grade asked for."""

from __future__ import annotations

from datetime import date

from ruleout.engine.statements import Found, date_faults
from ruleout.model.case import Case, PeerFact
from ruleout.model.framework import PeerQuestion, Quantifier
from ruleout.model.verdict import Verdict


def find_peer(question: PeerQuestion, case: Case, *, on: date) -> Found:
    """Return whether the facts establish a peer question on a day.

    Pure and total. YES and NO both need a fact of the asked grade and quantifier; facts of that grade that contradict
    each other leave it UNKNOWN. Source: D-9.
    """
    facts = [fact for fact in case.peer_facts if fact.answers == question.clause.id]
    if not facts:
        return Found(Verdict.UNKNOWN, "no peer fact stated")
    weighed = [(fact, _shortfalls(fact, question, case.subject.developer, on=on)) for fact in facts]
    counting = [fact for fact, shortfalls in weighed if not shortfalls]
    said = _said(counting, question)
    if len(said) == 1:
        labels = ", ".join(_label(fact) for fact in counting if fact.holds in said)
        return Found(said.pop(), f"{labels}; evidence {question.grade.value} or better")
    if said:
        return Found(Verdict.UNKNOWN, "facts of the asked grade contradict each other")
    reasons = "; ".join(f"{_label(fact)}: {', '.join(why) or _nothing(fact)}" for fact, why in weighed)
    return Found(Verdict.UNKNOWN, f"not established: {reasons}")


def _said(counting: list[PeerFact], question: PeerQuestion) -> set[Verdict]:
    """The answers that the counting facts give; asked of *another*, a denial about one developer says nothing of others."""
    if question.quantifier is not Quantifier.ANOTHER:
        return {fact.holds for fact in counting} - {Verdict.UNKNOWN}
    denied = {peer for fact in counting if fact.holds is Verdict.NO for peer in _names(fact)}
    affirmed = [fact for fact in counting if fact.holds is Verdict.YES]
    if any(denied.isdisjoint(_names(fact)) for fact in affirmed):
        return {Verdict.YES}
    return {Verdict.YES, Verdict.NO} if affirmed else set()


def is_about_itself(peers: tuple[str, ...], developer: str) -> bool:
    """Whether those whom a fact names are the case's own developer and nobody else: no fact about others (D-9). Pure."""
    return {_name(peer) for peer in peers} == {_name(developer)}


def _names(fact: PeerFact) -> set[str]:
    return {_name(peer) for peer in fact.peers}


def _name(developer: str) -> str:
    """A developer's name, whichever way it is capitalised or spaced."""
    return "".join(developer.split()).casefold()


def _nothing(fact: PeerFact) -> str:
    return "says unknown" if fact.holds is Verdict.UNKNOWN else "says no of this developer alone"


def _label(fact: PeerFact) -> str:
    return f"{', '.join(fact.peers) or 'competitors'} as of {fact.as_of}"


def _shortfalls(fact: PeerFact, question: PeerQuestion, developer: str, *, on: date) -> list[str]:
    reasons = date_faults(fact.as_of, fact.valid_until, on=on)
    if fact.grade.rank < question.grade.rank:
        reasons.append(f"evidence is {fact.grade.value}, the framework asks for {question.grade.value}")
    if not _covers(fact, question):
        reasons.append(f"is about {fact.covers.value}, the framework asks about {question.quantifier.value}")
    if is_about_itself(fact.peers, developer):
        reasons.append(f"is about {developer}, whose own case this is")
    return reasons


def _covers(fact: PeerFact, question: PeerQuestion) -> bool:
    if question.quantifier is Quantifier.ANOTHER:
        return fact.covers is Quantifier.ANOTHER and bool(fact.peers)
    return fact.covers is question.quantifier
