# SPDX-License-Identifier: Apache-2.0
"""Two states of a roadmap are compared field by field, and the update log is laid beside what differs (A-2)."""

from __future__ import annotations

from datetime import date

import pytest

from ruleout.accountability.roadmap.changes.compare import compare_roadmaps
from ruleout.accountability.roadmap.changes.compared import Asks, Mention, Shift
from ruleout.accountability.roadmap.changes.states import RoadmapState, read_state
from ruleout.accountability.roadmap.changes.updates import parse_updates
from ruleout.errors import RuleoutError

ONE, OTHER = "1" * 64, "2" * 64
PROTOTYPE = {
    "title": "A prototype",
    "says": "It is built.",
    "anchor": ONE,
    "confidence": "high",
    "target": "2026-05-15",
    "parts": {"phase-1": {"title": "Phase 1", "says": "An inventory.", "anchor": ONE, "target": "2026-05-15"}},
}
PAGES = """
updates-of: lab
pages:
  log: {title: Roadmap, url: "https://example.org/r", read-in: a copy, grade: primary, own: true}
  news: {title: News, url: "https://example.org/n", read-in: a copy, grade: primary}
updates:
"""


def state(
    goals: dict[str, object], *, on: str = "2026-02-19", taken: str = "2026-02-24", **more: object
) -> RoadmapState:
    """A state with these goals."""
    value = {"roadmap": "lab", "as-of": on, "document": {"captured": taken}, "goals": goals, **more}
    days = {"known_from": date.fromisoformat(on), "known_to": date.fromisoformat(taken)}
    return RoadmapState(roadmap="lab", name=on, value=value, **days)


def later(goals: dict[str, object], **more: object) -> RoadmapState:
    """A later state with these goals."""
    return state(goals, on="2026-07-10", taken="2026-09-02", **more)


def log(*entries: str):
    """An update log with these entries, each in YAML's flow style."""
    lines = "".join(f"  e{number}: {{{entry}, says: Words.}}\n" for number, entry in enumerate(entries, start=1))
    return parse_updates((PAGES + lines).encode(), file="updates.yaml")


def found(old: RoadmapState, new: RoadmapState, updates=None):
    """What a comparison finds, without the heading's own date."""
    comparison = compare_roadmaps(old, new, updates)
    return [one for one in comparison.differences if one.field != "as-of"]


MOVED = {**PROTOTYPE, "parts": {"phase-1": {**PROTOTYPE["parts"]["phase-1"], "target": "2026-09-30"}}}  # type: ignore[dict-item]
TOLD = "on: 2026-05-05, page: log, goal: prototype, kind: moved"


def test_states_that_say_the_same_do_not_differ():
    """Only the heading's day differs, and a heading promises nothing; which copy was read is no difference."""
    comparison = compare_roadmaps(state({"prototype": PROTOTYPE}), later({"prototype": PROTOTYPE}))

    assert [(one.field, one.asks) for one in comparison.differences] == [("as-of", Asks.SAME)]
    assert comparison.has_log is False


def test_a_moved_date_without_an_update_is_silent():
    """The date of a part moved by 138 days, and nobody said so."""
    (one,) = found(state({"prototype": PROTOTYPE}), later({"prototype": MOVED}), log(f"{TOLD}, tells: []"))

    assert (one.goal, one.field, one.was, one.now) == ("prototype", "parts.phase-1.target", "2026-05-15", "2026-09-30")
    assert (one.asks, one.because) == (Asks.LESS, "it is later by 138 days")
    assert (one.mention, one.told_by) == (Mention.NOWHERE, ())


def test_a_moved_date_that_the_log_tells_is_not_silent():
    """The entry names the field with both days."""
    entry = f'{TOLD}, tells: [{{field: parts.phase-1.target, was: "2026-05-15", now: "2026-09-30"}}]'

    (one,) = found(state({"prototype": PROTOTYPE}), later({"prototype": MOVED}), log(entry))

    assert (one.mention, one.told_by) == (Mention.LOG, ("e1",))


