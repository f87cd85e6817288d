# SPDX-License-Identifier: Apache-2.0
"""A drill: a kill of what nothing serves, proved like any other and ended by the same person (G-6)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from ruleout.app.kill.proof import wait_for
from ruleout.app.kill.site import Site
from ruleout.app.kill.taking import change, kill
from ruleout.ledger import Signer
from ruleout.serving.epoch import DRILL_NAME, Target
from ruleout.serving.epoch.proof import Proof


@dataclass(frozen=True, slots=True, kw_only=True)
class Drilled:
    """What a drill showed: the proof of its kill, and the epoch that ended it."""

    proof: Proof
    ended_in: int


def drill(site: Site, signer: Signer, *, at: datetime, timeout_s: float) -> Drilled:
    """Kill, wait, end the kill. It goes the way of a real kill but for what it names, and ends whatever the answers are.

    Effect: two epochs. Raises: as `kill`.
    """
    done, kill_id = kill(site, signer, kind=Target.SURFACE, name=DRILL_NAME, reason="drill", at=at)
    try:
        proof = wait_for(site, done.epoch.number, timeout_s=timeout_s)
    finally:
        ended = change(site, signer, lambda now: replace(now, kills=tuple(k for k in now.kills if k.id != kill_id)))
    return Drilled(proof=proof, ended_in=ended.epoch.number)
