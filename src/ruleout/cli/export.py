# SPDX-License-Identifier: Apache-2.0
"""`ruleout export`: the record as one file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ruleout.app.bundle import bundle_of, write_bundle
from ruleout.app.disclosure.copies import Copy, copy_for
from ruleout.app.ledger import read_record
from ruleout.app.witnessing.watch import words_for
from ruleout.cli.options import WorkspaceOption, workspace_needed
from ruleout.cli.output import say
from ruleout.errors import RuleoutError
from ruleout.ledger import EntryType
from ruleout.ledger.audience import Audience
from ruleout.ledger.holes import Standing

_WHOM = {
    Audience.PUBLIC: "the public",
    Audience.STAFF: "staff",
    Audience.REVIEWER: "a reviewer",
    Audience.REGULATOR: "a regulator",
}

#: How ids of entries begin whose objects are records of a gateway, and logs.
_SEALED, _LOGS = f"{EntryType.AUDIT_BATCH.value}/", f"{EntryType.EVIDENCE.value}/"


def add(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command("export")(command)


def command(
    file: Annotated[Path, typer.Argument(help="The bundle file to write; an existing one is never replaced.")],
    entry: Annotated[list[int] | None, typer.Option(help="Only this entry, with its proof; repeat for more.")] = None,
    with_logs: Annotated[bool, typer.Option("--with-logs", help="Include the evaluation logs' own bytes.")] = False,
    audience: Annotated[Audience, typer.Option(help="For whom; the public gets the least.")] = Audience.PUBLIC,
    workspace: WorkspaceOption = None,
) -> None:
    """Write one file for an audience that it can verify offline and replay.

    It holds entries, proofs, public keys, frameworks, cases, what was measured, and the disclosures that this audience may
    see; what is absent is counted. Nothing of entries, keyring and frameworks is redacted: look before you hand it on.

    Examples:
      ruleout export record.json

      ruleout export unredacted.json --audience regulator --with-logs
    """
    record = read_record(workspace_needed(workspace))
    unknown = [i for i in entry or () if not 0 <= i < len(record.entries)]
    if unknown:
        raise RuleoutError(f"no entry {unknown[0]} in a record of {len(record.entries)}", hint="See `ruleout log`.")
    copy = copy_for(record, audience, chosen=entry, with_logs=with_logs)
    size = write_bundle(bundle_of(copy, record, audience), file)
    say(f"{file}: {size} bytes, {len(copy.entries)} entries, for {_WHOM[audience]}")
    _say_counts(copy)
    say(f"  {words_for(record.view)}")
    say(f"  next: ruleout verify {file}")


def _say_counts(copy: Copy) -> None:
    """Say what is shown and what is not; what nobody explains comes last, with what to do."""
    redacted, erased, bare = (copy.count(one) for one in (Standing.REDACTED, Standing.ERASED, Standing.WITHHELD))
    say(
        f"  disclosed: {len(copy.disclosures)}, redacted with a reason: {redacted}, erased: {erased}, objects: {len(copy.objects)}"
    )
    if bare:
        entries = [hole.entry for hole in copy.holes.values() if hole.standing is Standing.WITHHELD]
        # Records of a gateway never are in a copy: whoever is to have them gets the segments beside it.
        others = [one for one in entries if not one.startswith(_SEALED)]
        shown = f"the first of {(others or entries)[0]}; `ruleout verify --strict` fails on them"
        say(f"  withheld, unexplained: {bare}, {shown}")
        if others:
            logs = " ..., or --with-logs for logs" if others[0].startswith(_LOGS) else " ..., or another --audience"
            say(f"  next: ruleout redact {others[0]} '*' --class CLASS --justification WHY{logs}")
        else:
            say(
                "  next: These are the gateway's records: hand its audit folder over beside this file to those who may read them."
            )
