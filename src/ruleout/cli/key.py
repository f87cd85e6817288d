# SPDX-License-Identifier: Apache-2.0
"""`ruleout key`: keys of the people who approve."""

from __future__ import annotations

from typing import Annotated

import typer

from ruleout.app.keys.compromise import record_compromise
from ruleout.app.keys.listing import KeyState, key_states
from ruleout.app.keys.rotate import rotate_key, rotate_log_key
from ruleout.app.ledger import read_record
from ruleout.app.start import add_key
from ruleout.cli.options import JsonOption, WorkspaceOption, instant, keys_of_this_run, workspace_needed
from ruleout.cli.output import say, show_json, show_page
from ruleout.cli.signing import KeyOption, acting
from ruleout.errors import RuleoutError
from ruleout.reports.page import Line


def add(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    verbs = typer.Typer(no_args_is_help=True, help=_ABOUT)
    verbs.command("new")(new)
    verbs.command("rotate")(rotate)
    verbs.command("compromise")(compromise)
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


def rotate(
    name: Annotated[str | None, typer.Argument(help="Name of the key to replace.")] = None,
    to: Annotated[str | None, typer.Option(help="Name of the new key; default: the old one with -2.")] = None,
    log: Annotated[bool, typer.Option("--log", help="Replace the key that signs the log's checkpoints.")] = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Replace a key: old and new sign the entry, and from it on only the new one counts.

    Before you replace the log's key, tell your witnesses: they refuse checkpoints by a key that they do not know.

    Examples:
      ruleout key rotate ceo-ada --to ceo-ada-2

      ruleout key rotate --log
    """
    if log == (name is not None):
        raise RuleoutError("expected the name of a key, or --log", hint="Name one of them.")
    place, keys = workspace_needed(workspace), keys_of_this_run()
    if name is None:
        known = rotate_log_key(place, keys, at=instant(None))
        say(f"the log signs with {known.key.key_id} from now on; give your witnesses and verifiers:")
        show_page([Line(str(key)) for key in known.current])
        return
    holder = rotate_key(place, keys, name, to=to or f"{name}-2", at=instant(None))
    say(f"key {holder.key.key_id} for {holder.person} as {', '.join(holder.roles)} replaces {name}")


def compromise(
    name: Annotated[str, typer.Argument(help="Name of the compromised key, or name+id.")],
    since: Annotated[str, typer.Option("--from", help="Instant from which others may have had it.")],
    reason: Annotated[str, typer.Option(help="Why; kept beside the log.")],
    key: KeyOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """End a key that others may have: what it signed counts only as far as witnesses had seen it before.

    Example: ruleout key compromise ceo-ada --from 2026-11-20T08:00:00Z --reason "laptop stolen" --key rso-bea
    """
    when = instant(since)  # before the act's own instant: now is not after it
    with acting(workspace_needed(workspace), key, instant(None)) as (record, recorder, signer):
        until = record_compromise(record, recorder, signer, key_id=name, since=when, reason=reason)
    say(f"key {name} has ended; what it signed counts below entry {until}, up to which witnesses had seen the record")
    if not until:
        say("no quorum of witnesses had seen the record by then: nothing that it signed counts")


def list_keys(workspace: WorkspaceOption = None, json: JsonOption = False) -> None:
    """List the keyring: who may sign in which role, since when, and which keys have ended.

    Example: ruleout key list --json
    """
    states = key_states(read_record(workspace_needed(workspace)))
    if json:
        show_json({"keys": [_value(state) for state in states]})
        return
    show_page(
        [_line(s) for s in states] or [Line("no keys yet: ruleout key new NAME --role ROLE --person PERSON", "dim")]
    )


def _value(state: KeyState) -> dict[str, object]:
    held = state.holder
    told = {"vkey": str(held.key), "person": held.person, "roles": list(held.roles), "since": held.since}
    return {**told, "state": state.words, "ended_by": state.ended_by, "counts_below": state.counts_below}


def _line(state: KeyState) -> Line:
    held = state.holder
    ended = "" if state.ended_by is None else f"  {state.words}"
    text = f"{held.key.key_id:<32} {held.person:<12} {', '.join(held.roles):<20} since {held.since}{ended}"
    return Line(text, "warn" if ended else "")
