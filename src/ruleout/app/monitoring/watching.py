# SPDX-License-Identifier: Apache-2.0
"""One look at the watched rates of a running gateway, and what follows from a breach (G-11, A-6, S-3).

The order: note the breach durably, so that it stays one; make limits smaller; draft the deviation. Each step is done once, is
tried again at the next look where it failed, and is found done after a restart: by what is remembered, by what the kill state
holds, by what the record says. A deviation that the record has closed ends the breach, and the watch begins anew.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import msgspec

from ruleout.adapters.monitoring import read_counters
from ruleout.adapters.monitoring.watching import keep_memory, read_memory
from ruleout.app.kill.site import Site
from ruleout.app.kill.taking import require_tightener
from ruleout.app.monitoring.answering import Recorded, draft_once, draft_path, set_limit
from ruleout.app.monitoring.breach import deviation_id, words_of
from ruleout.errors import RuleoutError
from ruleout.ledger import Signer
from ruleout.model.plain import instant_text
from ruleout.serving.monitoring import Watch
from ruleout.serving.monitoring.counters import Snapshot
from ruleout.serving.monitoring.drift import Looked
from ruleout.serving.monitoring.memory import Noted, Remembered, begun_again, looked_by, readable, remembered
from ruleout.serving.monitoring.watching import Failing

Made = TypeVar("Made")
#: Says one thing that happened, by names and figures alone.
Tell = Callable[[Mapping[str, object]], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a look found: how each watch stands, and what is failing, with words."""

    states: Mapping[str, str]
    failing: Mapping[Failing, str]


