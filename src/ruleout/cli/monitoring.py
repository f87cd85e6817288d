# SPDX-License-Identifier: Apache-2.0
"""`ruleout monitoring`: rates against the bars that decisions assumed, and what a gateway counts."""

from __future__ import annotations

import json as json_text
from pathlib import Path
from typing import Annotated

import typer

from ruleout.adapters.files import make_folder, read_bounded, write_new
from ruleout.adapters.monitoring import read_counters
from ruleout.app.monitoring.breach import deviation_draft, deviation_id
from ruleout.app.monitoring.reviewed import file_reviews
from ruleout.cli.exit_code import ExitCode
from ruleout.cli.options import JsonOption, instant
from ruleout.cli.output import page_width, say, show_bytes, show_json, show_page
from ruleout.reports.monitoring.reviewed_text import reviewed_page, reviewed_value
from ruleout.reports.monitoring.watched_text import watched_page, watched_value
from ruleout.serving.monitoring import look, merged, prometheus_text
from ruleout.serving.monitoring.dashboard import dashboard as made_dashboard
from ruleout.serving.monitoring.reviewed import MOST_BYTES as MOST_REVIEWED_BYTES
from ruleout.serving.monitoring.watches import MOST_BYTES, parse_watches

_ABOUT = """What a gateway counts, and whether a rate has passed the bar that the decision assumed.

Looking as often as one likes is allowed for: a rate at its bar is ever called a breach with probability alpha at most.

Example: ruleout monitoring check watches.yaml --counters counters
"""
CountersOption = Annotated[Path, typer.Option("--counters", help="Folder into which the gateway's workers count.")]


def add(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    verbs = typer.Typer(no_args_is_help=True, help=_ABOUT)
    verbs.command("check")(check)
    verbs.command("reviewed")(reviewed)
    verbs.command("metrics")(metrics)
    verbs.command("dashboard")(dashboard)
    app.add_typer(verbs, name="monitoring")


def check(
    watches: Annotated[Path, typer.Argument(help="File of watched rates.")],
    counters: CountersOption,
    drafts: Annotated[
        Path | None, typer.Option("--drafts", help="Folder for the draft of each breach's deviation.")
    ] = None,
    json: JsonOption = False,
) -> int:
    """Hold each watched rate against its bar; with --drafts, write a deviation for `ruleout deviation open`.

    Exit codes: 0 no bar is passed, 1 one is, 2 bad input, 3 none is, but counters of a worker cannot be read, or there are none.

    Example: ruleout monitoring check watches.yaml --counters counters --drafts deviations
    """
    read = parse_watches(read_bounded(watches, limit_bytes=MOST_BYTES, what="file of watches"), file=str(watches))
    state = merged(read_counters(counters))
    looks = [look(watch, state) for watch in read]
    if json:
        show_json({"watches": [watched_value(one) for one in looks]})
    else:
        show_page(watched_page(looks, width=page_width()))
    breaches = [one for one in looks if one.is_breach]
    for breach in breaches if drafts is not None else ():
        path = Path(drafts or ".") / f"{deviation_id(breach.watch.id)}.yaml"
        if path.exists():
            say(f"{path} is there already")
            continue
        make_folder(path.parent)
        write_new(path, deviation_draft(breach, at=instant(None)))
        say(f"drafted {path}")
    if breaches:
        return ExitCode.STOP
    return ExitCode.HOLD if any(one.unknown or not one.trials for one in looks) else ExitCode.OK


def reviewed(
    file: Annotated[Path, typer.Argument(help="File of reviewed requests.")],
    counters: CountersOption,
    audit: Annotated[Path, typer.Option("--audit", help="The gateway's folder of audit segments.")],
    json: JsonOption = False,
) -> int:
    """File what reviewers found of requests that were sampled: each a miss, fine or caught, of one hook, counted once.

    A request must stand in the audit record, with a verdict of the hook that fits. What was filed before is passed over.

    Exit codes: 0 filed, or filed before, 2 bad input, and then nothing is filed.

    Example: ruleout monitoring reviewed reviewed.yaml --counters state/counters --audit audit
    """
    data = read_bounded(file, limit_bytes=MOST_REVIEWED_BYTES, what="file of reviews")
    filed = file_reviews(data, file=str(file), counters=counters, audit=audit, at=instant(None))
    if json:
        show_json(reviewed_value(filed.new, filed.before, filed.totals))
    else:
        show_page(reviewed_page(filed.new, filed.before, filed.totals, width=page_width()))
    return ExitCode.OK


def metrics(counters: CountersOption) -> None:
    """Print the counters of all workers together, as Prometheus reads them.

    Example: ruleout monitoring metrics --counters counters
    """
    show_bytes(prometheus_text(merged(read_counters(counters))).removesuffix("\n").encode("utf-8"))


def dashboard() -> None:
    """Print a Grafana dashboard of every metric.

    Example: ruleout monitoring dashboard > dashboard.json
    """
    show_bytes(json_text.dumps(made_dashboard(), indent=2).encode("utf-8"))
