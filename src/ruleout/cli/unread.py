# SPDX-License-Identifier: Apache-2.0
"""Say which acts of a register cannot be read any more: a page without them would look whole."""

from __future__ import annotations

from ruleout.app.accountability.acts import Unread, unread_acts
from ruleout.app.ledger import Record
from ruleout.cli.output import say
from ruleout.ledger import EntryType


def say_unread(record: Record, kind: EntryType) -> tuple[Unread, ...]:
    """Say each act of a kind of which something is not here, and return them. Effect: reads what is kept; writes."""
    found = unread_acts(record, kind)
    for one in found:
        say(f"not here: something that {one.entry} states, {one.why}; what follows from it is not shown")
    return found
