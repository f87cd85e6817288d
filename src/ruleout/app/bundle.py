# SPDX-License-Identifier: Apache-2.0
"""Export the record as one file, verify a workspace or a bundle, replay its decisions (L-10, D-12)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from ruleout.adapters.files import read_bounded, write_new
from ruleout.adapters.tile_store import read_log
from ruleout.app.accountability.request_register import grants_in
from ruleout.app.approvals import approvals_in, case_as_signed
from ruleout.app.assess import decision_bytes
from ruleout.app.audit.host_copy import host_copy
from ruleout.app.change_control.in_force import require_in_force
from ruleout.app.disclosure.copies import Copy, copy_for
from ruleout.app.evidence.bars import Asked, Cache
from ruleout.app.evidence.standing import require_as_recorded
from ruleout.app.ledger import Record, read_record
from ruleout.app.sources import with_digests
from ruleout.app.verifier_files import read_witness_policy
from ruleout.app.witnessing.policy import recorded_policy
from ruleout.app.workspace import CONFIG, open_workspace
from ruleout.documents.fields import parse_instant
from ruleout.engine.decide import decide
from ruleout.errors import NotFound, RuleoutError, VerificationFailed
from ruleout.evidence.stored import measurement_from
from ruleout.framework import parse_case, parse_framework
from ruleout.ledger import (
    Bundle,
    EntryType,
    LedgerEntry,
    Report,
    build_bundle,
    parse_bundle,
    parse_entry,
    verify_bundle,
)
from ruleout.ledger.audience import Audience
from ruleout.ledger.bundle import for_audience, to_bytes
from ruleout.ledger.disclosure import Tree, digest_of_disclosure, reveal
from ruleout.ledger.sealed import MAX_BYTES as MAX_PAGE_BYTES
from ruleout.ledger.sealed import is_page, open_sealed
from ruleout.ledger.verify_hosts import beside_host
from ruleout.model.decision import ENGINE, Decision
from ruleout.model.outcome import Activity


def export_bundle(
    record: Record, *, chosen: Iterable[int] | None, with_logs: bool, audience: Audience | None = None
) -> Bundle:
    """Return a bundle of the record for an audience: all of it, or chosen entries with proofs; objects included.

    Effect: reads the objects and disclosures.

    Args:
        chosen: entry indices; None for the whole log. Acts that explain their holes go along.
        with_logs: include the evaluation logs' own bytes, not only what was measured in them.
        audience: for whom; None for everything at hand, which is for the house's own checks and never handed on.
    """
    return bundle_of(copy_for(record, audience, chosen=chosen, with_logs=with_logs), record, audience)


def bundle_of(copy: Copy, record: Record, audience: Audience | None) -> Bundle:
    """Return the bundle of a copy of the record, full or of chosen entries with proofs. Effect: reads the objects."""
    known = recorded_policy(record.view)
    bundle = build_bundle(
        record.view.checkpoint,
        [e.data for e in record.entries],
        origin=record.view.origin,
        vkeys=record.view.log_keys.generations[0],
        chosen=None if copy.is_whole else [e.index for e in copy.entries],
        objects={digest: record.object(digest) for digest in copy.objects},
        keyring=record.keyring,
    )
    shown = for_audience(bundle, copy.disclosures.values(), audience)
    return replace(shown, policy=None if known is None else known[0])


def write_bundle(bundle: Bundle, path: Path) -> int:
    """Write a bundle file; return its size in bytes. Effect: creates the file; an existing one is refused."""
    data = to_bytes(bundle)
    write_new(path, data)
    return len(data)


def read_bundle(path: Path) -> Bundle:
    """Return the bundle of a file, which may be a review's package. Effect: reads.

    Raises:
        RuleoutError: it is none.
        VerificationFailed: the package is not as it was made, whatever it carries.
    """
    data = read_bounded(path, limit_bytes=MAX_PAGE_BYTES, what="bundle")
    held = open_sealed(data).bundle if is_page(data) else data
    try:
        return parse_bundle(held)
    except VerificationFailed as error:
        hint = "Name a bundle, as `ruleout export` writes it, or a workspace; if this was one, ask for it again."
        raise RuleoutError(f"{path}: expected a bundle, got another file: {error}", hint=hint) from error


def open_bundle(path: Path) -> Bundle:
    """Return the bundle of a file, or that of a workspace's whole record. Effect: reads; audits a workspace."""
    if path.is_dir() or path.name == CONFIG:
        root = path if path.is_dir() else path.parent
        return export_bundle(read_record(open_workspace(root)), chosen=None, with_logs=True)
    return read_bundle(path)


