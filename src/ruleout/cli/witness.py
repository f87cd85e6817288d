# SPDX-License-Identifier: Apache-2.0
"""`ruleout witness`: run a witness; have the record witnessed."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from ruleout.adapters.clock import now
from ruleout.adapters.tile_store import read_log
from ruleout.adapters.witnessing.server import serve as serve_http
from ruleout.app.witnessing.acts import ask_again, record_outage, record_policy
from ruleout.app.witnessing.policy import recorded_policy
from ruleout.app.witnessing.watch import Leave, witnessing_in, words_for
from ruleout.app.witnessing.witness import init_witness, open_witness, read_config, remembered, witness_keys
from ruleout.cli.exit_code import ExitCode
from ruleout.cli.options import JsonOption, WorkspaceOption, instant, keys_of_this_run, workspace_needed
from ruleout.cli.output import say, show_json, show_page
from ruleout.cli.signing import KeyOption, acting
from ruleout.errors import NotFound, RuleoutError
from ruleout.reports.page import Line

FolderOption = Annotated[Path, typer.Option("--folder", help="The witness's folder.")]


def add(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    verbs = typer.Typer(no_args_is_help=True, help=_ABOUT)
    for verb in (init, serve, show, policy, ask, outage):
        verbs.command(verb.__name__)(verb)
    app.add_typer(verbs, name="witness")


_ABOUT = """Witnesses: others who vouch that everybody is shown the same record.

An auditor or regulator runs one: init, serve, show --folder. An operator names them in witnesses.yaml: policy, ask,
show, outage. A checkpoint that no quorum cosigned is called unwitnessed wherever it is shown.
"""


def init(
    folder: FolderOption,
    name: Annotated[str, typer.Option(help="How its signatures name it, such as regulator.example/w1.")],
    log: Annotated[list[str] | None, typer.Option(help="Key of a log that it is to know; repeat for more.")] = None,
    key: Annotated[str, typer.Option(help="Name of the private key to make.")] = "witness",
) -> None:
    """Make a witness: its key, outside the folder, and witness.yaml with the logs that it knows.

    Example: ruleout witness init --folder witness --name regulator.example/w1 --log KEY
    """
    public = init_witness(folder, keys_of_this_run(), name=name, key=key, logs=log or ())
    say(f"witness {name} in {folder}; its public keys, one of which goes into witnesses.yaml:")
    show_page([Line(str(one)) for one in public])
    say(f"  next: ruleout witness serve --folder {folder} --listen 127.0.0.1:8080")


def serve(
    folder: FolderOption,
    listen: Annotated[str, typer.Option(help="Address and port to listen on.")] = "127.0.0.1:8080",
) -> None:
    """Answer POST /add-checkpoint by C2SP tlog-witness, until interrupted. Put TLS in front of it.

    Example: ruleout witness serve --folder witness --listen 127.0.0.1:8080
    """
    host, _, port = listen.rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) < 65536:
        raise RuleoutError(f"expected an address such as 127.0.0.1:8080, got {listen!r}", hint="Write HOST:PORT.")
    service = open_witness(folder, keys_of_this_run(), now)
    with closing(service.store):
        serve_http(
            service.add_checkpoint,
            host=host.strip("[]"),
            port=int(port),
            ready=lambda: say(
                f"witness {service.config.name} listens on {listen}, knows {len(service.config.logs)} logs"
            ),
        )


def show(
    folder: Annotated[
        Path | None, typer.Option("--folder", help="Show this witness instead of the workspace's.")
    ] = None,
    policy_only: Annotated[bool, typer.Option("--policy", help="Only the policy, as text for verifiers.")] = False,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> int:
    """Show who witnessed the last checkpoint, or with --folder what a witness knows and saw.

    Exit codes: 0 a quorum witnessed it, 3 not.

    Examples:
      ruleout witness show

      ruleout witness show --policy > policy.txt
    """
    if folder is not None:
        return _show_witness(folder, json=json)
    view = read_log(workspace_needed(workspace).ledger)
    known = recorded_policy(view)
    if policy_only:
        if known is None:
            raise NotFound("the record names no witnesses", hint="Record them with `ruleout witness policy`.")
        show_page([Line(line) for line in known[0].rstrip("\n").split("\n")])
        return ExitCode.OK
    found = witnessing_in(view)
    met, words = found is not None and found.is_met, words_for(view)
    times = {} if found is None else dict(found.times)
    if json:
        names = [] if found is None else [w.name for w in found.policy.witnesses]
        shown = {"origin": view.origin, "size": view.size, "witnessed": met, "words": words}
        show_json({**shown, "witnesses": names, "times": times})
    else:
        show_page([Line(f"{view.origin} · {view.size} entries · {words}", "good" if met else "warn")])
    return ExitCode.OK if met else ExitCode.HOLD


def _show_witness(folder: Path, *, json: bool) -> int:
    config = read_config(folder)
    public = [str(key) for key in witness_keys(keys_of_this_run().unlock(config.key, signs_as=config.name))]
    seen = remembered(folder, config)
    if json:
        logs = {origin: {"size": one.size, "root": one.root.hex()} for origin, one in seen.items()}
        show_json({"name": config.name, "vkeys": public, "logs": logs})
        return ExitCode.OK
    lines = [Line(config.name, "title"), *(Line(f"  {key}") for key in public)]
    lines += [Line(f"{origin} · {one.size} entries · root {one.root.hex()[:12]}") for origin, one in seen.items()]
    show_page(lines)
    return ExitCode.OK


def policy(
    key: KeyOption = None,
    despite: Annotated[
        list[str] | None, typer.Option(help="Go on against the word of this witness, which is to be replaced.")
    ] = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Record witnesses.yaml: from then on it says which witnesses count, and how many are needed.

    Example: ruleout witness policy --key recorder
    """
    place, leave = workspace_needed(workspace), Leave(count=True, despite=tuple(despite or ()))
    with acting(place, key, instant(None), leave=leave) as (record, recorder, signer):
        told = record_policy(record, recorder, signer)
    say(f"{told.needed} of {len(told.witnesses)} witnesses: {', '.join(w.name for w in told.witnesses)}")
    say(f"  {words_for(read_log(place.ledger))}")


