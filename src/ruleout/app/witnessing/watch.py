# SPDX-License-Identifier: Apache-2.0
"""When witnesses are asked: before anything is written, and after every publication (L-6, L-8, ADR 0021).

Before: does any of them know a later or another record than this folder? Then it is a restored copy or a fork, and
nothing is written. After: their cosignatures go into the checkpoint; a quorum's is also kept under `witnessed/`, because
only it shows later that an entry stood in the log by then.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from ruleout.adapters.durable_file import SystemFiles, disk_errors, replace_files
from ruleout.adapters.log_writer import LogWriter
from ruleout.adapters.tile_store import LogView, read_log
from ruleout.app.witnessing.asking import Told, ask_witnesses
from ruleout.app.witnessing.policy import asked_policy, recorded_policy, witness_entries
from ruleout.errors import LedgerError
from ruleout.ledger.entry import EntryType
from ruleout.ledger.key_life import key_life
from ruleout.ledger.verify_witnesses import UNWITNESSED
from ruleout.ledger.witness_policy import Witnessing, WitnessPolicy, witnessing_of

#: How long an `outage` entry lets writing go on without the witnesses.
OUTAGE = timedelta(hours=24)
_OUTAGE_ACT = "outage"
_FOLDER = "witnessed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave:
    """What an act may do without: the count of answers (`count`), and the word of witnesses by name (`despite`)."""

    count: bool = False
    despite: Collection[str] = ()


def require_newest(ledger: Path, *, at: datetime, leave: Leave | None = None) -> None:
    """Refuse to go on where a witness knows more than this folder, or too few can be asked to know that none does.

    Effect: reads the log, asks every witness; writes nothing.

    Args:
        at: the instant at which an outage that the record states is judged.
        leave: what this act may do without.

    Raises:
        LedgerError: a witness saw a later or another record, or too few answered.

    Source: L-6; ADR 0021.
    """
    view, granted = read_log(ledger), leave or Leave()
    policy = asked_policy(view)
    if policy is None:
        return
    told = [t for t in ask_witnesses(view, policy, hint=view.size) if t.witness not in granted.despite]
    _require_none_contradicts(view, told)
    if granted.count or not _was_ever_witnessed(ledger) or _is_outage(view, at):
        return
    answered, enough = sum(bool(t.line) for t in told), enough_answers(policy)
    if answered < enough:
        silent = "; ".join(t.words for t in told if not t.line)
        raise LedgerError(
            f"{ledger}: expected {enough} witnesses to say that they know no later record, got {answered}: {silent}",
            hint="Wait for them, or record `ruleout witness outage`. Nothing was written.",
        )


def enough_answers(policy: WitnessPolicy) -> int:
    """Return how many must answer so that one of them saw whatever a quorum ever saw. Pure. Source: ADR 0021."""
    return len(policy.witnesses) - policy.needed + 1


def have_witnessed(writer: LogWriter, ledger: Path, *, hint: int) -> tuple[Told, ...]:
    """Put the published checkpoint to the witnesses and keep what they sign.

    Effect: asks every witness; writes the checkpoint again with their lines, durably. A witness that is down stops
    nothing: the checkpoint goes on saying how many have signed.

    Args:
        hint: the size that the witnesses have probably seen.

    Raises:
        LedgerError: a witness saw another record. What was written stands, unwitnessed by it.
    """
    view = read_log(ledger)
    policy = asked_policy(view)
    if policy is None:
        return ()
    told = tuple(ask_witnesses(view, policy, hint=hint))
    lines = [t.line for t in told if t.line]
    if lines:
        note = writer.add_lines(lines)
        if witnessing_of(note, policy, log_keys=view.keys).is_met:
            with disk_errors(ledger):
                replace_files([(ledger / _FOLDER / str(view.size), note.encode("utf-8"))], SystemFiles())
    _require_none_contradicts(view, told, written=True)
    return told


def witnessing_in(view: LogView) -> Witnessing | None:
    """Return who witnessed a log's last checkpoint, by the policy of its record; None if it has none. Effect: reads."""
    known = recorded_policy(view)
    return None if known is None else witnessing_of(view.checkpoint, known[1], log_keys=view.keys)


def words_for(view: LogView) -> str:
    """Return what is to be said wherever a log's checkpoint is shown. Effect: reads."""
    found = witnessing_in(view)
    return UNWITNESSED.partition(":")[0] if found is None else found.words


def witnessed_before(ledger: Path, view: LogView, instant: datetime, *, but: str) -> tuple[int, bytes] | None:
    """Return size and note of the largest checkpoint that a quorum cosigned before an instant. Effect: reads.

    The policy is the one that the record holds now, of those that the key `but` did not state: whoever has the key may
    have named witnesses of their own, who say of any time what they like.
    """
    known = recorded_policy(view, but=but)
    folder = ledger / _FOLDER
    if known is None or not folder.is_dir():
        return None
    sizes = sorted((int(path.name) for path in folder.iterdir() if path.name.isdecimal()), reverse=True)
    for size in sizes:
        data = (folder / str(size)).read_bytes()
        if witnessing_of(data.decode("utf-8"), known[1], log_keys=view.keys).met_before(instant):
            return size, data
    return None


def _was_ever_witnessed(ledger: Path) -> bool:
    return (ledger / _FOLDER).is_dir()


def _is_outage(view: LogView, at: datetime) -> bool:
    read = witness_entries(view.entries())
    life = key_life(read)
    told = [e for e in read if e.content.type is EntryType.WITNESS and e.content.subject["act"] == _OUTAGE_ACT]
    instants = [datetime.fromisoformat(e.content.ts) for e in told if not life.is_void(e)]
    return any(stated <= at < stated + OUTAGE for stated in instants)


def _require_none_contradicts(view: LogView, told: Sequence[Told], *, written: bool = False) -> None:
    against = "; ".join(f"witness {t.words}" for t in told if t.finding.contradicts)
    if against:
        done = "What was just written stands here, and no such witness signs it." if written else "Nothing was written."
        raise LedgerError(
            f"{view.path}: expected the newest record of {view.origin}, got a restored copy or a fork: {against}",
            hint=f"Bring back the newest copy of the ledger, and write nothing before. {done}",
        )
