# SPDX-License-Identifier: Apache-2.0
"""`ruleout erase`: remove values for good, with an entry that says so."""

from __future__ import annotations

from typing import Annotated

import typer

from ruleout.app.disclosure.erase import copies_of, draft_erasure, to_erase
from ruleout.app.disclosure.erased import finish_erasures
from ruleout.app.ledger import read_record
from ruleout.cli.exit_code import ExitCode
from ruleout.cli.options import WorkspaceOption, instant, workspace_needed
from ruleout.cli.output import say
from ruleout.cli.signing import KeyOption, acting
from ruleout.ledger.redaction import ErasureGround


def add(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command("erase")(command)


def command(
    entry: Annotated[str, typer.Argument(help="The entry's id, as `ruleout log` lists it.")],
    path: Annotated[list[str], typer.Argument(help="Values, such as sections.2.text; * for all.")],
    ground: Annotated[ErasureGround, typer.Option(help="Why, of a closed list.")],
    reason: Annotated[str, typer.Option(help="Why, in public words; name no person.")],
    authority: Annotated[str, typer.Option(help="The role that answers for it; the key must hold it.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do it. Without, only what would go is shown.")] = False,
    key: KeyOption = None,
    workspace: WorkspaceOption = None,
) -> int:
    """Remove value and salt, and everything below them. Nobody can bring them back; not a byte of the log changes.

    Without --yes nothing is written: what would go is shown, and the exit code is 2. Copies that you handed out, backups and
    files of your own are yours to find; those of the workspace are named.

    Example: ruleout erase concern/1/1 statement --ground personal-data --reason "asked for by who reported"
    --authority rso --key rso-bea --yes
    """
    place = workspace_needed(workspace)
    if not yes:
        found = to_erase(entry, path, read_record(place))
        below = f", and {found.below} below them" if found.below else ""
        say(f"would remove what {len(found.digests)} digests of {entry} stand for{below}, for good; decoys among them")
        for redaction in found.redacted_by:
            say(f"  mind: {redaction} stands on it; what is behind a redaction is to be kept for five years")
            say("  (CA BPC 22757.12(f), NY GBL 1421(5), IL P.A. 104-0538 10(g))")
        say("  next: the same again with --yes")
        return ExitCode.BAD_INPUT
    with acting(place, key, instant(None)) as (record, recorder, signer):
        found = to_erase(entry, path, record)
        made = draft_erasure(found, ground, reason, record, recorder, signer, authority=authority)
    record = read_record(place)
    removed = finish_erasures(place.ledger, record.entries)
    say(f"recorded as {made} of {place.origin}: {removed} disclosures removed, decoys among them")
    for copy in copies_of(found.values, place, record):
        say(f"  still holds the value: {copy}")
    return ExitCode.OK
