# SPDX-License-Identifier: Apache-2.0
"""What may be served at most, for one tenant and model: the tightest limit of each kind (G-1)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from ruleout.model.permit import Limit, LimitKind, tightest

#: Stands for a kind without a limit: more than any counter reaches.
UNLIMITED = 2**62


class Budget(NamedTuple):
    """One number per kind of limit; `UNLIMITED` where there is none."""

    requests_per_minute: int = UNLIMITED
    requests_per_day: int = UNLIMITED
    tokens_per_request: int = UNLIMITED
    tokens_per_day: int = UNLIMITED
    concurrent_streams: int = UNLIMITED
    tool_calls_per_request: int = UNLIMITED

    def tightened(self, kind: LimitKind, at_most: int) -> Budget:
        """Return the budget with this kind no larger than `at_most`; never larger than it was. Pure."""
        field = kind.value.replace("-", "_")
        return self._replace(**{field: min(getattr(self, field), max(0, at_most))})


def budget_of(*limits: Iterable[Limit]) -> Budget:
    """Return the tightest limit of each kind, wherever it comes from. Pure.

    Args:
        limits: those of a permit (`Terms.enforced_limits`), of a tool, tightened ones; order changes nothing.
    """
    found = tightest(limit for some in limits for limit in some)
    return Budget(**{limit.kind.value.replace("-", "_"): max(0, limit.at_most) for limit in found})
