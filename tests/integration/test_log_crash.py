# SPDX-License-Identifier: Apache-2.0
"""A log after `kill -9`, and after a power cut, at every step of writing: nothing acknowledged lost, no fork (L-5, L-6)."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.failing_files import FORMS, StepFiles, UnplugFiles, Unplugged, kill
from tests.ledger_builders import LOG, ORIGIN

from ruleout.adapters.durable_file import SystemFiles
from ruleout.adapters.log_writer import LogWriter, create_log, open_log
from ruleout.adapters.tile_store import audit_log, read_log
from ruleout.ledger.checkpoint import open_checkpoint
from ruleout.ledger.merkle import EMPTY_ROOT, consistency_proof, leaf_hash, levels_of, verify_consistency

BATCHES = (1, 254, 3)


def entry(number: int) -> bytes:
    return b'{"entry":%d}' % number


def work(path: Path, ops: SystemFiles, told: Path) -> None:
    """Open, append and publish; tell an outside witness of every acknowledgement and checkpoint at once."""
    with told.open("ab", buffering=0) as witness, open_log(path, LOG, ops=ops) as writer:
        for count in BATCHES:
            append(writer, count)
            witness.write(b"size %d\n" % writer.size)
            note = writer.publish()
            witness.write(b"note %s\n" % note.encode().hex().encode())


def append(writer: LogWriter, count: int) -> None:
    writer.append([entry(number) for number in range(writer.size, writer.size + count)])


def prepared(folder: Path) -> Path:
    """A log of four entries, three of them published, with a torn tail behind them."""
    path = folder / "log"
    create_log(path, LOG)
    with open_log(path, LOG) as writer:
        append(writer, 3)
        writer.publish()
        append(writer, 1)
    with (path / "journal").open("ab") as journal:
        journal.write(b"\x00RJ\x01torn")
    return path


def check_survivor(path: Path, told: Path) -> None:
    """Open again, publish, and hold the log against everything that was told outside before the crash."""
    lines = [line.split() for line in told.read_bytes().splitlines()]
    acknowledged = max([4, *(int(value) for kind, value in lines if kind == b"size")])
    notes = [bytes.fromhex(value.decode()).decode() for kind, value in lines if kind == b"note"]
    standing = read_log(path)
    audit_log(standing, [LOG.key])
    with open_log(path, LOG) as writer:
        assert writer.size >= acknowledged
        append(writer, 2)
        writer.publish()
    view = read_log(path)
    stored = list(view.entries())
    head = audit_log(view, [LOG.key])
    levels = levels_of(leaf_hash(data) for data in stored)

    assert [entry(number) for number in range(head.size)] == stored
    for note in (*notes, standing.checkpoint):
        old = open_checkpoint(note, [LOG.key], origin=ORIGIN)
        assert old.root != EMPTY_ROOT
        verify_consistency(consistency_proof(levels, old.size, head.size), (old.size, old.root), (head.size, head.root))
    assert standing.size >= max([3, *(open_checkpoint(n, [LOG.key], origin=ORIGIN).size for n in notes)])


def trace(folder: Path) -> list[str]:
    """The operations of an undisturbed run."""
    ops = StepFiles(0, "before", kill)
    work(prepared(folder), ops, folder / "told")
    return ops.trace


def test_the_run_writes_in_the_order_that_recovery_relies_on(tmp_path: Path) -> None:
    """Journal, sync; tiles, each synced before its name; directories; checkpoint last; then what is superseded."""
    steps = trace(tmp_path)
    first = steps.index("rename checkpoint")

    assert ["truncate", "sync", "write", "sync"] == steps[:4]
    assert "sync" == steps[first + 1]
    assert "remove" in steps[first:]


@pytest.mark.parametrize("form", FORMS)
def test_killed_at_any_step_the_log_keeps_its_word(tmp_path: Path, form: str) -> None:
    """A child is killed with SIGKILL before, after or in the middle of every operation; then the log is opened."""
    for step in range(1, len(trace(tmp_path)) + 1):
        folder = tmp_path / str(step)
        path, told = prepared(folder), folder / "told"
        told.touch()
        child = os.fork()
        if child == 0:
            try:
                work(path, StepFiles(step, form, kill), told)
            finally:
                os._exit(0)  # reached only if the child was not killed
        _, status = os.waitpid(child, 0)

        assert -9 == os.waitstatus_to_exitcode(status), f"step {step} was not reached"
        check_survivor(path, told)


@pytest.mark.parametrize("form", FORMS)
def test_unplugged_at_any_step_the_log_keeps_its_word(tmp_path: Path, form: str) -> None:
    """The power goes at every operation and all that was not synced is lost; then the log is opened."""
    for step in range(1, len(trace(tmp_path)) + 1):
        folder = tmp_path / str(step)
        path, told = prepared(folder), folder / "told"
        told.touch()
        with pytest.raises(Unplugged):
            work(path, UnplugFiles(step, form), told)
        check_survivor(path, told)


class ForgetfulFiles(UnplugFiles):
    """A writer's mistake: syncs that are not made."""

    def sync(self, fd: int) -> None:
        self._do("sync", lambda: None)


def test_the_power_cut_finds_a_missing_sync(tmp_path: Path) -> None:
    """Without syncs the same test fails: acknowledged entries are lost, so the simulated disk has teeth."""
    losses = 0
    for step in range(1, len(trace(tmp_path)) + 1):
        folder = tmp_path / str(step)
        path, told = prepared(folder), folder / "told"
        told.touch()
        with pytest.raises(Unplugged):
            work(path, ForgetfulFiles(step, "before"), told)
        with open_log(path, LOG) as writer:
            told_size = max(
                [0, *(int(line[5:]) for line in told.read_bytes().splitlines() if line.startswith(b"size"))]
            )
            losses += writer.size < told_size

    assert losses > 0
