# SPDX-License-Identifier: Apache-2.0
"""`ruleout gateway`: serve models under permits, say beforehand whether that would go, make API keys (G-1 … G-11)."""

from __future__ import annotations

import hashlib
import secrets
from pathlib import Path
from typing import Annotated

import typer

from ruleout.app.kill.site import has_state
from ruleout.app.serving.faults import faults_in
from ruleout.app.serving.load import load_standing
from ruleout.app.serving.place import read_settings
from ruleout.cli.exit_code import ExitCode
from ruleout.cli.options import JsonOption, instant
from ruleout.cli.output import page_width, say, show_error, show_json, show_page
from ruleout.errors import RuleoutError, VerificationFailed
from ruleout.gateway.processes.master import serve as serve_gateway
from ruleout.reports.page import Line, labelled
from ruleout.reports.serving.pages import policies_page, policies_value, standing_page, standing_value

_UNOPENED = (
    "no state of kills yet: nothing is served before two persons give the first, by `ruleout unkill propose --first`"
)
SettingsArgument = Annotated[Path, typer.Argument(metavar="SETTINGS", help="The gateway's settings, `gateway.yaml`.")]
UpstreamOption = Annotated[
    list[str] | None,
    typer.Option("--upstream", help="URL in place of the settings': URL for the only one, or NAME=URL; repeatable."),
]


def add(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    group = typer.Typer(
        help="Serve models under permits, failing closed.\n\nExample: ruleout gateway check gateway.yaml",
        no_args_is_help=True,
    )
    group.command("serve")(serve)
    group.command("check")(check)
    group.command("key")(key)
    app.add_typer(group, name="gateway")


def serve(settings: SettingsArgument, upstream: UpstreamOption = None) -> int:
    """Serve until SIGTERM or Ctrl-C: live answers then have `drain-seconds` to end. SIGHUP takes a new version or new settings.

    Nothing is served before two persons have put the first epoch in force (`ruleout unkill`), nor while anything that is served by does not hold:
    `/ready` says why. Nothing here says that a model is safe.

    Exit codes: 0 ended as told, 2 bad input.

    Example: ruleout gateway serve gateway.yaml --upstream http://127.0.0.1:9000
    """
    serve_gateway(settings, _addresses(upstream))
    return ExitCode.OK


def check(settings: SettingsArgument, json: JsonOption = False) -> int:
    """Say what would be served now, by which permits, floor, policies and rules; nothing is started or remembered.

    Files that are missing or damaged are told all at once. Bundles in shadow are named with their dates and the days that are left: they change no answer.

    Exit codes: 0 something would be served, 1 a file proves nothing or a bundle is not trusted, 2 bad input, 3 nothing would be served:
    no permit is in force, or the folder of kills holds no state yet.

    Example: ruleout gateway check gateway.yaml
    """
    place = read_settings(settings)
    if faults := faults_in(place):
        for fault in faults:
            show_error(fault)
        return ExitCode.STOP if any(isinstance(one, VerificationFailed) for one in faults) else ExitCode.BAD_INPUT
    standing = load_standing(place, at=instant(None))
    named, untrusted, at = standing.named_shadows, standing.untrusted, standing.at
    served = (standing.permits, standing.verdicts, standing.floor, place.settings)
    opened = None if place.settings.kills_store else has_state(place.path(place.settings.kills))
    if json:
        kills = {"state-of-kills": opened}
        show_json({**standing_value(*served), **policies_value(named, untrusted, at=at), **kills})
    else:
        width = page_width()
        page = [*standing_page(*served, width=width), *policies_page(named, untrusted, at=at, width=width)]
        closed = labelled("CLOSED", _UNOPENED, width=width, tone="bad") if opened is False else []
        show_page([*closed, *page])
    if untrusted or any(one.state(at) == "does-not-hold" for one in named):
        return ExitCode.STOP
    return ExitCode.OK if standing.permits and opened is not False else ExitCode.HOLD


def key(json: JsonOption = False) -> int:
    """Make an API key: the key is for the client, its digest for the settings; it is shown once and kept nowhere.

    Effect: draws randomness.

    Example: ruleout gateway key
    """
    made = "rk-" + secrets.token_urlsafe(32)
    digest = hashlib.sha256(made.encode("ascii")).hexdigest()
    if json:
        show_json({"key": made, "sha256": digest})
    else:
        show_page([Line(f"key     {made}"), Line(f"sha256  {digest}")])
        say("give the key to the client; put the digest under the tenant's `keys:`")
    return ExitCode.OK


def _addresses(given: list[str] | None) -> dict[str, str]:
    found: dict[str, str] = {}
    for one in given or ():
        name, mark, url = one.partition("=")
        if not mark or "://" in name:
            name, url = "", one
        if name in found:
            raise RuleoutError(f"two addresses for the upstream {name!r}", hint="Give one for each.")
        found[name] = url
    return found
