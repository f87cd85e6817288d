# SPDX-License-Identifier: Apache-2.0
"""A host's log as it stands in its folder, as the bundle that a verifier would be handed of it (L-11).

The folder is another's, or a copy of it: every file is read with a limit. Of the objects only those are read by which keys
and witnesses are judged: keyrings, policies of witnesses, checkpoints that witnesses had cosigned.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from ruleout.adapters.files import MIB
from ruleout.adapters.tile_store import LogView, audit_log, get_object
from ruleout.app.keyring import read_keyring
from ruleout.app.witnessing.policy import witness_entries
from ruleout.errors import NotFound, VerificationFailed
from ruleout.ledger import Bundle, EntryType, Holder, LedgerEntry
from ruleout.ledger.bundle import BundledEntry
from ruleout.ledger.keyring import REF, keyring_from
from ruleout.ledger.verify_witnesses import POLICY, WITNESSED, policy_named

_NAMED = (REF, POLICY, WITNESSED)


def host_copy(view: LogView, keyring: Path | None) -> Bundle:
    """Return all of a log, after an audit of all its files; that it verifies is for `require_copy`. Effect: reads it.

    Args:
        keyring: file of the authors' keys, for a log in which no `key` entry names them; None where there is none.

    Raises:
        LedgerError, VerificationFailed: the files do not hold, or the keyring that the log names is not among its objects.
    """
    audit_log(view, view.keys)
    data = tuple(view.entries())
    told = witness_entries(data)
    objects = objects_named(view.path, told)
    policy = objects.get(policy_named(told) or "")
    return Bundle(
        origin=view.origin,
        checkpoint=view.checkpoint,
        vkeys=view.log_keys.generations[0],
        full=True,
        entries=tuple(BundledEntry(index=index, data=one) for index, one in enumerate(data)),
        objects=objects,
        keyring=_holders(view.path, told, objects, keyring),
        policy=None if policy is None else policy.decode("utf-8", "replace"),
    )


def digests_named(told: Iterable[LedgerEntry]) -> frozenset[str]:
    """Return the digests of the objects by which a log's keys and witnesses are judged, as entries name them. Pure."""
    return frozenset(ref.sha256 for entry in told for ref in entry.content.refs if ref.name in _NAMED)


def objects_named(path: Path, told: Iterable[LedgerEntry]) -> Mapping[str, bytes]:
    """Return those of them that are there: a copy that was published may lack them, and then says less. Effect: reads them."""
    found = {}
    for digest in digests_named(told):
        try:
            found[digest] = get_object(path, digest, limit_bytes=MIB)
        except NotFound:
            continue
    return found


def _holders(
    path: Path, told: Iterable[LedgerEntry], objects: Mapping[str, bytes], keyring: Path | None
) -> tuple[Holder, ...]:
    """The authors' keys: those that the last `key` entry to name a keyring names; where none does, those of the file."""
    keys = [entry.content for entry in told if entry.content.type is EntryType.KEY]
    named = [ref.sha256 for content in keys for ref in content.refs if ref.name == REF]
    if not named:
        return () if keyring is None else tuple(read_keyring(keyring).values())
    if named[-1] not in objects:
        raise VerificationFailed(
            "keyring",
            f"expected the keyring {named[-1][:12]}, which the log names, in {path / 'objects'}, got no such file",
            hint="Name the host's workspace, or copy the log's folder with its `objects`.",
        )
    return tuple(keyring_from(objects[named[-1]]).values())
