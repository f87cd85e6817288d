# SPDX-License-Identifier: Apache-2.0
"""`ruleout key`: keys of the people who approve."""

from __future__ import annotations

from typing import Annotated

import typer

from ruleout.app.keyring import read_keyring
from ruleout.app.start import add_key
from ruleout.cli.options import JsonOption, WorkspaceOption, instant, keys_of_this_run, workspace_needed
from ruleout.cli.output import say, show_json, show_page
from ruleout.reports.page import Line


def add(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    verbs = typer.Typer(no_args_is_help=True, help=_ABOUT)
    verbs.command("new")(new)
    verbs.command("list")(list_keys)
    app.add_typer(verbs, name="key")


_ABOUT = """Keys of the people who approve: one Ed25519 key per person and role.

Private keys stay outside the workspace (RULEOUT_KEYS, default ~/.config/ruleout/keys), encrypted under a passphrase
that is asked for, or read from RULEOUT_PASSPHRASE_FILE. Machines may hand over a seed in RULEOUT_KEY_<NAME>.
"""


def new(
    name: Annotated[str, typer.Argument(help="Name of the key, such as ceo-ada.")],
    role: Annotated[list[str], typer.Option(help="A role the key may sign in; repeat for more.")],
    person: Annotated[str, typer.Option(help="Id of the person whose key it is.")],
    workspace: WorkspaceOption = None,
) -> None:
    """Make a key, add its public part to the keyring and to the record.

    Example: ruleout key new ceo-ada --role ceo --person ada
    """
    holder = add_key(
        workspace_needed(workspace), keys_of_this_run(), name, person=person, roles=tuple(role), at=instant(None)
    )
    say(f"key {holder.key.key_id} for {holder.person} as {', '.join(holder.roles)}")


def list_keys(workspace: WorkspaceOption = None, json: JsonOption = False) -> None:
    """List the keyring: who may sign in which role, since when.

    Example: ruleout key list --json
    """
    ring = read_keyring(workspace_needed(workspace).keyring)
    if json:
        shown = [
            {"vkey": str(h.key), "person": h.person, "roles": list(h.roles), "since": h.since} for h in ring.values()
        ]
        show_json({"keys": shown})
        return
    lines = [
        Line(f"{key_id:<32} {h.person:<12} {', '.join(h.roles):<20} since {h.since}") for key_id, h in ring.items()
    ]
    show_page(lines or [Line("no keys yet: ruleout key new NAME --role ROLE --person PERSON", "dim")])