def test_an_update_that_names_another_day_does_not_tell_of_the_change():
    """15 September in the log does not cover 30 September in the text."""
    entry = f'{TOLD}, tells: [{{field: parts.phase-1.target, was: "2026-05-15", now: "2026-09-15"}}]'

    comparison = compare_roadmaps(state({"prototype": PROTOTYPE}), later({"prototype": MOVED}), log(entry))

    assert [one.field for one in comparison.silent] == ["as-of", "parts.phase-1.target"]
    assert [one.id for one in comparison.unmatched] == ["e1"]


def test_an_update_about_another_goal_or_field_does_not_count():
    """A field whose name only begins alike is another field."""
    entries = (
        "on: 2026-05-05, page: log, goal: other, kind: moved, tells: [{field: parts.phase-1.target}]",
        f"{TOLD}, tells: [{{field: parts.phase-1.targets}}, {{field: parts.phase}}]",
    )

    (one,) = found(state({"prototype": PROTOTYPE}), later({"prototype": MOVED}), log(*entries))

    assert one.mention is Mention.NOWHERE


def test_an_update_of_a_parent_covers_what_is_part_of_it():
    """Whoever tells that the parts changed has told of each."""
    (one,) = found(
        state({"prototype": PROTOTYPE}), later({"prototype": MOVED}), log(f"{TOLD}, tells: [{{field: parts}}]")
    )

    assert one.told_by == ("e1",)


def test_what_only_another_page_tells_is_marked_as_such():
    """An entry elsewhere is no entry of the roadmap's own log; with both, the own one comes first."""
    news = "on: 2026-05-05, page: news, goal: prototype, kind: moved, tells: [{field: parts}]"
    own = f"{TOLD}, tells: [{{field: parts}}]"

    (elsewhere,) = found(state({"prototype": PROTOTYPE}), later({"prototype": MOVED}), log(news))
    (both,) = found(state({"prototype": PROTOTYPE}), later({"prototype": MOVED}), log(news, own))

    assert (elsewhere.mention, elsewhere.told_by) == (Mention.ELSEWHERE, ("e1",))
    assert (both.mention, both.told_by) == (Mention.LOG, ("e2", "e1"))


def test_updates_outside_the_time_between_the_states_do_not_count():
    """One before the older state's day, and one after the newer text was taken down."""
    entries = tuple(
        f"on: {day}, page: log, goal: prototype, kind: moved, tells: [{{field: parts}}]"
        for day in ("2026-02-19", "2026-09-03")
    )

    comparison = compare_roadmaps(state({"prototype": PROTOTYPE}), later({"prototype": MOVED}), log(*entries))

    assert [one.mention for one in comparison.differences] == [Mention.NOWHERE, Mention.NOWHERE]
    assert comparison.unmatched == ()


def test_a_lost_statement_is_less_and_an_added_goal_more():
    """A confidence that is no longer stated, and a goal that is new."""
    quiet = {key: value for key, value in PROTOTYPE.items() if key != "confidence"}

    lost, added = found(state({"prototype": PROTOTYPE}), later({"prototype": quiet, "new": PROTOTYPE}))

    assert (lost.field, lost.shift, lost.was, lost.now, lost.asks) == (
        "confidence",
        Shift.REMOVED,
        "high",
        "",
        Asks.LESS,
    )
    assert (added.goal, added.field, added.shift, added.asks) == ("new", "", Shift.ADDED, Asks.MORE)


def test_a_goal_that_goes_without_being_reported_completed_is_less():
    """Removal alone asks for less; after a reported completion only people can tell."""
    removed = "on: 2026-05-05, page: log, goal: prototype, kind: removed, tells: [{}]"
    completed = "on: 2026-04-02, page: log, goal: prototype, kind: completed"

    (alone,) = found(state({"prototype": PROTOTYPE}), later({}), log(removed))
    (after,) = found(state({"prototype": PROTOTYPE}), later({}), log(completed, removed))

    assert (alone.shift, alone.asks, alone.mention) == (Shift.REMOVED, Asks.LESS, Mention.LOG)
    assert (after.asks, after.told_by) == (Asks.UNCLEAR, ("e2",))
    assert after.because == "the goal is gone after it was reported completed on 2026-04-02"


