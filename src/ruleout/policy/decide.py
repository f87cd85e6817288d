# SPDX-License-Identifier: Apache-2.0
"""The decision about one call: the floor first and alone, then the tenant's policy (G-2, G-3).

Allowed exactly where the floor has no hit and no failure, and the tenant's policy permits: a permit holds, no forbid
does, and no rule failed. Cedar skips a rule that fails; a forbid that fails would then forbid nothing, so here it denies.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from ruleout.policy.program import Compiled
from ruleout.policy.values import Call


class Ground(Enum):
    """Why a call is allowed or denied."""

    RED_LINE = "red-line"
    FLOOR_FAILED = "floor-failed"
    NO_POLICY = "no-policy"
    FORBIDDEN = "forbidden"
    FAILED = "failed"
    NOT_PERMITTED = "not-permitted"
    PERMITTED = "permitted"


class Answer(NamedTuple):
    """What was decided about a call, and the ids of the rules that decided (G-10). A named tuple: one is made per call.

    Attributes:
        bundle: name and version of the bundle whose rules they are; "" where a tenant has none.
        rules: rules that held and decided; none where nothing permits.
        failed: rules that could not be evaluated.
    """

    ground: Ground
    bundle: str
    rules: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()

    @property
    def allowed(self) -> bool:
        """Whether the call may go ahead."""
        return self.ground is Ground.PERMITTED


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """A bundle's rules ready to be asked, under the bundle's name and version."""

    bundle: str
    compiled: Compiled


@dataclass(frozen=True, slots=True, kw_only=True)
class Layers:
    """The floor, and each tenant's policy by tenant."""

    floor: Layer
    tenants: Mapping[str, Layer]


def decide(layers: Layers, call: Call) -> Answer:
    """Return what is decided about a call. Pure; never raises for a `Call`. Source: G-2, G-3, G-10."""
    below = decide_floor(layers.floor, call)
    if below is not None:
        return below
    layer = layers.tenants.get(call.principal.id) if call.principal.type == "Tenant" else None
    return Answer(ground=Ground.NO_POLICY, bundle="") if layer is None else decide_tenant(layer, call)


def decide_floor(floor: Layer, call: Call) -> Answer | None:
    """Return why the floor denies a call, None where it does not: it permits nothing. Pure. Source: G-2."""
    permits, forbids, failed = floor.compiled.function(
        call.principal, call.action, call.resource, call.context, call.entities
    )
    if forbids:
        return Answer(Ground.RED_LINE, floor.bundle, forbids, failed)
    if failed or permits:
        return Answer(Ground.FLOOR_FAILED, floor.bundle, (), failed)
    return None


def decide_tenant(layer: Layer, call: Call) -> Answer:
    """Return what a tenant's policy says of a call that the floor lets through. Pure. Source: G-3."""
    permits, forbids, failed = layer.compiled.function(
        call.principal, call.action, call.resource, call.context, call.entities
    )
    if forbids:
        return Answer(Ground.FORBIDDEN, layer.bundle, forbids, failed)
    if failed:
        return Answer(Ground.FAILED, layer.bundle, (), failed)
    return Answer(Ground.PERMITTED if permits else Ground.NOT_PERMITTED, layer.bundle, permits)
