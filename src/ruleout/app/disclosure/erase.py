# SPDX-License-Identifier: Apache-2.0
"""Remove values for good: an entry that says so first, then value, salt and everything below them (L-4).

The order matters. Once the entry is durable nothing reads what it names any more; then the bytes go. A crash between the two
is made good by the next opening of the record, by the same code. The log itself is never touched.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ruleout.adapters.files import files_holding
from ruleout.app.accountability.signed import stated_reason
from ruleout.app.disclosure.places import digests_below, place_digests
from ruleout.app.disclosure.redact import entry_named, require_role
from ruleout.app.ledger import Record, Recorder, Subject
from ruleout.app.workspace import Workspace
from ruleout.errors import RuleoutError
from ruleout.ledger import EntryType, LedgerEntry, Signer
from ruleout.ledger.disclosure import parse_disclosure
from ruleout.ledger.redaction import REASON, ErasureGround, redactions_in

_TEXT = "text/plain"
#: Shorter values stand in too many files to say anything.
_LEAST_SEARCHED = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class ToErase:
    """What an erasure would take away.

    Attributes:
        entry: whose values.
        digests: those its entry will name: of the values and of decoys beside them.
        below: how many disclosures within them go too.
        values: the values as text, to search for copies of them.
        redacted_by: redactions that stand on them; laws ask that what is behind one be kept for five years.
    """

    entry: LedgerEntry
    digests: frozenset[str]
    below: int
    values: tuple[str, ...]
    redacted_by: tuple[str, ...]


def to_erase(entry_id: str, paths: Sequence[str], record: Record) -> ToErase:
    """Return what erasing would take away. Effect: reads disclosures; changes nothing.

    Raises:
        NotFound, RuleoutError: no such entry or path, or one of which nothing is ever removed.
    """
    entry = entry_named(entry_id, record)
    digests, below = place_digests(entry, record, paths), digests_below(entry, record, paths)
    if not digests:
        raise RuleoutError("expected a path, got none", hint="Name what to remove, or * for all of it.")
    kept = record.disclosures(entry)
    parsed = [parse_disclosure(kept[digest]) for digest in sorted(digests | below) if digest in kept]
    return ToErase(
        entry=entry,
        digests=digests,
        below=len(below - digests),
        values=tuple(one.value for one in parsed if type(one.value) is str),
        redacted_by=tuple(
            one.id
            for one in redactions_in(record.entries, record.object)
            if one.entry == entry_id and one.digests & (digests | below)
        ),
    )


def draft_erasure(
    found: ToErase,
    ground: ErasureGround,
    reason: str,
    record: Record,
    recorder: Recorder,
    signer: Signer,
    *,
    authority: str,
) -> str:
    """Draft the entry that says what is removed; return its id. Effect: keeps the reason; the caller commits.

    Raises:
        KeyUnavailable, RuleoutError: the key does not hold the role, or no reason is given.
    """
    require_role(record, signer, authority)
    words, number = stated_reason(reason), 1
    while recorder.has(f"erasure/{number}"):
        number += 1
    subject: Subject = {
        "entry": found.entry.content.id,
        "ground": ground.value,
        "digests": tuple(sorted(found.digests)),
        "authority": authority,
    }
    refs = [recorder.keep(REASON, words.encode("utf-8"), _TEXT)]
    recorder.add(EntryType.ERASURE, f"erasure/{number}", subject, refs=refs, signer=signer)
    return f"erasure/{number}"


def copies_of(values: Iterable[str], workspace: Workspace, record: Record) -> tuple[str, ...]:
    """Return where the workspace still holds one of these values: files, and entries that disclose it too.

    Effect: reads every file below the workspace. What people keep in files of their own is theirs to remove; other
    entries are other erasures.
    """
    wanted = frozenset(value for value in values if len(value) >= _LEAST_SEARCHED)
    files = files_holding(workspace.root, [value.encode("utf-8") for value in sorted(wanted)]) if wanted else ()
    told = (entry for entry in record.entries if entry.content.salted and wanted & _texts(entry, record))
    return (*map(str, files), *(entry.content.id for entry in told))


def _texts(entry: LedgerEntry, record: Record) -> frozenset[str]:
    values = (parse_disclosure(text).value for text in record.disclosures(entry).values())
    return frozenset(value for value in values if type(value) is str)
