# SPDX-License-Identifier: Apache-2.0
"""`ruleout drill`: kill what nothing serves, see how long each worker takes, and end it again."""

from __future__ import annotations

import typer

from ruleout.app.kill.drill import drill as run_drill
from ruleout.app.kill.site import site_of
from ruleout.cli.kill_options import StoreOption, WaitOption, recorded, show_proof, unlocked
from ruleout.cli.options import JsonOption, WorkspaceOption, instant, workspace_needed
from ruleout.cli.output import say
from ruleout.cli.signing import KeyOption


def add(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command("drill")(drill)


def drill(
    key: KeyOption = None,
    wait: WaitOption = 5.0,
    store: StoreOption = None,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> int:
    """Kill a surface that nothing serves, wait for each worker's own answer, end the drill, and record both.

    Exit codes: 0 every worker here acknowledged in time, 1 one did not, 2 bad input, 3 no gateway or worker runs here.

    Example: ruleout drill --key duty-kim
    """
    place = workspace_needed(workspace)
    site, signer = site_of(place, store), unlocked(key)
    drilled = run_drill(site, signer, at=instant(None), timeout_s=wait)
    say(f"drilled in epoch {drilled.proof.epoch}, ended in epoch {drilled.ended_in}")
    done: dict[str, object] = {"epoch": drilled.proof.epoch, "ended_in": drilled.ended_in}
    done["recorded"] = recorded(place, site, signer, drilled.ended_in)
    return show_proof(drilled.proof, done, json=json)
