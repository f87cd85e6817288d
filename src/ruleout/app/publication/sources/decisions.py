# SPDX-License-Identifier: Apache-2.0
"""What decisions of the record say: outcomes, thresholds, estimates, which models are deployed, marginal arguments."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ruleout.accountability.reporting.fact import Fact
from ruleout.app.accountability.duty_acts import duty_acts
from ruleout.app.evidence.receipt import receipts_of
from ruleout.app.publication.context import Context, Source, titled
from ruleout.app.publication.holes import hole_in
from ruleout.app.publication.sources.said import field_text
from ruleout.ledger import EntryType, LedgerEntry
from ruleout.model.canonical import parse_canonical
from ruleout.model.outcome import Outcome

_MOST_DECISION_BYTES = 4 * 1024 * 1024
_DEPLOYS, _DEPLOYED = "deploy-external", "model-deployed"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """A decision's entry and what it says."""

    entry: LedgerEntry
    value: Any

    @property
    def id(self) -> str:
        return self.entry.content.id

    @property
    def model(self) -> str:
        return str(self.value["subject"]["model"])


def _every(ask: Context) -> Iterator[_Read]:
    for entry in ask.record.of_type(EntryType.DECISION):
        digest = next(ref.sha256 for ref in entry.content.refs if ref.name == "decision")
        data = ask.record.object(digest)
        yield _Read(entry=entry, value=parse_canonical(data, max_bytes=_MOST_DECISION_BYTES, max_depth=64))


def _last(ask: Context) -> tuple[_Read, ...]:
    """The last decision on each model and activity, whatever case it was decided on."""
    found: dict[tuple[str, str], _Read] = {}
    for one in _every(ask):
        found[one.model, str(one.value["activity"])] = one
    return tuple(found.values())


def _covered(ask: Context) -> tuple[_Read, ...]:
    return tuple(one for one in _last(ask) if one.model in ask.models)


def _decisions(reads: Iterable[_Read]) -> Iterator[Fact]:
    for one in reads:
        value = one.value
        yield Fact(
            entries=(one.id,),
            values={
                "model": one.model,
                "activity": value["activity"],
                "framework": value["framework"],
                "outcome": value["outcome"],
                "decided": value["at"][:10],
            },
            about=(one.model, value["case"], value["framework"]),
        )


def _since(ask: Context) -> Iterator[Fact]:
    return _decisions(one for one in _every(ask) if ask.is_new(datetime.fromisoformat(one.entry.content.ts)))


def _deployed(ask: Context) -> Iterator[Fact]:
    """Models that an event says are deployed, or whose deployment the last decision on it lets go ahead."""
    for happening in duty_acts(ask.record).happenings:
        if happening.event == _DEPLOYED and happening.about and happening.taken_back is None and happening.at <= ask.at:
            values = {"model": happening.about, "since": happening.at.date().isoformat(), "by": "event"}
            yield Fact(entries=(happening.entry,), values=values, about=(happening.about,))
    for one in _last(ask):
        if one.value["activity"] == _DEPLOYS and Outcome(one.value["outcome"]).opens:
            values = {"model": one.model, "since": one.value["at"][:10], "by": "decision"}
            yield Fact(entries=(one.id,), values=values, about=(one.model,))


def _thresholds(ask: Context) -> Iterator[Fact]:
    counts = {"yes": "reached", "no": "not reached", "unknown": "unknown"}
    for one in _covered(ask):
        for found in one.value["thresholds"]:
            yield Fact(
                entries=(one.id,),
                values={
                    "threshold": found["id"],
                    "title": found["title"],
                    "model": one.model,
                    "finding": found["shown_as"],
                    "counts-as": counts[found["counts_as"]],
                    "because": found["because"],
                },
                about=(found["id"], one.model),
            )


def _estimates(ask: Context) -> Iterator[Fact]:
    received = {receipt.summary.digest: receipt.entry for receipt in receipts_of(ask.record)}
    for one in _covered(ask):
        digests = {item["id"]: item["sha256"] for item in one.value["inputs"] if item["kind"] == "evidence"}
        for threshold in one.value["thresholds"]:
            for found in threshold["indicators"]:
                if found["estimate"] is not None:
                    log = received.get(digests.get(found["evidence"], ""), "")
                    yield _estimate(one, threshold["id"], found, log)


