# SPDX-License-Identifier: Apache-2.0
"""Whether a goal asks for less than before: found by comparing the two, never by its author's word (A-2).

Less is: a later date or none any more; lower shares, a longer wait for an answer, shorter comments; an invariant, a part, a
reader, something owed afterwards, a rule or a confidence that was stated and is no longer; another kind of rule that is easier to
reach; a list that grew so that fewer of its earlier entries would do (`changes.dilution`). But for that one, the comparison knows
no field by name, so a field added later is compared (`trees`, `more_or_less`).
"""

from __future__ import annotations

from ruleout.accountability.roadmap.changes.compared import Asks
from ruleout.accountability.roadmap.changes.dilution import diluted
from ruleout.accountability.roadmap.changes.more_or_less import judged
from ruleout.accountability.roadmap.changes.trees import differing, words_of
from ruleout.model.roadmap import Goal


def lessened(old: Goal, new: Goal) -> tuple[str, ...]:
    """Return, one sentence each, where the newer state of a goal asks for or states less. Pure."""
    found = []
    for branch in differing(old, new):
        one = judged(branch, same_sentence=False)
        if one.asks is Asks.LESS:
            was, now = words_of(branch.was), words_of(branch.now)
            found.append(f"less: {branch.field} {_shown(was)} became {_shown(now)}, {one.because}")
    return (*found, *diluted(old, new))


def _shown(words: str) -> str:
    return f"'{words[:60]}{'…' if len(words) > 60 else ''}'" if words else "nothing"
