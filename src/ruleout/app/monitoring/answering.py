# SPDX-License-Identifier: Apache-2.0
"""The steps that answer a breach, each done once however often it is tried: a limit, a draft; and what the record says of it."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from ruleout.adapters.files import make_folder, write_new
from ruleout.app.accountability.deviations import deviations_of
from ruleout.app.kill.site import Site, latest
from ruleout.app.kill.taking import tighten
from ruleout.app.ledger import read_record
from ruleout.app.monitoring.breach import deviation_draft, deviation_id, smaller, words_of
from ruleout.app.workspace import open_workspace
from ruleout.errors import KeyUnavailable, RuleoutError
from ruleout.ledger import Signer
from ruleout.serving.epoch import TightLimit
from ruleout.serving.monitoring import Watch
from ruleout.serving.monitoring.drift import Tightening, looked_of
from ruleout.serving.monitoring.memory import Remembered

#: Folder of a workspace in which `ruleout deviation open` looks.
DEVIATIONS = "deviations"


def set_limit(site: Site, signer: Signer | None, one: Tightening, at: datetime) -> int | None:
    """Make a limit as small as a breach asks; return the epoch that does, None where it is as small already.

    Effect: reads the kill state; may append an epoch. It never loosens.

    Raises:
        KeyUnavailable: there is no key, or not one that may.
        StoreUnavailable, VerificationFailed, RuleoutError: the state is silent or not in order; nothing was set.
    """
    if signer is None:
        raise KeyUnavailable(f"no key is there to set {words_of(one)}", hint="See the failing `key`.")
    state = latest(site)
    standing = {} if state is None else {(limit.kind, limit.tenant): limit.at_most for limit in state.epoch.limits}
    if not smaller([one], standing):
        return None
    limit = TightLimit(kind=one.kind, tenant=one.tenant, at_most=one.at_most)
    return tighten(site, signer, limit=limit, at=at).epoch.number


def draft_path(workspace: Path, watch: Watch, number: int) -> Path:
    """Return where the draft of a round's deviation stands once it is written. Pure."""
    return workspace / DEVIATIONS / f"{deviation_id(watch.id, number)}.yaml"


def draft_once(workspace: Path, watch: Watch, known: Remembered) -> bool:
    """Write the draft of a breach's deviation unless one is there; return whether it was written. Effect: as said, durably.

    Raises:
        RuleoutError: it cannot be written.
    """
    breach, path = known.breach, draft_path(workspace, watch, known.round)
    if breach is None or path.exists():
        return False
    left = breach.left(watch)
    data = deviation_draft(
        looked_of(watch, breach.hits, breach.trials, ()),
        at=datetime.fromisoformat(breach.at),
        number=known.round,
        tightened=tuple(one for one in watch.tightens if one not in left),
        left=left,
    )
    open_workspace(workspace)
    make_folder(path.parent)
    write_new(path, data)
    return True


@dataclass(slots=True)
class Recorded:
    """Deviations of a workspace's record, read again whenever the log has grown."""

    workspace: Path
    _stamp: object = None
    _closed: Mapping[str, bool] = field(default_factory=dict)

    def is_read(self) -> bool:
        """Return true once the record was read; a workspace without a log has none to read. Effect: may read it, all of it.

        Raises:
            RuleoutError, OSError: it cannot be read, and never was as it is now.
        """
        with contextlib.suppress(FileNotFoundError):
            self._read()
        return True

    def closed(self, deviation: str) -> bool | None:
        """Return whether a deviation is closed, None where the record has none of that name, or cannot be read and never was.

        Effect: may read the record, all of it.
        """
        try:
            self._read()
        except (RuleoutError, OSError):
            return self._closed.get(deviation)
        return self._closed.get(deviation)

    def _read(self) -> None:
        place = open_workspace(self.workspace)
        status = (place.ledger / "checkpoint").stat()
        stamp = status.st_mtime_ns, status.st_size, status.st_ino
        if stamp != self._stamp:
            found = deviations_of(read_record(place))
            self._closed = {name: name in found.states and found.states[name].is_closed for name in found.acts}
            self._stamp = stamp