def test_a_renamed_goal_is_followed_by_what_it_was():
    """A goal that names its older id is no new one, and the older one is not lost."""
    renamed = {**PROTOTYPE, "was": ["prototype"], "target": "2026-06-01"}

    differences = found(state({"prototype": PROTOTYPE}), later({"working-model": renamed}))

    assert [(one.goal, one.field) for one in differences] == [("working-model", "id"), ("working-model", "target")]


def test_other_words_over_the_same_sentence_are_the_same():
    """Told anew over the same anchor nothing changed; over another anchor people must judge, once."""
    told_anew = {**PROTOTYPE, "says": "It is made."}
    other = {**told_anew, "anchor": OTHER}

    (same,) = found(state({"prototype": PROTOTYPE}), later({"prototype": told_anew}))
    (unclear,) = found(state({"prototype": PROTOTYPE}), later({"prototype": other}))

    assert (same.field, same.asks) == ("says", Asks.SAME)
    assert (unclear.field, unclear.asks) == ("says", Asks.UNCLEAR)


def test_a_sentence_of_the_source_that_changed_under_unchanged_words_is_found():
    """Our telling stayed, the source's sentence did not: somebody has to look."""
    (one,) = found(state({"prototype": PROTOTYPE}), later({"prototype": {**PROTOTYPE, "anchor": OTHER}}))

    assert (one.field, one.asks) == ("anchor", Asks.UNCLEAR)


def test_what_differs_outside_the_goals_is_compared_too():
    """A list on the page that belongs to no goal."""
    (one,) = found(state({}, expectations={"e-1": {"says": "a"}}), later({}, expectations={"e-1": {"says": "b"}}))

    assert (one.goal, one.field, one.mention) == ("", "expectations.e-1.says", Mention.NOWHERE)


def test_a_heading_older_than_the_newest_entry_is_remarked():
    """The heading names 10 July, and the log has an entry of 29 July."""
    corrected = "on: 2026-07-29, page: log, goal: prototype, kind: corrected"

    comparison = compare_roadmaps(state({}), later({}), log(corrected))

    assert comparison.remarks == (
        "the newer state is headed 2026-07-10, and the newest entry of its own log is of 2026-07-29",
    )
    assert compare_roadmaps(state({}), later({}), log(TOLD)).remarks == ()


FILE = b"""
roadmap: lab
title: Roadmap
developer: Lab
as-of: 2026-02-19
published: 2026-02-24
document: {url: "https://example.org/r", sha256: "%s", retrieved: 2026-03-01}
goals:
  prototype: {area: security, title: A prototype, says: It is built., note: Ours.}
""" % ONE.encode()


def test_a_file_is_read_as_a_state_with_its_days():
    """Updates count from the heading's day to the last day on which the text can have been taken down."""
    one = read_state(FILE, file="r.yaml")

    assert (one.roadmap, one.known_from, one.known_to) == ("lab", date(2026, 2, 19), date(2026, 3, 1))
    assert one.name == "Roadmap as of 2026-02-19"
    assert list(one.goals) == ["prototype"]


def test_a_file_without_a_day_is_no_state():
    """Without a day nobody knows which updates speak of it."""
    dateless = b"\n".join(line for line in FILE.splitlines() if not line.startswith((b"as-of", b"published")))

    with pytest.raises(RuleoutError, match="expected the day of this state"):
        read_state(dateless, file="r.yaml")


def test_a_note_is_ours_and_not_compared():
    """A remark of whoever wrote the file is no statement of the document, in a goal or in a part."""
    noted = {**PROTOTYPE, "note": "a", "parts": {"phase-1": {**PROTOTYPE["parts"]["phase-1"], "note": "b"}}}  # type: ignore[dict-item]

    assert found(state({"prototype": PROTOTYPE}), later({"prototype": noted})) == []
