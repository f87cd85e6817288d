# SPDX-License-Identifier: Apache-2.0
"""What of a gateway's settings a reload does not take: the processes beside the workers, and the socket, are those of the start (G-11)."""

from __future__ import annotations

from ruleout.serving.settings.document import GatewayDoc


def waiting_for_restart(began: GatewayDoc, now: GatewayDoc) -> list[str]:
    """Return the fields that are not as they were at the start and are not gone by until the next, in the file's words. Pure."""
    pairs = (
        ("gateway", began.gateway, now.gateway),
        ("listen.address", began.listen.address, now.listen.address),
        ("listen.port", began.listen.port, now.listen.port),
        ("kills-store", began.kills_store, now.kills_store),
        ("trust.keyring", began.trust.keyring, now.trust.keyring),
        ("trust.log-keys", began.trust.log_keys, now.trust.log_keys),
    )
    beside = (("seal", began.seal, now.seal), ("watch", began.watch, now.watch))
    return [
        *(name for name, before, after in pairs if before != after),
        *(name for name, before, after in beside if before is None and after is not None),
    ]
