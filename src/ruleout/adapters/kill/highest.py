# SPDX-License-Identifier: Apache-2.0
"""The highest epoch that a host has accepted, kept on its disk: nothing below it is accepted again (G-6)."""

from __future__ import annotations

from pathlib import Path

from ruleout.adapters.durable_file import FileOps, replace_files
from ruleout.adapters.files import read_bounded
from ruleout.errors import NotFound, VerificationFailed
from ruleout.model.canonical import canonical, parse_canonical
from ruleout.serving.epoch import SignedEpoch


def read_highest(path: Path) -> tuple[int, str]:
    """Return number and digest of the highest epoch, (0, "") where none was accepted. Effect: reads.

    Raises:
        VerificationFailed: what is kept there is not as it was kept.
    """
    try:
        held = parse_canonical(read_bounded(path, limit_bytes=4096, what="highest epoch"), max_depth=2)
    except NotFound:
        return 0, ""
    if type(held) is not dict or held.keys() != {"epoch", "digest"}:
        raise _damage("the highest epoch as it was kept")
    if type(held["epoch"]) is not int or type(held["digest"]) is not str:
        raise _damage("a number and a digest")
    return held["epoch"], held["digest"]


def keep_highest(path: Path, found: SignedEpoch, ops: FileOps) -> bool:
    """Keep an epoch as the highest, durably; return whether the disk let us. Effect: writes."""
    held = canonical({"epoch": found.epoch.number, "digest": found.digest})
    try:
        replace_files([(path, held)], ops)
    except OSError:
        return False
    return True


def _damage(expected: str) -> VerificationFailed:
    return VerificationFailed("epoch", f"expected {expected}, got another", hint="Restore the state.")
