# SPDX-License-Identifier: Apache-2.0
"""Readers of evaluation logs, one explicit tuple, first match wins (E-1).

A reader turns bytes into a `Measurement` or raises `UnreadableLog`; it never opens anything itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ruleout.errors import UnreadableLog
from ruleout.evidence.limits import DEFAULT_LIMITS
from ruleout.evidence.readers import inspect_eval, inspect_json
from ruleout.model.evidence import Measurement

__all__ = ["READERS", "Reader", "read_log"]

_HEAD_BYTES = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """One format.

    Attributes:
        name: the `format` of the measurements it makes.
        sniff: (first 4096 bytes, the log's name) -> whether this reader should try.
        read: (bytes, name) -> measurement, read wholly and cross-checked.
        read_summaries: the quick way for display, where the format has one; else the same as `read`.
    """

    name: str
    sniff: Callable[[bytes, str], bool]
    read: Callable[[bytes, str], Measurement]
    read_summaries: Callable[[bytes, str], Measurement]


READERS: tuple[Reader, ...] = (
    Reader(
        name=inspect_eval.FORMAT,
        sniff=inspect_eval.is_eval_log,
        read=inspect_eval.read_eval_log,
        read_summaries=inspect_eval.read_eval_summaries,
    ),
    Reader(
        name=inspect_json.FORMAT,
        sniff=inspect_json.is_json_log,
        read=inspect_json.read_json_log,
        read_summaries=inspect_json.read_json_log,
    ),
)


def read_log(data: bytes, *, name: str, summaries_only: bool = False) -> Measurement:
    """Return the measurement of a log of any format we read.

    Pure.

    Args:
        name: what to call the log in messages.
        summaries_only: the quick way, for display; its measurements are never accepted for a gate where the format
            keeps scores twice and only the copy was read.

    Raises:
        UnreadableLog: no reader knows the format (not-a-log), the log is too large, or its reader refuses it.

    Source: E-1.
    """
    if len(data) > DEFAULT_LIMITS.log_bytes:
        raise UnreadableLog(name, "too-large", f"expected at most {DEFAULT_LIMITS.log_bytes} bytes, got {len(data)}")
    head = data[:_HEAD_BYTES]
    for reader in READERS:
        if reader.sniff(head, name):
            return reader.read_summaries(data, name) if summaries_only else reader.read(data, name)
    formats = ", ".join(reader.name for reader in READERS)
    raise UnreadableLog(
        name, "not-a-log", f"expected one of {formats}", hint="Hand in an Inspect log (.eval or .json)."
    )
