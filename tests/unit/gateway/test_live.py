# SPDX-License-Identifier: Apache-2.0
"""What a worker acknowledges: an epoch by which every answer was judged, and no other (G-6)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

from ruleout.adapters.outbox import Outbox
from ruleout.adapters.upstream.connection import Connection
from ruleout.gateway.live import GONE, Answers, Live, PageState
from ruleout.serving.refusal import Refusal, Why

KILLED = Refusal(Why.KILLED, "killed")


@dataclass
class Page:
    """A page that another process may write at any moment: `epoch` is what it says now."""

    epoch: int = 1
    told: list[tuple[int, int]] = field(default_factory=list)
    acts: list[str] = field(default_factory=list)

    def flush(self) -> None:
        self.acts.append("sent")

    def state(self) -> PageState:
        return PageState(self.epoch, self.epoch * 2, None, 0)

    def settled(self, epoch: int, live: int) -> None:
        self.told.append((epoch, live))
        self.acts.append("acknowledged")


@pytest.fixture
def page() -> Page:
    return Page()


@pytest.fixture
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    made = asyncio.new_event_loop()
    yield made
    made.close()


@pytest.fixture
def answers(page: Page) -> Answers:
    made = Answers(page.state, page.flush, least_bytes_s=240)
    made.settled = page.settled
    return made


@dataclass
class Slow:
    """A client that has much to take still; `done` is what is called once its connection has ended."""

    holds_much: bool = True
    done: Callable[[], None] | None = None

    def holds(self) -> bool:
        return self.holds_much

    def drop(self, done: Callable[[], None]) -> None:
        assert self.done is None, "dropped twice"
        self.done = done


def live(loop: asyncio.AbstractEventLoop, judge: Callable[[], Refusal | None]) -> Live:
    return Live(judge, 60, loop)


def test_an_epoch_that_comes_while_answers_are_judged_is_acknowledged_once_all_were_judged_by_it(page, loop, answers):
    """The page changes between two of them, whatever their order: the first was judged by what it said before."""
    judged = []

    def judge() -> Refusal | None:
        refusal = KILLED if page.epoch == 2 else None
        judged.append(page.epoch)
        page.epoch = 2
        return refusal

    both = [live(loop, judge), live(loop, judge)]
    for one in both:
        answers.add(one)
    answers.look()

    assert judged == [1, 2, 2, 2]
    assert [one.refusal for one in both] == [KILLED, KILLED]
    assert page.told == [(2, 2)]


def test_an_answer_that_ends_acknowledges_no_epoch_by_which_nobody_was_judged(page, loop, answers):
    """One was cut by the first epoch; the second is on the page, and another answer not judged by it, when the one has ended."""
    cut = live(loop, lambda: KILLED)
    other = live(loop, lambda: KILLED if page.epoch == 2 else None)
    for one in (cut, other):
        answers.add(one)
    answers.look()
    page.epoch = 2
    answers.remove(cut)

    assert page.told == [(1, 1), (1, 0)]
    answers.look()
    assert (other.refusal, page.told[2:]) == (KILLED, [(2, 1)])


def test_what_waits_of_answers_that_have_ended_is_sent_before_anything_is_acknowledged(page, answers):
    """They were judged before, and nobody judges them again: no byte of them may follow."""
    answers.look()

    assert page.acts == ["sent", "acknowledged"]


def test_an_answer_given_to_its_end_is_judged_until_its_client_has_taken_it(page, loop, answers):
    """A kill meanwhile drops it, and is acknowledged once its connection has ended."""
    given, rest = live(loop, lambda: KILLED if page.epoch == 2 else None), Slow()
    answers.add(given)
    answers.remove(given, rest)
    answers.look()
    assert (rest.done, page.told) == (None, [(1, 0)])
    page.epoch = 2
    answers.look()
    answers.look()
    assert page.told[1:] == [(2, 1), (2, 1)]
    assert rest.done is not None
    rest.done()
    assert page.told[3:] == [(2, 0)]


def test_an_answer_that_was_taken_is_judged_no_more(page, loop, answers):
    given, rest = live(loop, lambda: KILLED if page.epoch == 2 else None), Slow()
    answers.add(given)
    answers.remove(given, rest)
    rest.holds_much, page.epoch = False, 2
    answers.look()
    assert (rest.done, given.refusal, page.told) == (None, None, [(2, 0)])


def test_an_answer_that_was_killed_while_its_last_bytes_were_given_is_dropped(page, loop, answers):
    """The kill came before the end, and the end before anybody could say so."""
    given, rest = live(loop, lambda: KILLED), Slow()
    answers.add(given)
    answers.look()
    answers.remove(given, rest)
    assert page.told == [(1, 1)]
    assert rest.done is not None
    rest.done()
    assert page.told[1:] == [(1, 0)]


def waiting(loop: asyncio.AbstractEventLoop) -> Live:
    """An answer of which upstream says nothing more for now, of 60 s in which something has to come."""
    made = live(loop, lambda: None)
    made.connection = Connection(lambda _: None, Outbox())
    return made


@pytest.mark.parametrize(
    ("taken", "stays"),
    [
        ([2000] * 1000, True),  # a bad mobile line
        (([0] * 50 + [2000] * 10) * 20, True),  # and one that fails for most of a minute, each minute
        ([1] * 1000, False),
        ([14_000] + [0] * 1000, False),
        ([250] * 300 + [100] * 300, False),
        ([0] * 70, False),
    ],
)
def test_a_client_keeps_its_upstream_while_it_takes_so_much_a_second(
    loop: asyncio.AbstractEventLoop, taken: list[int], stays: bool
) -> None:
    """What it takes is seen each second, of an answer that waits for it."""
    one, left = waiting(loop), 2**30

    def untaken() -> int:
        return left

    one.wait_for(untaken)
    began = one.heard
    for second, some in enumerate(taken, 1):
        left -= some
        one.look_around(began + second, 240)
    assert (one.refusal is None) == stays
    assert stays or one.refusal is GONE


def test_a_client_for_which_nothing_waits_takes_nothing_for_as_long_as_the_model_thinks(
    loop: asyncio.AbstractEventLoop,
) -> None:
    """As long as upstream is not silent for too long; and what it took before counts for nothing against it."""
    one = waiting(loop)
    one.wait_for(lambda: 2**20)
    one.untaken = None
    for second in range(50):
        one.look_around(one.heard + second, 240)
    one.hear()
    one.wait_for(lambda: 2**20)
    one.look_around(one.heard + 50, 240)
    assert one.refusal is None
