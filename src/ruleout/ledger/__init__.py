# SPDX-License-Identifier: Apache-2.0
"""The record: decision -> entry -> Merkle log -> bundle that outsiders verify offline (docs/spec/ledger.md).

Pure. Bytes and values in, values out: the files of a log are `adapters`' business.
"""

from ruleout.ledger.bundle import Bundle, build_bundle, parse_bundle
from ruleout.ledger.entry import DraftEntry, EntryType, LedgerEntry, Ref, parse_entry, to_bytes
from ruleout.ledger.note import Signer, VerifierKey, parse_vkey, verifier_key
from ruleout.ledger.signing import Holder, Keyring, sign_entry
from ruleout.ledger.verify import Level, Report, Status, verify_bundle

__all__ = [
    "Bundle",
    "DraftEntry",
    "EntryType",
    "Holder",
    "Keyring",
    "LedgerEntry",
    "Level",
    "Ref",
    "Report",
    "Signer",
    "Status",
    "VerifierKey",
    "build_bundle",
    "parse_bundle",
    "parse_entry",
    "parse_vkey",
    "sign_entry",
    "to_bytes",
    "verifier_key",
    "verify_bundle",
]
