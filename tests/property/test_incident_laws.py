# SPDX-License-Identifier: Apache-2.0
"""Laws of incidents: order of statements, later statements, irrelevant facts and merging move no deadline back (A-4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from tests.incident_builders import REGIMES, act, clocks, incident, state_of

from ruleout.accountability.incidents.classify import classify
from ruleout.accountability.incidents.due import Clock, Counted
from ruleout.accountability.incidents.fold import IncidentState
from ruleout.model.formula import atoms_of
from ruleout.model.incident import INSTANTS, Correction, Incident
from ruleout.model.verdict import Verdict

FACTS = sorted({name for regime in REGIMES.values() for name in regime.facts})
SEEN = "2028-01-01"
NAMES = st.sampled_from(sorted(REGIMES))
VERDICTS = st.sampled_from([v.value for v in Verdict])
TIMES = st.integers(0, 2000).map(lambda hours: datetime(2027, 1, 5, tzinfo=UTC) + timedelta(hours=hours))
STATED_FACTS = st.dictionaries(st.sampled_from(FACTS), VERDICTS)
STATED_TIMES = st.dictionaries(st.sampled_from(INSTANTS), TIMES)


@st.composite
def changes(draw: st.DrawFn) -> list[tuple[str, object]]:
    """Amendments of different fields: a fact or an instant each."""
    facts = draw(st.dictionaries(st.sampled_from(FACTS), VERDICTS, max_size=4))
    times = draw(st.dictionaries(st.sampled_from(INSTANTS), TIMES, max_size=4))
    return [*facts.items(), *times.items()]


def amended(start: Incident, steps: Sequence[tuple[str, object]]) -> IncidentState:
    """The state after one amendment per step, all recorded at the same instants whatever they say."""
    stated = [start]
    for name, value in steps:
        last = stated[-1]
        if name in INSTANTS:
            stated.append(replace(last, instants={**last.instants, name: value}))  # type: ignore[dict-item]
        else:
            stated.append(replace(last, facts={**last.facts, name: Verdict(value)}))
    return state_of(*(act(n, one, "2027-01-05") for n, one in enumerate(stated, start=1)))


def end_of(counted: Counted | None) -> datetime | None:
    return None if counted is None else counted.deadline.ends


def ends(found: dict[str, Clock]) -> dict[str, tuple[str, datetime | None, datetime | None]]:
    return {name: (c.answer.verdict.value, end_of(c.by_text), end_of(c.safe)) for name, c in found.items()}


def never_later(before: datetime | None, after: datetime | None) -> bool:
    """Whether a deadline that ran does not run longer, and none that ran has stopped."""
    return before is None or (after is not None and after <= before)


@given(NAMES, STATED_FACTS, STATED_TIMES, changes(), st.data())
def test_the_order_of_amendments_changes_no_deadline(regime, facts, times, steps, data):
    """Whatever is found out first, the same statements give the same classes and the same ends."""
    other = data.draw(st.permutations(steps))
    one, two = amended(incident(facts, times), steps), amended(incident(facts, times), other)

    assert ends(clocks(regime, one, seen=SEEN)) == ends(clocks(regime, two, seen=SEEN))


@given(NAMES, STATED_FACTS, STATED_TIMES, changes())
def test_what_a_regime_does_not_ask_for_changes_nothing_under_it(regime, facts, times, steps):
    """Facts outside its classes and instants outside its reports are nothing to its clocks."""
    rules = REGIMES[regime]
    asked = {atom.name for one in rules.classes for atom, _ in atoms_of(one.when)}
    asked |= {name for one in rules.reports for name in (*one.starts, *one.on_suspicion, one.until)}
    strange = [(name, value) for name, value in steps if name not in asked]
    start = incident(facts, times)

    assert ends(clocks(regime, amended(start, []), seen=SEEN)) == ends(
        clocks(regime, amended(start, strange), seen=SEEN)
    )


@given(NAMES, STATED_FACTS, STATED_TIMES, st.lists(st.tuples(st.sampled_from(INSTANTS), TIMES), max_size=6))
def test_stating_more_instants_never_moves_a_deadline_back(regime, facts, times, steps):
    """Nor does stating one anew, later: for each class, both readings only ever move forward in time to the front."""
    states = [amended(incident(facts, times), steps[:n]) for n in range(len(steps) + 1)]

    for before, after in pairwise(states):
        old, new = clocks(regime, before, seen=SEEN), clocks(regime, after, seen=SEEN)
        for name, clock in old.items():
            assert never_later(end_of(clock.by_text), end_of(new[name].by_text))
            settled = new[name].answer.verdict is Verdict.YES and new[name].by_text is not None
            assert settled or never_later(end_of(clock.safe), end_of(new[name].safe))


@given(NAMES, STATED_FACTS, TIMES, TIMES)
def test_only_a_correction_moves_a_deadline_back(regime, facts, early, late):
    """An instant stated later leaves the end where it was; taken back with a reason, the earlier one no longer counts."""
    early, late = min(early, late), max(early, late)
    name = REGIMES[regime].reports[0].starts[0]
    first = incident(facts, {name: early})
    silent = replace(first, instants={name: late})
    open_late = "2027-12-01"
    said = replace(silent, corrections=(Correction(instant=name, was=early, because="The log was misread."),))

    kept = state_of(act(1, first, open_late), act(2, silent, open_late))
    moved = state_of(act(1, first, open_late), act(2, said, open_late))

    assert kept.instant(name) == early
    assert moved.instant(name) == (late if late != early else None)
    assert [one.value for one in moved.stated(name)] == list(dict.fromkeys([early, late]))


@given(NAMES, STATED_FACTS, STATED_TIMES, STATED_FACTS, STATED_TIMES)
def test_merging_never_moves_a_deadline_back(regime, facts, times, other_facts, other_times):
    """Two incidents under one clock: it ends no later than either's own."""
    one = state_of(act(1, incident(facts, times), "2027-01-05"))
    two = state_of(act(1, incident(other_facts, other_times), "2027-02-05"))
    alone, together = clocks(regime, one, seen=SEEN), clocks(regime, one, two, seen=SEEN)

    for name, clock in alone.items():
        if clock.rule.until or "resolved" in clock.rule.starts:
            continue
        before, after = end_of(clock.by_text), end_of(together[name].by_text)
        assert never_later(before, after)


