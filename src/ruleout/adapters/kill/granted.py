# SPDX-License-Identifier: Apache-2.0
"""Degraded grants on one host: files beside its kills, for they count just when the store is gone (G-7).

`grant.json` is the one that may count; each stands under its digest too, for the record. A file under `DIGEST.ended.json`, whatever it
holds, ends that grant: closing needs no proof.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path

from ruleout.adapters.clock import ForwardClock
from ruleout.adapters.files import read_bounded
from ruleout.adapters.kill.host import boottime_ns
from ruleout.errors import RuleoutError
from ruleout.ledger.signing import Keyring
from ruleout.serving.epoch import Degraded, SignedDegraded, SignedEpoch, grant_from_file
from ruleout.serving.epoch.degraded import MOST_GRANT_BYTES, granters_of, seconds_of, why_not


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantFolder:
    """Where a host's grants stand."""

    path: Path

    @property
    def current(self) -> Path:
        """The grant that may count."""
        return self.path / "grant.json"

    def kept(self, digest: str) -> Path:
        """A grant as it is kept for the record."""
        return self.path / f"{digest}.json"

    def ended(self, digest: str) -> Path:
        """What says that a grant was taken back."""
        return self.path / f"{digest}.ended.json"

    def read(self) -> SignedDegraded:
        """Return the grant that may count, its form checked. Effect: reads. Raises NotFound, VerificationFailed, RuleoutError."""
        return grant_from_file(read_bounded(self.current, limit_bytes=MOST_GRANT_BYTES, what="degraded grant"))

    def is_ended(self, digest: str) -> bool:
        """Whether a grant was taken back; one of which that cannot be said was. Effect: looks."""
        try:
            self.ended(digest).lstat()
        except FileNotFoundError:
            return False
        except OSError:
            return True
        return True


@dataclass(slots=True, kw_only=True)
class Granted:
    """What a host's agent asks: whether a grant counts now.

    Attributes:
        gateway: the name of this gateway, `origins` of the records whose permits it serves.
        clock: instants that never go back.
        compromised: ids of keys that are known to be somebody else's too: no grant counts by one, nor while they cannot be known (RuleoutError).
    """

    folder: GrantFolder
    gateway: str
    origins: frozenset[str]
    keyring: Callable[[], Keyring]
    clock: ForwardClock = field(default_factory=ForwardClock)
    compromised: Callable[[], Collection[str]] = frozenset
    _checked: tuple[SignedDegraded, Keyring] | None = None

    def current(self, epoch: SignedEpoch) -> SignedDegraded | None:
        """Return the grant that counts now under an epoch; None for every other, whatever is wrong with it. Effect: reads."""
        try:
            return self._current(epoch)
        except (RuleoutError, OSError):
            return None

    def ends_ns(self, grant: Degraded) -> int:
        """Return when a grant ends by CLOCK_BOOTTIME, as the clock has it now. Effect: reads clocks."""
        return boottime_ns() + seconds_of(grant.until) * 1_000_000_000 - self.clock.now_ns()

    def _current(self, epoch: SignedEpoch) -> SignedDegraded | None:
        signed = self.folder.read()
        grant = signed.grant
        if why_not(grant, epoch=(epoch.epoch.number, epoch.digest), now_ns=self.clock.now_ns()):
            return None
        if grant.gateway != self.gateway or grant.origin not in self.origins or self.folder.is_ended(signed.digest):
            return None
        compromised = self.compromised()
        if any(key in compromised for key, _ in signed.sigs):
            return None
        self._check(signed)
        return signed

    def _check(self, signed: SignedDegraded) -> None:
        """Check who signed, once for each grant and keyring."""
        keyring = self.keyring()
        held = self._checked
        if held is not None and held[0] == signed and held[1] is keyring:
            return
        granters_of(signed, keyring)
        self._checked = (signed, keyring)
