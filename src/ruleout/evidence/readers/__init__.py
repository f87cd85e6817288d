# SPDX-License-Identifier: Apache-2.0
"""Readers of evaluation logs, one explicit tuple, first match wins (E-1).

A reader turns a log's bytes into measurements or raises `UnreadableLog`; it never opens anything itself. Adding a format
is one module beside this one, one line below and one vector.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from ruleout.errors import UnreadableLog
from ruleout.evidence.limits import DEFAULT_LIMITS
from ruleout.evidence.readers import csv_rows, every_eval_ever, helm, inspect_eval, inspect_json, lm_eval, metr_runs
from ruleout.evidence.source import Log
from ruleout.model.evidence import Measurement

__all__ = ["READERS", "Reader", "group_files", "read_log"]

_HEAD_BYTES = 4096

#: Names of the files of one log, the main one first.
Group = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """One format.

    Attributes:
        name: the `format` of the measurements it makes.
        claims: names of the files of one folder -> those that by their names are logs of this format, each with its
            companions. What it claims wrongly, `sniff` refuses later.
        sniff: (first 4096 bytes of the main file, the log) -> whether this reader should try.
        read: log -> a measurement per task and model it holds, read wholly and cross-checked.
        read_summaries: the quick way for display, where the format has one; None: `read` is all there is.
    """

    name: str
    claims: Callable[[Sequence[str]], Iterator[Group]]
    sniff: Callable[[bytes, Log], bool]
    read: Callable[[Log], tuple[Measurement, ...]]
    read_summaries: Callable[[Log], tuple[Measurement, ...]] | None = None


def _ending(*endings: str) -> Callable[[Sequence[str]], Iterator[Group]]:
    """Return a claim of every file whose name has one of the endings, each a log of its own."""
    return lambda names: ((name,) for name in names if name.lower().endswith(endings))


READERS: tuple[Reader, ...] = (
    Reader(
        name=inspect_eval.FORMAT,
        claims=_ending(".eval"),
        sniff=inspect_eval.is_eval_log,
        read=inspect_eval.read_eval_log,
        read_summaries=inspect_eval.read_eval_summaries,
    ),
    Reader(
        name=lm_eval.FORMAT,
        claims=lm_eval.claims,
        sniff=lm_eval.is_results,
        read=lm_eval.read_results,
    ),
    Reader(
        name=helm.FORMAT,
        claims=helm.claims,
        sniff=helm.is_run,
        read=helm.read_directory,
    ),
    Reader(
        name=every_eval_ever.FORMAT,
        claims=every_eval_ever.claims,
        sniff=every_eval_ever.is_record,
        read=every_eval_ever.read_record,
    ),
    Reader(
        name=metr_runs.FORMAT,
        claims=metr_runs.claims,
        sniff=metr_runs.is_runs,
        read=metr_runs.read_runs,
    ),
    Reader(
        name=csv_rows.FORMAT,
        claims=csv_rows.claims,
        sniff=csv_rows.is_csv,
        read=csv_rows.read_csv,
    ),
    Reader(
        name=inspect_json.FORMAT,
        claims=_ending(".json"),
        sniff=inspect_json.is_json_log,
        read=inspect_json.read_json_log,
    ),
)


def group_files(names: Sequence[str]) -> list[Group]:
    """Return the logs that the files of one folder form by their names, the main file of each first.

    Pure. Readers claim in their order; a name that one has claimed is not offered to the next.

    Source: E-1.
    """
    groups: list[Group] = []
    left = sorted(names)
    for reader in READERS:
        claimed = list(reader.claims(left))
        groups += claimed
        taken = {name for group in claimed for name in group}
        left = [name for name in left if name not in taken]
    return groups


def read_log(log: Log, *, summaries_only: bool = False) -> tuple[Measurement, ...]:
    """Return the measurements of a log of any format we read: one per task and model it holds, at least one.

    Args:
        summaries_only: the quick way, for display; its measurements are never accepted for a gate where the format
            keeps scores twice and only the copy was read.

    Raises:
        UnreadableLog: no reader knows the format (not-a-log), the log is too large, or its reader refuses it.

    Source: E-1.
    """
    if log.size > DEFAULT_LIMITS.log_bytes:
        raise UnreadableLog(log.name, "too-large", f"expected at most {DEFAULT_LIMITS.log_bytes} bytes, got {log.size}")
    head = log.main.source.read(0, _HEAD_BYTES)
    for reader in READERS:
        if reader.sniff(head, log):
            quick = reader.read_summaries if summaries_only else None
            return quick(log) if quick else reader.read(log)
    formats = ", ".join(reader.name for reader in READERS)
    raise UnreadableLog(
        log.name, "not-a-log", f"expected one of {formats}", hint="Hand in a log of one of these formats."
    )
