# SPDX-License-Identifier: Apache-2.0
"""`ruleout policy`: the floor and tenants' policies: tested, signed, and asked about one call."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from ruleout.app.policy.acts import ask, sign
from ruleout.app.policy.sources import Tested, read_bundle, tried
from ruleout.cli.exit_code import ExitCode
from ruleout.cli.options import JsonOption, WorkspaceOption, keys_of_this_run, workspace_needed, workspace_or_none
from ruleout.cli.output import page_width, say, show_json, show_page
from ruleout.documents.counts import count_of
from ruleout.policy.bundle import Bundle, bundle_digest
from ruleout.reports.policy.policy_text import answer_page, tested_page


def add(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    verbs = typer.Typer(no_args_is_help=True, help=_ABOUT)
    verbs.command("test")(run_tests)
    verbs.command("sign")(sign_policy)
    verbs.command("explain")(explain)
    app.add_typer(verbs, name="policy")


_ABOUT = """What may be done at run time: a floor made of the framework's red lines, and tenants' policies in Cedar.

The floor is asked first and alone. A rule that cannot be evaluated denies. Nothing here says that a model is safe.

Example: ruleout policy test examples/policy/floor examples/policy/acme
"""


def run_tests(
    folders: Annotated[list[Path], typer.Argument(help="Folders with floor.yaml, or bundle.yaml and policy.cedar.")],
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> int:
    """Run the tests of bundles: each answer, each rule decided by one, and Cedar itself asked the same.

    Exit codes: 0 all hold, 1 something was found, 2 a file or a rule is refused.

    Example: ruleout policy test policies/floor policies/acme
    """
    place = workspace_or_none(workspace)
    tested = [tried(read_bundle(folder, place)) for folder in folders]
    if json:
        show_json({"bundles": [_tested(one) for one in tested]})
    else:
        width = page_width()
        show_page(line for one in tested for line in tested_page(one.bundle, one.rules, one.faults, width=width))
    return ExitCode.STOP if any(one.faults for one in tested) else ExitCode.OK


def sign_policy(
    folder: Annotated[Path, typer.Argument(help="Folder of the bundle.")],
    key: Annotated[str, typer.Option("--key", help="Key that signs: role floor, or tenant-policy.")],
    out: Annotated[Path, typer.Option("--out", help="New file for the signed bundle.")],
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Sign a bundle whose tests hold. Never an older version, never another text under the same one.

    Example: ruleout policy sign policies/acme --key pia --out acme-1.json
    """
    bundle = sign(workspace_needed(workspace), keys_of_this_run(), folder, key=key, out=out)
    if json:
        show_json({**_about(bundle), "file": str(out)})
    else:
        say(f"{bundle.kind.value} {bundle.label} signed by {key}, {count_of(len(bundle.trials), 'test')}, in {out}")


def explain(
    call: Annotated[Path, typer.Argument(help="File of one call.")],
    floor: Annotated[Path, typer.Option("--floor", help="The signed floor.")],
    policy: Annotated[
        list[Path] | None, typer.Option("--policy", help="A signed tenant bundle; repeat for more.")
    ] = None,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> int:
    """Say whether a call is allowed, and which rules decided. Exit codes: 0 allowed, 1 denied, 2 nothing was decided.

    A bundle with a wrong signature, an older version, or tests that do not hold decides nothing: exit 1.

    Example: ruleout policy explain call.yaml --floor floor-1.json --policy acme-1.json
    """
    loaded, answer = ask(workspace_needed(workspace), floor, policy or [], call)
    if json:
        told = {"allowed": answer.allowed, "ground": answer.ground.value, "bundle": answer.bundle}
        show_json({**told, "rules": answer.rules, "failed": answer.failed, "floor": _about(loaded.floor)})
    else:
        show_page(answer_page(answer, loaded.floor, width=page_width()))
    return ExitCode.OK if answer.allowed else ExitCode.STOP


def _tested(one: Tested) -> dict[str, Any]:
    faults = [{"test": fault.trial, "expected": fault.expected, "got": fault.got} for fault in one.faults]
    return {**_about(one.bundle), "rules": one.rules, "tests": len(one.bundle.trials), "faults": faults}


def _about(bundle: Bundle) -> dict[str, Any]:
    told = {"kind": bundle.kind.value, "name": bundle.name, "version": bundle.version}
    return {**told, "digest": bundle_digest(bundle), "about": dict(bundle.about)}
