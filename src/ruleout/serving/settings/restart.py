# SPDX-License-Identifier: Apache-2.0
"""What of a gateway's settings a reload does not take: the processes beside the workers, and the socket, are those of the start (G-11)."""

from __future__ import annotations

from ruleout.serving.settings.document import GatewayDoc


def waiting_for_restart(began: GatewayDoc, now: GatewayDoc) -> list[str]:
    """Return the fields that are not as they were at the start and are not gone by until the next, in the file's words. Pure."""
    pairs = (
        ("listen.address", began.listen.address, now.listen.address),
        ("listen.port", began.listen.port, now.listen.port),
        ("kills", began.kills, now.kills),
        ("kills-store", began.kills_store, now.kills_store),
        ("trust.keyring", began.trust.keyring, now.trust.keyring),
        ("seal", began.seal is None, now.seal is None),
        ("watch", began.watch is None, now.watch is None),
    )
    return [name for name, before, after in pairs if before != after]
