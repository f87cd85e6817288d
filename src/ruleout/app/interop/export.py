# SPDX-License-Identifier: Apache-2.0
"""Export a record to another format: the closed list of formats, the signature, the folder that is written whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from ruleout.adapters.files import write_folder
from ruleout.app.interop.in_toto import in_toto_documents
from ruleout.app.interop.limits import Documents
from ruleout.app.interop.oscal import oscal_documents
from ruleout.app.interop.reading import Reading
from ruleout.app.interop.receipts import receipt_documents
from ruleout.app.ledger import Record, read_record, unlock_log_key
from ruleout.app.unlock import Keys
from ruleout.app.workspace import Workspace
from ruleout.errors import KeyUnavailable, RuleoutError
from ruleout.ledger import EntryType, Signer, verifier_key
from ruleout.ledger.audience import Audience
from ruleout.reports.interop.losses import OSCAL, RECEIPT, STATEMENTS, LeftOut, Loss
from ruleout.reports.interop.written import INDEX, Export, json_bytes


class Signs(Enum):
    """Whose key signs what a format writes: nobody's, that of whoever exports if named, or the log's."""

    NOBODY = "nobody"
    EXPORTER = "exporter"
    LOG = "log"


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """A format: its name on the command line, what it holds, who signs, which kinds of entries it can tell of, what it loses,
    and what makes its files.
    """

    name: str
    holds: str
    signs: Signs
    tells: frozenset[EntryType]
    lost: tuple[Loss, ...]
    make: Callable[[Reading, Workspace, Signer | None], Documents]


#: Every format there is. Another one is a line here, its losses, and its section in docs/guide/exports.md.
FORMATS = (
    Format(
        name="oscal",
        holds="catalogs, components, assessment results, mapping and plan of action, as OSCAL 1.2 JSON",
        signs=Signs.NOBODY,
        tells=frozenset({EntryType.FRAMEWORK, EntryType.EVIDENCE, EntryType.DECISION, EntryType.DEVIATION}),
        lost=OSCAL,
        make=oscal_documents,
    ),
    Format(
        name="in-toto",
        holds="statements about evaluations, decisions, approvals and reviews, in DSSE envelopes with --key",
        signs=Signs.EXPORTER,
        tells=frozenset({EntryType.EVIDENCE, EntryType.DECISION, EntryType.APPROVAL, EntryType.REVIEW}),
        lost=STATEMENTS,
        make=in_toto_documents,
    ),
    Format(
        name="cose-receipt",
        holds="a receipt of each entry named, signed by the log's key",
        signs=Signs.LOG,
        tells=frozenset(EntryType),
        lost=RECEIPT,
        make=receipt_documents,
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be exported: in which format, which entries (None for all), for whom, signed by which key (None: by none)."""

    format: str
    chosen: frozenset[int] | None = None
    audience: Audience = Audience.PUBLIC
    key: str | None = None


def export_as(order: Order, workspace: Workspace, keys: Keys) -> Export:
    """Return an export of the workspace's record, which is checked in full first. Effect: reads, may unlock a key.

    Same record, same order, same bytes.

    Raises:
        RuleoutError: there is no such format or entry, nothing to tell, or too much.
        KeyUnavailable: the key cannot be used, or is not in the record's keyring.
        LedgerError, VerificationFailed: the record does not hold together, or an entry is not what it says.
    """
    wanted = _format(order.format)
    record = read_record(workspace)
    if not record.entries:
        raise RuleoutError("the record is empty", hint="Record something first; see `ruleout assess --help`.")
    reading = Reading(record, order.chosen, order.audience)
    signer = _signer(wanted, order, record, (workspace, keys))
    files, left = wanted.make(reading, workspace, signer)
    return Export(
        format=wanted.name,
        audience=order.audience,
        origin=record.view.origin,
        size=record.view.size,
        root=record.view.head.root.hex(),
        signed_by="" if signer is None else verifier_key(signer.name, signer.public_key).key_id,
        files=files,
        lost=wanted.lost,
        left_out=[*left, *reading.unread, *_untold(wanted, reading)],
        holes=tuple(reading.sight.met.values()),
    )


def _untold(wanted: Format, reading: Reading) -> Iterator[LeftOut]:
    """The kinds of which the format tells nothing, with how many chosen entries are of each."""
    for kind in EntryType:
        count = 0 if kind in wanted.tells else sum(1 for _ in reading.of_type(kind))
        if count:
            yield LeftOut(
                what=f"{count} entries of kind {kind.value}", why=f"{wanted.name} as made here tells none of these"
            )


def _format(name: str) -> Format:
    for one in FORMATS:
        if one.name == name:
            return one
    known = ", ".join(one.name for one in FORMATS)
    raise RuleoutError(f"expected a format, got {name!r}", hint=f"There are: {known}.")


def _signer(wanted: Format, order: Order, record: Record, place: tuple[Workspace, Keys]) -> Signer | None:
    workspace, keys = place
    if wanted.signs is Signs.LOG:
        if order.key is not None:
            raise RuleoutError("a receipt is signed by the log's own key", hint="Leave out --key.")
        return unlock_log_key(workspace, keys)
    if order.key is None:
        return None
    if wanted.signs is Signs.NOBODY:
        raise RuleoutError(f"{wanted.name} has no place for a signature", hint="Leave out --key, or export in-toto.")
    signer = keys.unlock(order.key)
    if verifier_key(signer.name, signer.public_key).key_id not in record.keyring:
        hint = "Whoever reads the envelope finds the key in the record's keyring; use one of `ruleout key list`."
        raise KeyUnavailable(f"key {signer.name!r} is not in this workspace's keyring", hint=hint)
    return signer


def write_export(export: Export, folder: Path) -> None:
    """Write an export's files and its index into a new folder: all of them, or nothing. Effect: creates the folder.

    Raises:
        RuleoutError: something stands there already, or it cannot be written.
    """
    files = {one.name: one.data for one in export.files}
    if len(files) != len(export.files) or INDEX in files:
        raise AssertionError("expected each file of an export to have a name of its own")
    write_folder(folder, {**files, INDEX: json_bytes(export.index())})