def verify(
    path: Path, *, policy: Path | None = None, strict: bool = False, hosts: tuple[Path, ...] = ()
) -> tuple[Bundle, Report]:
    """Return what a workspace or a bundle file proves. Effect: reads it.

    Args:
        policy: a file of the verifier's own by C2SP tlog-policy: the witnesses that count, and with `log` lines the
            log's keys; None takes what the bundle says, and the report says so.
        strict: whether what is absent without a logged reason fails.
        hosts: workspaces, copies of logs' folders or bundle files of gateway hosts' logs, each a step more: whether it is
            what the record knows of it.

    Raises:
        RuleoutError, VerificationFailed: it cannot even be opened as one, or the policy is none.
    """
    own = None if policy is None else read_witness_policy(policy)
    bundle = open_bundle(path)
    report = verify_bundle(bundle, policy=own, vkeys=(own and own.logs) or None, strict=strict)
    for host in hosts:
        report = beside_host(report, bundle, _open_host(host))
    return bundle, report


def _open_host(path: Path) -> Bundle:
    is_copy = (path / "log.json").is_file() and not (path / CONFIG).is_file()
    return host_copy(read_log(path), None) if is_copy else open_bundle(path)


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """One decision derived again: whether the same bytes came out, and why not."""

    index: int
    id: str
    same: bool
    detail: str
    decision: Decision | None


def replay(bundle: Bundle) -> tuple[Replayed, ...]:
    """Derive every decision of a bundle again from the bundle alone. Pure.

    Raises:
        VerificationFailed: the bundle itself does not verify, so there is nothing to replay from.

    Source: D-12, D-16.
    """
    report = verify_bundle(bundle)
    if report.has_failed:
        failed = next(check for check in report.checks if check.status.value == "failed")
        raise VerificationFailed(failed.name, failed.detail, hint="A bundle that does not verify is not replayed.")
    entries = tuple(parse_entry(e.data, index=e.index) for e in bundle.entries)
    cache: Cache = {}
    return tuple(_replay_one(e, entries, bundle, cache) for e in entries if e.content.type is EntryType.DECISION)


def replay_recorded(record: Record, decision: LedgerEntry) -> Replayed:
    """Derive one decision of a workspace's record again, from what stood before it alone. Effect: reads what it kept.

    The record has been audited when it was read, so nothing of it is verified again.

    Source: D-12.
    """
    bundle = Bundle(
        origin=record.view.origin,
        checkpoint=record.view.checkpoint,
        vkeys=record.view.log_keys.generations[0],
        full=True,
        entries=(),
        objects=_Objects(record),
        keyring=tuple(record.keyring.values()),
        disclosures=tuple(
            text for asked in record.of_type(EntryType.REQUEST) for text in record.disclosures(asked).values()
        ),
    )
    return _replay_one(decision, record.entries, bundle, {})


class _Objects(Mapping[str, bytes]):
    """The objects that a record names, each read when it is asked for."""

    def __init__(self, record: Record) -> None:
        self._record = record

    def __getitem__(self, digest: str) -> bytes:
        try:
            return self._record.object(digest)
        except NotFound:
            raise KeyError(digest) from None

    def __iter__(self) -> Iterator[str]:
        return iter({ref.sha256 for entry in self._record.entries for ref in entry.content.refs})

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _replay_one(entry: LedgerEntry, entries: tuple[LedgerEntry, ...], bundle: Bundle, cache: Cache) -> Replayed:
    refs = {ref.name: ref.sha256 for ref in entry.content.refs}
    try:
        decision = _derive(entry, entries, bundle, cache)
    except RuleoutError as error:
        return Replayed(index=entry.index, id=entry.content.id, same=False, detail=str(error), decision=None)
    kept = bundle.objects.get(refs.get("decision", ""))
    same = kept is not None and decision_bytes(decision) == kept
    detail = "same bytes" if same else "other bytes: the decision does not follow from its inputs"
    if not same and not bundle.full:
        detail = "other bytes; the bundle holds chosen entries only, and an act that counted may not be among them"
    if not same and bundle.audience is not None and _rests_on_exceptions(bundle, refs):
        detail = f"other bytes; it rests on exceptions, whose acts this copy for the {bundle.audience} may not hold"
    if kept is None:
        detail = "missing: the decision's own bytes are not in the bundle"
    if not same and entry.content.subject.get("engine") != ENGINE:
        detail = f"decided by {entry.content.subject.get('engine')}, this is {ENGINE}"
    return Replayed(index=entry.index, id=entry.content.id, same=same, detail=detail, decision=decision)


