# SPDX-License-Identifier: Apache-2.0
"""Whether a longer list of invariants lets a goal be reached with fewer of those it had before (A-2).

A share of a list falls on every entry alike: ten easy invariants beside ten hard ones halve what is asked of the hard ones
though the percentage is the same. Counted exactly, as the rule itself is.
"""

from __future__ import annotations

from collections.abc import Iterator

from ruleout.model.roadmap import Goal, InvariantsRule, Rule


def diluted(old: Goal, new: Goal) -> Iterator[str]:
    """Yield, one sentence each, where fewer of the earlier invariants would do, if all that were added are in place. Pure."""
    yield from _of_rule(old.rule, new.rule, "")
    after = {part.id: part.rule for part in new.parts}
    for part in old.parts:
        yield from _of_rule(part.rule, after.get(part.id), f"parts.{part.id}.")


def _of_rule(old: Rule | None, new: Rule | None, where: str) -> Iterator[str]:
    if not isinstance(old, InvariantsRule) or not isinstance(new, InvariantsRule):
        return
    before = {one.id for one in old.invariants}
    added = sum(1 for one in new.invariants if one.id not in before)
    if not added:
        return
    for word, was, now in (("fully", old.fully, new.fully), ("at least mostly", old.mostly, new.mostly)):
        asked = _needed(was, len(before))
        enough = max(0, _needed(now, len(new.invariants)) - added)
        if enough < asked:
            yield (
                f"less: {where}rule.invariants has {added} more, and {enough} of the earlier {len(before)} {word} in place "
                f"could be enough where {asked} were asked"
            )


def _needed(percent: int, count: int) -> int:
    """The least number whose share of a count is at least a percentage."""
    return -(-percent * count // 100)
