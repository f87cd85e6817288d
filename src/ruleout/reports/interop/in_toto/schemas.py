# SPDX-License-Identifier: Apache-2.0
"""JSON Schema of our predicates, one for each kind of statement; `ruleout schema predicate-decision` prints one. Pure data.

A schema says what may stand in a predicate and what must. Unknown fields are refused, so that a reader of version 1 knows all there
is; another field is another version.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ruleout.ledger.audience import Audience
from ruleout.reports.interop.in_toto.statement import PREDICATES, predicate_form, predicate_type

Schema = dict[str, Any]

_TEXT: Schema = {"type": "string", "minLength": 1}
_FLAG: Schema = {"type": "boolean"}
_COUNT: Schema = {"type": "integer", "minimum": 0}
_TEXTS: Schema = {"type": "array", "items": {"type": "string"}}
_SHA256: Schema = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
_VERDICT: Schema = {"enum": ["yes", "no", "unknown"]}
_OUTCOME: Schema = {"enum": ["proceed", "restrict", "hold", "stop"]}
_INSTANT: Schema = {"type": "string", "format": "date-time", "pattern": "Z$"}


def _object(required: Mapping[str, Schema], optional: Mapping[str, Schema] | None = None) -> Schema:
    fields = {**required, **(optional or {})}
    return {"type": "object", "required": list(required), "properties": fields, "additionalProperties": False}


def _list(item: Schema) -> Schema:
    return {"type": "array", "items": item}


_DESCRIBED = _object({"digest": _object({"sha256": _SHA256})}, {"name": _TEXT, "uri": _TEXT, "mediaType": _TEXT})
_HOLE = _object(
    {"entry": _TEXT, "standing": {"enum": ["redacted", "erased", "withheld"]}, "digests": _TEXTS},
    {
        **dict.fromkeys(("class", "justification", "by", "authority", "location"), _TEXT),
        "reviewBy": {"type": "string", "format": "date"},
        "material": _FLAG,
    },
)
_ENTRY = _object(
    {"log": _TEXT, "index": _COUNT, "id": _TEXT, "recorded": _INSTANT, "sha256": _SHA256, "signedBy": _TEXTS},
    {"holes": _list(_HOLE)},
)
_COMMON = {
    "form": _TEXT,
    "audience": {"enum": [one.value for one in Audience]},
    "subjectIs": {"enum": ["model", "case", "log", "inputs", "entry"]},
    "entry": _ENTRY,
}
_RULE = _object(
    {
        "clause": _TEXT,
        "origin": {"enum": ["rule", "red-line", "burden-of-proof", "no-rule", "exception"]},
        "applies": _VERDICT,
        "contributes": _OUTCOME,
        "because": {"type": "string"},
        "determining": _FLAG,
    },
    {"force": _TEXT, "section": _TEXT, "requirement": _VERDICT},
)
_THRESHOLD = _object({"clause": _TEXT, "verdict": _VERDICT, "countsAs": _VERDICT, "shownAs": _TEXT})
_FIGURE_NAMES = ("value", "lower", "upper", "alpha", "n", "method", "rule_out", "reached")
_INDICATOR = _object(
    {
        "indicator": _TEXT,
        "threshold": _TEXT,
        "comparison": {"enum": ["clear", "crossed", "inconclusive"]},
        "alert": _FLAG,
        "figures": _object({}, dict.fromkeys(_FIGURE_NAMES, _TEXT)),
    },
    {"evidence": _TEXT},
)
_POLICY = _object({"name": _TEXT, "encoding": _DESCRIBED, "document": _DESCRIBED})

_EVALUATION = _object(
    {
        **_COMMON,
        "status": {"type": "string"},
        "usable": _FLAG,
        "counts": _FLAG,
        "problems": _COUNT,
        "attempts": {"type": "object", "additionalProperties": _COUNT},
        "log": _DESCRIBED,
    },
    {
        "measurement": _DESCRIBED,
        **dict.fromkeys(("task", "taskVersion", "model", "modelRevision", "tool", "toolVersion"), _TEXT),
        **dict.fromkeys(("codeRevision", "partial", "expires"), _TEXT),
        "evaluatedOn": _INSTANT,
    },
)
_DECISION = _object(
    {
        **_COMMON,
        "outcome": _OUTCOME,
        "activity": _TEXT,
        "decidedOn": _INSTANT,
        "question": _TEXT,
        "record": {"enum": ["own", "public"]},
        "developer": _TEXT,
        "model": _TEXT,
        "case": _DESCRIBED,
        "policy": _POLICY,
        "inputs": _list(_DESCRIBED),
        "inputDigest": _SHA256,
        "decision": _DESCRIBED,
        "engine": _TEXT,
        "standsBehind": _TEXT,
        "determinedBy": _TEXTS,
        "conditions": _TEXTS,
        "unknown": _TEXTS,
        "rules": _list(_RULE),
        "thresholds": _list(_THRESHOLD),
        "indicators": _list(_INDICATOR),
        "disclaimer": _TEXT,
    },
    {"supersededBy": _TEXT},
)
_APPROVAL = _object(
    {**_COMMON, "role": _TEXT, "act": _TEXT, "inputDigest": _TEXT, "isForRecordedDecision": _FLAG},
    {"question": _TEXT, "actedOn": _INSTANT},
)
_REVIEW = _object(
    {**_COMMON, "review": _TEXT, "act": _TEXT},
    {
        **dict.fromkeys(("report", "section", "reviewer", "version", "due", "independent"), _TEXT),
        "discloses": {"type": "object"},
    },
)

_MADE = dict(zip(PREDICATES, (_EVALUATION, _DECISION, _APPROVAL, _REVIEW), strict=True))


def predicate_schema(kind: str) -> Schema:
    """Return the JSON Schema of one of our predicates. Pure. Raises KeyError for another kind."""
    made = _MADE[kind]
    form = {"const": predicate_form(kind)}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": predicate_type(kind),
        "title": f"Predicate {kind}, version 1",
        **made,
        "properties": {**made["properties"], "form": form},
    }
