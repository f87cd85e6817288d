# SPDX-License-Identifier: Apache-2.0
"""The authority on epochs, behind four methods, each with a deadline of its own (G-6)."""

from __future__ import annotations

from typing import Protocol

from ruleout.errors import RuleoutError


class StoreUnavailable(RuleoutError):
    """The store did not answer in time, or refused; what it holds is not known, but that it has an epoch of `number` (0: not even that)."""

    code = "epoch-store"
    number = 0


class Conflict(RuleoutError):
    """Somebody else appended this epoch's number before; nothing was written."""

    code = "epoch-conflict"


class EpochStore(Protocol):
    """Numbered signed epochs, from 1 without gaps; none is ever changed. Nothing in it is trusted unchecked."""

    def newest(self) -> tuple[int, bytes] | None:
        """Return the newest epoch's number and bytes, None for no state. Raises StoreUnavailable."""

    def append(self, number: int, data: bytes) -> None:
        """Add the next epoch, durably, if nobody else has. Raises Conflict, StoreUnavailable (then it may be there)."""

    def history(self, first: int = 1) -> list[bytes]:
        """Return epochs from a number on, in order, at most 10,000. Raises StoreUnavailable."""

    def watch(self, timeout_s: float) -> bool:
        """Wait until something may be new, or the time is over; return whether it may be. Raises StoreUnavailable."""

    def close(self) -> None:
        """Let go of what is held. Never raises."""
