# SPDX-License-Identifier: Apache-2.0
"""Publish a version of a framework: refuse it, announce it and wait, or put it into the record as published (D-15, A-3).

What is handed in is announced as soon as everything that differs is announced as what it is. From then on acts can be
signed over it, and its notice runs. It is published once every act is there and the notice is over, and never after the
last day on which it could be public in time. Other bytes are another announcement: acts and notice begin again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum

from ruleout.accountability.publication.formal import OTHER_DOCUMENT
from ruleout.accountability.publication.needs import Announced, needs_of
from ruleout.accountability.publication.standing import ANNOUNCE, PUBLISH, History
from ruleout.app.accountability.signed import holder_of
from ruleout.app.change_control.examine import Examined, Submission, examine, sha256_of
from ruleout.app.change_control.history import (
    CHANGE_LOG,
    DOCUMENT,
    FRAMEWORK,
    MAPPING,
    acts_on,
    announcement,
    history_of,
)
from ruleout.app.ledger import YAML, Record, Recorder
from ruleout.app.workspace import Workspace
from ruleout.errors import RuleoutError
from ruleout.ledger import EntryType, Ref, Signer
from ruleout.model.plain import instant_text
from ruleout.model.publication import Needs, Pinned

PDF, TEXT, BYTES = "application/pdf", "text/plain", "application/octet-stream"


class Result(Enum):
    """What came of handing in a version."""

    REFUSED = "refused"
    NOT_PROVED = "not proved"
    HELD = "held"
    PUBLISHED = "published"
    ALREADY = "already published"


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What came of handing in a version, and what it waits for; `entries` are those that were drafted."""

    result: Result
    examined: Examined
    needs: Needs
    announced: datetime | None
    entries: tuple[str, ...] = ()


def publish(
    given: Submission, record: Record, recorder: Recorder, signer: Signer, *, workspace: Workspace, timeout_s: int = 10
) -> Published:
    """Announce a version, or publish one that was announced and has all it needs; return what came of it.

    Effect: keeps the parts as objects and drafts at most two entries; the caller commits. A refusal drafts nothing.

    Args:
        timeout_s: bound of each single question to the solver, seconds; what it does not settle is not published.

    Raises:
        BadInput: a file has problems.
        RuleoutError: the key is not in the keyring, or the act would be dated before what the record holds.

    Source: D-15, A-3.
    """
    holder_of(record, signer)
    require_no_earlier(record, recorder.at)
    name, version = given.framework.framework.id.name, given.framework.framework.id.version
    history = history_of(name, record)
    announced = history.announced(version)
    known = announced.at if announced is not None and _same_files(announced, given) else None
    seen = examine(given, history, record, workspace, at=recorder.at, announced=known, timeout_s=timeout_s)
    standing = next((pin for pin in history.counting() if pin.version == version and pin.act == PUBLISH), None)
    if standing is not None and _same_files(standing, given):
        # What was published was in time and had its predecessor then; only another document is new.
        seen = replace(seen, refusals=tuple(one for one in seen.refusals if one.id == OTHER_DOCUMENT))
        result = Result.REFUSED if seen.refusals else Result.ALREADY
        return Published(result=result, examined=seen, needs=Needs(), announced=known)
    if seen.refusals:
        return Published(result=Result.REFUSED, examined=seen, needs=Needs(), announced=None)
    if seen.comparison is not None and not seen.comparison.is_proved:
        return Published(result=Result.NOT_PROVED, examined=seen, needs=Needs(), announced=None)
    return _announced(given, seen, history, record, recorder, signer)


def _announced(
    given: Submission, seen: Examined, history: History, record: Record, recorder: Recorder, signer: Signer
) -> Published:
    last = history.announced(seen.new.id.version)
    is_new = seen.old is not None and (last is None or last.parts != seen.parts)
    announced = (
        Announced(
            digest=seen.digest,
            at=recorder.at,
            by=frozenset({holder_of(record, signer).person}),
            effective=seen.new.effective,
        )
        if is_new or last is None
        else announcement(last, history.name, record)
    )
    needs = _needs(seen, announced, record, at=recorder.at)
    drafted = [_draft(ANNOUNCE, given, seen, recorder, signer)] if is_new else []
    is_held = bool(needs.missing or needs.refused or needs.until)
    if not is_held:
        drafted.append(_draft(PUBLISH, given, seen, recorder, signer))
    result = Result.HELD if is_held else Result.PUBLISHED
    return Published(result=result, examined=seen, needs=needs, announced=announced.at, entries=tuple(drafted))


def _needs(seen: Examined, announced: Announced, record: Record, *, at: datetime) -> Needs:
    """What it waits for; a first version changes nothing and waits for nobody."""
    if seen.old is None:
        return Needs(last_day=seen.new.effective)
    return needs_of(seen.governing, acts_on(seen.new.id.name, seen.new.id.version, record), announced, at=at)


def _draft(act: str, given: Submission, seen: Examined, recorder: Recorder, signer: Signer) -> str:
    """Draft the entry of an act; it names every part by digest, and the framework's text stands first."""
    refs = [recorder.keep(FRAMEWORK, given.framework.data, YAML)]
    refs += [recorder.keep(CHANGE_LOG, given.change_log, YAML)] if given.change_log else []
    refs += [recorder.keep(MAPPING, seen.mapping, YAML)] if seen.mapping else []
    refs += [_document(given.document, recorder)] if given.document else []
    fid = seen.new.id
    subject = {
        "framework": fid.name,
        "version": fid.version,
        "act": act,
        "effective": seen.new.effective.isoformat(),
        "document": seen.parts.document,
        **({"supersedes": seen.new.supersedes} if seen.new.supersedes else {}),
    }
    stem = f"framework/{fid}/{act}/{seen.digest[:12]}"
    # The same text may be announced again after another one was: the number tells which time.
    number = next(n for n in range(1, 10_000) if not recorder.has(f"{stem}/{n}"))
    recorder.add(EntryType.FRAMEWORK, f"{stem}/{number}", subject, refs=refs, signer=signer)
    return f"{stem}/{number}"


def _document(data: bytes, recorder: Recorder) -> Ref:
    media = PDF if data.startswith(b"%PDF-") else TEXT if _is_text(data) else BYTES
    return recorder.keep(DOCUMENT, data, media)


def _is_text(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return b"\0" not in data


def _same_files(pin: Pinned, given: Submission) -> bool:
    """Whether a pin's framework file and change log are those handed in."""
    log = sha256_of(given.change_log)
    return (pin.parts.framework, pin.parts.change_log) == (given.framework.framework.digest, log)


def require_no_earlier(record: Record, at: datetime) -> None:
    """Refuse an act dated before the record's last entry: notice and calls would be counted from it.

    Raises:
        RuleoutError: it is.
    """
    last = max((entry.content.ts for entry in record.entries), default="")
    if last and at < datetime.fromisoformat(last):
        raise RuleoutError(
            f"expected an instant from {last} on, got {instant_text(at)}", hint="Leave --at out, or take a later one."
        )
