# SPDX-License-Identifier: Apache-2.0
"""Whether a rate has passed the bar that a decision assumed, looked at as often as one likes (S-3, G-11).

The bet of `stats.e_process`, from the other side: somebody claims that at most `bar` of the trials are hits; we bet
against it, trial by trial. If the claim holds, what we have reaches 1 / alpha with probability at most alpha, at whichever
look. A breach is found the sooner the farther the rate is above the bar: at twice the bar it takes thousands of trials.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from fractions import Fraction

from ruleout.model.permit import LimitKind
from ruleout.serving.monitoring.counters import Snapshot, total_of
from ruleout.serving.monitoring.metrics import REVIEWED, VERDICTS
from ruleout.stats.e_process import log_wealth
from ruleout.stats.log_gamma import CONTEXT


class Counted(Enum):
    """What is counted against the bar.

    MISSES: of the samples that a hook allowed and somebody reviewed, those that it should have denied. NEAR_MISSES: of what a hook
    allowed, what it called near.
    """

    MISSES = "misses"
    NEAR_MISSES = "near-misses"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tightening:
    """A limit that a breach makes smaller: for one tenant, or "" for every one."""

    kind: LimitKind
    tenant: str
    at_most: int

    @property
    def plain(self) -> tuple[str, str, int]:
        """Kind, tenant and count, as they are kept."""
        return self.kind.value, self.tenant, self.at_most


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """One rate that is watched.

    Attributes:
        bar: what the decision assumed at most, in (0, 1).
        alpha: probability in (0, 0.5] that a rate at the bar is ever called a breach.
        framework, clause: what practice departs from where the bar is passed; `framework` as `ID@VERSION`.
        scope: what the watch reaches, in words.
    """

    id: str
    hook: str
    counted: Counted
    bar: Decimal
    alpha: Decimal
    framework: str
    clause: str
    scope: str
    tightens: tuple[Tightening, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """A look: hits of trials, and by what factor (its logarithm) they speak against the claim that the bar holds.

    `unknown`: workers whose counters could not be read: the counts are of the others.
    """

    watch: Watch
    hits: int
    trials: int
    log_evidence: Decimal
    needed: Decimal
    unknown: tuple[str, ...]

    @property
    def is_breach(self) -> bool:
        """Whether the bar is passed."""
        return self.log_evidence >= self.needed


def look(watch: Watch, state: Snapshot) -> Looked:
    """Return what the counters say of a watched rate. Pure. Source: S-3."""
    return looked_of(watch, *counts_of(watch, state), state.unknown)


def looked_of(watch: Watch, hits: int, trials: int, unknown: tuple[str, ...]) -> Looked:
    """Return what so many hits of so many trials say of a watched rate. Pure. Source: S-3."""
    evidence = log_wealth(_shares(hits, trials), 1 - watch.bar) if trials else Decimal(0)
    needed = CONTEXT.ln(watch.alpha).copy_negate()
    return Looked(watch=watch, hits=hits, trials=trials, log_evidence=evidence, needed=needed, unknown=unknown)


def counts_of(watch: Watch, state: Snapshot) -> tuple[int, int]:
    """Return the hits and trials of a watched rate in counters. Pure."""
    if watch.counted is Counted.MISSES:
        misses = total_of(state, REVIEWED, hook=watch.hook, found="miss")
        return misses, misses + total_of(state, REVIEWED, hook=watch.hook, found="fine")
    near = total_of(state, VERDICTS, hook=watch.hook, verdict="near")
    return near, near + total_of(state, VERDICTS, hook=watch.hook, verdict="allow")


def _shares(hits: int, trials: int) -> tuple[tuple[Fraction, int], ...]:
    """Shares of trials without a hit: the claim is that at least 1 - bar of them have none."""
    pairs = ((Fraction(0), hits), (Fraction(1), trials - hits))
    return tuple(pair for pair in pairs if pair[1])
