# SPDX-License-Identifier: Apache-2.0
"""COSE receipts of chosen entries, by the log's own key."""

from __future__ import annotations

from dataclasses import dataclass

from ruleout.app.interop.limits import Documents, require_bounded
from ruleout.app.interop.reading import Reading
from ruleout.app.workspace import Workspace
from ruleout.errors import RuleoutError
from ruleout.ledger import Signer
from ruleout.ledger.merkle import Levels, inclusion_proof, leaf_hash, levels_of
from ruleout.reports.interop.cose import Inclusion, receipt
from ruleout.reports.interop.written import Written


@dataclass(frozen=True, slots=True)
class _Tree:
    levels: Levels
    size: int
    root: bytes


def receipt_documents(reading: Reading, workspace: Workspace, signer: Signer | None) -> Documents:
    """Return a COSE receipt and the bytes it is about for each chosen entry. Effect: asks the signer.

    Raises:
        RuleoutError: no entry was chosen, too many were, or the key is not the log's.
    """
    record = reading.record
    if reading.chosen is None:
        raise RuleoutError("a receipt is of one entry", hint="Name it: --entry N, as `ruleout log` counts.")
    require_bounded(len(reading.chosen))
    if signer is None or (signer.name, signer.public_key) != (record.view.key.name, record.view.key.public_key):
        raise RuleoutError("a receipt is signed by the log's own key", hint=f"Use the key {workspace.log_key}.")
    levels = levels_of(leaf_hash(entry.data) for entry in record.entries)
    tree = _Tree(levels, record.view.size, record.view.head.root)
    files: list[Written] = []
    for index in sorted(reading.chosen):
        reading.sight.holes_of(record.entries[index])
        files += _receipt(reading, index, tree, signer)
    return files, []


def _receipt(reading: Reading, index: int, tree: _Tree, signer: Signer) -> list[Written]:
    entry = reading.record.entries[index]
    path = inclusion_proof(tree.levels, index, tree.size)
    proof = Inclusion(entry=entry.content.id, index=index, size=tree.size, root=tree.root, path=path)
    data = receipt(proof, signer)
    return [
        Written(name=f"{index:06}.receipt.cbor", data=data, what="COSE receipt", entry=index),
        Written(name=f"{index:06}.entry.json", data=entry.data, what="the entry's own bytes", entry=index),
    ]
