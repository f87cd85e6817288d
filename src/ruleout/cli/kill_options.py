# SPDX-License-Identifier: Apache-2.0
"""What `ruleout kill`, `unkill` and `drill` share: where the state is, the proof, and the entry that comes after."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Annotated

import typer

from ruleout.app.accountability.signed import holder_of
from ruleout.app.keys.rotate import holder_in_force
from ruleout.app.kill.entries import record_epochs, record_grants
from ruleout.app.kill.site import Site, chain
from ruleout.app.ledger import Record, Recorder, read_record, recording
from ruleout.app.workspace import Workspace
from ruleout.cli.exit_code import ExitCode
from ruleout.cli.options import instant, keys_of_this_run
from ruleout.cli.output import page_width, say, show_json, show_page
from ruleout.errors import RuleoutError
from ruleout.ledger import Signer
from ruleout.ledger.key_life import key_life
from ruleout.reports.kill.pages import proof_page, proof_value
from ruleout.serving.epoch import Target
from ruleout.serving.epoch.proof import Proof

StoreOption = Annotated[
    str | None,
    typer.Option(
        "--store", metavar="CONNINFO", help="PostgreSQL that holds the state; default: files in the workspace."
    ),
]
WaitOption = Annotated[
    float, typer.Option("--wait", min=0, max=600, help="Seconds to wait until every worker here has acknowledged.")
]
TerminateOption = Annotated[
    bool, typer.Option("--terminate-stuck", help="End the workers that do not answer in that time, by SIGKILL.")
]
ModelOption = Annotated[str | None, typer.Option("--model", help="A model, by any name it is served under.")]
CapabilityOption = Annotated[str | None, typer.Option("--capability", help="A capability.")]
ToolOption = Annotated[str | None, typer.Option("--tool", help="A tool.")]
TenantOption = Annotated[str | None, typer.Option("--tenant", help="A tenant.")]
SurfaceOption = Annotated[str | None, typer.Option("--surface", help="An endpoint.")]


def target_of(named: Mapping[Target, str | None], *, everything: bool) -> tuple[Target, str]:
    """Return the one target that was named. Raises RuleoutError for none or several."""
    found = [(kind, name) for kind, name in named.items() if name is not None] + [(Target.ALL, "")] * everything
    if len(found) != 1:
        hint = "Name one of --model, --capability, --tool, --tenant, --surface, --all."
        raise RuleoutError(f"expected one target, got {len(found)}", hint=hint)
    return found[0]


def unlocked(key: str | None) -> Signer:
    """Return the key that signs. Effect: unlocks it. Raises RuleoutError if none was named."""
    if key is None:
        raise RuleoutError("this act needs the key that signs it", hint="Add --key NAME.")
    return keys_of_this_run().unlock(key)


def ended_keys(place: Workspace, signer: Signer) -> Collection[str]:
    """Return the ids of keys that have ended. Effect: reads the record. Raises KeyUnavailable if the signer's is one, or not known."""
    record = read_record(place)
    holder_in_force(record, holder_of(record, signer).key.key_id)
    return key_life(record.entries).ended


def recorded(place: Workspace, site: Site, signer: Signer, own: int) -> bool:
    """Bring whatever has no entry into the record, epochs and degraded grants of this host; say so, and where it cannot be done now.

    Effect: locks, audits and writes the record. Never raises for the record: what was killed is killed.
    """

    def draft(record: Record, recorder: Recorder) -> list[str]:
        numbers = record_epochs(record, recorder, signer, site, chain(site), own=own)
        return [f"epoch {number}" for number in numbers] + record_grants(record, recorder, signer, site, own="")

    return _drafted(place, draft)


def recorded_grant(place: Workspace, site: Site, signer: Signer, own: str) -> bool:
    """Bring every degraded grant of this host that has no entry into the record, without asking the store. As `recorded`."""
    return _drafted(place, lambda record, recorder: record_grants(record, recorder, signer, site, own=own))


def _drafted(place: Workspace, draft: Callable[[Record, Recorder], list[str]]) -> bool:
    try:
        with recording(place, keys_of_this_run(), at=instant(None)) as (record, recorder):
            done = draft(record, recorder)
            recorder.commit()
    except (RuleoutError, OSError) as error:
        say(f"NOT in the record yet: {error}")
        say("  next: It is in force all the same. The next kill, unkill, degrade or drill writes the entry.")
        return False
    for one in done:
        say(f"recorded {one} in {place.origin}")
    return True


def show_proof(proof: Proof, done: Mapping[str, object], *, json: bool) -> ExitCode:
    """Show what was put in force and who acknowledged it; return the exit code. Effect: writes."""
    if json:
        show_json({**done, **proof_value(proof)})
    else:
        show_page(proof_page(proof, width=page_width()))
    if proof.is_unasked:
        return ExitCode.HOLD
    return ExitCode.OK if proof.holds else ExitCode.STOP
