# SPDX-License-Identifier: Apache-2.0
"""`ruleout concern`: confidential reports of possible non-compliance, who receives them, and what is owed about them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from ruleout.accountability.concerns.fold import closes
from ruleout.accountability.concerns.owed import OwedState
from ruleout.accountability.concerns.roll_up import bounds_of, quarter_of, roll_up
from ruleout.adapters.files import read_bounded
from ruleout.app.accountability.concern_rules import concern_rules
from ruleout.app.accountability.concern_views import seen, tellings_of
from ruleout.app.accountability.concerns import concern_in, concerns_of, receive_concern, update_concern
from ruleout.app.ledger import read_record
from ruleout.app.sources import MOST_DOCUMENT_BYTES
from ruleout.cli.exit_code import ExitCode
from ruleout.cli.options import JsonOption, WorkspaceOption, instant, workspace_needed
from ruleout.cli.output import page_width, say, show_json, show_page
from ruleout.cli.signing import KeyOption, acting
from ruleout.cli.unread import say_unread
from ruleout.errors import RuleoutError
from ruleout.ledger import EntryType
from ruleout.model.concern import ConcernStatus, ConcernUpdate
from ruleout.model.verdict import Verdict
from ruleout.reports.accountability.concern_text import (
    concern_value,
    concerns_page,
    roll_up_page,
    roll_up_value,
)

_ABOUT = """Concerns: reports of possible non-compliance, in confidence, without whoever they concern.

Example: ruleout concern list -f anthropic-rsp@3.4
"""

NumberArgument = Annotated[int, typer.Argument(help="The concern's number.")]
FrameworkOption = Annotated[str, typer.Option("--framework", "-f", help="Whose rules count beside those of laws.")]
SeenOption = Annotated[str | None, typer.Option("--at", help="The instant to look from; default: now.")]
ToldOption = Annotated[str, typer.Option(help="What the reporter was told: an update to them.")]
CorrectionOption = Annotated[str, typer.Option(help="What is done about it.")]
MaterialOption = Annotated[Verdict | None, typer.Option(help="Whether it bears on safety materially.")]


def add(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    verbs = typer.Typer(no_args_is_help=True, help=_ABOUT)
    verbs.command("receive")(receive)
    verbs.command("update")(update)
    verbs.command("close")(close)
    verbs.command("list")(list_all)
    verbs.command("rollup")(rollup)
    app.add_typer(verbs, name="concern")


def receive(
    file: Annotated[str, typer.Argument(help="The concern's file, or - for standard input.")],
    framework: FrameworkOption = "",
    key: KeyOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Receive a concern and say who gets it. Without `reporter:` it is anonymous: nothing of a person is kept.

    Sign with the key of whoever takes reports in, not with the reporter's: signatures stay for good.

    Example: ruleout concern receive concern.yaml -f anthropic-rsp@3.4 --key recorder
    """
    place = workspace_needed(workspace)
    data = _handed_in(file)
    rules = concern_rules(framework, place)
    with acting(place, key, instant(None)) as (record, recorder, signer):
        number, entry = receive_concern(data, record, recorder, signer)
    record = read_record(place)
    state = concern_in(number, concerns_of(record))
    show_page(concerns_page([seen(state, record, rules, instant(None))], texts=False, width=page_width()))
    say(f"recorded as {entry} of {place.origin}")


