# SPDX-License-Identifier: Apache-2.0
"""The text and HTML pages of a comparison: everything told, everything escaped, nothing loaded."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser

import pytest

from ruleout.analysis.compare.result import (
    ActivityComparison,
    Announcement,
    ClauseChange,
    ClauseShown,
    Comparison,
    Direction,
    FieldChange,
    Gated,
    Side,
    Standing,
    Witness,
)
from ruleout.model.mapping import Announced, ChangeKind, Dimension
from ruleout.model.outcome import Activity, Force, Outcome
from ruleout.reports.compare_html import comparison_html
from ruleout.reports.compare_text import clause_names, comparison_page, field_words, grouped, verdict_words
from ruleout.reports.page import as_text

HOSTILE = "\"'><img src=x onerror=alert(1)></style></script><!--"
STATE = Witness(
    activity=Activity.TRAIN,
    answers=("t reached", "s not met"),
    old=Side(outcome=Outcome.STOP, determined_by=("pause",), force=Force.BINDING),
    new=Side(outcome=Outcome.PROCEED, determined_by=("free",), force=Force.PLAN),
    text="t reached, s not met: 1 stops (pause), 2 lets it proceed",
)
TRAIN = ActivityComparison(
    activity=Activity.TRAIN,
    verdict=Standing.LOOSER,
    looser=(STATE,),
    stricter=(),
    weaker_in_force=STATE,
    stronger_in_force=None,
    uncovered=(),
    not_proved=(),
)
OLD = ClauseShown(id="pause", kind="rule", says="Training pauses.", section="6.2", force=Force.BINDING)
CHANGE = ClauseChange(
    step="1 → 2",
    change=ChangeKind.REMOVED,
    coded=True,
    dimensions=(Dimension.CONSEQUENCE,),
    announced=Announced.SILENT,
    says="The pause is gone.",
    because="The changelog does not name it.",
    old=(OLD,),
    fields=(FieldChange(clause="pause", field="otherwise", was="stop", now="hold", direction=Direction.LOOSER),),
    gated=(Gated(clause="pause", says="what pause alone makes of it", witness=STATE),),
)
KEPT = ClauseChange(step="1 → 2", change=ChangeKind.RETAINED, coded=False, old=(replace(OLD, id="kept"),), new=(OLD,))


def comparison(**more: object) -> Comparison:
    fields: dict[str, object] = {
        "old": "demo@1",
        "new": "demo@2",
        "steps": ("demo@1", "demo@2"),
        "activities": (TRAIN, replace(TRAIN, activity=Activity.DEVELOP)),
        "lapses": (Gated(clause="t", says="t lapses", witness=STATE),),
        "clauses": (CHANGE, KEPT),
        "announcements": (Announcement(version="2", clause="x", kind="added", says="A goal was added."),),
        "warnings": ("told over 1 → 2",),
        "not_proved": (),
    }
    return Comparison(**{**fields, **more})  # type: ignore[arg-type]


def text_of_page(**more: object) -> str:
    return as_text(comparison_page(comparison(**more)))


class Tags(HTMLParser):
    """A page's tags with their attributes, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.texts.append(data)

    def count(self, tag: str) -> int:
        return sum(name == tag for name, _ in self.tags)


def test_the_text_tells_verdict_state_force_lapse_and_clause():
    """One page from the verdict to the changelog, at most 80 columns wide."""
    page = text_of_page()

    flat = " ".join(page.split())
    for part in (
        "demo@1 → demo@2",
        "2 looser",
        "train, develop",
        STATE.text,
        "binding → plan",
        "t lapses",
        "1 retained",
        "removed pause (consequence; not announced)",
        "The pause is gone.",
        "pause, otherwise: stop → hold (looser)",
        "2: A goal was added.",
        "told over 1 → 2",
    ):
        assert part in flat, part
    assert max(len(line) for line in page.splitlines()) <= 80


def test_what_nobody_coded_and_what_is_contradicted_stand_out():
    """A reader sees at once what the comparison could not rest on people for."""
    bare = replace(
        CHANGE,
        change=None,
        coded=False,
        announced=None,
        dimensions=(),
        says="",
        new=(replace(OLD, says="It may pause."),),
    )
    wrong = replace(CHANGE, contradictions=("coded as removed, but pause is still there",))

    flat = " ".join(text_of_page(clauses=(bare, wrong)).split())

    assert "changed pause (NOT CODED)" in flat
    assert "was: Training pauses. is: It may pause." in flat
    assert "contradicted coded as removed, but pause is still there" in flat


def test_what_was_not_proved_is_said():
    """A timeout is never an equivalence."""
    open_ = replace(
        TRAIN, verdict=Standing.NOT_PROVED, looser=(), not_proved=("whether pause of 1 makes a difference",)
    )
    found = comparison(activities=(open_,), not_proved=("what q decides for train",))

    text, html = as_text(comparison_page(found)), comparison_html(found)

    assert not found.is_proved
    for page in (text, html):
        assert "whether pause of 1 makes a difference" in page
        assert "what q decides for train" in page
    assert "NOT PROVED" in text


