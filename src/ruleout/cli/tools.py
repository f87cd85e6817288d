# SPDX-License-Identifier: Apache-2.0
"""`ruleout tools`: rules for high-impact tools, and calls of them that wait for a person."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ruleout.adapters.approvals import ApprovalFolder
from ruleout.adapters.files import read_bounded
from ruleout.app.approvals_of_tools.acts import ROLE, answer
from ruleout.cli.exit_code import ExitCode
from ruleout.cli.options import JsonOption, WorkspaceOption, instant, keys_of_this_run, workspace_needed
from ruleout.cli.output import page_width, say, show_json, show_page
from ruleout.errors import NotFound
from ruleout.reports.tools.pages import (
    asking_page,
    asking_value,
    judged_page,
    judged_value,
    rules_page,
    rules_value,
    waiting_page,
)
from ruleout.serving.approvals import Said
from ruleout.serving.tools import Allowed, Denied, ToolRules, judge, parse_tool_rules
from ruleout.serving.tools.call import Call
from ruleout.serving.tools.judge import MOST_CHARS
from ruleout.serving.tools.load import MOST_BYTES

_ABOUT = """High-impact tools: which calls may leave the gateway, in which tier, with which arguments, and who approves.

What is not listed is denied. Nothing here says that a tool is safe.

Example: ruleout tools check tools.yaml
"""

RulesArgument = Annotated[Path, typer.Argument(help="File of tool rules.")]
FolderOption = Annotated[Path, typer.Option("--folder", help="Folder in which the gateway's calls wait.")]
CallArgument = Annotated[str, typer.Argument(help="Id of the call that waits.")]
KeyOption = Annotated[str, typer.Option("--key", help="Key that signs the answer.")]
RoleOption = Annotated[list[str] | None, typer.Option("--role", help="Role that may answer; repeatable.")]


def add(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    verbs = typer.Typer(no_args_is_help=True, help=_ABOUT)
    verbs.command("check")(check)
    verbs.command("judge")(judge_call)
    verbs.command("waiting")(waiting)
    verbs.command("show")(show)
    verbs.command("approve")(approve)
    verbs.command("deny")(deny)
    app.add_typer(verbs, name="tools")


def check(rules: RulesArgument, json: JsonOption = False) -> None:
    """Check a file of tool rules: all its problems at once, or what each tier may do.

    Exit codes: 0 sound, 2 the file has problems.

    Example: ruleout tools check tools.yaml
    """
    read = _read(rules)
    if json:
        show_json(rules_value(read))
    else:
        show_page(rules_page(read, width=page_width()))


def judge_call(
    rules: RulesArgument,
    tool: Annotated[str, typer.Option("--tool", help="Name of the tool, as the model writes it.")],
    tier: Annotated[str, typer.Option("--tier", help="The tenant's tier.")],
    arguments: Annotated[Path, typer.Option("--arguments", help="File with the call's arguments, JSON.")],
    json: JsonOption = False,
) -> int:
    """Say what one call of a tool comes to, as a gateway would: allowed, denied, or a person is asked.

    Exit codes: 0 allowed, 1 denied, 2 bad input, 3 a person is asked.

    Example: ruleout tools judge tools.yaml --tool read_manual --tier standard --arguments call.json
    """
    data = read_bounded(arguments, limit_bytes=8 * MOST_CHARS, what="file of arguments")
    # What is no UTF-8 is no JSON either: it is judged, and denied.
    judged = judge(Call(tool, data.decode("utf-8", "surrogateescape"), whole=True), _read(rules), tier)
    if json:
        show_json(judged_value(tool, judged))
    else:
        show_page(judged_page(tool, judged, width=page_width()))
    if isinstance(judged, Allowed):
        return ExitCode.OK
    return ExitCode.STOP if isinstance(judged, Denied) else ExitCode.HOLD


def waiting(folder: FolderOption, json: JsonOption = False) -> None:
    """List the calls that wait for a person, the oldest first.

    Example: ruleout tools waiting --folder calls
    """
    queue = ApprovalFolder(folder)
    if not queue.waiting.is_dir():  # of a folder that is misspelt, "no call waits" would be heard until the deadline
        hint = "Name the folder that stands under `approvals:` in the gateway's settings."
        raise NotFound(f"{folder}: expected a gateway's folder of calls, got none", hint=hint)
    asked = queue.asked()
    if json:
        show_json({"waiting": [asking_value(one) for one in asked]})
    else:
        show_page(waiting_page(asked, width=page_width()))


def show(call: CallArgument, folder: FolderOption, json: JsonOption = False) -> None:
    """Show one call that waits; its arguments where the permit lets content be kept.

    Example: ruleout tools show 5f2b8c0d9e1a4f6b7c8d9e0f1a2b3c4d --folder calls
    """
    asking = ApprovalFolder(folder).question(call)
    if json:
        show_json(asking_value(asking))
    else:
        show_page(asking_page(asking, width=page_width()))


def approve(
    call: CallArgument, folder: FolderOption, key: KeyOption, role: RoleOption = None, workspace: WorkspaceOption = None
) -> None:
    """Approve exactly this call, once. Who signs must hold the role, tool-approver unless the gateway names others.

    Example: ruleout tools approve 5f2b8c0d9e1a4f6b7c8d9e0f1a2b3c4d --folder calls --key ann
    """
    _answer(call, folder, key, role, workspace, said=Said.APPROVE)


def deny(
    call: CallArgument, folder: FolderOption, key: KeyOption, role: RoleOption = None, workspace: WorkspaceOption = None
) -> None:
    """Deny this call. A denial beside an approval counts.

    Example: ruleout tools deny 5f2b8c0d9e1a4f6b7c8d9e0f1a2b3c4d --folder calls --key ann
    """
    _answer(call, folder, key, role, workspace, said=Said.DENY)


def _answer(call: str, folder: Path, key: str, role: list[str] | None, workspace: Path | None, *, said: Said) -> None:
    place = workspace_needed(workspace)
    roles = tuple(role or (ROLE,))
    asking = answer(place, keys_of_this_run(), folder, call, said=said, key=key, at=instant(None), roles=roles)
    say(f"{said.value}: {asking.tool} for {asking.tenant}, call {asking.call_sha256[:12]}, signed by {key}")


def _read(rules: Path) -> ToolRules:
    return parse_tool_rules(read_bounded(rules, limit_bytes=MOST_BYTES, what="file of tool rules"), file=str(rules))
