# SPDX-License-Identifier: Apache-2.0
"""DSSE envelopes: a statement's bytes with the signature of whoever exports it. Asks the signer; otherwise pure.

An entry's author signed the entry, not this; so the envelope's key says who told it in this form, and nothing more. A statement
without a signature is written as a bare statement, because an envelope without one is no envelope.
"""

from __future__ import annotations

import base64
from typing import Any

from ruleout.ledger import Signer, verifier_key
from ruleout.ledger.signing import pre_authentication_encoding
from ruleout.model.canonical import canonical
from ruleout.reports.interop.in_toto.statement import PAYLOAD_TYPE
from ruleout.reports.interop.written import json_bytes


def envelope_bytes(statement: dict[str, Any], signer: Signer) -> bytes:
    """Return the JSON of a DSSE envelope with one Ed25519 signature. Source: DSSE v1 envelope.

    Raises:
        VerificationFailed: check "key"; the signer's name or key is unfit.
    """
    payload = canonical(statement)
    key = verifier_key(signer.name, signer.public_key)
    signature = signer.sign(pre_authentication_encoding(payload, payload_type=PAYLOAD_TYPE))
    value = {
        "payloadType": PAYLOAD_TYPE,
        "payload": _text64(payload),
        "signatures": [{"keyid": key.key_id, "sig": _text64(signature)}],
    }
    return json_bytes(value)


def _text64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