@given(NAMES, STATED_FACTS, st.dictionaries(st.sampled_from(FACTS), st.sampled_from(["yes", "no"])))
def test_what_was_settled_stays_settled_when_more_is_known(regime, facts, more):
    """A class that is YES or NO with facts unknown is so whatever they turn out to be; unknown decides nothing."""
    known = {name: word for name, word in facts.items() if word != "unknown"}
    before = classify(incident(known).fact, REGIMES[regime])
    after = classify(incident({**more, **known}).fact, REGIMES[regime])

    for old, new in zip(before, after, strict=True):
        assert old.verdict is Verdict.UNKNOWN or old.verdict is new.verdict


@given(NAMES, STATED_FACTS, STATED_TIMES)
def test_what_cannot_be_excluded_always_has_a_clock(regime, facts, times):
    """No class that is YES or unknown is silently without one; only what waits for a resolution has none yet."""
    found = clocks(regime, state_of(act(1, incident(facts, times), "2027-01-05")), seen=SEEN)

    for clock in found.values():
        waits = clock.rule.starts == ("resolved",) and "resolved" not in times
        assert (clock.governs is None) == (clock.answer.verdict is Verdict.NO or waits)


@given(NAMES, STATED_FACTS, STATED_TIMES)
def test_the_facts_named_as_reasons_give_the_verdict_alone(regime, facts, times):
    """Every other fact can be forgotten."""
    for answer in classify(incident(facts, times).fact, REGIMES[regime]):
        kept = {name: verdict.value for name, verdict in answer.because}
        again = next(a for a in classify(incident(kept).fact, REGIMES[regime]) if a.rule.id == answer.rule.id)
        assert again.verdict is answer.verdict
