# SPDX-License-Identifier: Apache-2.0
"""`ruleout degrade`: let plain chat go on for some hours while the store of kills cannot be asked, by two persons."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Annotated

import typer

from ruleout.app.accountability.signed import stated_reason
from ruleout.app.kill.degrading import Wanted, given_here
from ruleout.app.kill.degrading import confirm as let_count
from ruleout.app.kill.degrading import end as take_back
from ruleout.app.kill.degrading import propose as put_forward
from ruleout.app.kill.giving_back import read_proposal
from ruleout.app.kill.site import site_of
from ruleout.cli.exit_code import ExitCode
from ruleout.cli.kill_options import StoreOption, ended_keys, recorded_grant, unlocked
from ruleout.cli.options import JsonOption, WorkspaceOption, instant, workspace_needed
from ruleout.cli.output import page_width, say, show_json, show_page
from ruleout.cli.signing import KeyOption
from ruleout.reports.kill.pages import grant_page, grant_told, grant_value
from ruleout.serving.epoch import grant_from_file

_ABOUT = """Let plain chat go on for some hours while the store of kills cannot be asked: one person proposes, another confirms.

Example: ruleout degrade propose --gateway lab --until +2h --reason "database is moved" --key duty-kim
"""
UntilOption = Annotated[
    str,
    typer.Option(
        "--until", metavar="INSTANT", help="When it ends: an instant, +2h or +90m; at most 4 hours after it begins."
    ),
]
FromOption = Annotated[
    str | None, typer.Option("--from", metavar="INSTANT", help="When it begins, at most 7 days ahead; default: now.")
]
GatewayOption = Annotated[
    str, typer.Option("--gateway", help="The gateway that it is for, by the name in its settings.")
]
TenantsOption = Annotated[
    list[str] | None, typer.Option("--tenant", help="A tenant that goes on; repeatable; default: all of the permits'.")
]
ModelsOption = Annotated[
    list[str] | None,
    typer.Option("--model", help="A model, as it is asked for; repeatable; default: all of the permits'."),
]
ReasonOption = Annotated[str, typer.Option("--reason", help="Why; kept in confidence. Name no person.")]


def add(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    verbs = typer.Typer(no_args_is_help=True, help=_ABOUT)
    verbs.command("propose")(propose)
    verbs.command("confirm")(confirm)
    verbs.command("end")(end)
    verbs.command("show")(show)
    app.add_typer(verbs, name="degrade")


def propose(
    gateway: GatewayOption,
    until: UntilOption,
    reason: ReasonOption = "",
    begins: FromOption = None,
    tenant: TenantsOption = None,
    model: ModelsOption = None,
    key: KeyOption = None,
    store: StoreOption = None,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Sign what would go on; nothing changes until another person confirms it. It is of the epoch in force and of no other.

    Example: ruleout degrade propose --gateway lab --until +2h --reason "database is moved" --key duty-kim
    """
    place = workspace_needed(workspace)
    site, signer, at = site_of(place, store), unlocked(key), instant(None)
    ended_keys(place, signer)
    first = max(at, instant(begins, at))
    wanted = Wanted(
        origin=place.origin, gateway=gateway, not_before=first, until=_ends(until, first), reason=stated_reason(reason),
        tenants=tuple(tenant) if tenant else None, models=tuple(model) if model else None,
    )  # fmt: skip
    name, signed = put_forward(site, signer, wanted, at=at)
    if json:
        show_json({"proposal": name, **grant_value(signed, "one person has signed it")})
    say(f"proposed {name}; nothing goes on by it yet")
    say(f"  next: Another person: `ruleout degrade confirm {name} --key NAME`.")


def confirm(
    proposal: Annotated[
        str, typer.Argument(help="The proposal's name, whole: what is signed must have it as its digest.")
    ],
    key: KeyOption = None,
    store: StoreOption = None,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> int:
    """Let a proposal count on this host as its second person; what is signed is said before, and is what the name says.

    The record must be readable: keys that have ended open nothing.

    Exit codes: 0 it counts and is recorded, 1 a check failed, 2 bad input, 3 it counts and is not recorded yet.

    Example: ruleout degrade confirm PROPOSAL --key duty-lee
    """
    place = workspace_needed(workspace)
    site, signer = site_of(place, store), unlocked(key)
    ended = ended_keys(place, signer)
    for line in grant_told(read_proposal(site, proposal, grant_from_file, ended)):
        say(f"to be signed: {line}")
    signed = let_count(site, signer, proposal, at=instant(None), ended=ended)
    say(f"plain chat may go on until {signed.grant.until} under epoch {signed.grant.epoch}")
    say(f"  next: Other hosts of this gateway: copy {site.grants.current} to theirs.")
    is_recorded = recorded_grant(place, site, signer, signed.digest)
    if json:
        show_json({**grant_value(signed, ""), "recorded": is_recorded})
    return ExitCode.OK if is_recorded else ExitCode.HOLD


def end(
    key: KeyOption = None, store: StoreOption = None, json: JsonOption = False, workspace: WorkspaceOption = None
) -> int:
    """Take back this host's grant, by one person. The record is not asked before.

    Exit codes: 0 taken back and recorded, 2 bad input, 3 taken back and not recorded yet.

    Example: ruleout degrade end --key duty-kim
    """
    place = workspace_needed(workspace)
    site, signer = site_of(place, store), unlocked(key)
    signed = take_back(site, signer, at=instant(None))
    say(f"taken back: grant {signed.digest[:16]} counts no more on this host")
    is_recorded = recorded_grant(place, site, signer, signed.digest)
    if json:
        show_json({**grant_value(signed, "it was taken back"), "recorded": is_recorded})
    return ExitCode.OK if is_recorded else ExitCode.HOLD


def show(store: StoreOption = None, json: JsonOption = False, workspace: WorkspaceOption = None) -> int:
    """Show this host's grant, also while the store is silent. Exit codes: 0 it counts, 1 it is no grant of two persons, 3 none counts.

    Example: ruleout degrade show
    """
    site = site_of(workspace_needed(workspace), store)
    given = given_here(site, at=instant(None))
    signed, against = (None, "") if given is None else (given.signed, given.why_not)
    if json:
        show_json({"degraded": None if signed is None else grant_value(signed, against)})
    else:
        show_page(grant_page(signed, against, width=page_width()))
    return ExitCode.HOLD if signed is None or against else ExitCode.OK


def _ends(text: str, first: datetime) -> datetime:
    """The instant of `+2h`, `+90m` after the first one, or of an instant."""
    match = re.fullmatch(r"\+([0-9]{1,4})([hm])", text)
    if match is None:
        return instant(text)
    return first + timedelta(minutes=int(match[1]) * (60 if match[2] == "h" else 1))
