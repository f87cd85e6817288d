# SPDX-License-Identifier: Apache-2.0
"""An updates file is read as it stands, or refused with the place of each problem (A-2)."""

from __future__ import annotations

from datetime import date

import pytest

from ruleout.accountability.roadmap.changes.updates import parse_updates
from ruleout.errors import BadInput
from ruleout.model.update_log import KnownFrom, Told, UpdateKind

FILE = """
updates-of: lab-roadmap
pages:
  log: {title: Roadmap, url: "https://example.org/roadmap", read-in: a copy, grade: primary, own: true}
  news: {title: News, url: "https://example.org/news", read-in: a quotation, grade: secondary}
updates:
  u1:
    on: 2026-05-05
    page: log
    goal: prototype
    kind: moved
    says: Phase 1 moves.
    happened: 2026-05-04
    owed-by: 2026-06-01
    tells:
      - {field: parts.phase-1.target, was: 2026-05-15, now: 2026-09-30}
  u2: {on: 2026-07-08, page: news, goal: other, kind: closed, says: Fulfilled elsewhere., tells: [{}]}
"""


def read(text: str):
    return parse_updates(text.encode(), file="updates.yaml")


def test_entries_are_read_with_what_they_tell_of():
    """Days, page, kind and told fields come out as written; a told change without a field is the whole goal."""
    log = read(FILE)
    first, second = log.updates

    assert log.roadmap == "lab-roadmap"
    assert (first.on, first.happened, first.owed_by) == (date(2026, 5, 5), date(2026, 5, 4), date(2026, 6, 1))
    assert first.kind is UpdateKind.MOVED
    assert first.tells == (Told(field="parts.phase-1.target", was="2026-05-15", now="2026-09-30"),)
    assert second.tells == (Told(field=""),)
    assert (log.page_of(first).own, log.page_of(second).own) == (True, False)
    assert log.page_of(second).known is KnownFrom.SECONDARY


@pytest.mark.parametrize(
    ("was", "now", "problem", "line"),
    [
        ("page: news", "page: nevs", "S005", 17),
        ("kind: moved", "kind: postponed", "S005", 11),
        ("on: 2026-05-05", "on: 2026-02-30", "S010", 8),
        ("    says: Phase 1 moves.\n", "", "S001", 7),
        ("grade: secondary", "grade: sure", "S005", 5),
    ],
)
def test_a_mistake_is_refused_with_its_place(was, now, problem, line):
    """An unknown page or word, a day that does not exist, a missing field."""
    with pytest.raises(BadInput) as caught:
        read(FILE.replace(was, now))

    (one,) = caught.value.problems
    assert (one.id, one.where.line) == (problem, line)


def test_a_mistyped_page_is_answered_with_the_closest_one():
    """The hint names the page that was probably meant."""
    with pytest.raises(BadInput) as caught:
        read(FILE.replace("page: news", "page: nevs"))

    assert caught.value.problems[0].hint == "Did you mean news?"
