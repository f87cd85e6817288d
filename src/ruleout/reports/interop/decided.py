# SPDX-License-Identifier: Apache-2.0
"""A recorded decision's bytes -> what of it may be told to anybody; refused where it is not what its entry's header says.

Left behind: whatever people wrote, as grounds, rationales, scope, or as the reason of a withdrawal that an indicator tells.
Kept: what the engine found and what the framework says. A word that the engine does not have is refused. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ruleout.errors import VerificationFailed
from ruleout.model.canonical import parse_canonical
from ruleout.model.decision import Origin
from ruleout.model.evidence import Comparison
from ruleout.model.formula import Kind
from ruleout.model.outcome import Outcome
from ruleout.model.verdict import Verdict
from ruleout.reports.interop.instants import instant_in
from ruleout.reports.interop.names import is_sha256

_MOST_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleFound:
    """What a rule found: verdicts as words ("" for none), what it contributes, the engine's own reason."""

    id: str
    origin: str
    force: str
    section: str
    says: str
    applies: str
    required: str
    contributes: str
    because: str
    determining: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class IndicatorFound:
    """One comparison: of which evidence, under which threshold, with which figures; figures as decimal text, "" for none."""

    id: str
    threshold: str
    evidence: str
    comparison: str
    alert: bool
    figures: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ThresholdFound:
    """What was found of a threshold: what is known, what the rules used, as which words it is shown."""

    id: str
    title: str
    verdict: str
    counts_as: str
    shown_as: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerFound:
    """The verdict on a question of some kind (`model.formula.Kind`), without its grounds."""

    kind: str
    name: str
    verdict: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """One input of the decision by digest; "" for a log that was not read."""

    kind: str
    id: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A decision as it may be told."""

    engine: str
    framework: str
    framework_digest: str
    document_sha256: str
    case: str
    developer: str
    model: str
    model_digest: str
    record: str
    activity: str
    at: str
    outcome: str
    stands_behind: str
    input_digest: str
    determined_by: tuple[str, ...]
    conditions: tuple[str, ...]
    unknown: tuple[str, ...]
    inputs: tuple[Input, ...]
    rules: tuple[RuleFound, ...]
    thresholds: tuple[ThresholdFound, ...]
    indicators: tuple[IndicatorFound, ...]
    answers: tuple[AnswerFound, ...]
    disclaimer: str


def decided_from(data: bytes, header: Mapping[str, object], *, entry: str) -> Decided:
    """Return what may be told of a recorded decision. Pure; bounded.

    Args:
        data: the decision's canonical bytes.
        header: the subject of the entry that names them.
        entry: its id, for messages.

    Raises:
        VerificationFailed: check "canonical" or "decision"; the bytes are no decision, or another than the header tells.
    """
    raw = parse_canonical(data, max_bytes=_MOST_BYTES)
    try:
        decided = _decided(raw)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _refusal(entry, f"a decision, got {type(error).__name__}: {error}") from error
    told = {
        "case": decided.case,
        "framework": decided.framework.partition("@")[0],
        "version": decided.framework.partition("@")[2],
        "activity": decided.activity,
        "outcome": decided.outcome,
        "input_digest": decided.input_digest,
    }
    for name, value in told.items():
        if header.get(name) != value:
            raise _refusal(entry, f"{name} {value!r} as the decision says, got {str(header.get(name))[:80]!r}")
    return decided


def _decided(raw: Any) -> Decided:
    subject = raw["subject"]
    Outcome(raw["outcome"])
    if instant_in(_text(raw, "at")) != raw["at"]:
        raise ValueError("an instant that is none, or not in UTC")
    made = Decided(
        **{name: _text(raw, name) for name in _TEXTS},
        developer=_text(subject, "developer"),
        model=_text(subject, "model"),
        model_digest=_text(subject, "model_digest"),
        determined_by=_texts(raw["determined_by"]),
        conditions=_texts(raw["conditions"]),
        unknown=tuple(_text(one, "question") for one in raw["unknown"]),
        inputs=tuple(Input(**{name: _text(one, name) for name in ("kind", "id", "sha256")}) for one in raw["inputs"]),
        rules=tuple(_rule(one) for one in raw["rules"]),
        thresholds=tuple(_threshold(one) for one in raw["thresholds"]),
        indicators=tuple(_indicator(one, _text(t, "id")) for t in raw["thresholds"] for one in t["indicators"]),
        answers=tuple(_answer(one) for one in raw["answers"]),
    )
    # A log that was not read has no digest (D-12).
    listed = (i.sha256 for i in made.inputs if i.sha256)
    digests = (made.framework_digest, made.document_sha256, made.input_digest, *listed)
    if not all(is_sha256(digest) for digest in digests):
        raise ValueError("a digest that is no SHA-256")
    return made


_TEXTS = (
    *("engine", "framework", "framework_digest", "document_sha256", "case", "record", "activity", "at", "outcome"),
    *("stands_behind", "input_digest", "disclaimer"),
)


def _rule(raw: Any) -> RuleFound:
    words = ("id", "origin", "force", "section", "says", "applies", "contributes", "because")
    required = "" if raw["required"] is None else _text(raw, "required")
    Origin(raw["origin"]), Outcome(raw["contributes"]), Verdict(raw["applies"]), Verdict(required or "unknown")
    return RuleFound(
        **{name: _text(raw, name) for name in words}, required=required, determining=raw["determining"] is True
    )


def _threshold(raw: Any) -> ThresholdFound:
    Verdict(raw["verdict"]), Verdict(raw["counts_as"])
    return ThresholdFound(**{name: _text(raw, name) for name in ("id", "title", "verdict", "counts_as", "shown_as")})


def _indicator(raw: Any, threshold: str) -> IndicatorFound:
    indicator, estimate = raw["indicator"], raw["estimate"]
    Comparison(raw["comparison"])
    figures = (
        {}
        if estimate is None
        else {n: _figure(estimate[n]) for n in ("value", "lower", "upper", "alpha", "n", "method")}
    )
    for bar in ("rule_out", "reached"):
        figures[bar] = "" if indicator[bar] is None else _figure(indicator[bar]["value"])
    return IndicatorFound(
        id=_text(indicator, "id"),
        threshold=threshold,
        evidence=_text(raw, "evidence"),
        comparison=_text(raw, "comparison"),
        alert=raw["alert"] is True,
        figures={name: value for name, value in figures.items() if value},
    )


def _answer(raw: Any) -> AnswerFound:
    atom = raw["atom"]
    Kind(atom["kind"]), Verdict(raw["verdict"])
    return AnswerFound(kind=_text(atom, "kind"), name=_text(atom, "name"), verdict=_text(raw, "verdict"))


def _figure(value: Any) -> str:
    return "" if value is None else str(value)


def _texts(values: Any) -> tuple[str, ...]:
    if type(values) is not list or not all(type(value) is str for value in values):
        raise TypeError("expected a list of texts")
    return tuple(values)


def _text(raw: Any, name: str) -> str:
    value = raw[name]
    if type(value) is not str:
        raise TypeError(f"expected {name} as text")
    return value


def _refusal(entry: str, expected: str) -> VerificationFailed:
    return VerificationFailed("decision", f"{entry}: expected {expected}", hint="Do not rely on this entry.")
