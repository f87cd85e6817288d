# SPDX-License-Identifier: Apache-2.0
"""Answering a breach: limits first, then the draft of a deviation for a person to sign (G-11, A-6).

It can tighten, never loosen: a limit is set only where the new one is smaller than the one that holds. The draft opens
nothing by itself: `ruleout deviation open` records it under somebody's key.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Protocol

from ruleout.accountability.deviations.parse import parse_deviation
from ruleout.adapters.files import make_folder, write_new
from ruleout.model.permit import LimitKind
from ruleout.model.plain import instant_text
from ruleout.serving.monitoring.drift import Breach, Tightening

#: Limits that hold, by kind and tenant ("" for every one); a missing one is none.
Standing = Mapping[tuple[LimitKind, str], int]


class Tighten(Protocol):
    """Makes a limit smaller for every worker, durably. Raises RuleoutError where it cannot."""

    def __call__(self, kind: LimitKind, tenant: str, at_most: int) -> None:
        """Set it."""


def tightenings(breach: Breach, standing: Standing) -> tuple[Tightening, ...]:
    """Return the limits that a breach makes smaller than they are. Pure; none of them is larger than what holds."""
    return tuple(one for one in breach.looked.watch.tightens if _holding(one, standing) > one.at_most)


def answer_breach(
    breach: Breach, *, standing: Standing, tighten: Tighten, drafts: Path, at: datetime
) -> tuple[tuple[Tightening, ...], Path]:
    """Tighten what a breach tightens, and draft its deviation; return both.

    Effect: calls `tighten` for each limit, writes one file unless it is there. Done again, it changes nothing more.

    Raises:
        RuleoutError: a limit could not be set, or the draft not written. What was set before stays set.
    """
    made = tightenings(breach, standing)
    for one in made:
        tighten(one.kind, one.tenant, one.at_most)
    path = drafts / f"{deviation_id(breach)}.yaml"
    if not path.exists():
        make_folder(drafts)
        write_new(path, deviation_draft(breach, at=at, tightened=made))
    return made, path


def deviation_id(breach: Breach) -> str:
    """Return the name of a breach's deviation: one per watch, so that looking again opens no second. Pure."""
    return f"drift-{breach.looked.watch.id}"[:64].rstrip("-")


def deviation_draft(breach: Breach, *, at: datetime, tightened: Sequence[Tightening]) -> bytes:
    """Return the file of a deviation that states a breach, as `ruleout deviation open` reads it. Pure."""
    looked, watch = breach.looked, breach.looked.watch
    limits = "; ".join(f"{one.kind.value} at most {one.at_most} for {one.tenant or 'everybody'}" for one in tightened)
    says = (
        f"The rate of {watch.counted.value} of the hook {watch.hook} has passed the bar that the decision assumed: "
        f"{looked.hits} of {looked.trials}, where at most {watch.bar} was assumed (at most {watch.alpha} to be so by chance)."
    )
    told = {
        "deviation": deviation_id(breach),
        "says": says + (f" Tightened: {limits}." if limits else ""),
        "departs-from": {"framework": watch.framework, "clause": watch.clause},
        "discovered": instant_text(at),
        "since": "unknown",
        "scope": watch.scope,
    }
    # JSON is YAML: nothing in a watch's words can become a field.
    data = (json.dumps(told, indent=2, ensure_ascii=False) + "\n").encode("utf-8")
    parse_deviation(data, file=f"{told['deviation']}.yaml")
    return data


def _holding(one: Tightening, standing: Standing) -> int:
    """What holds for a tenant: its own limit or everybody's, the smaller; without one, more than any."""
    found = [standing[key] for key in ((one.kind, one.tenant), (one.kind, "")) if key in standing]
    return min(found, default=2**62)
