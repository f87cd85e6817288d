# SPDX-License-Identifier: Apache-2.0
"""A measurement as bytes that can be kept beside a decision and read back exactly (D-12, L-10).

What a log holds may be large or confidential; what the decision used of it is this. Score values keep their type:
a float is `{"$float": "0.5"}`, a large integer `{"$int": "…"}`, an object `{"$dict": [[key, value], …]}`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ruleout.errors import VerificationFailed
from ruleout.model.canonical import MAX_INTEGER, canonical, parse_canonical
from ruleout.model.evidence import Attempt, Comparison, Measurement, Ruling, SampleState
from ruleout.model.plain import instant_text

FORMAT = "ruleout-measurement/2"
#: The form before notes, parts and content were kept; records that hold it are still read.
_FIRST_FORMAT = "ruleout-measurement/1"


def measurement_bytes(measurement: Measurement) -> bytes:
    """Return the canonical bytes of a measurement. Pure. Raises TypeError for a score no log format can hold."""
    m = measurement
    return canonical(
        {
            "format": FORMAT,
            "digest": m.digest,
            "reader": m.format,
            "status": m.status,
            "task": m.task,
            "task_version": m.task_version,
            "model": m.model,
            "evaluated": None if m.evaluated is None else instant_text(m.evaluated),
            "dataset_samples": m.dataset_samples,
            "expected": m.expected,
            "epochs": m.epochs,
            "partial": m.partial,
            "tool": m.tool,
            "tool_version": m.tool_version,
            "revision": m.revision,
            "dirty": m.dirty,
            "attempts": [
                [a.sample, a.epoch, a.state.value, _pairs(a.scores), a.detail, a.content, a.cluster] for a in m.attempts
            ],
            "problems": list(m.problems),
            "reported": [[score, metric, _encoded(value)] for score, metric, value in m.reported],
            "notes": list(m.notes),
            "parts": [list(part) for part in m.parts],
            "elicitation": m.elicitation,
            "model_digest": m.model_digest,
            "ended": m.ended,
            "rulings": [[r.indicator, r.at_least.value, r.because] for r in m.rulings],
            **({} if m.begun is None else {"begun": instant_text(m.begun)}),
        }
    )


def measurement_from(data: bytes) -> Measurement:
    """Return the measurement that these bytes hold. Pure.

    Raises:
        VerificationFailed: check "measurement"; the bytes are not canonical or not a measurement.
    """
    raw = parse_canonical(data)
    try:
        if raw["format"] == _FIRST_FORMAT:
            raw |= {"notes": [], "parts": [], "elicitation": "", "model_digest": "", "ended": "", "rulings": []}
        elif raw["format"] != FORMAT:
            raise ValueError(f"format {raw['format']!r}")
        return _measurement(raw)
    except (KeyError, TypeError, ValueError) as error:
        raise VerificationFailed("measurement", f"expected {FORMAT}, got {error}") from error


def _measurement(raw: dict[str, Any]) -> Measurement:
    if type(raw["ended"]) is not str or raw["ended"] not in ("", *raw["problems"]):
        # Whoever looks at problems only must not take for usable what counts no more.
        raise ValueError("a measurement that ended without saying so among its problems")
    attempts = tuple(
        Attempt(
            sample=sample,
            epoch=epoch,
            state=SampleState(state),
            scores=_unpaired(scores),
            detail=detail,
            **dict(zip(("content", "cluster"), more, strict=False)),
        )
        for sample, epoch, state, scores, detail, *more in raw["attempts"]
    )
    return Measurement(
        digest=raw["digest"],
        format=raw["reader"],
        status=raw["status"],
        task=raw["task"],
        task_version=raw["task_version"],
        model=raw["model"],
        evaluated=None if raw["evaluated"] is None else datetime.fromisoformat(raw["evaluated"]),
        dataset_samples=raw["dataset_samples"],
        expected=raw["expected"],
        epochs=raw["epochs"],
        partial=raw["partial"],
        tool=raw["tool"],
        tool_version=raw["tool_version"],
        revision=raw["revision"],
        dirty=raw["dirty"],
        attempts=attempts,
        problems=tuple(raw["problems"]),
        reported=tuple((score, metric, _decoded(value)) for score, metric, value in raw["reported"]),
        notes=tuple(raw["notes"]),
        parts=tuple((name, digest) for name, digest in raw["parts"]),
        elicitation=raw["elicitation"],
        model_digest=raw["model_digest"],
        ended=raw["ended"],
        rulings=tuple(
            Ruling(indicator=indicator, at_least=Comparison(at_least), because=because)
            for indicator, at_least, because in raw["rulings"]
        ),
        begun=datetime.fromisoformat(raw["begun"]) if "begun" in raw else None,
    )


def _pairs(scores: tuple[tuple[str, object], ...]) -> list[list[object]]:
    return [[name, _encoded(value)] for name, value in scores]


def _unpaired(pairs: list[list[Any]]) -> tuple[tuple[str, object], ...]:
    return tuple((name, _decoded(value)) for name, value in pairs)


def _encoded(value: object) -> object:
    match value:
        case None | bool() | str():
            return value
        case int():
            return value if abs(value) <= MAX_INTEGER else {"$int": str(value)}
        case float():
            return {"$float": repr(value)}
        case list() | tuple():
            return [_encoded(item) for item in value]
        case dict():
            return {"$dict": [[str(key), _encoded(item)] for key, item in value.items()]}
    raise TypeError(f"no stored form for a score of type {type(value).__name__}")


def _decoded(value: Any) -> object:
    if isinstance(value, list):
        return [_decoded(item) for item in value]
    if not isinstance(value, dict):
        return value
    ((tag, held),) = value.items()
    if tag == "$dict":
        return {key: _decoded(item) for key, item in held}
    return float(held) if tag == "$float" else int(held)
