# SPDX-License-Identifier: Apache-2.0
"""`ruleout unkill`: give back what was killed or tightened, by two persons."""

from __future__ import annotations

from typing import Annotated

import typer

from ruleout.app.kill.giving_back import confirm as put_in_force
from ruleout.app.kill.giving_back import propose as put_forward
from ruleout.app.kill.giving_back import read_proposal
from ruleout.app.kill.proof import wait_for
from ruleout.app.kill.site import latest, site_of
from ruleout.cli.kill_options import StoreOption, WaitOption, ended_keys, recorded, show_proof, unlocked
from ruleout.cli.options import JsonOption, WorkspaceOption, instant, workspace_needed
from ruleout.cli.output import say, show_json
from ruleout.cli.signing import KeyOption
from ruleout.errors import RuleoutError
from ruleout.reports.kill.pages import given_back
from ruleout.serving.epoch import from_file

_ABOUT = """Give back what was killed or tightened: one person proposes, another confirms the same bytes.

Example: ruleout unkill propose kill-7 --key duty-kim
"""


def add(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    verbs = typer.Typer(no_args_is_help=True, help=_ABOUT)
    verbs.command("propose")(propose)
    verbs.command("confirm")(confirm)
    app.add_typer(verbs, name="unkill")


def propose(
    kills: Annotated[list[str] | None, typer.Argument(metavar="[KILL]...", help="Ids of kills that end.")] = None,
    first: Annotated[bool, typer.Option("--first", help="The first state of all: nothing is killed.")] = False,
    limit: Annotated[
        list[str] | None, typer.Option("--limit", metavar="KIND[:TENANT]", help="Tight limit that ends; repeatable.")
    ] = None,
    lease: Annotated[int | None, typer.Option("--lease", min=1000, max=5000, help="Length of the lease, ms.")] = None,
    key: KeyOption = None,
    store: StoreOption = None,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Sign what would be given back; nothing changes until another person confirms it.

    Example: ruleout unkill propose kill-7 --key duty-kim
    """
    place = workspace_needed(workspace)
    site, signer = site_of(place, store), unlocked(key)
    ended_keys(place, signer)
    if first and site.store.newest() is not None:
        raise RuleoutError("there is a state already", hint="Name the kills that end.")
    if not first and site.store.newest() is None:
        raise RuleoutError("there is no state: nothing is served", hint="Propose the first with --first.")
    name, signed = put_forward(
        site, signer, kills=tuple(kills or ()), limits=tuple(limit or ()), lease_ms=lease, at=instant(None)
    )
    if json:
        show_json({"proposal": name, "epoch": signed.epoch.number, "digest": signed.digest})
    say(f"proposed {name}; nothing has changed yet")
    say(f"  next: Another person: `ruleout unkill confirm {name} --key NAME`.")


def confirm(
    proposal: Annotated[
        str, typer.Argument(help="The proposal's name, whole: what is signed must have it as its digest.")
    ],
    key: KeyOption = None,
    wait: WaitOption = 5.0,
    store: StoreOption = None,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> int:
    """Put a proposal in force as its second person; what is signed is said before, and is what the name says, byte for byte.

    The record must be readable: keys that have ended give nothing back.

    Exit codes: 0 in force and every worker here acknowledged, 1 a check failed, or one did not, 2 bad input, 3 no gateway or worker here.

    Example: ruleout unkill confirm PROPOSAL --key duty-lee
    """
    place = workspace_needed(workspace)
    site, signer = site_of(place, store), unlocked(key)
    ended = ended_keys(place, signer)
    before, after = latest(site), read_proposal(site, proposal, from_file, ended)
    for line in given_back(None if before is None else before.epoch, after.epoch):
        say(f"to be signed: {line}")
    done = put_in_force(site, signer, proposal, ended=ended)
    say(f"epoch {done.epoch.number} is in force")
    proof = wait_for(site, done.epoch.number, timeout_s=wait)
    what: dict[str, object] = {"epoch": done.epoch.number}
    what["recorded"] = recorded(place, site, signer, done.epoch.number)
    return show_proof(proof, what, json=json)
