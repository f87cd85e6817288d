# SPDX-License-Identifier: Apache-2.0
"""`ruleout permit`: from a decision to what may be served under it, and the file that a gateway checks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from ruleout.adapters.files import read_bounded
from ruleout.app.keyring import read_keyring
from ruleout.app.ledger import read_record
from ruleout.app.permits.files import issuers_of, log_keys_before, permit_file_of, write_permit_file
from ruleout.app.permits.grounds import archive_of
from ruleout.app.permits.issue import issue_permit, revoke_permit
from ruleout.app.permits.register import permit_named, permits_in
from ruleout.app.permits.standing import standings_of
from ruleout.app.permits.versions import versions_at_hand
from ruleout.app.sources import MOST_DOCUMENT_BYTES
from ruleout.app.verifier_files import read_permit_file, read_witness_policy
from ruleout.app.workspace import Workspace
from ruleout.cli.exit_code import ExitCode
from ruleout.cli.options import JsonOption, WorkspaceOption, instant, workspace_needed, workspace_or_none
from ruleout.cli.output import page_width, say, show_json, show_page
from ruleout.cli.signing import KeyOption, acting
from ruleout.engine.permitting import Refusal
from ruleout.errors import RuleoutError
from ruleout.ledger.cosignature import parse_log_key
from ruleout.ledger.permits import (
    Compromise,
    PermitFile,
    PermitVerdict,
    Trusted,
    beside_each_other,
    compromises,
    verify_permit,
)
from ruleout.model.permit import PermitState
from ruleout.model.plain import plain
from ruleout.reports.permits.pages import (
    checked_page,
    checked_value,
    permit_page,
    permits_page,
    refused_page,
    refused_value,
    standing_value,
)

_ABOUT = """Permits: what may be served under an approved decision, with which safeguards, within which limits, until when.

