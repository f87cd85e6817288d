# SPDX-License-Identifier: Apache-2.0
"""The calls that policies are about: their schema in Cedar, and the plain form in which tests and people write them.

There is one schema for the floor and for every tenant, named in each bundle. What a call leaves out is missing, never
a default: a rule that asks for it fails, and what fails denies (G-3).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ruleout.policy.values import Call, Entities, Facts, Uid, text_of, value_of

#: Names this text; a bundle for another is refused.
SCHEMA_ID = "ruleout-calls/1"
SCHEMA = """
entity Tier;
entity Tenant in [Tier];
entity Model;
type Circumstances = {
  activity: String,
  endpoint: String,
  uses: Set<String>,
  capabilities: Set<String>,
  tools: Set<String>,
  stream: Bool,
  tokens: Long,
  approved: Bool,
  tool?: String,
};
action "generate", "use-tool" appliesTo { principal: [Tenant], resource: [Model], context: Circumstances };
"""
ACTIONS = ("generate", "use-tool")
#: What says who, what and with which; everything else is a circumstance.
_HEADS = frozenset({"tenant", "tier", "action", "model"})


def call_of(plain: Mapping[str, Any]) -> Call:
    """Return the call of its plain form: `tenant`, `tier`, `action`, `model`, and circumstances by name. Pure.

    Raises:
        KeyError: one of the four is missing.
        BadValue: something in it is no value of Cedar's.
    """
    principal, tier = Uid("Tenant", text_of(plain["tenant"])), Uid("Tier", text_of(plain["tier"]))
    return Call(
        principal=principal,
        action=Uid("Action", text_of(plain["action"])),
        resource=Uid("Model", text_of(plain["model"])),
        context={name: value_of(value) for name, value in plain.items() if name not in _HEADS},
        entities={principal: Facts(ancestors=frozenset({tier}))},
    )


def in_cedar(plain: Mapping[str, Any]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return a call's plain form as Cedar's request and entities in JSON. Pure. For comparison with Cedar itself."""
    principal, tier = ({"type": kind, "id": plain[kind.lower()]} for kind in ("Tenant", "Tier"))
    request = {
        "principal": principal,
        "action": {"type": "Action", "id": plain["action"]},
        "resource": {"type": "Model", "id": plain["model"]},
        "context": {name: value for name, value in plain.items() if name not in _HEADS},
    }
    return request, [{"uid": principal, "attrs": {}, "parents": [tier]}]


def call_in_cedar(call: Call) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return any call as Cedar's request and entities in JSON. Pure. For comparison with Cedar itself."""
    request = {
        "principal": _uid(call.principal),
        "action": _uid(call.action),
        "resource": _uid(call.resource),
        "context": {name: _json(value) for name, value in call.context.items()},
    }
    return request, _entities(call.entities)


def _entities(entities: Entities) -> list[dict[str, Any]]:
    """Ancestors at whatever remove are told as parents: Cedar gathers what is above them all the same."""
    return [
        {
            "uid": _uid(one),
            "attrs": {name: _json(value) for name, value in facts.attributes.items()},
            "parents": [_uid(above) for above in sorted(facts.ancestors)],
        }
        for one, facts in entities.items()
    ]


def _uid(one: Uid) -> dict[str, str]:
    return {"type": one.type, "id": one.id}


def _json(value: Any) -> Any:
    """The JSON of a value, or of what stands for one in a set (`values.key_of`)."""
    match value:
        case Uid():
            return {"__entity": _uid(value)}
        case dict():
            return {name: _json(item) for name, item in value.items()}
        case frozenset():
            return [_json(item) for item in value]
        case (bool() as held, "boolean"):
            return held
        case ("record", frozenset() as fields):
            return {name: _json(item) for name, item in fields}
    return value