@dataclass(slots=True, kw_only=True)
class Watching:
    """Watches rates and answers breaches; for one process only.

    Attributes:
        counters: the folder into which workers count; `memory` the file of what is remembered.
        record: the workspace in which deviations are drafted and recorded.
        unlock: returns the key that tightens. Raises RuleoutError.
        watches: reads the watches. Raises RuleoutError.
    """

    counters: Path
    memory: Path
    record: Recorded
    site: Site
    unlock: Callable[[], Signer]
    watches: Callable[[], tuple[Watch, ...]]
    tell: Tell
    _known: dict[str, Remembered] = field(default_factory=dict)
    _kept: dict[str, Remembered] | None = None
    _failing: dict[Failing, str] = field(default_factory=dict)

    def look(self, at: datetime) -> Seen:
        """Look at every watch once and answer what must be. Effect: reads counters, kill state and record; writes as said above.

        Raises nothing for what a file, the store or a key may be: that is said under `failing`, and tried again at the next look.
        """
        self._failing = {}
        if self._kept is None:
            self._begin()
        signer = self._attempt(Failing.KEY, self._signer)
        watches = self._attempt(Failing.WATCHES, self.watches) or ()
        workers = self._attempt(Failing.COUNTERS, lambda: read_counters(self.counters)) or {}
        looks = [self._look_at(watch, workers, at) for watch in watches]
        self._keep()  # before anything follows: what is a breach stays one
        for watch in watches:
            self._answer(watch, signer, at)
        return Seen(states={one.watch.id: self._state(one) for one in looks}, failing=self._failing)

    def _begin(self) -> None:
        found = self._attempt(Failing.MEMORY, lambda: read_memory(self.memory))
        if found is None:
            return  # read again at the next look, and not written over until then
        self._known, is_whole = found
        if not is_whole:
            self.tell({"watching": "what was remembered is damaged and set aside: counting begins anew"})
        # Where nothing is remembered, the record says what was: nothing begins before it can be read.
        if self._known or self._attempt(Failing.DRAFT, self.record.is_read) is not None:
            self._kept = dict(self._known)

    def _signer(self) -> Signer:
        signer = self.unlock()
        require_tightener(self.site, signer)
        return signer

    def _look_at(self, watch: Watch, workers: Mapping[str, Snapshot | None], at: datetime) -> Looked:
        before = self._known.get(watch.id)
        workers = readable(before, watch, workers)
        unknown = tuple(sorted(name for name, state in workers.items() if state is None))
        if unknown:
            self._failing[Failing.COUNTERS] = f"counters cannot be read: {', '.join(unknown)}"
        known = remembered(before, watch, workers)
        if before is None and self._kept is not None:
            known = self._as_recorded(watch, known, at)
        looked = looked_by(known, watch, unknown)
        if known.breach is None and looked.is_breach:
            known = msgspec.structs.replace(known, breach=Noted(instant_text(at), looked.hits, looked.trials))
            counts = {"hits": looked.hits, "trials": looked.trials, "bar": str(watch.bar)}
            self.tell({"watch": watch.id, "round": known.round, "breach": counts})
        self._known[watch.id] = known
        return looked

    def _answer(self, watch: Watch, signer: Signer | None, at: datetime) -> None:
        known = self._known[watch.id]
        if known.breach is None:
            return
        name = deviation_id(watch.id, known.round)
        is_closed = self.record.closed(name)
        if is_closed:
            self._known[watch.id] = self._as_recorded(watch, begun_again(known), at)
            self._keep()
            self.tell({"watch": watch.id, "deviation": name, "closed": True})
            self._answer(watch, signer, at)
            return
        self._tighten(watch, signer, at)
        if not known.breach.drafted:
            self._draft(watch, name, is_recorded=is_closed is not None)

    def _as_recorded(self, watch: Watch, known: Remembered, at: datetime) -> Remembered:
        """The round that goes on by the record, and its breach where that has one, or a draft: what was remembered may be lost."""
        while is_closed := self.record.closed(deviation_id(watch.id, known.round)):
            known = begun_again(known)
        draft = draft_path(self.record.workspace, watch, known.round)
        if is_closed is None and not self._attempt(Failing.DRAFT, draft.exists):
            return known
        return msgspec.structs.replace(known, breach=Noted(instant_text(at), *known.sums, drafted=True))

    def _draft(self, watch: Watch, name: str, *, is_recorded: bool) -> None:
        try:
            written = not is_recorded and draft_once(self.record.workspace, watch, self._known[watch.id])
        except (RuleoutError, OSError) as error:
            self._failing[Failing.DRAFT] = f"{name} could not be drafted: {error}"
            return
        self._change(watch, drafted=True)
        self.tell({"watch": watch.id, "deviation": name, "drafted": written})

    def _tighten(self, watch: Watch, signer: Signer | None, at: datetime) -> None:
        """Set each limit of a breach that was not set for it yet, once: what people give back afterwards is theirs."""
        breach = self._known[watch.id].breach
        for one in breach.left(watch) if breach is not None else ():
            try:
                epoch = set_limit(self.site, signer, one, at)
            except (RuleoutError, OSError) as error:
                self._failing[Failing.TIGHTENING] = f"{words_of(one)} could not be set: {error}"
                return
            breach = self._known[watch.id].breach
            self._change(watch, given=(*(breach.given if breach else ()), one.plain))
            self.tell({"watch": watch.id, "tightened": words_of(one), "epoch": epoch})

    def _change(self, watch: Watch, **fields: object) -> None:
        known = self._known[watch.id]
        if known.breach is not None:
            breach = msgspec.structs.replace(known.breach, **fields)
            self._known[watch.id] = msgspec.structs.replace(known, breach=breach)
        self._keep()

    def _attempt(self, what: Failing, step: Callable[[], Made]) -> Made | None:
        try:
            return step()
        except (RuleoutError, OSError) as error:
            self._failing[what] = str(error)
            return None

    def _keep(self) -> None:
        if self._kept is not None and self._known != self._kept:
            self._attempt(Failing.MEMORY, lambda: keep_memory(self.memory, self._known))
            if Failing.MEMORY not in self._failing:
                self._kept = dict(self._known)

    def _state(self, looked: Looked) -> str:
        if self._known[looked.watch.id].breach is not None:
            return "breach"
        is_known = looked.trials and not looked.unknown and Failing.COUNTERS not in self._failing
        return "no-breach" if is_known and self._kept is not None else "unknown"
