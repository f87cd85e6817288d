# SPDX-License-Identifier: Apache-2.0
"""What a bundle in shadow would decide about a call, as the audit record and the counters have it (G-10)."""

from __future__ import annotations

from ruleout.policy.decide import Answer, Ground
from ruleout.policy.shadow import Beside, Shadow, Would, ask_beside
from ruleout.policy.values import Call
from ruleout.serving.audit import Shadowed

_BY_FLOOR = (Ground.RED_LINE, Ground.FLOOR_FAILED)


def shadowed(shadow: Shadow, answer: Answer, call: Call) -> tuple[Shadowed, ...]:
    """Return what a shadow would decide; nothing where the floor denies, for no bundle changes that. Pure; never raises.

    A shadow in which anything goes wrong is an error that is counted: it must not touch the answer in force.
    """
    if answer.ground in _BY_FLOOR:
        return ()
    try:
        beside = ask_beside(shadow, answer, call)
    except Exception:  # noqa: BLE001 - whatever is wrong with a shadow, the answer in force stands
        beside = Beside(Would.ERROR)
    tool = str(call.context.get("tool", ""))
    return (Shadowed(shadow.name, shadow.layer.bundle, beside.would.value, beside.rules, beside.failed, tool),)