def test_activities_of_which_the_same_is_told_are_told_together():
    """One block for all of them; another state gives another block."""
    other = replace(TRAIN, activity=Activity.HOLD_WEIGHTS, looser=(replace(STATE, text="another"),))

    groups = grouped((*comparison().activities, other))

    assert [[a.value for a in activities] for activities, _ in groups] == [["train", "develop"], ["hold-weights"]]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [(("a",), (), "a"), ((), ("b",), "b"), (("a",), ("a",), "a"), (("a",), ("b", "c"), "a → b, c")],
)
def test_a_change_is_named_by_its_clauses(old, new, told):
    """Both sides where they differ."""
    sides = [tuple(replace(OLD, id=name) for name in ids) for ids in (old, new)]

    assert clause_names(replace(CHANGE, old=sides[0], new=sides[1])) == told


def test_long_data_are_cut_in_the_text_only():
    """The page of text stays readable; the HTML page and the JSON hold all of it."""
    long = FieldChange(clause="c", field="says", was="x" * 500, now="none", direction=Direction.UNCLEAR)

    assert field_words(long) == f"c, says: {'x' * 199}… → none"
    assert "x" * 500 in comparison_html(comparison(clauses=(replace(CHANGE, fields=(long,)),)))


def test_no_activity_in_common_is_said():
    """Nothing to compare is not the same as equivalent."""
    assert verdict_words(comparison(activities=())) == "no activity in common"


def test_every_value_is_escaped_in_the_html_page():
    """Whatever a document says, it stays text: the same tags as for harmless values, wherever the hostile one stands."""
    clause = replace(OLD, id=HOSTILE, kind=HOSTILE, says=HOSTILE, section=HOSTILE)
    field = FieldChange(clause=HOSTILE, field=HOSTILE, was=HOSTILE, now=HOSTILE, direction=Direction.UNCLEAR)
    state = replace(STATE, text=HOSTILE, answers=(HOSTILE,))
    gated = Gated(clause=HOSTILE, says=HOSTILE, witness=state)
    told = {"step": HOSTILE, "says": HOSTILE, "because": HOSTILE, "contradictions": (HOSTILE,)}
    change = replace(CHANGE, old=(clause,), new=(clause,), fields=(field,), gated=(gated,), **told)
    activity = replace(TRAIN, looser=(state, state), stricter=(state,), uncovered=(HOSTILE,), not_proved=(HOSTILE,))
    hostile = comparison(
        old=HOSTILE,
        new=HOSTILE,
        activities=(replace(activity, weaker_in_force=state),),
        lapses=(gated,),
        clauses=(change, replace(KEPT, old=(clause,))),
        announcements=(Announcement(version=HOSTILE, clause=HOSTILE, kind=HOSTILE, says=HOSTILE),),
        warnings=(HOSTILE,),
        not_proved=(HOSTILE,),
    )

    page = Tags(comparison_html(hostile))

    assert page.count("img") == 0
    assert (page.count("script"), page.count("style")) == (1, 1)
    assert not [name for _, attributes in page.tags for name in attributes if name.startswith("on")]
    assert "".join(page.texts).count("<img") >= 20


def test_the_html_page_is_whole_and_loads_nothing():
    """Language, viewport, policy and both colour schemes are there; no address is."""
    text = comparison_html(comparison())
    page = Tags(text)

    assert text.startswith("<!doctype html>")
    assert ("html", {"lang": "en"}) in page.tags
    assert any(a.get("name") == "viewport" for tag, a in page.tags if tag == "meta")
    assert any(a.get("http-equiv") == "Content-Security-Policy" for tag, a in page.tags if tag == "meta")
    assert "prefers-color-scheme:dark" in text
    assert "@media print" in text
    assert not [name for _, attributes in page.tags for name in attributes if name in ("src", "href")]
    assert "http:" not in text
    assert "https:" not in text


def test_the_html_rows_carry_what_the_filters_ask():
    """Each told clause has its change, announcement, coding and step; the filters offer exactly those values."""
    added = replace(CHANGE, change=ChangeKind.ADDED, announced=Announced.PARTLY, old=(), new=(OLD,))
    page = Tags(comparison_html(comparison(clauses=(CHANGE, added, KEPT))))

    rows = [a for tag, a in page.tags if tag == "article" and "data-change" in a]
    offered = [a["value"] for tag, a in page.tags if tag == "option" and a["value"]]
    assert [(r["data-change"], r["data-announced"]) for r in rows] == [("removed", "silent"), ("added", "partly")]
    assert offered == ["removed", "added", "silent", "partly"]


def test_the_html_page_is_the_same_twice():
    """Same comparison, same text."""
    assert comparison_html(comparison()) == comparison_html(comparison())
