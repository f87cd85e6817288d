# SPDX-License-Identifier: Apache-2.0
"""The half of `ruleout ingest` that writes: what was read goes beside the ledger, then into it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from ruleout.app.evidence.ingest import KeptMeasurement, keep_reading, record_kept, require_ledger
from ruleout.app.evidence.read_logs import Outcome
from ruleout.app.evidence.receipt import life_fields
from ruleout.app.ledger import recording, unlock_log_key
from ruleout.app.workspace import Workspace
from ruleout.cli.options import day, instant, keys_of_this_run, workspace_needed
from ruleout.cli.output import say
from ruleout.documents.counts import count_of
from ruleout.errors import UnreadableLog


@dataclass(slots=True)
class Recording:
    """Keeps each reading as it comes and notes what its entries will hold."""

    workspace: Workspace
    keep_log: bool
    kept: list[KeptMeasurement] = field(default_factory=list)
    logs: int = 0

    @property
    def keep_in(self) -> Path | None:
        """See `Taker`."""
        return self.workspace.ledger if self.keep_log else None

    def take(self, outcome: Outcome) -> Outcome:
        """See `Taker`. Effect: writes objects."""
        if outcome.reading is None:
            return outcome
        try:
            self.kept += keep_reading(outcome.reading, outcome.name, self.workspace, keep_log=self.keep_log)
        except UnreadableLog as error:
            return Outcome(name=outcome.name, refusal=error)
        self.logs += 1
        return outcome


def life_of(*, owner: str, valid_until: str | None) -> dict[str, str]:
    """Return what an entry says of an owner and a last day. Pure. Raises RuleoutError: the owner is no id, the day no day."""
    return life_fields(owner=owner, valid_until=day(valid_until))


@contextmanager
def taking(option: Path | None, *, keep_log: bool, owner: str, valid_until: str | None) -> Iterator[Recording]:
    """Yield what takes readings; at the end their entries are appended together. Effect: writes.

    The key is unlocked before anything is read, and asked for once: nobody waits for a thousand logs to learn that it
    is missing.

    Args:
        owner: the role or team that keeps the evidence current, "" for none.
        valid_until: the last day on which it counts, None for none.

    Raises:
        RuleoutError: the owner is no id, the day no day.
        NotFound, KeyUnavailable, LedgerError, VerificationFailed: the workspace, its key or its ledger is not there.
    """
    life = life_of(owner=owner, valid_until=valid_until)
    place = workspace_needed(option, otherwise="; --dry-run reads without one")
    keys = keys_of_this_run()
    keys = replace(keys, ask=cache(keys.ask))
    require_ledger(place)
    unlock_log_key(place, keys)
    taken = Recording(workspace=place, keep_log=keep_log)
    yield taken
    if not taken.kept:
        return
    with recording(place, keys, at=instant(None)) as (_, recorder):
        new = sum(record_kept(one, recorder, life) for one in taken.kept)
        recorder.commit()
    say(f"{count_of(taken.logs, 'log')} in the record of {place.origin}, {count_of(new, 'new entry', 'new entries')}")
