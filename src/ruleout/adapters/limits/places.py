# SPDX-License-Identifier: Apache-2.0
"""The places of workers: each has one, by a lock that ends with it, so that it is known who is dead (G-1)."""

from __future__ import annotations

from ruleout.adapters.limits.byte_lock import try_lock, unlock
from ruleout.adapters.limits.held import MOST_WORKERS
from ruleout.adapters.limits.layout import PLACES
from ruleout.errors import RuleoutError


def take_place(fd: int) -> int:
    """Return the number of a place that is this worker's from now on. Effect: locks it. Raises RuleoutError where all are taken."""
    for worker in range(MOST_WORKERS):
        if try_lock(fd, PLACES + worker):
            return worker
    raise RuleoutError(f"expected at most {MOST_WORKERS} workers on one host, got more", hint="Start fewer.")


def dead_workers(fd: int, own: int) -> frozenset[int]:
    """Return the places that nobody has, and the own one: whoever had it before is gone. Effect: tries locks."""
    return frozenset(worker for worker in range(MOST_WORKERS) if worker == own or _is_free(fd, worker))


def _is_free(fd: int, worker: int) -> bool:
    if not try_lock(fd, PLACES + worker):
        return False
    unlock(fd, PLACES + worker)
    return True