def update(
    number: NumberArgument,
    status: Annotated[ConcernStatus | None, typer.Option(help="How it stands: investigated.")] = None,
    material: MaterialOption = None,
    told: ToldOption = "",
    notified: Annotated[list[str] | None, typer.Option(help="A role told of the finding; repeat for more.")] = None,
    correction: CorrectionOption = "",
    key: KeyOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """State how a concern stands, what the reporter was told, or who was told of the finding.

    Example: ruleout concern update 1 --status investigated --told "logs are being read" --key recorder
    """
    if status is not None and closes(status):
        raise RuleoutError(f"{status.value} closes the concern", hint="Use `ruleout concern close`.")
    stated = ConcernUpdate(
        status=status, material=material, told=told, notified=tuple(notified or ()), correction=correction
    )
    _update(number, stated, key, workspace)


def close(
    number: NumberArgument,
    status: Annotated[ConcernStatus, typer.Option(help="substantiated, unsubstantiated or undetermined.")],
    material: MaterialOption = None,
    told: ToldOption = "",
    correction: CorrectionOption = "",
    key: KeyOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Close a concern with the finding. Unsubstantiated ones stay and are counted.

    Example: ruleout concern close 1 --status substantiated --material yes --key recorder
    """
    if not closes(status):
        hint = "Use substantiated, unsubstantiated or undetermined; or `ruleout concern update`."
        raise RuleoutError(f"expected a status that closes a concern, got {status.value}", hint=hint)
    _update(number, ConcernUpdate(status=status, material=material, told=told, correction=correction), key, workspace)


def list_all(
    framework: FrameworkOption = "",
    texts: Annotated[bool, typer.Option("--texts", help="Show what was said, too.")] = False,
    at: SeenOption = None,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> int:
    """List concerns: status, who receives each without whoever it concerns, and what is owed.

    Exit codes: 0 nothing was missed, 1 an update or a notice is overdue, 2 bad input.

    Example: ruleout concern list -f anthropic-rsp@3.4 --at 2027-01-31
    """
    place, when = workspace_needed(workspace), instant(at)
    record, rules = read_record(place), concern_rules(framework, place)
    say_unread(record, EntryType.CONCERN)
    rows = [seen(state, record, rules, when) for state in concerns_of(record, seen_at=when).values()]
    if json:
        show_json({"concerns": [concern_value(row, texts=texts) for row in rows]})
    else:
        show_page(concerns_page(rows, texts=texts, width=page_width()))
    is_late = any(one.state in (OwedState.MISSED, OwedState.AT_ONCE) for row in rows for one in row.owed)
    return ExitCode.STOP if is_late else ExitCode.OK


def rollup(
    quarter: Annotated[str | None, typer.Argument(help="Such as 2026-Q4; default: the current one.")] = None,
    framework: FrameworkOption = "",
    at: SeenOption = None,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Count a quarter's concerns, substantiated or not, without a word of any; and say who is told.

    Example: ruleout concern rollup 2026-Q4 -f anthropic-rsp@3.4
    """
    place, when = workspace_needed(workspace), instant(at)
    bounds = bounds_of(quarter or quarter_of(when))
    if bounds is None:
        raise RuleoutError(f"expected a quarter such as 2026-Q4, got {quarter!r}", hint="Write YEAR-Q1 to YEAR-Q4.")
    record, rules = read_record(place), concern_rules(framework, place)
    say_unread(record, EntryType.CONCERN)
    concerns = tuple(concerns_of(record).values())
    counts = roll_up(concerns, bounds, at=when)
    told = tellings_of(concerns, bounds, record, rules)
    if json:
        show_json(roll_up_value(counts, told))
    else:
        show_page(roll_up_page(counts, told, width=page_width()))


def _update(number: int, stated: ConcernUpdate, key: str | None, workspace: Path | None) -> None:
    place = workspace_needed(workspace)
    with acting(place, key, instant(None)) as (record, recorder, signer):
        entry = update_concern(number, stated, record, recorder, signer)
    say(f"recorded as {entry} of {place.origin}")


def _handed_in(file: str) -> bytes:
    if file != "-":
        return read_bounded(Path(file), limit_bytes=MOST_DOCUMENT_BYTES, what="concern")
    data = sys.stdin.buffer.read(MOST_DOCUMENT_BYTES + 1)
    if len(data) > MOST_DOCUMENT_BYTES:
        raise RuleoutError(f"expected a concern of at most {MOST_DOCUMENT_BYTES} bytes, got more", hint="Shorten it.")
    return data
