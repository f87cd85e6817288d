# SPDX-License-Identifier: Apache-2.0
"""Epochs: what is killed and tightened now, who may change it, what it hits, the page that carries
it, and the grant by which plain chat goes on without a lease (G-6, G-7).

Pure. Stores, the agent and the page itself are `ruleout.adapters.kill`.
"""

from ruleout.serving.epoch.degraded import Degraded, SignedDegraded, grant_from_file, grant_to_file
from ruleout.serving.epoch.document import (
    DRILL_NAME,
    KEPT_FREE,
    LEASE_MS,
    MOST_BYTES,
    Epoch,
    Kill,
    Target,
    TightLimit,
    epoch_digest,
    folded,
    is_name,
)
from ruleout.serving.epoch.scope import Killed, Scope
from ruleout.serving.epoch.signed import SignedEpoch, from_file, sign_epoch, signers_of, to_file
from ruleout.serving.epoch.succession import (
    MONITOR,
    ROLE,
    Act,
    act_of,
    check_successor,
    has_room,
    loosens,
    needs_two,
    vouches,
)

__all__ = [
    "DRILL_NAME", "KEPT_FREE", "LEASE_MS", "MONITOR", "MOST_BYTES", "ROLE", "Act", "Degraded", "Epoch", "Kill", "Killed", "Scope",
    "SignedDegraded", "SignedEpoch", "Target", "TightLimit", "act_of", "check_successor", "epoch_digest", "folded", "from_file",
    "grant_from_file", "grant_to_file", "has_room", "is_name", "loosens", "needs_two", "sign_epoch", "signers_of", "to_file", "vouches",
]  # fmt: skip
