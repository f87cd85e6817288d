# SPDX-License-Identifier: Apache-2.0
"""Files that a verifier reads: a permit's proof, and its own policy of witnesses (G-1, L-8).

Apart from what decides and records, so that a gateway's processes load none of that.
"""

from __future__ import annotations

from pathlib import Path

from ruleout.adapters.files import read_bounded
from ruleout.errors import RuleoutError, VerificationFailed
from ruleout.ledger.permits import PermitFile, parse_permit_file
from ruleout.ledger.permits.file import MAX_BYTES
from ruleout.ledger.witness_policy import MAX_BYTES as MAX_POLICY_BYTES
from ruleout.ledger.witness_policy import WitnessPolicy, parse_policy


def read_permit_file(path: Path) -> PermitFile:
    """Return what a permit's file says. Effect: reads it. Raises VerificationFailed if it is none."""
    return parse_permit_file(read_bounded(path, limit_bytes=MAX_BYTES, what="permit file"))


def read_witness_policy(path: Path) -> WitnessPolicy:
    """Return a verifier's own policy of witnesses. Effect: reads its file. Raises RuleoutError if it is none."""
    data = read_bounded(path, limit_bytes=MAX_POLICY_BYTES, what="policy of witnesses")
    try:
        return parse_policy(data.decode("utf-8"))
    except (UnicodeDecodeError, VerificationFailed) as error:
        hint = "A policy is text by C2SP tlog-policy, as `ruleout witness show --policy` prints it."
        raise RuleoutError(f"{path}: expected a policy of witnesses, got another file: {error}", hint=hint) from error