Example: ruleout permit list
"""
FOLDER = "permits"

FileArgument = Annotated[str, typer.Argument(help="The permit's id, for permits/ID.yaml, or a path to its file.")]
PermitArgument = Annotated[str, typer.Argument(help="The permit's id.")]
ReasonOption = Annotated[str, typer.Option("--reason", help="Why, for those who read the record; name no person.")]
SeenOption = Annotated[str | None, typer.Option("--at", help="The instant to look from; default: now.")]


def add(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    verbs = typer.Typer(no_args_is_help=True, help=_ABOUT)
    verbs.command("issue")(issue)
    verbs.command("show")(show)
    verbs.command("list")(list_all)
    verbs.command("revoke")(revoke)
    verbs.command("check")(check)
    app.add_typer(verbs, name="permit")


def issue(
    permit: FileArgument, key: KeyOption = None, json: JsonOption = False, workspace: WorkspaceOption = None
) -> int:
    """Issue a permit, if the decision it names allows every bit of it; else say what it does not allow.

    The decision is derived again, and decided again as of now: what was withdrawn or has ended since counts no more.

    Exit codes: 0 issued, 1 refused, 2 bad input, 3 held or not known.

    Example: ruleout permit issue lumen-2 --key rso-bea
    """
    place = workspace_needed(workspace)
    path = Path(permit) if permit.endswith(".yaml") else place.root / FOLDER / f"{permit}.yaml"
    data = read_bounded(path, limit_bytes=MOST_DOCUMENT_BYTES, what="permit file")
    with acting(place, key, instant(None)) as (record, recorder, signer):
        answered = issue_permit(data, record, recorder, signer, versions_of=versions_at_hand(place), file=str(path))
    if answered.permit is None:
        if json:
            show_json(refused_value(answered.request.id, answered.refusals))
        else:
            show_page(refused_page(answered.request.id, answered.refusals, width=page_width()))
        return _refused(answered.refusals)
    if json:
        show_json({"permit": answered.permit.id, "issued": True, "document": plain(answered.permit)})
    say(f"recorded as {answered.entry} of {place.origin}")
    return ExitCode.OK


def show(
    permit: PermitArgument,
    at: SeenOption = None,
    out: Annotated[Path | None, typer.Option("--out", help="Write the file that a gateway checks.")] = None,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> int:
    """Show one permit; with --out, write it as one file with its proof. No file is written of one that is not to be used.

    Exit codes: 0 in force, 1 expired, revoked, void or in conflict, 2 bad input, 3 not yet, or not known.

    Example: ruleout permit show lumen-2 --out permit.json
    """
    when, record = instant(at), read_record(workspace_needed(workspace))
    seen_at = None if at is None else when
    issued = permit_named(permit, record, seen_at=seen_at)
    every = permits_in(record, seen_at=seen_at).values()
    standing = standings_of(every, archive_of(record), at=when, seen_at=seen_at)[permit]
    if json:
        show_json(standing_value(standing, issued.permit, at=when))
    elif issued.permit is None:
        show_page(permits_page([(standing, None)], at=when, width=page_width()))
    else:
        show_page(permit_page(standing, issued.permit, width=page_width()))
    if out is not None:
        if standing.state not in (PermitState.IN_FORCE, PermitState.NOT_YET):
            say(f"no file was written: the permit is {standing.state.value}")
        else:
            size = write_permit_file(permit_file_of(issued, record), out)
            say(f"wrote {out}, {size} bytes")
    return _exit(standing.state)


def list_all(at: SeenOption = None, json: JsonOption = False, workspace: WorkspaceOption = None) -> int:
    """List every permit and how it stands: in force, not yet, expired, revoked, void by what became of its grounds, or in
    conflict with another that serves other weights under the same name.

    Exit codes: 0 none is void, in conflict or unknown, 1 one is void or in conflict, 2 bad input, 3 one is unknown.

    Example: ruleout permit list --at 2027-01-01
    """
    when, record = instant(at), read_record(workspace_needed(workspace))
    seen_at = None if at is None else when
    found = permits_in(record, seen_at=seen_at)
    standings = standings_of(found.values(), archive_of(record), at=when, seen_at=seen_at)
    rows = [(standings[name], found[name].permit) for name in sorted(found)]
    if json:
        show_json({"permits": [standing_value(standing, permit, at=when) for standing, permit in rows]})
    else:
        show_page(permits_page(rows, at=when, width=page_width()))
    states = {standing.state for standing, _ in rows}
    if states & {PermitState.VOID, PermitState.CONFLICT}:
        return ExitCode.STOP
    return ExitCode.HOLD if PermitState.UNKNOWN in states else ExitCode.OK


def revoke(
    permit: PermitArgument, reason: ReasonOption, key: KeyOption = None, workspace: WorkspaceOption = None
) -> None:
    """Revoke a permit for good. Any key of the keyring may; a new permit takes a new id.

    Example: ruleout permit revoke lumen-2 --reason "the watch is off" --key counsel-dan
    """
    place = workspace_needed(workspace)
    with acting(place, key, instant(None)) as (record, recorder, signer):
        entry = revoke_permit(permit, reason, record, recorder, signer)
    say(f"recorded as {entry} of {place.origin}")


def check(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Permits' files; all that a gateway has.")],
    at: SeenOption = None,
    log_key: Annotated[
        list[str] | None, typer.Option("--log-key", help="The log's public key, name+id+base64; repeatable.")
    ] = None,
    keyring: Annotated[Path | None, typer.Option("--keyring", help="File of the authors' public keys.")] = None,
    issuer: Annotated[list[str] | None, typer.Option("--issuer", help="Role that may issue; repeatable.")] = None,
    policy: Annotated[
        Path | None,
        typer.Option("--policy", help="Your own policy of witnesses (C2SP tlog-policy); then a quorum must."),
    ] = None,
    compromised: Annotated[
        list[str] | None, typer.Option("--compromised", help="Key, name+id, that counts no more; repeatable.")
    ] = None,
    least_size: Annotated[int, typer.Option("--least-size", min=0, help="Size of the newest checkpoint seen.")] = 0,
    latest_seen: Annotated[str | None, typer.Option("--latest-seen", help="The latest instant seen.")] = None,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> int:
    """Check permits' files offline, as a gateway does: keys and roles are yours, or those of the workspace around you.

    Files are checked beside each other: of two permits that serve other weights under one name, none is served.

    Exit codes: 0 all in force, 1 a check failed, or one is expired, revoked, void or in conflict, 2 bad input, 3 one is not
    yet in force, or not known.

    Example: ruleout permit check permit.json --at 2026-09-01
    """
    when, read = instant(at), [read_permit_file(file) for file in files]
    own = None if policy is None else read_witness_policy(policy)
    stated = Trusted(
        vkeys=tuple(parse_log_key(key) for key in log_key or ()) or (() if own is None else own.logs),
        policy=own,
        keyring={} if keyring is None else read_keyring(keyring),
        issuers=tuple(issuer or ()),
        least_size=least_size,
        latest_seen=None if latest_seen is None else instant(latest_seen),
        compromised={key: Compromise(below=0, by="--compromised") for key in compromised or ()},
    )
    trusted = _trusted(read, stated, workspace_or_none(workspace))
    verdicts = beside_each_other(verify_permit(file, known, at=when) for file, known in zip(read, trusted, strict=True))
    if json:
        show_json({"permits": [checked_value(verdict, at=when) for verdict in verdicts]})
    else:
        show_page([line for verdict in verdicts for line in checked_page(verdict, at=when, width=page_width())])
    codes = {_checked(verdict) for verdict in verdicts}
    return next((code for code in (ExitCode.STOP, ExitCode.HOLD) if code in codes), ExitCode.OK)


def _trusted(files: Sequence[PermitFile], stated: Trusted, place: Workspace | None) -> Sequence[Trusted]:
    """What is known from elsewhere for each file: as given, and where it is not, by the workspace's own record."""
    if stated.vkeys and stated.keyring and stated.issuers:
        return [stated] * len(files)
    if place is None:
        hint = "Give --log-key, --keyring and --issuer, or --workspace."
        raise RuleoutError("a permit's file is checked against keys and roles known from elsewhere", hint=hint)
    record = read_record(place)
    known = replace(
        stated,
        keyring=stated.keyring or record.keyring,
        least_size=max(stated.least_size, record.view.size),
        compromised={**compromises(record.entries, record.keyring), **stated.compromised},
    )
    return [
        replace(
            known,
            vkeys=known.vkeys or log_keys_before(file, record),
            issuers=known.issuers or issuers_of(file, record),
        )
        for file in files
    ]


def _refused(refused: tuple[Refusal, ...]) -> ExitCode:
    return ExitCode.HOLD if all(one.is_open for one in refused) else ExitCode.STOP


def _checked(verdict: PermitVerdict) -> ExitCode:
    return ExitCode.STOP if verdict.has_failed else _exit(verdict.state)


def _exit(state: PermitState) -> ExitCode:
    if state is PermitState.IN_FORCE:
        return ExitCode.OK
    return ExitCode.HOLD if state in (PermitState.NOT_YET, PermitState.UNKNOWN) else ExitCode.STOP
