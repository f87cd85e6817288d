# SPDX-License-Identifier: Apache-2.0
"""The picture of repeats accounts for every attempt and says what correlation leaves of them (S-2, E-2)."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

import pytest
from scipy import stats
from tests.unit.reports.pictures import examples, hostile

from ruleout.model.canonical import digest_of
from ruleout.model.evidence import TaskTally
from ruleout.reports.pictures.frame import page
from ruleout.reports.pictures.repeats_chart import NARROW, WIDE, doubts, repeats_picture, repeats_spec, sentences
from ruleout.reports.pictures.repeats_rows import repeats_of

DIGESTS = {
    "wide": "84e27b9aaba5404bb77b8eec541aa3cd4b76339f425ef375d37ab4dec7b98360",
    "narrow": "b8eef59abe0ca5a56d319977c50c3923077546983ce0ab3cfff6071c36efff8b",
}


def task(name: str, successes: int, failures: int, unscored: int = 0) -> TaskTally:
    return TaskTally(task=name, successes=successes, failures=failures, unscored=unscored)


def parts_of(spec) -> list[tuple[int, str, int]]:
    return [(row["row"], row["state"], row["to"] - row["from"]) for row in hostile.data_of(spec) if "state" in row]


def test_a_column_of_figures_has_its_head_on_the_same_side():
    """At the other side a head would stand over the figures of the column beside it."""
    table = examples.repeats().table
    text = page(examples.repeats(), wide=("<svg></svg>",))
    sides = re.findall(r'<th scope="col" class="(.)">', text)

    assert sides == ["n" if column in table.figures else "t" for column in range(len(table.heads))]
    assert {"n", "t"} == set(sides)
    assert "th.n,td.n{text-align:right}" in text


def test_every_attempt_is_drawn_in_its_state():
    """Successes, failures and attempts without a score add up to what the log holds."""
    spec = repeats_spec(repeats_of(examples.tasks()), title="t", said=(), layout=WIDE)
    parts = parts_of(spec)

    assert sum(length for _, _, length in parts) == 50
    assert [length for _, state, length in parts if state == "unscored"] == [1, 1]
    assert [
        (0, "success", 5),
        (4, "success", 2),
        (4, "failure", 2),
        (4, "unscored", 1),
    ] == [part for part in parts if part[0] in (0, 4)]


def test_the_words_say_what_the_repeats_are_worth():
    """Fifty attempts, two without a score; the correlation, and what it leaves."""
    assert sentences(repeats_of(examples.tasks())) == (
        "50 attempts at 10 tasks: 48 scored, 2 unscored. Of those scored a share of 0.4167 succeeded.",
        (
            "Correlation within tasks 0.6174 (one-way analysis of variance): the 48 scored attempts are worth about 14.3 "
            "independent ones."
        ),
    )


def test_expected_numbers_are_those_of_independent_attempts_at_the_same_mean():
    """Binomial numbers, held against scipy, that add up to the tasks."""
    repeats = repeats_of([task(f"t{n}", n % 5, 4 - n % 5) for n in range(10)])
    expected = [float(share.expected) for share in repeats.shares]

    assert [share.label for share in repeats.shares] == ["0/4", "1/4", "2/4", "3/4", "4/4"]
    assert [share.tasks for share in repeats.shares] == [2, 2, 2, 2, 2]
    assert expected == pytest.approx([10 * stats.binom.pmf(k, 4, 0.5) for k in range(5)], abs=1e-4)


def test_tasks_of_unequal_size_go_to_the_nearest_share_and_none_is_lost():
    """A task that lost an attempt is counted beside the others."""
    repeats = repeats_of([task("a", 5, 0), task("b", 2, 2, 1), task("c", 0, 5)])

    assert [share.tasks for share in repeats.shares] == [1, 0, 0, 1, 0, 1]
    assert sum(share.expected for share in repeats.shares) == pytest.approx(Decimal(3), abs=Decimal("0.001"))


def test_a_task_without_a_score_stands_last_and_in_no_share():
    """It neither succeeded nor failed."""
    repeats = repeats_of([task("lost", 0, 0, 5), task("failed", 0, 5), task("solved", 5, 0)])

    assert [t.task for t in repeats.tasks] == ["solved", "failed", "lost"]
    assert sum(share.tasks for share in repeats.shares) == 2
    assert repeats.unscored == 5


def test_many_tasks_share_rows_and_none_is_left_out():
    """Five hundred tasks of eleven results are eleven rows that name their numbers."""
    tasks = [task(f"t{n}", n % 11, 10 - n % 11) for n in range(500)]
    spec = repeats_spec(repeats_of(tasks), title="t", said=(), layout=WIDE)
    names = [row["name"] for row in hostile.data_of(spec) if "result" in row]

    assert len(names) == 11
    assert sum(int(name.split()[0]) for name in names) == 500


def test_results_beyond_the_last_row_are_counted_in_words():
    """A picture that shows sixty of eighty results says so; the table has every task."""
    tasks = [task(f"t{n}", n, 100 - n) for n in range(80)]
    spec = repeats_spec(repeats_of(tasks), title="t", said=(), layout=WIDE)
    lines = [row["line"] for row in hostile.data_of(spec) if "line" in row]

    assert lines[0] == "20 more results are in the table only."
    assert len(repeats_picture(examples.run(), tasks, score="match").table.rows) == 80


@pytest.mark.parametrize(
    "tasks", [(), (task("only", 0, 1),), (task("lost", 0, 0, 3),), (task("a", 0, 2), task("b", 0, 2))]
)
def test_where_nothing_can_be_estimated_it_says_so(tasks):
    """Nothing, one attempt, no score, and equal answers still give a picture, without a figure that is not there."""
    repeats = repeats_of(tasks)
    spec = repeats_spec(repeats, title="t", said=sentences(repeats), layout=NARROW)

    assert (repeats.correlation, repeats.independent) == (None, None)
    assert "cannot be estimated" in sentences(repeats)[1]
    assert spec["vconcat"]


def test_a_log_that_no_gate_relies_on_says_so_beside_its_picture():
    """A partial or broken run may be looked at, and not mistaken for evidence."""
    run = replace(examples.run(), status="error", problems=("a sample is missing", "b", "c"))

    assert doubts(run) == ("No gate relies on this log: its status is error; a sample is missing; and 2 more.",)
    assert doubts(examples.run()) == ()


@pytest.mark.parametrize("text", hostile.HOSTILE)
def test_names_of_tasks_and_runs_are_cut_and_visible(text):
    """They come from the log."""
    run = replace(examples.run(), task=text, model=text)
    picture = repeats_picture(run, [task(text, 1, 1), task("b", 0, 2)], score=text)
    names = [row["name"] for row in hostile.data_of(picture.wide) if "result" in row]

    assert "\u202e" not in str(picture.wide)
    assert max(map(len, [*names, picture.title])) < 200


@pytest.mark.parametrize("kind", ["wide", "narrow"])
def test_the_same_repeats_give_the_same_bytes_without_floats(kind):
    """The specification is canonical JSON, the same today as when this was written."""
    spec = getattr(examples.repeats(), kind)

    assert list(hostile.numbers_of(spec)) == []
    assert digest_of(spec) == DIGESTS[kind]
