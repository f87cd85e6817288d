# SPDX-License-Identifier: Apache-2.0
"""Entries about permits: one that issues it, whose header says what the permit says, and any other, which ends it (G-1, L-2).

The permit itself names whom it serves, so it is a disclosure of its entry (L-4): proved by the entry, held back from whom it
does not concern, and never to be guessed from the log.
"""

from __future__ import annotations

from ruleout.errors import VerificationFailed
from ruleout.ledger.disclosure import digest_of_disclosure, parse_disclosure
from ruleout.ledger.entry import DraftEntry
from ruleout.ledger.permits.form import faults
from ruleout.model.from_plain import value_of
from ruleout.model.permit import Permit
from ruleout.model.plain import instant_text

#: Name of the disclosure that is the permit.
PERMIT = "permit"
ISSUE, REVOKE = "issue", "revoke"


def permit_behind(entry: DraftEntry, disclosure: str) -> Permit:
    """Return the permit that an entry discloses, whose header must say what the permit says.

    Pure.

    Args:
        entry: the entry that issues it.
        disclosure: text of the disclosure; anybody's.

    Raises:
        VerificationFailed: check "permit" or "disclosures"; another permit, another form, one that is not in order, or a
            header that says otherwise.
    """
    permit = value_of(Permit, _disclosed(entry, disclosure).encode("utf-8"), what="permit")
    wanted = header_of(permit)
    header = {name: entry.subject.get(name) for name in wanted}
    if header != wanted or instant_text(permit.issued) != entry.ts:
        raise VerificationFailed("permit", "expected a header that says what the permit says, got another")
    if wrong := faults(permit):
        raise VerificationFailed("permit", f"expected a permit in order, got {'; '.join(wrong[:5])}")
    return permit


def _disclosed(entry: DraftEntry, disclosure: str) -> str:
    digest = digest_of_disclosure(disclosure) if disclosure.isascii() else ""
    if digest not in entry.salted:
        raise VerificationFailed("permit", f"expected the permit of its entry, got one of {digest[:12] or 'no digest'}")
    said = parse_disclosure(disclosure)
    if said.name != PERMIT or type(said.value) is not str:
        raise VerificationFailed("permit", f"expected the disclosure {PERMIT!r}, got {str(said.name)[:80]!r}")
    return said.value


def header_of(permit: Permit) -> dict[str, str]:
    """Return what the entry that issues a permit says of it in clear: no customer, no tenant. Pure."""
    return {
        "permit": permit.id,
        "act": ISSUE,
        "decision": permit.rests_on.decision,
        "not_before": instant_text(permit.terms.not_before),
        "expires": permit.terms.last_day.isoformat(),
    }