def _estimate(one: _Read, threshold: str, found: Any, log: str) -> Fact:
    estimate, indicator = found["estimate"], found["indicator"]
    values = {
        "indicator": indicator["id"],
        "model": one.model,
        "value": estimate["value"],
        "lower": estimate["lower"],
        "upper": estimate["upper"],
        "n": estimate["n"],
        "rule-out": (indicator["rule_out"] or {}).get("value"),
        "reached": (indicator["reached"] or {}).get("value"),
        "method": estimate["method"],
        "comparison": found["comparison"],
    }
    return Fact(
        entries=(one.id, log) if log else (one.id,),
        values={name: "" if value is None else str(value) for name, value in values.items()},
        about=(threshold, indicator["id"], one.model),
    )


def _marginal(ask: Context) -> Iterator[Fact]:
    for one in _covered(ask):
        for clause in one.value["peer_clauses"]:
            if clause["invoked"]:
                values = {
                    "clause": clause["id"],
                    "model": one.model,
                    "established": clause["established"],
                    "effect": clause["effect"],
                    "lowered": ", ".join(clause["lowered"]),
                }
                yield Fact(entries=(one.id,), values=values, about=(clause["id"], one.model))


def _replayable(ask: Context) -> Iterator[Fact]:
    """Decisions that anybody with a bundle computes again, by the digests of what goes in and what comes out (D-8)."""
    for one in _covered(ask):
        subject = one.entry.content.subject
        values = {
            "model": one.model,
            "activity": one.value["activity"],
            "outcome": one.value["outcome"],
            "input-digest": str(subject["input_digest"]),
            "result-digest": next(ref.sha256 for ref in one.entry.content.refs if ref.name == "decision"),
        }
        yield Fact(entries=(one.id,), values=values, about=(one.model, one.value["case"]))


def _approvals(ask: Context) -> Iterator[Fact]:
    """Acts over the questions that the last decisions on covered models answer; the model goes where the decision goes."""
    asked, explanations = {one.id.rpartition("/")[0]: one for one in _covered(ask)}, ask.explanations()
    for entry in ask.record.of_type(EntryType.APPROVAL):
        of = asked.get(field_text(entry, "decision"))
        if of is not None:
            hole = hole_in(of.entry, _WHOLE, ask.record, explanations, ask.audiences, by_default=False)
            acted = {"role": field_text(entry, "role"), "act": field_text(entry, "act"), "on": entry.content.ts[:10]}
            yield Fact(
                entries=(entry.content.id,),
                values={"model": "" if hole else of.model, **acted},
                about=(of.model, field_text(entry, "decision")),
                hidden={"model": hole} if hole else {},
            )


_WHOLE, _HEADERS = "decision", frozenset({"activity", "framework", "outcome", "decided"})
_COLUMNS = titled("model activity framework outcome decided")
CURRENT = Source(
    says="The last decision on each model that is covered, for each activity.",
    columns=_COLUMNS,
    read=lambda ask: _decisions(_covered(ask)),
    words=_WHOLE,
    headers=_HEADERS,
)
SINCE = Source(
    says="Every decision since the last document of the kind.",
    columns=_COLUMNS,
    read=_since,
    words=_WHOLE,
    headers=_HEADERS,
)
DEPLOYED = Source(
    says="Every model that is deployed.",
    columns=titled("model since by"),
    read=_deployed,
    words=_WHOLE,
    headers=frozenset({"since", "by"}),
)
THRESHOLDS = Source(
    says="What the last decisions found of each threshold: crossed or not, and what an unknown counts as.",
    columns=titled("threshold title model finding counts-as because"),
    read=_thresholds,
    words=_WHOLE,
)
APPROVALS = Source(
    says="Approvals and refusals behind the last decisions on each model that is covered.",
    columns=titled("model role act on"),
    read=_approvals,
)
REPLAYABLE = Source(
    says="The last decisions with the digests by which anybody computes them again from a bundle.",
    columns=titled("model activity outcome input-digest result-digest"),
    read=_replayable,
    words=_WHOLE,
    headers=frozenset({"activity", "outcome", "input-digest", "result-digest"}),
)
ESTIMATES = Source(
    says="The figures that the last decisions rest on, with their bounds and bars.",
    columns=titled("indicator model value lower upper n rule-out reached comparison method"),
    read=_estimates,
    words=_WHOLE,
)
MARGINAL = Source(
    says="Peer clauses that lowered a rule in the last decisions: arguments from marginal risk.",
    columns=titled("clause model established effect lowered"),
    read=_marginal,
    words=_WHOLE,
)
