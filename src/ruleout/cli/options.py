# SPDX-License-Identifier: Apache-2.0
"""Options and steps that several verbs share: the workspace, the instant, passphrases."""

from __future__ import annotations

import getpass
import re
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from ruleout.adapters.clock import now
from ruleout.app.settings import from_environment
from ruleout.app.unlock import Keys
from ruleout.app.workspace import Workspace, find_workspace, open_workspace
from ruleout.cli.switches import JsonOption, WorkspaceOption
from ruleout.documents.fields import parse_date, parse_instant
from ruleout.errors import KeyUnavailable, NotFound, RuleoutError
from ruleout.model.outcome import Activity

__all__ = [
    "AtOption", "JsonOption", "WorkspaceOption", "activity", "instant", "keys_of_this_run", "workspace_needed",
    "workspace_or_none",
]  # fmt: skip

AtOption = Annotated[
    str | None, typer.Option("--at", help="Instant of the decision: 2025-05-22, 2025-05-22T12:00:00Z or now.")
]


def keys_of_this_run() -> Keys:
    """Return the private keys this run may unlock. Effect: reads the environment."""
    return Keys(settings=from_environment(), ask=_ask)


def _ask(name: str) -> str:
    if not sys.stdin.isatty():
        hint = "Stand at a terminal, or set RULEOUT_PASSPHRASE_FILE to a file that holds it: 12 characters or more."
        raise KeyUnavailable(f"key {name!r} needs its passphrase and there is nobody to ask", hint=hint)
    return getpass.getpass(f"Passphrase of key {name}: ")


def workspace_or_none(option: Path | None) -> Workspace | None:
    """Return the named workspace, or the one around the current folder, or None. Effect: looks at files."""
    return open_workspace(option) if option is not None else find_workspace(Path.cwd())


def workspace_needed(option: Path | None, *, otherwise: str = "") -> Workspace:
    """Return the workspace a verb works in. Raises NotFound, with the command that makes one and what else would do."""
    workspace = workspace_or_none(option)
    if workspace is None:
        raise NotFound(
            "no workspace here",
            hint=f"Make one with `ruleout init FOLDER --origin NAME`, or use --workspace{otherwise}.",
        )
    return workspace


def instant(text: str | None, default: datetime | None = None) -> datetime:
    """Return the instant a person wrote, or the default, or now. Effect: may read the clock.

    Raises:
        RuleoutError: the text is no date or instant with an offset.
    """
    if text is None:
        return default or now()
    if text == "now":
        return now()
    try:
        value = parse_instant(text)
    except ValueError:
        value = None
    if not isinstance(value, datetime):
        raise RuleoutError(
            f"expected an instant such as 2025-05-22T12:00:00Z, got {text!r}",
            hint="Add an offset or Z, or write a day that there is.",
        )
    return value.astimezone(UTC)


def span(text: str) -> timedelta:
    """Return the days a person wrote, such as 30d; at most 9999. Raises RuleoutError for anything else."""
    match = re.fullmatch(r"([0-9]{1,4})d?", text)
    if match is None:
        raise RuleoutError(f"expected a number of days such as 30d, got {text!r}", hint="Write a number and a d.")
    return timedelta(days=int(match[1]))


def day(text: str | None) -> date | None:
    """Return the day a person wrote, None for none. Raises RuleoutError for anything else."""
    if text is None:
        return None
    try:
        return parse_date(text)
    except ValueError as error:
        raise RuleoutError(f"expected a date such as 2027-05-31, got {text!r}", hint="Write year-month-day.") from error


def activity(text: str | None, default: Activity) -> Activity:
    """Return the activity a person named, or the default. Raises RuleoutError that lists them."""
    if text is None:
        return default
    try:
        return Activity(text)
    except ValueError as error:
        known = ", ".join(a.value for a in Activity)
        raise RuleoutError(f"expected an activity, got {text!r}", hint=f"Use one of: {known}.") from error
