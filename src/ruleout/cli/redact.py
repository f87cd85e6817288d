# SPDX-License-Identifier: Apache-2.0
"""`ruleout redact`: hide values from audiences by a signed act with its reason; list what is hidden; end it again."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer
from typer.core import TyperGroup

from ruleout.app.disclosure.redact import Target, Wanted, also_named_by, lift, redact, standing_redactions
from ruleout.app.ledger import read_record
from ruleout.cli.exit_code import ExitCode
from ruleout.cli.options import JsonOption, WorkspaceOption, day, instant, workspace_needed
from ruleout.cli.output import page_width, say, show_json, show_page
from ruleout.cli.signing import KeyOption, acting
from ruleout.errors import RuleoutError
from ruleout.ledger import EntryType, LedgerEntry
from ruleout.ledger.audience import EVERYBODY, Audience
from ruleout.ledger.redaction import RedactionClass
from ruleout.model.expiry import utc_day
from ruleout.reports.redaction_text import redaction_value, redactions_page

_ABOUT = """Hide values of an entry from audiences: by a signed act that says why, in public, and until when.

The value stays in the workspace and the entry as it is. Whoever gets a copy sees a hole with its reason.

Examples:
  ruleout redact incident/weights-1/1 statement --class cybersecurity --audience public --not-material
    --justification "how the intruder got in is not fixed everywhere" --review-by 2027-06-30 --authority rso --key rso-bea

  ruleout redact list --audience public --due

  ruleout redact lift redaction/1 --justification "fixed everywhere" --authority rso --key rso-bea
"""

JustificationOption = Annotated[str, typer.Option("--justification", help="Why, in public words; name no person.")]
AuthorityOption = Annotated[
    str, typer.Option("--authority", help="The role that answers for it; the key must hold it.")
]
AudienceOption = Annotated[
    list[Audience] | None, typer.Option("--audience", help="From whom; repeat for more. Default: public.")
]


class _EntryFirst(TyperGroup):
    """A group whose first word may be an entry: `ruleout redact ENTRY PATH` is `ruleout redact values ENTRY PATH`."""

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]
        is_entry = bool(args) and not args[0].startswith("-") and args[0] not in self.commands
        return super().parse_args(ctx, ["values", *args] if is_entry else args)


def add(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    verbs = typer.Typer(no_args_is_help=True, help=_ABOUT, cls=_EntryFirst)
    verbs.command("values")(values)
    verbs.command("list")(list_all)
    verbs.command("lift")(lift_one)
    app.add_typer(verbs, name="redact")


def values(
    entry: Annotated[str, typer.Argument(help="The entry's id, as `ruleout log` lists it.")],
    class_: Annotated[RedactionClass, typer.Option("--class", help="The ground, of a closed list.")],
    justification: JustificationOption,
    review_by: Annotated[str, typer.Option(help="Last day by which somebody looks at it again.")],
    authority: AuthorityOption,
    material: Annotated[
        bool, typer.Option("--material/--not-material", help="Whether readers need it to judge the conclusions.")
    ],
    path: Annotated[list[str] | None, typer.Argument(help="Values, such as sections.2.text; * for all.")] = None,
    object_: Annotated[list[str] | None, typer.Option("--object", help="An object, by SHA-256 or name.")] = None,
    audience: AudienceOption = None,
    location: Annotated[str, typer.Option(help="Where it stands, in words; default: the paths.")] = "",
    key: KeyOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Hide values of an entry, with the decoys beside them; `values` itself may be left out.

    Example: ruleout redact report/r-1 sections.2.text --class ip --justification "names an unreleased model"
    --not-material --review-by 2027-06-30 --authority rso --key rso-bea
    """
    wanted = Wanted(
        class_=class_,
        audiences=frozenset(audience or (Audience.PUBLIC,)),
        authority=authority,
        justification=justification,
        material=material,
        review_by=_needed_day(review_by),
        location=location,
    )
    target = Target(entry=entry, paths=tuple(path or ()), objects=tuple(object_ or ()))
    place = workspace_needed(workspace)
    with acting(place, key, instant(None)) as (record, recorder, signer):
        made, others = redact(target, wanted, record, recorder, signer), also_named_by(target, record)
    say(f"recorded as {made} of {place.origin}: hidden from {', '.join(sorted(wanted.audiences))}")
    if wanted.audiences == EVERYBODY:
        say("  mind: it is hidden from everybody, the regulator too")
    _say_others(others)
    first = next(one for one in Audience if one in wanted.audiences)
    say(f"  next: ruleout export FILE --audience {first.value}")


def _say_others(others: tuple[LedgerEntry, ...]) -> None:
    """Say what else loses the object, and that decisions which rest on it replay no more."""
    if not others:
        return
    entries = (
        "1 other entry names it and loses it"
        if len(others) == 1
        else f"{len(others)} other entries name it and lose it"
    )
    say(f"  mind: {entries} too, the first {others[0].content.id}")
    if any(one.content.type is EntryType.DECISION for one in others):
        say("  mind: no decision that rests on it replays from such a copy")


def list_all(
    audience: Annotated[Audience | None, typer.Option(help="Only what is hidden from these.")] = None,
    due: Annotated[bool, typer.Option("--due", help="Only those whose review is overdue.")] = False,
    at: Annotated[str | None, typer.Option(help="The day to look from; default: today.")] = None,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> int:
    """List the redactions that stand. Exit codes: 0 no review is overdue, 1 one is.

    Example: ruleout redact list --due --at 2027-07-01
    """
    today = utc_day(instant(at))
    record = read_record(workspace_needed(workspace))
    found = standing_redactions(record, audience=audience, due_at=today if due else None)
    if json:
        show_json({"at": today, "redactions": [redaction_value(one, today) for one in found]})
    else:
        show_page(redactions_page(found, today, width=page_width()))
    is_overdue = bool(standing_redactions(record, audience=audience, due_at=today))
    return ExitCode.STOP if is_overdue else ExitCode.OK


def lift_one(
    redaction: Annotated[str, typer.Argument(help="The redaction's entry, such as redaction/1.")],
    justification: JustificationOption,
    authority: AuthorityOption,
    key: KeyOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """End a redaction: later copies show what it hid, unless another hides it too.

    Example: ruleout redact lift redaction/1 --justification "published elsewhere" --authority rso --key rso-bea
    """
    place = workspace_needed(workspace)
    with acting(place, key, instant(None)) as (record, recorder, signer):
        made = lift(redaction, justification, record, recorder, signer, authority=authority)
    say(f"recorded as {made} of {place.origin}")


def _needed_day(text: str) -> date:
    found = day(text)
    if found is None:
        raise RuleoutError("expected a day of review, got none", hint="Add --review-by YEAR-MONTH-DAY.")
    return found
