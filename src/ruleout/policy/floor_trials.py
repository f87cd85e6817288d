# SPDX-License-Identifier: Apache-2.0
"""Tests of a floor: calls whose answer the red lines' own formulas give, by Kleene's rules and without Cedar (G-3)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from typing import Any

from ruleout.policy.floor import Floor, Line, is_hit, signs_of
from ruleout.policy.trial import Trial

#: Up to so many questions of a line every combination of answers is asked; beyond, none, each, all but each, all.
_FEW = 5
_SETS = ("uses", "capabilities", "tools")
#: A call that carries no sign; nobody's names are so.
_PLAIN: Mapping[str, Any] = {
    "tenant": "no-tenant", "tier": "no-tier", "action": "generate", "model": "no-model", "activity": "no-activity",
    "endpoint": "no-endpoint", "stream": False, "tokens": 0, "approved": False,
}  # fmt: skip


def floor_trials(floor: Floor) -> tuple[Trial, ...]:
    """Return the tests of a floor: every sign by itself, and combinations of answers to the questions of each line.

    Pure. Each test's answer holds for every line at once, since lines may share signs.
    """
    trials: dict[tuple[tuple[str, str], ...], Trial] = {}
    for name, carried in _carried(floor):
        key = tuple(sorted(set(carried)))
        trials.setdefault(key, _trial(floor, name, key))
    return tuple(trials.values())


def _carried(floor: Floor) -> Iterator[tuple[str, Iterable[tuple[str, str]]]]:
    """Yield names of tests with the signs that their calls carry."""
    yield "nothing", ()
    for line in floor.enforced:
        for shown in line.signs.values():
            for sign in signs_of(shown):
                yield f"{line.id}: {sign[0]} {sign[1]}", (sign,)
        for number, said in enumerate(_combinations(len(line.signs))):
            firsts = [next(signs_of(shown)) for shown, yes in zip(line.signs.values(), said, strict=True) if yes]
            if len({field for field, _ in firsts} - {*_SETS}) == len([f for f, _ in firsts if f not in _SETS]):
                yield f"{line.id}: combination {number}", firsts


def _combinations(count: int) -> Iterator[tuple[bool, ...]]:
    if count <= _FEW:
        yield from product((False, True), repeat=count)
        return
    for kept in (True, False):
        yield (kept,) * count
        yield from (tuple((i == one) is kept for i in range(count)) for one in range(count))


def _trial(floor: Floor, name: str, carried: tuple[tuple[str, str], ...]) -> Trial:
    call = {**_PLAIN, **{field: [value for kind, value in carried if kind == field] for field in _SETS}}
    call |= {field: value for field, value in carried if field not in _SETS}
    hit = tuple(line.id for line in floor.enforced if is_hit(line, _answers(line, call)))
    return Trial(name=name, call=call, allowed=not hit, rules=hit)


def _answers(line: Line, call: Mapping[str, Any]) -> dict[str, bool]:
    """Which of a line's questions the signs of a call answer yes."""
    return {
        question: any(
            value in call[field] if field in _SETS else call[field] == value for field, value in signs_of(shown)
        )
        for question, shown in line.signs.items()
    }
