# SPDX-License-Identifier: Apache-2.0
"""A person's signed answer to one question: it fits that question, of that run, and no other (G-4)."""

from __future__ import annotations

import base64
from collections.abc import Collection
from enum import Enum
from typing import NamedTuple

from ruleout.errors import VerificationFailed
from ruleout.ledger.note import Signer, decode_base64, verifier_key
from ruleout.ledger.signing import Keyring, pre_authentication_encoding
from ruleout.model.canonical import canonical, parse_canonical
from ruleout.serving.approvals.asking import Asking, asking_digest

FORMAT = "ruleout-tool-answer/1"
PAYLOAD_TYPE = "application/vnd.ruleout.tool-answer+json"
MOST_BYTES = 65_536


class Said(Enum):
    """What a person said."""

    APPROVE = "approve"
    DENY = "deny"


class Answered(NamedTuple):
    """An answer that counts: what was said, and the person who said it."""

    said: Said
    by: str


def answer_bytes(asking: Asking, said: Said, signer: Signer) -> bytes:
    """Return the signed answer to a question. Asks the signer; otherwise pure.

    Raises:
        VerificationFailed: check "key" for an unfit key.
    """
    payload = _payload(asking, said)
    signature = signer.sign(pre_authentication_encoding(canonical(payload), payload_type=PAYLOAD_TYPE))
    key_id = verifier_key(signer.name, signer.public_key).key_id
    return canonical({"answer": payload, "key": key_id, "signature": base64.b64encode(signature).decode("ascii")})


def judge_answer(data: bytes, asking: Asking, keyring: Keyring, roles: Collection[str]) -> Answered:
    """Return what an answer to this very question says. Pure.

    Args:
        keyring: keys that count now.
        roles: roles of whom one has to be held by who answers.

    Raises:
        VerificationFailed: check "tool-answer"; another form or question, a key that does not count or has none of the
            roles, or a wrong signature. Such an answer does nothing: the question stays open.

    Source: G-4.
    """
    if len(data) > MOST_BYTES:
        raise _not_counted(f"at most {MOST_BYTES} bytes", "more")
    told = parse_canonical(data)
    if type(told) is not dict or told.keys() != {"answer", "key", "signature"} or type(told["answer"]) is not dict:
        raise _not_counted("a signed answer", "something else")
    if type(told["key"]) is not str or type(told["signature"]) is not str:
        raise _not_counted("a key and a signature", "something else")
    said = next((one for one in Said if told["answer"] == _payload(asking, one)), None)
    if said is None:
        raise _not_counted(f"an answer to {asking.id}", "one to another question, or of another form")
    holder = keyring.get(told["key"])
    if holder is None or not set(roles) & set(holder.roles):
        raise _not_counted(f"a key that counts, in one of the roles {', '.join(sorted(roles))}", told["key"][:80])
    message = pre_authentication_encoding(canonical(told["answer"]), payload_type=PAYLOAD_TYPE)
    holder.key.verify(message, decode_base64(told["signature"], check="tool-answer"))
    return Answered(said, holder.person)


def _payload(asking: Asking, said: Said) -> dict[str, str]:
    named = {"id": asking.id, "asking_sha256": asking_digest(asking), "call_sha256": asking.call_sha256}
    return {**named, "answer": said.value, "format": FORMAT}


def _not_counted(expected: str, got: str) -> VerificationFailed:
    return VerificationFailed("tool-answer", f"expected {expected}, got {got}", hint="Answer the call that waits.")
