# SPDX-License-Identifier: Apache-2.0
"""Epochs and degraded grants in the record: an entry each, after they are in force, and whatever is missing caught up (G-6, G-7, L-2)."""

from __future__ import annotations

from collections.abc import Sequence

from ruleout.app.kill.degrading import kept_grants
from ruleout.app.kill.site import Site
from ruleout.app.ledger import Record, Recorder
from ruleout.ledger import EntryType, Signer
from ruleout.model.canonical import canonical
from ruleout.serving.epoch import SignedDegraded, SignedEpoch, act_of
from ruleout.serving.epoch.degraded import GrantAct, value_of_grant
from ruleout.serving.epoch.document import value_of
from ruleout.serving.epoch.signatures import Signatures, value_of_signatures


def missing_in(record: Record, epochs: Sequence[SignedEpoch]) -> list[int]:
    """Return the numbers of epochs without an entry that names their digest. Pure."""
    told = {(e.content.subject["epoch"], e.content.subject["digest"]) for e in record.of_type(EntryType.KILL)}
    return [one.epoch.number for one in epochs if (one.epoch.number, one.digest) not in told]


def record_epochs(
    record: Record, recorder: Recorder, signer: Signer, site: Site, epochs: Sequence[SignedEpoch], *, own: int
) -> list[int]:
    """Draft an entry for every epoch that has none; return their numbers. The caller commits.

    Effect: reads words of reasons, drafts entries; those of other epochs than `own` say that they are late.
    """
    missing = missing_in(record, epochs)
    for number in missing:
        signed = epochs[number - 1]
        before = epochs[number - 2].epoch if number > 1 else None
        held = () if before is None else before.kills
        new = [one for one in signed.epoch.kills if one not in held]
        gone = [one for one in held if one not in signed.epoch.kills]
        subject = {
            "act": act_of(before, signed.epoch).value, "epoch": number, "digest": signed.digest,
            "kills": tuple(one.id for one in (*new, *gone)),
        } | ({"late": True} if number != own else {})  # fmt: skip
        words = {one.id: site.words(one.reason) or "the words of this reason were not kept" for one in new}
        # The entry is signed by who writes it, which for a late one need not be who put the epoch in force.
        disclosed = {
            "document": canonical(value_of(signed.epoch)).decode("utf-8"),
            "signatures": _signatures(signed.sigs),
        }
        reasons = {f"reason-{name}": text for name, text in words.items()}
        entry = (
            f"kill/epoch-{number}"
            if not recorder.has(f"kill/epoch-{number}")
            else f"kill/epoch-{number}/{signed.digest[:8]}"
        )
        recorder.add(EntryType.KILL, entry, subject, disclosed=disclosed | reasons, signer=signer)
    return missing


def missing_grants(record: Record, site: Site) -> list[tuple[GrantAct, SignedDegraded]]:
    """Return what was done with degraded grants of this host and has no entry. Effect: reads grants."""
    told = {(e.content.subject["act"], e.content.subject["digest"]) for e in record.of_type(EntryType.KILL)}
    done = [
        (act, signed)
        for signed, is_ended in kept_grants(site)
        for act in (GrantAct.GIVEN, *((GrantAct.ENDED,) if is_ended else ()))
    ]
    return [(act, signed) for act, signed in done if (act.value, signed.digest) not in told]


def record_grants(record: Record, recorder: Recorder, signer: Signer, site: Site, *, own: str) -> list[str]:
    """Draft an entry for whatever of degraded grants has none; return what each says. The caller commits.

    Effect: reads grants and words of reasons, drafts entries; those of other grants than `own` say that they are late.
    """
    missing = missing_grants(record, site)
    for act, signed in missing:
        grant = signed.grant
        subject = {"act": act.value, "epoch": grant.epoch, "digest": signed.digest}
        late = {} if signed.digest == own else {"late": True}
        disclosed = {
            "document": canonical(value_of_grant(grant)).decode("utf-8"),
            "signatures": _signatures(signed.sigs),
        }
        if act is GrantAct.GIVEN:
            disclosed["reason"] = site.words(grant.reason) or "the words of this reason were not kept"
        entry = f"kill/{act.value}-{signed.digest[:16]}"
        recorder.add(EntryType.KILL, entry, {**subject, **late}, disclosed=disclosed, signer=signer)
    return [told_of(act, signed) for act, signed in missing]


def told_of(act: GrantAct, signed: SignedDegraded) -> str:
    """Return how an act with a grant is named to people. Pure."""
    return f"{act.value} {signed.digest[:16]}"


def _signatures(sigs: Signatures) -> str:
    return canonical(value_of_signatures(sigs)).decode("utf-8")