def _rests_on_exceptions(bundle: Bundle, refs: Mapping[str, str]) -> bool:
    return bool(parse_case(_object(bundle, refs, "case"), file="case").exceptions)


def _derive(entry: LedgerEntry, entries: tuple[LedgerEntry, ...], bundle: Bundle, cache: Cache) -> Decision:
    """Run the ordinary assessment on what the entry names, with the approvals that stood before it."""
    refs = {ref.name: ref.sha256 for ref in entry.content.refs}
    framework = parse_framework(_object(bundle, refs, "framework"), file="framework")
    case = parse_case(_object(bundle, refs, "case"), file="case")
    measured = {
        item.id: measurement_from(_object(bundle, refs, f"measurement-{index}"))
        for index, item in enumerate(case.evidence)
        if f"measurement-{index}" in refs
    }
    activity, at = _asked(entry)
    case = with_digests(case, measured)
    if bundle.full:
        asked = Asked(framework=framework, case=case, at=at)
        stood, earlier = _before(entry, entries, bundle)
        require_in_force(framework, stood, at=at)
        require_as_recorded(asked, measured, before=stood, earlier=earlier, cache=cache)
    name = entry.content.id.rpartition("/")[0]
    keyring = {holder.key.key_id: holder for holder in bundle.keyring}
    before = [e for e in entries if e.index < entry.index]
    return decide(
        framework,
        case_as_signed(case, before),
        activity=activity,
        at=at,
        measurements=measured,
        approvals=approvals_in(before, keyring, decision=name),
        exceptions=grants_in(_Before(tuple(before), bundle, _texts(bundle)), keyring) if case.exceptions else (),
    )


@dataclass(frozen=True, slots=True)
class _Before:
    """The part of a bundle's record that stood before a decision."""

    entries: tuple[LedgerEntry, ...]
    bundle: Bundle
    texts: Mapping[str, str] = field(default_factory=dict)

    def object(self, digest: str) -> bytes:
        return _object(self.bundle, {"object": digest}, "object")

    def disclosed(self, entry: LedgerEntry) -> Mapping[str, Tree]:
        return reveal(entry.content.salted, self.texts)


def _texts(bundle: Bundle) -> Mapping[str, str]:
    return {digest_of_disclosure(text): text for text in bundle.disclosures}


def _before(entry: LedgerEntry, entries: tuple[LedgerEntry, ...], bundle: Bundle) -> tuple[_Before, _Before]:
    """The record before a decision, and the part of it that has an earlier instant."""
    before, made = entries[: entry.index], datetime.fromisoformat(entry.content.ts)
    earlier = tuple(e for e in before if datetime.fromisoformat(e.content.ts) < made)
    return _Before(before, bundle), _Before(earlier, bundle)


def _asked(entry: LedgerEntry) -> tuple[Activity, datetime]:
    """What was decided about and when, as the entry says; an entry of others' making may say anything."""
    subject = entry.content.subject
    try:
        activity, at = Activity(subject["activity"]), parse_instant(subject.get("at"))
    except ValueError as error:
        raise NotFound(f"missing: an activity and an instant, got {error}") from error
    return activity, at


def _object(bundle: Bundle, refs: Mapping[str, str], name: str) -> bytes:
    data = bundle.objects.get(refs.get(name, ""))
    if data is None:
        raise NotFound(f"missing: the {name} that was decided on is not in the bundle")
    return data
