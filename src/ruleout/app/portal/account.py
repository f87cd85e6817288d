# SPDX-License-Identifier: Apache-2.0
"""Everything that an audience's account is made of, and the order in which it is made (A-7, A-8, L-10).

The copy of the record is made first and verified as an outsider would, from its bytes: what does not hold is not
published. Every other file is taken from the same record.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from ruleout.adapters.files import MIB, make_folder, read_bounded, write_new
from ruleout.app.bundle import export_bundle, replay
from ruleout.app.ledger import read_record
from ruleout.app.portal.ended import ended_in
from ruleout.app.portal.filled import Wanted
from ruleout.app.portal.shelves import SHELVES
from ruleout.app.publication.holes import place_in_words
from ruleout.app.shipped import one_file_verifier
from ruleout.app.workspace import Workspace
from ruleout.errors import RuleoutError, VerificationFailed
from ruleout.ledger import Bundle, EntryType, LedgerEntry, Report, Status, parse_bundle, verify_bundle
from ruleout.ledger.audience import Audience
from ruleout.ledger.bundle import to_bytes
from ruleout.ledger.checkpoint import open_checkpoint
from ruleout.ledger.holes import Hole, Standing
from ruleout.model.expiry import has_ended, utc_day
from ruleout.reports.portal.account import AbsentShown, Account, DecisionShown, Shelf, Step
from ruleout.reports.portal.page import account_page, account_value

RECORD, VERIFIER, PAGE, DATA = "record.json", "ruleout_verify.py", "index.html", "account.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """An account and its files: bytes by place in the folder, the page last."""

    account: Account
    files: Mapping[str, bytes]


def make_account(workspace: Workspace, *, audience: Audience, at: datetime) -> Made:
    """Return an audience's account of the whole record. Effect: reads the workspace.

    Args:
        at: aware instant for which statuses and overdue reviews are told.

    Raises:
        VerificationFailed: the copy of the record does not hold; nothing may be published of it.
        RuleoutError: something of it cannot be read or drawn.
    """
    record = read_record(workspace)
    copy = to_bytes(export_bundle(record, chosen=None, with_logs=False, audience=audience))
    bundle = parse_bundle(copy)
    report = _verified(bundle)
    files: dict[str, bytes] = {}
    ended = ended_in(record, at)
    wanted = Wanted(record=record, workspace=workspace, audience=audience, at=at, ended=ended)
    shelves = tuple(_shelves(wanted, files))
    files[VERIFIER] = read_bounded(one_file_verifier(), limit_bytes=MIB, what="one-file verifier")
    files[RECORD] = copy
    head = open_checkpoint(bundle.checkpoint, bundle.vkeys, origin=bundle.origin)
    account = Account(
        origin=bundle.origin,
        audience=audience.value,
        at=at,
        entries=head.size,
        root=head.root.hex(),
        level=report.level.value,
        steps=(*(Step(name=c.name, status=c.status.value, says=c.detail) for c in report.checks), _replayed(bundle)),
        caveats=report.caveats,
        keys=tuple(str(key) for key in bundle.vkeys),
        shelves=shelves,
        decisions=tuple(_decision(e, ended) for e in record.of_type(EntryType.DECISION)),
        absent=tuple(_absent(report, utc_day(at))),
        record=RECORD,
        verifier=VERIFIER,
    )
    digests = {name: hashlib.sha256(data).hexdigest() for name, data in sorted(files.items())}
    files[DATA] = json.dumps(account_value(account, digests), indent=1, ensure_ascii=False).encode("utf-8") + b"\n"
    files[PAGE] = account_page(account).encode("utf-8")
    return Made(account=account, files=files)


def write_account(made: Made, folder: Path) -> None:
    """Write an account into a new or empty folder, the page last. Effect: creates files.

    Raises:
        RuleoutError: the folder holds something already.
    """
    make_folder(folder)
    if any(folder.iterdir()):
        raise RuleoutError(f"{folder} is not empty", hint="Name a new folder; nothing was written.")
    for name, data in made.files.items():
        make_folder((folder / name).parent)
        write_new(folder / name, data)


def _shelves(wanted: Wanted, files: dict[str, bytes]) -> Iterator[Shelf]:
    """Each shelf that holds something; its files join the others."""
    for shelve in SHELVES:
        filled = shelve(wanted)
        if filled.shelf.items:
            files.update(filled.files)
            yield filled.shelf


def _verified(bundle: Bundle) -> Report:
    report = verify_bundle(bundle)
    for check in report.checks:
        if check.status is Status.FAILED:
            raise VerificationFailed(
                check.name, check.detail, hint="`ruleout verify` says more; nothing of this record is published."
            )
    return report


def _replayed(bundle: Bundle) -> Step:
    """Whether every recorded decision follows again from the copy alone."""
    found = replay(bundle)
    odd = [one for one in found if not one.same]
    if odd:
        says = f"{len(odd)} of {len(found)} do not derive from this copy: {odd[0].id}: {odd[0].detail}"
        return Step(name="replay", status=Status.NOT_DONE.value, says=says)
    return Step(name="replay", status=Status.PASSED.value, says=f"{len(found)} decisions derive again, same bytes")


def _decision(entry: LedgerEntry, ended: Mapping[str, str]) -> DecisionShown:
    subject = entry.content.subject
    return DecisionShown(
        on=date.fromisoformat(str(subject.get("at", entry.content.ts))[:10]),
        case=str(subject["case"]),
        activity=str(subject["activity"]),
        framework=f"{subject['framework']} {subject['version']}",
        outcome=str(subject["outcome"]),
        index=entry.index,
        ended=ended.get(entry.content.id, ""),
    )


def _absent(report: Report, today: date) -> Iterator[AbsentShown]:
    """One line for each act that hides or removes something; what has no reason comes first."""
    holes: dict[tuple[str, str], list[Hole]] = {}
    for verdict in report.digests:
        if verdict.hole is not None:
            holes.setdefault((verdict.hole.by, verdict.entry), []).append(verdict.hole)
    for (_, entry), found in sorted(holes.items(), key=lambda item: item[0]):
        yield _absent_line(entry, found, today)


def _absent_line(entry: str, found: list[Hole], today: date) -> AbsentShown:
    hole = found[0]
    bare = hole.standing is Standing.WITHHELD
    return AbsentShown(
        what=f"{len(found)} digest{'' if len(found) == 1 else 's'} of {entry}"
        + (f", {place_in_words(hole.location)}" if hole.location else ""),
        why="" if bare else f"{hole.standing.value.capitalize()}, {hole.class_}: {hole.justification}",
        who=hole.authority,
        review_by=hole.review_by,
        is_overdue=hole.review_by is not None and has_ended(hole.review_by, today),
    )
