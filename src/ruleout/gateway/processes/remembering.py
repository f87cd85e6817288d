# SPDX-License-Identifier: Apache-2.0
"""What the host's process remembers of the files that are served by, beside its agent, and what it tells the agent of keys (G-1, G-6).

It goes by the settings of the last reload, once no worker goes by older ones.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from ruleout.adapters.clock import ForwardClock, seconds
from ruleout.app.serving.load import load_standing, remember, told_of_keys
from ruleout.app.serving.place import Place, read_settings
from ruleout.app.serving.standing import Standing
from ruleout.errors import RuleoutError
from ruleout.gateway.telling.aloud import tell, tell_change
from ruleout.serving.settings.document import GatewayDoc
from ruleout.serving.settings.restart import waiting_for_restart

#: Seconds between two times that what was seen is written down.
_REMEMBER_S = 10.0
#: Seconds between two looks at the files that are served by.
_LOOK_S = 0.5


def read_again(began: GatewayDoc, path: Path, overrides: dict[str, str]) -> Place:
    """Return the settings by now, and say what of them waits for a restart. Effect: reads. Raises RuleoutError."""
    place = read_settings(path, overrides)
    if waits := waiting_for_restart(began, place.settings):
        tell({"reloaded": True, "waits-for-restart": waits})
    return place.begun(began)


def newer_settings(reloaded: threading.Event, read: Callable[[], Place]) -> Place | None:
    """Return the settings that workers go by since a reload, once; None without one. Effect: reads. Raises RuleoutError, then each time."""
    if not reloaded.is_set():
        return None
    reloaded.clear()
    try:
        return read()
    except RuleoutError:
        reloaded.set()
        raise


def remember_files(
    place: Place,
    over: threading.Event,
    clock: ForwardClock,
    newer: Callable[[], Place | None] = lambda: None,
    learn: Callable[[Place, Collection[str] | None], None] = lambda *_: None,
) -> None:
    """Write down what is seen: at once where a file has changed, else from time to time.

    Effect: as said. It does not end alone: a bug that ends it ends the whole process, so that what is not remembered any more is not
    served for long either; the master starts another.
    """
    memory, told = Memory(place, clock, newer, learn), ""
    try:
        while not over.is_set():
            fault = memory.look(again=bool(told))
            told = tell_change(fault, told, fails="nothing is served", holds="what is served by holds again")
            over.wait(_LOOK_S)
    finally:
        over.set()


class Memory:
    """What is known of the files that are served by, and when they were looked at."""

    def __init__(
        self,
        place: Place,
        clock: ForwardClock,
        newer: Callable[[], Place | None],
        learn: Callable[[Place, Collection[str] | None], None],
    ) -> None:
        self._place, self._clock, self._newer, self._learn = place, clock, newer, learn
        self._files: object = None
        self._since = 0.0
        self._before: Standing | None = None
        self._shadows: dict[tuple[str, str], str] = {}

    def look(self, *, again: bool) -> str:
        """Load and remember, where a file has changed or it is time. Effect: reads and writes files. Return what is wrong, "" for nothing.

        Settings of a reload that cannot be read keep nothing from being learnt by those before: by these some workers serve.
        """
        faults, files = list[str](), None
        with _kept_in(faults):
            self._place = self._newer() or self._place
        with _kept_in(faults):
            files = self._place.stamps()
        if again or files is None or files != self._files or seconds() - self._since > _REMEMBER_S:
            self._files, self._since = files, seconds()
            with _kept_in(faults):
                self._load()
        return faults[0] if faults else ""

    def _load(self) -> None:
        at = datetime.fromtimestamp(self._clock.now_ns() // 1_000_000_000, UTC)
        try:
            before = load_standing(self._place, at=at, before=self._before)
        except (RuleoutError, OSError):  # what no worker serves by tells of stolen keys all the same
            self._learn(self._place, told_of_keys(self._place, at=at, before=self._before))
            raise
        self._before = before
        self._learn(self._place, before.compromised)
        self._clock.seen(before.at)
        remember(self._place, before, at=before.at)
        self._shadows = _say_shadows(before, self._shadows)


@contextmanager
def _kept_in(faults: list[str]) -> Iterator[None]:
    try:
        yield
    except (RuleoutError, OSError) as error:
        faults.append(str(error))


def _say_shadows(standing: Standing, before: Mapping[tuple[str, str], str]) -> dict[tuple[str, str], str]:
    """Say of each shadow how it stands, where that is not what was said before: that it has ended, above all (G-10)."""
    states = {(one.tenant, one.name): one.state(standing.at) for one in standing.named_shadows}
    for one in standing.named_shadows:
        state = states[one.tenant, one.name]
        if before.get((one.tenant, one.name)) != state:
            tell({"shadow": one.name, "tenant": one.tenant, "bundle": one.bundle, "state": state,
                  "says": one.says(standing.at)})  # fmt: skip
    return states
