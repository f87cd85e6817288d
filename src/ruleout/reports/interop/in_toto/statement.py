# SPDX-License-Identifier: Apache-2.0
"""in-toto Statements v1: what a statement is about, its type, and our own predicate types (docs/reference/predicates.md).

Subjects are the model where the record has its SHA-256; else the case, else the log or the inputs, by digest. A statement says which.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ruleout.reports.interop.absent import hole_values
from ruleout.reports.interop.names import is_sha256, name_uri
from ruleout.reports.interop.shown import ActShown, DecisionShown, EntryShown, EvaluationShown

STATEMENT = "https://in-toto.io/Statement/v1"
PAYLOAD_TYPE = "application/vnd.in-toto+json"
#: Kinds of statement with predicates of our own.
PREDICATES = ("evaluation", "decision", "approval", "review")


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A statement: a short name for its file, the index of the entry it tells of, and its JSON value."""

    name: str
    index: int
    value: dict[str, Any]


def predicate_type(kind: str) -> str:
    """Return the type URI of one of our predicates: a name that resolves nowhere, because no host is ours. Pure."""
    return name_uri(f"predicate/{kind}/1")


def predicate_form(kind: str) -> str:
    """Return name and version of one of our predicates for people, as it stands in each: the type URI tells neither. Pure."""
    return f"ruleout-{kind}/1"


def statement(subjects: Iterable[dict[str, Any]], kind: str, predicate: Mapping[str, Any]) -> dict[str, Any]:
    """Return a statement; `kind` is a type URI. Pure. Source: in-toto Attestation Framework, Statement v1."""
    return {"_type": STATEMENT, "subject": list(subjects), "predicateType": kind, "predicate": dict(predicate)}


def described(sha256: str, *, name: str = "", uri: str = "", media_type: str = "") -> dict[str, Any]:
    """Return a resource descriptor of bytes by their SHA-256 (hex). Pure. Source: ResourceDescriptor v1."""
    given = {"name": name, "uri": uri, "mediaType": media_type}
    return {**{key: value for key, value in given.items() if value}, "digest": {"sha256": sha256}}


def entry_value(entry: EntryShown) -> dict[str, Any]:
    """Return what a predicate says of its entry: where it stands, whose keys signed it, what is not seen of it. Pure."""
    value: dict[str, Any] = {
        "log": entry.origin,
        "index": entry.index,
        "id": entry.id,
        "recorded": entry.ts,
        "sha256": entry.sha256,
        "signedBy": list(entry.keys),
    }
    return {**value, "holes": hole_values(entry.holes)} if entry.holes else value


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a statement is about: "model", "case", "log" or "inputs", and the descriptor."""

    kind: str
    subject: dict[str, Any]


def about_decision(one: DecisionShown) -> About:
    """Return the subject of statements about a decision. Pure."""
    decided = one.decided
    if is_sha256(decided.model_digest):
        return About(kind="model", subject=described(decided.model_digest, name=decided.model))
    return About(kind="case", subject=described(one.case, name=f"case {decided.case}"))


def about_evaluation(one: EvaluationShown) -> About:
    """Return the subject of statements about an evaluation: a model's revision that is no SHA-256 is none. Pure."""
    summary = one.summary
    if is_sha256(summary.model_digest):
        return About(kind="model", subject=described(summary.model_digest, name=summary.model or "model"))
    if one.case:
        return About(kind="case", subject=described(one.case, name="the case that rests on it"))
    return About(kind="log", subject=described(summary.digest, name=f"log of {summary.task or 'an evaluation'}"))


def about_act(one: ActShown) -> About:
    """Return the subject of an approval or a review: its decision's, else its inputs or its entry by digest. Pure."""
    if one.about is not None:
        return about_decision(one.about)
    inputs = str(one.header.get("input_digest", ""))
    if is_sha256(inputs):
        return About(
            kind="inputs", subject=described(inputs, name=f"inputs of {one.header.get('decision', 'a decision')}")
        )
    return About(kind="entry", subject=described(one.entry.sha256, name=one.entry.id))
