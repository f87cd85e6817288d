# SPDX-License-Identifier: Apache-2.0
"""`ruleout kill`: switch off a model, tool, capability, tenant, surface or everything, and see who obeyed."""

from __future__ import annotations

from typing import Annotated

import typer

from ruleout.app.accountability.signed import stated_reason
from ruleout.app.kill.degrading import Given, given_here
from ruleout.app.kill.entries import missing_grants, missing_in, told_of
from ruleout.app.kill.named import nobody_named
from ruleout.app.kill.proof import wait_for
from ruleout.app.kill.site import Site, chain, site_of
from ruleout.app.kill.taking import kill as put_kill
from ruleout.app.kill.taking import limit_of, tighten
from ruleout.app.ledger import read_record
from ruleout.app.workspace import Workspace
from ruleout.cli.exit_code import ExitCode
from ruleout.cli.kill_options import (
    CapabilityOption,
    ModelOption,
    StoreOption,
    SurfaceOption,
    TenantOption,
    TerminateOption,
    ToolOption,
    WaitOption,
    recorded,
    show_proof,
    target_of,
    unlocked,
)
from ruleout.cli.options import JsonOption, WorkspaceOption, instant, workspace_needed
from ruleout.cli.output import page_width, say, show_json, show_page
from ruleout.cli.signing import KeyOption
from ruleout.errors import RuleoutError
from ruleout.reports.kill.pages import grant_page, grant_value, state_page, state_value
from ruleout.serving.epoch import Target

AllOption = Annotated[bool, typer.Option("--all", help="Everything.")]
ReasonOption = Annotated[str, typer.Option("--reason", help="Why; kept in confidence. Name no person.")]
ListOption = Annotated[bool, typer.Option("--list", help="Show what is killed and tightened now, and change nothing.")]
LimitOption = Annotated[
    str | None, typer.Option("--tighten", metavar="KIND[:TENANT]=COUNT", help="Tighten a limit instead of killing.")
]


def add(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command("kill")(kill)


def kill(
    model: ModelOption = None,
    capability: CapabilityOption = None,
    tool: ToolOption = None,
    tenant: TenantOption = None,
    surface: SurfaceOption = None,
    everything: AllOption = False,
    limit: LimitOption = None,
    reason: ReasonOption = "",
    key: KeyOption = None,
    wait: WaitOption = 5.0,
    terminate_stuck: TerminateOption = False,
    shows: ListOption = False,
    store: StoreOption = None,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> int:
    """Switch off one thing at once, by one person with a key in role `kill`. Two persons give it back: `ruleout unkill`.

    It is in force before the record is asked. The answer is what each worker on this host said itself.

    Exit codes: 0 in force and every worker here acknowledged, 1 a worker or the page did not, or the gateway here follows
    another state, 2 bad input or the state could not be written, 3 no gateway or worker runs here, so nobody was asked. With
    --list: 0, and 3 where an epoch has no entry yet.

    Example: ruleout kill --tool code-execution --reason "odd calls since noon" --key duty-kim
    """
    place = workspace_needed(workspace)
    site = site_of(place, store)
    if shows:
        return _list(place, site, json=json)
    signer, at = unlocked(key), instant(None)
    if limit is not None:
        done = tighten(site, signer, limit=limit_of(limit), at=at)
        what: dict[str, object] = {"epoch": done.epoch.number, "limit": limit}
    else:
        named = {
            Target.MODEL: model, Target.CAPABILITY: capability, Target.TOOL: tool, Target.TENANT: tenant,
            Target.SURFACE: surface,
        }  # fmt: skip
        kind, name = target_of(named, everything=everything)
        done, kill_id = put_kill(site, signer, kind=kind, name=name, reason=stated_reason(reason), at=at)
        what = {"epoch": done.epoch.number, "kill": kill_id}
        say(f"{kill_id} is in force: epoch {done.epoch.number}")
    proof = wait_for(site, done.epoch.number, timeout_s=wait, terminate=terminate_stuck)
    what["recorded"] = recorded(place, site, signer, done.epoch.number)
    if limit is None and (nobody := nobody_named(place, kind, name)):
        what["note"] = nobody
        say(f"NOTE: {nobody}")
        say("  next: It is killed all the same. If you meant another name, kill that one too.")
    return show_proof(proof, what, json=json)


def _list(place: Workspace, site: Site, *, json: bool) -> int:
    epochs = chain(site)
    newest = epochs[-1].epoch if epochs else None
    try:
        record = read_record(place)
        missing = missing_in(record, epochs)
        grants = [told_of(act, signed) for act, signed in missing_grants(record, site)]
    except (RuleoutError, OSError) as error:
        say(f"the record cannot be read now: {error}")
        missing, grants = [one.epoch.number for one in epochs], []
    given = _given(site)
    if json:
        degraded = None if given is None else grant_value(given.signed, given.why_not)
        show_json({**state_value(newest, missing, grants), "degraded": degraded})
    else:
        show_page(state_page(newest, missing, grants, width=page_width()))
        if given is not None:
            show_page(grant_page(given.signed, given.why_not, width=page_width()))
    return ExitCode.HOLD if missing or grants else ExitCode.OK


def _given(site: Site) -> Given | None:
    try:
        return given_here(site, at=instant(None))
    except (RuleoutError, OSError) as error:
        say(f"the degraded grant here counts for nothing: {error}")
        return None
