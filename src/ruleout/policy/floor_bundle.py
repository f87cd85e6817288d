# SPDX-License-Identifier: Apache-2.0
"""A floor as a bundle: its rules, its tests, and which red lines it enforces and which nothing at run time shows."""

from __future__ import annotations

from ruleout.policy.bundle import Bundle, Kind
from ruleout.policy.calls import SCHEMA_ID
from ruleout.policy.floor import Floor
from ruleout.policy.floor_rules import policy_text
from ruleout.policy.floor_trials import floor_trials


def floor_bundle(floor: Floor) -> Bundle:
    """Return the bundle of a floor. Pure: the same floor gives the same bytes. Source: G-2."""
    about = {
        "framework": floor.framework,
        "framework-digest": floor.framework_digest,
        "enforced": [line.id for line in floor.enforced],
        "listed": [{"id": line.id, "reason": line.reason} for line in floor.listed],
    }
    return Bundle(
        kind=Kind.FLOOR, name=floor.name, version=floor.version, schema=SCHEMA_ID, policy=policy_text(floor),
        trials=floor_trials(floor), about=about,
    )  # fmt: skip
