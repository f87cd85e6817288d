# SPDX-License-Identifier: Apache-2.0
"""Answering a breach: which limits it makes smaller, and the draft of a deviation for a person to sign (G-11, A-6).

It can tighten, never loosen: a limit is set only where the new one is smaller than the one that holds. The draft opens
nothing by itself: `ruleout deviation open` records it under somebody's key.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from ruleout.accountability.deviations.parse import parse_deviation
from ruleout.model.permit import LimitKind
from ruleout.model.plain import instant_text
from ruleout.serving.monitoring.drift import Looked, Tightening

#: Limits that hold, by kind and tenant ("" for every one); a missing one is none.
Standing = Mapping[tuple[LimitKind, str], int]
_MOST_ID = 64


def smaller(wanted: Iterable[Tightening], standing: Standing) -> tuple[Tightening, ...]:
    """Return those of the limits that are smaller than what holds. Pure."""
    return tuple(one for one in wanted if _holding(one, standing) > one.at_most)


def deviation_id(watch: str, number: int = 1) -> str:
    """Return the name of a breach's deviation: one per watch and round, so that looking again opens no second. Pure."""
    start = f"drift{number if number > 1 else ''}-"
    if len(start + watch) <= _MOST_ID:
        return start + watch
    # Two long names may begin alike.
    digest = hashlib.sha256(watch.encode("utf-8")).hexdigest()[:12]
    return f"{start}{watch[: _MOST_ID - len(start) - 13].rstrip('-')}-{digest}"


def deviation_draft(
    looked: Looked,
    *,
    at: datetime,
    number: int = 1,
    tightened: Sequence[Tightening] = (),
    left: Sequence[Tightening] = (),
) -> bytes:
    """Return the file of a deviation that states a breach, as `ruleout deviation open` reads it. Pure.

    Args:
        number: the round of the watch.
        tightened: limits that were set for it; `left` those that could not be set at once.
    """
    watch = looked.watch
    says = (
        f"The rate of {watch.counted.value} of the hook {watch.hook} has passed the bar that the decision assumed: "
        f"{looked.hits} of {looked.trials}, where at most {watch.bar} was assumed (at most {watch.alpha} to be so by chance)."
    )
    told = {
        "deviation": deviation_id(watch.id, number),
        "says": says + _told(" Tightened", tightened) + _told(" Not set at once, and tried again", left),
        "departs-from": {"framework": watch.framework, "clause": watch.clause},
        "discovered": instant_text(at),
        "since": "unknown",
        "scope": watch.scope,
    }
    # JSON is YAML: nothing in a watch's words can become a field.
    data = (json.dumps(told, indent=2, ensure_ascii=False) + "\n").encode("utf-8")
    parse_deviation(data, file=f"{told['deviation']}.yaml")
    return data


def words_of(one: Tightening) -> str:
    """Return a limit in words. Pure."""
    return f"{one.kind.value} at most {one.at_most} for {one.tenant or 'everybody'}"


def _told(start: str, limits: Sequence[Tightening]) -> str:
    return f"{start}: {'; '.join(map(words_of, limits))}." if limits else ""


def _holding(one: Tightening, standing: Standing) -> int:
    """What holds for a tenant: its own limit or everybody's, the smaller; without one, more than any."""
    found = [standing[key] for key in ((one.kind, one.tenant), (one.kind, "")) if key in standing]
    return min(found, default=2**62)
