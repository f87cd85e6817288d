# SPDX-License-Identifier: Apache-2.0
"""Which kills hit a request: an index made once per epoch, asked at each request and chunk (G-6)."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from ruleout.serving.epoch.document import Epoch, Target, folded
from ruleout.serving.refusal import Refusal, Why


class Scope(NamedTuple):
    """What a request touches. A named tuple: one is made per request.

    Attributes:
        model: the name asked for.
        models: every other name of it: the model's own, its digest, other names it is served under.
        endpoint: the surface, by its value.
        plain: whether it is chat without tools: none offered, no result of one, no call of one.
    """

    model: str = ""
    models: tuple[str, ...] = ()
    capabilities: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()
    tenant: str = ""
    endpoint: str = ""
    plain: bool = False


MOST_ANSWERS = 4096
"""Answers kept per epoch: a stream asks the same before every chunk."""
_folded = lru_cache(maxsize=4096)(folded)


class Killed:
    """The kills of one epoch, by kind and folded name."""

    __slots__ = ("_all", "_answers", "_by_kind", "is_empty")

    def __init__(self, epoch: Epoch) -> None:
        self._by_kind: dict[Target, dict[str, tuple[str, ...]]] = {target: {} for target in Target}
        for kill in epoch.kills:
            held, name = self._by_kind[kill.kind], folded(kill.name)
            held[name] = (*held.get(name, ()), kill.id)
        self._all = self._by_kind[Target.ALL].get("", ())
        self.is_empty = not epoch.kills
        self._answers: dict[Scope, Refusal | None] = {}

    def hits(self, scope: Scope) -> tuple[str, ...]:
        """Return the ids of the kills that hit, each once; none for what is not killed. Pure."""
        if self.is_empty:
            return ()
        found = list(self._all)
        for target, names in (
            (Target.MODEL, (scope.model, *scope.models)),
            (Target.CAPABILITY, scope.capabilities),
            (Target.TOOL, scope.tools),
            (Target.TENANT, (scope.tenant,)),
            (Target.SURFACE, (scope.endpoint,)),
        ):
            held = self._by_kind[target]
            if held:
                for name in names:
                    found.extend(held.get(_folded(name), ()))
        return tuple(dict.fromkeys(found))

    def refusal(self, scope: Scope) -> Refusal | None:
        """Return why a request may not be served, None if no kill hits it. Pure but for what it remembers."""
        try:
            return self._answers[scope]
        except KeyError:
            pass
        ids = self.hits(scope)
        if len(self._answers) >= MOST_ANSWERS:
            self._answers.clear()
        refusal = Refusal(why=Why.KILLED, says="This was switched off.", rules=ids) if ids else None
        self._answers[scope] = refusal
        return refusal
