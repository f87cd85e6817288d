# SPDX-License-Identifier: Apache-2.0
"""Whether the copy of a host's log is what the main record knows of it (L-11); one step beside those of `verify`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ruleout.errors import VerificationFailed
from ruleout.ledger.bundle import Bundle
from ruleout.ledger.entry import parse_entry
from ruleout.ledger.host_logs import HostState, require_beside, starting_keys, states_in
from ruleout.ledger.key_life import key_entries
from ruleout.ledger.verify import Check, Level, Report, Status, verify_bundle

_STEP = "host-log "


def beside_host(report: Report, record: Bundle, host: Bundle) -> Report:
    """Return the report of a record with one step more, `host-log ORIGIN`, for a copy of a host's log.

    Pure. The step fails where the copy does not verify by the keys that the record knows, lacks entries or has others, or where
    the record knows states under other keys than the copy's; it is not done where the record knows no state of this log, or
    either shows chosen entries only, which stands among the caveats too.

    Args:
        report: what `verify_bundle` said of `record`.
        host: the copy of the host's log.
    """
    name = f"{_STEP}{host.origin}"
    try:
        states, why = _states(record, host)
        check = Check(name, Status.NOT_DONE, why) if why else Check(name, Status.PASSED, require_copy(states, host))
    except VerificationFailed as error:
        check = Check(name, Status.FAILED, str(error))
    level = Level.NONE if check.status is Status.FAILED else report.level
    told = (f"{name} was compared with nothing: {check.detail}",) if check.status is Status.NOT_DONE else ()
    return replace(report, checks=(*report.checks, check), level=level, caveats=(*report.caveats, *told))


def is_uncompared(report: Report) -> bool:
    """Whether a copy that was named was compared with nothing, so that of it nothing is said. Pure."""
    return any(one.status is Status.NOT_DONE and one.name.startswith(_STEP) for one in report.checks)


def _states(record: Bundle, host: Bundle) -> tuple[tuple[HostState, ...], str]:
    """What the record knows of the host's log; or why nothing can be compared."""
    if not record.full or not host.full:
        return (), "chosen entries do not show whole logs"
    try:
        known = states_in(parse_entry(one.data, index=one.index) for one in record.entries)
    except VerificationFailed:
        return (), "the record's own entries do not hold"
    states = tuple(state for _, state in known.get(host.origin, ()))
    return states, "" if states else "the record knows no state of this log"


def require_copy(states: Sequence[HostState], host: Bundle) -> str:
    """Return in words that a full copy of a log is what its states say: the same entries, keys that follow, and it verifies.

    Pure. The states are one log's, from `states_in`.

    Raises:
        VerificationFailed: it is not.

    Source: L-11.
    """
    entries = [one.data for one in host.entries]
    told = require_beside(states, entries)
    keys = starting_keys(states, host.vkeys, key_entries(entries))
    for one in verify_bundle(host, vkeys=keys).checks:
        if one.status is Status.FAILED:
            raise VerificationFailed("host-log", f"{one.name}: {one.detail}")
    return told
