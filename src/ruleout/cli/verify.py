# SPDX-License-Identifier: Apache-2.0
"""`ruleout verify`: what a workspace or a bundle proves, offline."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ruleout.app.accountability.roadmap import beside_the_record
from ruleout.app.bundle import verify
from ruleout.app.change_control.in_force import frameworks_beside
from ruleout.cli.exit_code import ExitCode
from ruleout.cli.options import JsonOption, instant
from ruleout.cli.output import page_width, say, show_json, show_page
from ruleout.ledger.verify_hosts import is_uncompared
from ruleout.model.expiry import utc_day
from ruleout.reports.verification_text import verification_page, verification_value


def add(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command("verify")(command)


def command(
    path: Annotated[Path, typer.Argument(help="A workspace's folder or a bundle file.")] = Path(),
    policy: Annotated[
        Path | None, typer.Option("--policy", help="Your own policy of witnesses (C2SP tlog-policy).")
    ] = None,
    host: Annotated[
        list[Path] | None,
        typer.Option("--host", help="A gateway host's log, held against what the record knows of it."),
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Fail what is absent without a logged reason.")] = False,
    at: Annotated[str | None, typer.Option(help="Day on which reviews may be overdue; default: today.")] = None,
    json: JsonOption = False,
) -> int:
    """Check signatures, proofs, every entry and every disclosure, and say how much was established.

    What is absent is named with the reason that the record gives: class, words, who answers, review date.

    Needs no network and no trust in the author beyond the keys shown. Roadmap and framework files of the workspace that say
    other than its record are named; `ruleout check` refuses them. Witnesses are those of your policy, else of the bundle's own,
    which is said. Exit codes: 0 the record holds, 1 a check failed, 2 no record, 3 a host's log was compared with nothing.

    Examples:
      ruleout verify

      ruleout verify record.json --strict --json

      ruleout verify record.json --host gateway.json
    """
    bundle, report = verify(path, policy=policy, strict=strict, hosts=tuple(host or ()))
    today = utc_day(instant(at))
    beside = (*beside_the_record(path), *frameworks_beside(path))
    if json:
        show_json({**verification_value(bundle, report, at=today), "not_in_the_record": list(beside)})
    else:
        show_page(verification_page(bundle, report, at=today, width=page_width()))
    for text in beside:
        say(f"not in the record: {text}")
    if report.has_failed:
        return ExitCode.STOP
    return ExitCode.HOLD if is_uncompared(report) else ExitCode.OK
