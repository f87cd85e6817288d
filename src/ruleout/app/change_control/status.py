# SPDX-License-Identifier: Apache-2.0
"""How each version of a framework stands: in the record, in the workspace, and against a document at hand (D-15)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from ruleout.accountability.publication.digest import publication_digest
from ruleout.accountability.publication.formal import governing_of
from ruleout.accountability.publication.needs import needs_of
from ruleout.accountability.publication.standing import ANNOUNCE, PUBLISH, History, standing_of
from ruleout.adapters.files import MIB, read_bounded
from ruleout.app.change_control.examine import sha256_of
from ruleout.app.change_control.history import acts_on, announcement, governing_framework, histories, pinned_framework
from ruleout.app.ledger import Record
from ruleout.app.sources import read_framework
from ruleout.app.workspace import Workspace
from ruleout.errors import BadInput, NotFound
from ruleout.model.expiry import has_ended
from ruleout.model.publication import Needs, Pinned, Signed, Standing, VersionStatus

MOST_DOCUMENT = 32 * MIB


def status_of(
    record: Record, workspace: Workspace, *, name: str = "", at: datetime, document: Path | None = None
) -> tuple[VersionStatus, ...]:
    """Return every version of a framework, or of all, in the record's order, drafts last. Effect: reads files.

    Args:
        record: as proved.
        workspace: whose files are drafts, or are held against what is pinned.
        name: a framework's name, or `NAME@VERSION`; "" for all.
        at: aware instant asked about.
        document: a copy of a published document to hold against the pins.

    Raises:
        NotFound: neither the record nor the workspace knows the name.
    """
    wanted, _, version = name.partition("@")
    known = histories(record)
    files = dict(_files(workspace))
    names = dict.fromkeys([*known, *(fid[0] for fid in files)])
    if wanted and wanted not in names:
        raise NotFound(f"no framework {name!r}; there are: {', '.join(names) or 'none'}", hint="Name one of these.")
    held = sha256_of(read_bounded(document, limit_bytes=MOST_DOCUMENT, what="document")) if document else ""
    found: list[VersionStatus] = []
    for one in [wanted] if wanted else names:
        history = known.get(one, History(name=one, pins=())).until(at)
        found += _pinned(history, record, files, at=at)
        found += _drafts(one, history, files)
    chosen = [status for status in found if not version or status.version == version]
    return tuple(_with_document(chosen, held))


def _files(workspace: Workspace) -> Iterator[tuple[tuple[str, str], str]]:
    """The workspace's framework files by name and version; one that cannot be read is `check`'s to tell."""
    for path in sorted(workspace.frameworks.glob("*/*.yaml")):
        try:
            framework = read_framework(path).framework
        except BadInput:
            continue
        yield (framework.id.name, framework.id.version), framework.digest


def _pinned(
    history: History, record: Record, files: dict[tuple[str, str], str], *, at: datetime
) -> Iterator[VersionStatus]:
    for pin in _shown(history):
        acts = tuple(act for act in acts_on(history.name, pin.version, record) if act.at <= at)
        here = files.get((history.name, pin.version), "")
        needs = _needs(pin, acts, history, record, at=at) if pin.act == ANNOUNCE else Needs()
        yield VersionStatus(
            name=history.name,
            version=pin.version,
            standing=standing_of(pin, history, needs, at=at),
            pin=pin,
            digest=publication_digest(history.name, pin.version, pin.parts) if pin.act else "",
            needs=needs,
            acts=acts if pin.act else (),
            workspace_digest=here,
            mismatches=tuple(_mismatches(pin, history, here)),
            irregular=tuple(_irregular(pin, acts, history, record)),
        )


def _mismatches(pin: Pinned, history: History, here: str) -> Iterator[str]:
    """Where the workspace's file, or a later entry of the record, has the label of a version that counts and other bytes."""
    counting = {one.version: one for one in history.counting()}
    kept = counting.get(pin.version)
    if kept == pin and here and here != pin.parts.framework:
        yield f"same label, other bytes: the workspace's file is {here[:12]}, the record's {pin.parts.framework[:12]}"
    if kept is not None and pin.act != ANNOUNCE and pin.parts.framework != kept.parts.framework:
        yield (
            f"same label, other bytes: this entry has {pin.parts.framework[:12]}, {kept.entry} {kept.parts.framework[:12]}"
        )


def _irregular(pin: Pinned, acts: Iterable[Signed], history: History, record: Record) -> Iterator[str]:
    """What a publication of the record did not wait for: whoever writes entries by other means is found by it."""
    if pin.act != PUBLISH or pin not in history.counting() or not pin.parts.previous:
        return
    before = history.pins[: history.pins.index(pin)]
    told = next((one for one in reversed(before) if one.act == ANNOUNCE and one.parts == pin.parts), None)
    if told is None:
        yield "published without an announcement of the same parts"
        return
    if not pin.parts.change_log:
        yield "published without a change log"
    needs = _needs(told, acts, history, record, at=pin.at)
    yield from (f"published without {what}" for what in needs.missing)
    yield from (f"published though {role} refused" for role in needs.refused)
    if needs.until is not None:
        yield f"published before its notice was over on {needs.until}"
    if has_ended(needs.last_day, pin.at):
        yield f"published after {needs.last_day}, its last day"


def _shown(history: History) -> Iterator[Pinned]:
    """Every pin but announcements that were published as they were, which the publication tells of."""
    published = {(pin.version, pin.parts) for pin in history.pins if pin.act == PUBLISH}
    seen: set[tuple[str, str, str]] = set()
    for pin in history.pins:
        if pin.act == ANNOUNCE and (pin.version, pin.parts) in published:
            continue
        # A bare pin of a text that was published or kept before tells nothing new.
        key = (pin.act or "kept", pin.version, pin.parts.framework)
        if not pin.act and (key in seen or any(p.act == PUBLISH and p.parts.framework == key[2] for p in history.pins)):
            continue
        seen.add(key)
        yield pin


def _needs(pin: Pinned, acts: Iterable[Signed], history: History, record: Record, *, at: datetime) -> Needs:
    governs = governing_framework(history.until(at), pin.version, record, at=at)
    governing = governing_of(pinned_framework(pin, record), governs)
    return needs_of(governing, acts, announcement(pin, history.name, record), at=at)


def _drafts(name: str, history: History, files: dict[tuple[str, str], str]) -> Iterator[VersionStatus]:
    """Files of the workspace whose very bytes the record does not pin, unless they show as other bytes of a version."""
    pinned = {pin.parts.framework for pin in history.pins}
    counting = {pin.version for pin in history.counting()}
    for (framework, version), digest in files.items():
        if framework == name and digest not in pinned and version not in counting:
            yield VersionStatus(
                name=name,
                version=version,
                standing=Standing.DRAFT,
                pin=None,
                digest="",
                needs=Needs(),
                acts=(),
                workspace_digest=digest,
                mismatches=(),
                irregular=(),
            )


def _with_document(found: list[VersionStatus], held: str) -> Iterator[VersionStatus]:
    """Add to each version that counts whether the document at hand is its own; one version's must be it."""
    if not held:
        yield from found
        return
    named = [one for one in found if one.pin is not None and one.pin.parts.document == held]
    for one in found:
        if one.pin is None or named or one.standing not in _COUNTING:
            yield one
            continue
        says = (
            f"same label, other bytes: the document at hand is {held[:12]}, the record's {one.pin.parts.document[:12]}"
        )
        yield replace(one, mismatches=(*one.mismatches, says))


_COUNTING = (Standing.PUBLISHED, Standing.IN_FORCE, Standing.SUPERSEDED)