def ask(json: JsonOption = False, workspace: WorkspaceOption = None) -> int:
    """Put the last checkpoint to the witnesses again, such as after one was down.

    Exit codes: 0 a quorum witnessed it, 3 not yet, 2 a witness saw a later or another record.

    Example: ruleout witness ask
    """
    view, told = ask_again(workspace_needed(workspace), keys_of_this_run(), at=instant(None))
    found = witnessing_in(view)
    met = found is not None and found.is_met
    if json:
        answers = [{"witness": t.witness, "finding": t.finding.value, "detail": t.detail} for t in told]
        show_json({"size": view.size, "witnessed": met, "words": words_for(view), "answers": answers})
    else:
        lines = [Line(t.words, "good" if t.line else "warn") for t in told]
        show_page([*lines, Line(words_for(view), "good" if met else "warn")])
    return ExitCode.OK if met else ExitCode.HOLD


def outage(
    reason: Annotated[str, typer.Option(help="Why the witnesses cannot be asked.")],
    key: KeyOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Record that too few witnesses can be asked; for 24 hours writing goes on without them.

    Only for somebody who knows that this folder is the newest: witnesses are what tells a restored copy.

    Example: ruleout witness outage --reason "network down at two of three" --key recorder
    """
    place = workspace_needed(workspace)
    with acting(place, key, instant(None), leave=Leave(count=True)) as (record, recorder, signer):
        record_outage(record, recorder, signer, reason=reason)
    say("writing goes on without the witnesses for 24 hours; checkpoints say unwitnessed")
