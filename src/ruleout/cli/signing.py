# SPDX-License-Identifier: Apache-2.0
"""One signed act: the step that every verb shares that adds to a register."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated

import typer

from ruleout.app.ledger import Record, Recorder, recording
from ruleout.app.witnessing.watch import Leave
from ruleout.app.workspace import Workspace
from ruleout.cli.options import keys_of_this_run
from ruleout.errors import RuleoutError
from ruleout.ledger import Signer

KeyOption = Annotated[str | None, typer.Option("--key", help="Key that signs the entry.")]


@contextmanager
def acting(
    place: Workspace, key: str | None, at: datetime, *, leave: Leave | None = None
) -> Iterator[tuple[Record, Recorder, Signer]]:
    """Open the record for one signed act, which is committed at the end.

    Effect: unlocks the key, asks the witnesses, locks and audits the log, writes at the end.

    Args:
        leave: what this act may do without of the witnesses' word.

    Raises:
        RuleoutError: no key was named; or as `recording`.
    """
    if key is None:
        raise RuleoutError("this act needs the key that signs it", hint="Add --key NAME.")
    keys = keys_of_this_run()
    signer = keys.unlock(key)
    with recording(place, keys, at=at, leave=leave) as (record, recorder):
        yield record, recorder, signer
        recorder.commit()
