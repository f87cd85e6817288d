# SPDX-License-Identifier: Apache-2.0
"""Decisions that were given while serving, asked again of Cedar itself: the same answer, or a bundle that is not trusted (G-3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from ruleout.adapters.cedar import by_cedar
from ruleout.app.policy.load import Loaded
from ruleout.policy.bundle import Bundle, Kind, bundle_digest
from ruleout.policy.decide import Answer, Ground, Layer, Layers, decide
from ruleout.policy.values import Call

#: Parsed bundles that are kept; others are parsed again when they are asked about.
MOST_KEPT = 64
_BY_FLOOR = (Ground.RED_LINE, Ground.FLOOR_FAILED)


class Given(NamedTuple):
    """A decision as it was given: under which bundles, about what, and the answer."""

    loaded: Loaded
    call: Call
    answer: Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Differing:
    """A bundle whose compiled rules decided otherwise than Cedar: its digest, kind and label, and both answers in words.

    The words are grounds and ids of rules; nothing of the call is in them.
    """

    digest: str
    kind: Kind
    bundle: str
    ours: str
    cedar: str


class Cedar:
    """Cedar's own answers about bundles in force. For one thread."""

    def __init__(self) -> None:
        self._kept: dict[str, Layer] = {}

    def compare(self, given: Given) -> Differing | None:
        """Return what a decision that was given differs in from Cedar's: decision, rules that decided, rules that failed.

        Raises:
            BadPolicy, ValueError: Cedar cannot be asked.

        Source: G-3.
        """
        floor, answer = given.loaded.floor, given.answer
        tenant = given.call.principal.id
        above = _bundle_of(given.loaded, tenant)
        tenants = {} if above is None else {tenant: self._layer(above)}
        theirs = decide(Layers(floor=self._layer(floor), tenants=tenants), given.call)
        if _comparable(answer) == _comparable(theirs):
            return None
        # Where one of both says that the floor decides, the floor is what they differ about.
        is_floor = above is None or answer.ground in _BY_FLOOR or theirs.ground in _BY_FLOOR
        bundle = floor if is_floor or above is None else above
        return Differing(
            digest=bundle_digest(bundle),
            kind=bundle.kind,
            bundle=bundle.label,
            ours=_words(answer),
            cedar=_words(theirs),
        )

    def _layer(self, bundle: Bundle) -> Layer:
        """Kept by the text itself: two bundles of one text are one to Cedar."""
        kept = self._kept.pop(bundle.policy, None)
        if kept is None or kept.bundle != bundle.label:
            kept = Layer(bundle=bundle.label, compiled=by_cedar(bundle.policy))
        self._kept[bundle.policy] = kept
        while len(self._kept) > MOST_KEPT:
            del self._kept[next(iter(self._kept))]
        return kept


def _bundle_of(loaded: Loaded, tenant: str) -> Bundle | None:
    layer = loaded.layers.tenants.get(tenant)
    if layer is None:
        return None
    return next(bundle for bundle in loaded.tenants if bundle.label == layer.bundle)


def _comparable(answer: Answer) -> tuple[Ground, str, list[str], list[str]]:
    return answer.ground, answer.bundle, sorted(answer.rules), sorted(answer.failed)


def _words(answer: Answer) -> str:
    failed = f", failed {', '.join(sorted(answer.failed))}" if answer.failed else ""
    return f"{answer.ground.value} by {', '.join(sorted(answer.rules)) or 'no rule'}{failed}"
