# SPDX-License-Identifier: Apache-2.0
"""What was found about requests that were let through, for those that ask the same again (G-1, G-3).

Held is only what follows from the key, the words of the request that are judged, and what is served by: the grant, the scope of
kills, the policy's answer. Kills themselves, the lease, limits and the clock are asked for each request. Everything is dropped when
other permits or policies are served by, or another epoch is seen.
"""

from __future__ import annotations

from typing import NamedTuple

from ruleout.app.serving.standing import Standing
from ruleout.policy.decide import Answer
from ruleout.policy.values import Call
from ruleout.serving.asked import Asked
from ruleout.serving.audit import OpenForm
from ruleout.serving.epoch import Scope
from ruleout.serving.grants import Grant

#: Names and numbers of a request are the client's: beyond so many, all are dropped.
MOST_KNOWN = 1024


class Judged(NamedTuple):
    """What was found about one request.

    Attributes:
        from_ns, until_ns: between these instants (Unix time; the last not included) the same grant is found.
        call: what the rules were asked about, `answer` what they said.
        form: what `open` records of such requests have in common.
    """

    grant: Grant
    scope: Scope
    call: Call
    answer: Answer
    from_ns: int
    until_ns: int
    form: OpenForm


#: All that a judgement follows from beside what is served by and the clock.
Key = tuple[str, str, str, bool, int, tuple[str, ...], tuple[str, ...]]


def key_of(digest: str, asked: Asked) -> Key:
    """Return what stands for a request; the endpoint by its value, for an enumeration's own hash is slow. Pure."""
    endpoint, model, stream, tokens, tools, results = asked
    return digest, endpoint._value_, model, stream, tokens, tools, results


class Known:
    """What one worker holds. Not for several threads."""

    __slots__ = ("_epoch", "_judged", "_standing")

    def __init__(self) -> None:
        self._standing: Standing | None = None
        self._epoch = 0
        self._judged: dict[Key, Judged] = {}

    def __len__(self) -> int:
        return len(self._judged)

    def get(self, standing: Standing, epoch: int, key: Key, now_ns: int) -> Judged | None:
        """Return what was found under this very standing and epoch, None where that is not known or not of this instant."""
        if standing is not self._standing or epoch != self._epoch:
            self.drop()
            self._standing, self._epoch = standing, epoch
            return None
        judged = self._judged.get(key)
        return judged if judged is not None and judged.from_ns <= now_ns < judged.until_ns else None

    def keep(self, standing: Standing, epoch: int, key: Key, judged: Judged) -> None:
        """Hold what was found, unless other permits or another epoch are asked about since."""
        if standing is self._standing and epoch == self._epoch:
            if len(self._judged) >= MOST_KNOWN:
                self._judged.clear()
            self._judged[key] = judged

    def drop(self) -> None:
        """Hold nothing."""
        self._standing = None
        self._judged.clear()
