# SPDX-License-Identifier: Apache-2.0
"""Permits in the log: their entries, the one file that proves one, and the check of it that a gateway calls (G-1). Pure."""

from ruleout.ledger.permits.check import PermitVerdict, Trusted, verify_permit
from ruleout.ledger.permits.entry import ISSUE, PERMIT, REVOKE, header_of, permit_behind
from ruleout.ledger.permits.file import PermitFile, build_permit_file, parse_permit_file, permit_file_bytes
from ruleout.ledger.permits.keys import Compromise, compromises, signatures_of, strictest, void_signatures
from ruleout.ledger.permits.together import beside_each_other, verify_permits

__all__ = [
    "ISSUE", "PERMIT", "REVOKE", "Compromise", "PermitFile", "PermitVerdict", "Trusted", "beside_each_other", "build_permit_file",
    "compromises", "header_of", "parse_permit_file", "permit_behind", "permit_file_bytes", "signatures_of",
    "strictest", "verify_permit", "verify_permits", "void_signatures",
]  # fmt: skip
