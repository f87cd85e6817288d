# SPDX-License-Identifier: Apache-2.0
"""`ruleout prove`: what holds of a framework in every state, proved by a solver and confirmed by the engine."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

import typer

from ruleout.analysis.properties.result import Proof, Status
from ruleout.app.prove import prove_frameworks
from ruleout.cli.exit_code import ExitCode
from ruleout.cli.options import JsonOption, WorkspaceOption, workspace_or_none
from ruleout.cli.output import page_width, show_json, show_page
from ruleout.reports.proof_text import proof_page


def add(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command("prove")(command)


def command(
    frameworks: Annotated[list[str] | None, typer.Argument(help="ID@VERSION or files; default: all there are.")] = None,
    timeout: Annotated[float, typer.Option("--timeout", min=0.001, max=3600, help="Seconds per question.")] = 10.0,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> int:
    """Prove properties of frameworks over all states: that UNKNOWN opens nothing, that floors and red lines hold …

    What fails is shown with a smallest state and the clauses at fault. A finding is an exception the document itself
    makes. Exit codes: 0 all proved, 1 something failed, 3 something was not settled in time, 4 solver and engine differ.

    Examples:
      ruleout prove

      ruleout prove anthropic-rsp@2.2 --json
    """
    proofs = prove_frameworks(frameworks, workspace_or_none(workspace), timeout_ms=max(1, round(timeout * 1000)))
    if json:
        show_json({"proofs": proofs})
    else:
        width = page_width()
        show_page(line for proof in proofs for line in proof_page(proof, width=width))
    return exit_code(proofs)


def exit_code(proofs: Iterable[Proof]) -> ExitCode:
    """Return 1 where anything failed, else 3 where anything was not settled, else 0; findings fail nothing. Pure."""
    proofs = tuple(proofs)
    if any(proof.with_status(Status.FAILED) for proof in proofs):
        return ExitCode.STOP
    if any(proof.with_status(Status.NOT_PROVED) for proof in proofs):
        return ExitCode.HOLD
    return ExitCode.OK
