# SPDX-License-Identifier: Apache-2.0
"""The page of a framework's changes: each version beside the one before, from the record's own bytes (D-15)."""

from __future__ import annotations

from collections.abc import Iterable

from ruleout.accountability.change_log.parse import parse_change_log
from ruleout.app.change_control.examine import held_against
from ruleout.app.change_control.history import pinned_framework
from ruleout.app.ledger import Record
from ruleout.framework import parse_framework
from ruleout.model.publication import Pinned, VersionStatus
from ruleout.reports.change_control.changes_html import Shown, changes_html


def change_pages(found: Iterable[VersionStatus], record: Record) -> str:
    """Return one page with every announced or published change among some versions. Effect: reads objects.

    Raises:
        RuleoutError: the solver is not installed.
    """
    return changes_html([_shown(one, one.pin, record) for one in found if one.pin is not None and one.pin.act])


def _shown(status: VersionStatus, pin: Pinned, record: Record) -> Shown:
    new = pinned_framework(pin, record)
    if not pin.parts.previous or not pin.parts.change_log:
        return Shown(status=status, old=None, new=new, log=None, found=None)
    old = parse_framework(record.object(pin.parts.previous), file=pin.entry)
    log = parse_change_log(record.object(pin.parts.change_log), file=pin.entry)
    mapping = record.object(pin.parts.mapping) if pin.parts.mapping else b""
    _, found, refusals = held_against(old, new, log, mapping, timeout_s=10)
    return Shown(status=status, old=old, new=new, log=log, found=found, refusals=refusals)
