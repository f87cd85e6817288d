# SPDX-License-Identifier: Apache-2.0
"""The entry point: one module per verb, imported when its verb is asked for; one place that catches.

Expected failures exit 2 (1 where a verification failed); anything else is a bug of ours, exits 4 and says so.
"""

from __future__ import annotations

import importlib
import sys
import traceback
from collections.abc import Sequence
from typing import Annotated

import typer
from typer.exceptions import TyperException

from ruleout import __version__
from ruleout.cli.exit_code import ExitCode
from ruleout.cli.output import flush, say, show_error, show_page, speak_any_language
from ruleout.errors import RuleoutError, VerificationFailed
from ruleout.reports.page import Line

#: Verbs in the order help shows them; each is a module of this package with `add(app)`.
VERBS = (
    "demo",
    "init",
    "key",
    "check",
    "framework",
    "prove",
    "compare",
    "coverage",
    "landscape",
    "record",
    "evaluate",
    "plan",
    "ingest",
    "estimate",
    "evidence",
    "assess",
    "picture",
    "incident",
    "deviation",
    "concern",
    "decide-under",
    "approve",
    "permit",
    "roadmap",
    "request",
    "review",
    "due",
    "report",
    "log",
    "redact",
    "erase",
    "witness",
    "hosts",
    "mirror",
    "policy",
    "gateway",
    "audit",
    "tools",
    "monitoring",
    "kill",
    "unkill",
    "degrade",
    "drill",
    "verify",
    "export",
    "convert",
    "portal",
    "replay",
    "schema",
)

#: What the command-line library returns for Ctrl-C; not one of our exit codes.
_CUT_SHORT = 130

ABOUT = """A frontier safety framework as code: what was promised, measured, decided, and a proof of whether they agree.

Exit codes: 0 may go ahead or all is well, 1 stop or a check failed, 2 usage or bad input, 3 hold, 4 a bug of ours.
"""


def build_app(verbs: Sequence[str]) -> typer.Typer:
    """Return the command line with the given verbs. Effect: imports their modules."""
    app = typer.Typer(
        name="ruleout", help=ABOUT, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
    )
    app.callback()(_about)
    for verb in verbs:
        importlib.import_module(f"ruleout.cli.{verb.replace('-', '_')}").add(app)
    return app


def _told_version(asked: bool) -> None:
    if asked:
        show_page([Line(f"ruleout {__version__}")])
        raise typer.Exit


def _about(
    version: Annotated[
        bool, typer.Option("--version", callback=_told_version, is_eager=True, help="Say which version this is.")
    ] = False,
) -> None:
    pass


_about.__doc__ = ABOUT


def main(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code. Effect: the command's."""
    named = [arguments[0]] if arguments and arguments[0] in VERBS else VERBS
    try:
        code = build_app(named)(args=list(arguments), prog_name="ruleout", standalone_mode=False)
        flush()
    except (typer.Abort, KeyboardInterrupt):
        return _interrupted()
    except TyperException as error:
        return _usage(error)
    except VerificationFailed as error:
        show_error(error)
        return ExitCode.STOP
    except RuleoutError as error:
        show_error(error)
        return ExitCode.BAD_INPUT
    except OSError as error:
        say(f"ruleout: the system refused: {error}")
        say("  next: Check the space on the disk and the permissions; what was not confirmed was not recorded.")
        return ExitCode.BAD_INPUT
    except Exception:  # noqa: BLE001 - the one place where a bug of ours is named as such
        traceback.print_exc()
        say("ruleout: this is a bug in ruleout, not in your files; please report the lines above")
        return ExitCode.BUG
    return _interrupted() if code == _CUT_SHORT else int(code or 0)


def _interrupted() -> int:
    say("ruleout: interrupted; nothing more was written")
    return ExitCode.BAD_INPUT


def _usage(error: TyperException) -> int:
    show = getattr(error, "show", None)
    if show is None:
        say(f"ruleout: {error}")
    else:
        show()
    return ExitCode.BAD_INPUT


def run() -> None:
    """Entry point of the `ruleout` command."""
    speak_any_language()
    sys.exit(main(sys.argv[1:]))
