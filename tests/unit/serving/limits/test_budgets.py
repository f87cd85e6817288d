# SPDX-License-Identifier: Apache-2.0
"""Limits while serving, counted over several workers in one store (G-1)."""

from __future__ import annotations

import mmap
import zlib

import pytest
from tests.limit_workers import ACME, BOOT, OTHER_BOOT, SECOND, Worker, store

from ruleout.adapters.limits import Page, clearing, layout
from ruleout.adapters.limits import page as limits
from ruleout.errors import NotFound, RuleoutError
from ruleout.model.permit import Limit, LimitKind
from ruleout.serving.limits import Budget, Budgets, Line, StoreClosed, budget_of, lines_of
from ruleout.serving.refusal import Why
from ruleout.serving.settings.document import MOST_WORKERS


@pytest.fixture
def path(tmp_path):
    return store(tmp_path)


def test_the_tightest_limit_of_each_kind_counts_wherever_it_comes_from():
    """Permit, tool and tightened limits are one set; a kind without a limit has none."""
    minute = [Limit(kind=LimitKind.REQUESTS_PER_MINUTE, at_most=n) for n in (600, 20, 100)]

    budget = budget_of(minute[:1], minute[1:], [Limit(kind=LimitKind.TOKENS_PER_DAY, at_most=5)])

    assert (budget.requests_per_minute, budget.tokens_per_day) == (20, 5)
    assert budget.tokens_per_request > 10**15


def test_two_workers_never_let_more_through_in_a_minute_than_one_limit(path):
    """Between them exactly the limit; the refusal names the kind and says when to ask again."""
    one, two = (Worker(path, {ACME: Budget(requests_per_minute=100)}) for _ in range(2))
    passed = sum(worker.take(i * 10**6) is None for i in range(150) for worker in (one, two))

    assert 90 <= passed <= 100
    refused = one.take(SECOND)
    assert (refused.why, refused.rules, refused.status) == (Why.LIMIT, ("requests-per-minute",), 429)
    assert 10 <= refused.retry_after_s <= 70


def test_any_sixty_seconds_hold_the_limit_not_only_a_minute_of_the_clock(path):
    """What was spent at second 59 is still spent at second 61, and free at second 130."""
    worker = Worker(path, {ACME: Budget(requests_per_minute=5)})

    assert worker.kinds(9, now_ns=59 * SECOND) == 5
    assert worker.kinds(9, now_ns=61 * SECOND) == 0
    assert worker.kinds(9, now_ns=130 * SECOND) == 5


def test_a_day_goes_on_across_restarts_and_a_clock_that_steps_back(path):
    """A worker that dies takes its slice along; yesterday is charged to the newest day seen."""
    day = 86_400
    budgets = {ACME: Budget(requests_per_day=10)}
    worker = Worker(path, budgets)
    assert worker.kinds(4, utc_s=5 * day) == 4
    worker.page.close()

    again = Worker(path, budgets)
    assert again.kinds(99, utc_s=5 * day + 9) <= 6
    assert again.kinds(99, utc_s=4 * day, now_ns=99 * SECOND) == 0
    refused = again.take(utc_s=5 * day + 86_000, now_ns=200 * SECOND)
    assert refused.rules == ("requests-per-day",)
    assert refused.retry_after_s == 400
    assert again.kinds(99, utc_s=6 * day, now_ns=300 * SECOND) == 10


def test_a_worker_that_starts_with_an_earlier_clock_refills_nothing(path):
    """Neither while the clock is behind, nor when it is right again."""
    budgets = {ACME: Budget(requests_per_day=10)}
    assert Worker(path, budgets).kinds(99, utc_s=5 * 86_400) == 10

    for days in (4, 5):
        assert Worker(path, budgets).kinds(99, utc_s=days * 86_400) == 0


def test_tokens_are_taken_before_they_are_used_and_the_rest_comes_back(path):
    """A request that may cost more than is left is refused; what an answer did not use can be used."""
    worker = Worker(path, {ACME: Budget(tokens_per_day=1000, tokens_per_request=800)})

    assert worker.take(tokens=801).rules == ("tokens-per-request",)
    assert worker.take(tokens=800) is None
    assert worker.take(tokens=300).rules == ("tokens-per-day",)
    worker.budgets.settle("acme", "lumen-2", 0, tokens=800, used=100)
    assert worker.take(tokens=800) is None
    worker.budgets.settle("acme", "lumen-2", 0, tokens=800, used=2000)
    assert worker.take(tokens=1).rules == ("tokens-per-day",)


def test_streams_at_once_are_counted_over_workers_and_end_with_a_dead_one(path):
    """A place is free when a stream ends, or when its worker is gone and another has come."""
    budgets = {ACME: Budget(concurrent_streams=3)}
    one, two = Worker(path, budgets), Worker(path, budgets)
    assert one.kinds(2, stream=True) == 2
    assert two.kinds(5, stream=True) == 1
    assert two.take(stream=True).rules == ("concurrent-streams",)

    two.budgets.settle("acme", "lumen-2", 0, has_place=True)
    assert one.kinds(2, stream=True) == 1
    one.page.close()
    assert Worker(path, budgets).kinds(9, stream=True) == 3


def test_a_refused_request_counts_nothing(path):
    """Where the streams are full, the minute is not used up."""
    worker = Worker(path, {ACME: Budget(requests_per_minute=5, requests_per_day=5, concurrent_streams=1)})

    assert worker.kinds(50, stream=True) == 1
    assert worker.kinds(50) == 4


def test_calls_of_tools_are_counted_per_request_and_per_minute(path):
    """A tool has lines of its own, and one that has none is refused."""
    search = Line("acme", "lumen-2", "search")
    worker = Worker(path, {ACME: Budget(tool_calls_per_request=3), search: Budget(requests_per_minute=2)})

    assert worker.budgets.tool_calls("acme", "lumen-2", 3) is None
    assert worker.budgets.tool_calls("acme", "lumen-2", 4).rules == ("tool-calls-per-request",)
    assert worker.kinds(5, tool="search") == 2
    assert worker.take(tool="shell").why is Why.NOT_PERMITTED


def test_a_limit_is_only_ever_tightened_while_serving(path):
    """For one tenant or for all; a larger figure changes nothing, and a slice at hand is dropped."""
    worker = Worker(path, {ACME: Budget(requests_per_minute=1000)})
    assert worker.kinds(20) == 20

    worker.budgets.tighten([(LimitKind.REQUESTS_PER_MINUTE, "zenith", 1), (LimitKind.REQUESTS_PER_MINUTE, "", 25)])
    assert worker.kinds(50) <= 5
    worker.budgets.tighten([(LimitKind.REQUESTS_PER_MINUTE, "acme", 9000)])
    assert worker.kinds(50) == 0


def test_a_slice_drawn_under_a_larger_limit_is_dropped(path):
    """A worker with dozens in hand serves none of them once the limit is below what was served."""
    worker = Worker(path, {ACME: Budget(requests_per_minute=64_000)})
    assert worker.kinds(1300) == 1300

    worker.budgets.tighten([(LimitKind.REQUESTS_PER_MINUTE, "", 10)])
    assert worker.kinds(50) == 0


def test_who_has_no_line_is_not_served(path):
    """Nothing is allowed by silence."""
    worker = Worker(path, {ACME: Budget()})

    assert worker.budgets.take("zenith", "lumen-2", 0, 0).why is Why.NOT_PERMITTED
    assert worker.budgets.take("acme", "lumen-3", 0, 0).why is Why.NOT_PERMITTED


def test_a_damaged_counter_closes_and_a_missing_store_is_not_made_anew(path, tmp_path):
    """One flipped bit: nothing is granted under it. No file, or a short one: no worker starts."""
    worker = Worker(path, {ACME: Budget(requests_per_day=100)})
    assert worker.take() is None
    with path.open("r+b") as file:
        file.seek(4096 + 256 + 30)
        file.write(b"\xff")
    worker.budgets.tighten([(LimitKind.REQUESTS_PER_DAY, "", 90)])

    refused = worker.take()
    assert (refused.why, refused.failed) == (Why.CLOSED, ("limits",))
    with pytest.raises(NotFound):
        Worker(tmp_path / "gone", {ACME: Budget()})
    path.write_bytes(b"short")
    with pytest.raises(RuleoutError):
        Worker(path, {ACME: Budget()})


def test_a_counter_that_another_worker_holds_refuses_and_does_not_wait(path):
    """A worker stopped in the middle of a step does not stop the others."""
    one, two = (Worker(path, {ACME: Budget(requests_per_day=100)}) for _ in range(2))

    def in_the_middle():
        with pytest.raises(StoreClosed):
            two.page.draw(1, 0, 1, 100, span=1)
        assert two.take().why is Why.CLOSED

    one.page._locked(1, in_the_middle)
    assert two.take() is None


def test_a_disk_that_one_worker_waits_for_refuses_nothing_in_another(path, monkeypatch):
    """A day's grant is synced before it is used; who draws of the same counter meanwhile counts, and syncs by itself."""
    one, two = (Worker(path, {ACME: Budget(requests_per_day=5)}) for _ in range(2))
    sync, took = layout.sync_row, []

    def while_it_is_synced(data, row):
        monkeypatch.undo()
        took.append(two.kinds(9))
        sync(data, row)

    monkeypatch.setattr(layout, "sync_row", while_it_is_synced)
    assert one.take() is None
    assert (took, one.take().why) == ([4], Why.LIMIT)


class Waiting(mmap.mmap):
    """A mapped file of which another worker begins while it is synced."""

    others = iter(())

    def flush(self, first, size):
        for begin in Waiting.others:
            begin()
        super().flush(first, size)


def test_a_disk_that_one_worker_waits_for_keeps_none_from_beginning_by_the_counters_that_are_there(path, monkeypatch):
    """At a reload all begin at once: one after the other, each behind the disk, the last ones would wait too long."""
    budgets = {ACME: Budget(requests_per_day=5)}
    Worker(path, budgets)
    monkeypatch.setattr(mmap, "mmap", Waiting)
    monkeypatch.setattr(limits, "_PATIENT_TRIES", 3)
    began = []
    Waiting.others = iter([lambda: began.append(Worker(path, budgets).take())])
    Worker(path, budgets)
    assert began == [None]


def test_after_a_boot_of_the_host_a_minute_passes_first(path):
    """The clock began anew, and what the minutes before held is not known."""
    budgets = {ACME: Budget(requests_per_minute=10)}
    worker = Worker(path, budgets)
    assert worker.kinds(99, now_ns=10**15) == 10
    worker.page.close()

    again = Worker(path, budgets, boot=OTHER_BOOT, now_ns=SECOND)
    assert again.kinds(9, now_ns=2 * SECOND) == 0
    assert again.kinds(99, now_ns=75 * SECOND) == 10


def test_budgets_that_are_put_aside_give_back_what_they_hold(path):
    """What was drawn for a day and not taken is there for those that follow; so are the places of ended streams."""
    budget = {ACME: Budget(requests_per_day=100, concurrent_streams=32)}
    worker = Worker(path, budget)
    assert all(worker.take(stream=True) is None for _ in range(32))
    assert worker.take(stream=True) is not None
    worker.budgets.retire()
    for _ in range(32):
        worker.budgets.settle("acme", "lumen-2", 0, has_place=True)
    after = Budgets(budget, worker.page, worker.page.rows_for(lines_of(budget)))

    took = [after.take("acme", "lumen-2", 0, 0, stream=True) is None for _ in range(33)]
    assert took == [True] * 32 + [False]
    rest = [after.take("acme", "lumen-2", 0, 0) is None for _ in range(60)]
    assert sum(rest) == 100 - 64


@pytest.mark.parametrize("before", [Budget(), Budget(tokens_per_day=10_000_000)])
def test_what_is_under_way_does_not_refill_a_limit_that_became_smaller(path, before):
    """Tokens that were taken under a larger limit, or none, are not there to be drawn again."""
    worker = Worker(path, {ACME: before})
    generation = worker.budgets.generation
    assert worker.take(tokens=100_000) is None
    worker.budgets.tighten([(LimitKind.TOKENS_PER_DAY, "", 1000)])
    worker.take(now_ns=20 * SECOND, tokens=1)
    worker.budgets.settle("acme", "lumen-2", 0, tokens=100_000, used=10, generation=generation)

    assert sum(worker.take(now_ns=(40 + 20 * i) * SECOND, tokens=1000) is None for i in range(50)) <= 1


@pytest.mark.parametrize(("before", "tight"), [(32, 4), (1000, 64)])
def test_places_that_were_kept_for_streams_under_a_larger_limit_are_asked_for_anew(path, before, tight):
    """As many streams as the smaller limit allows are under way already, in two workers; one that ends makes room for one."""
    one, two = (Worker(path, {ACME: Budget(concurrent_streams=before)}) for _ in range(2))
    assert (one.kinds(18, stream=True), two.kinds(tight - 1, stream=True)) == (18, tight - 1)
    for _ in range(17):
        one.budgets.settle("acme", "lumen-2", 0, has_place=True)
    for worker in (one, two):
        worker.budgets.tighten([(LimitKind.CONCURRENT_STREAMS, "", tight)])

    assert one.kinds(5, stream=True) == 0
    two.budgets.settle("acme", "lumen-2", 0, has_place=True)
    assert one.kinds(5, stream=True) + two.kinds(5, stream=True) == 1


def test_what_a_limit_does_not_touch_is_given_back_as_ever(path):
    """A tightening that makes nothing smaller is none."""
    worker = Worker(path, {ACME: Budget(tokens_per_day=1000)})
    generation = worker.budgets.generation
    assert worker.take(tokens=900) is None
    worker.budgets.tighten([(LimitKind.TOKENS_PER_DAY, "", 5000)])
    worker.budgets.settle("acme", "lumen-2", 0, tokens=900, used=100, generation=generation)

    assert worker.take(tokens=900) is None


def test_streams_that_hold_no_place_give_none_back(path):
    """They began when there was no limit; those after it hold the only place."""
    worker = Worker(path, {ACME: Budget()})
    assert worker.kinds(5, stream=True) == 5
    had_place = worker.budgets.has_place("acme", "lumen-2")
    worker.budgets.tighten([(LimitKind.CONCURRENT_STREAMS, "", 1)])
    begun = 0
    for _ in range(5):
        begun += worker.take(stream=True) is None
        worker.budgets.settle("acme", "lumen-2", 0, has_place=had_place)

    assert (had_place, begun) == (False, 1)


def test_a_worker_that_begins_takes_nothing_from_what_others_hold_meanwhile(path, monkeypatch):
    """It clears what dead workers held; a stream that begins in that very moment is counted, or refused."""
    budgets = {ACME: Budget(concurrent_streams=3)}
    one, dead = Worker(path, budgets), Worker(path, budgets)
    assert (one.kinds(1, stream=True), dead.kinds(1, stream=True)) == (1, 1)
    dead.page.close()
    read, begun = clearing.read_streams, []

    def read_while_others_begin(data, row):
        found = read(data, row)
        begun.append(one.take(stream=True) is None)
        return found

    monkeypatch.setattr(clearing, "read_streams", read_while_others_begin)
    two = Worker(path, budgets)
    monkeypatch.undo()

    assert begun
    assert 1 + sum(begun) + one.kinds(9, stream=True) + two.kinds(9, stream=True) == 3


def test_a_worker_that_begins_while_another_counts_takes_no_counter_for_damaged(path, monkeypatch):
    """It reads whose every counter is, and one of them is written meanwhile."""
    one, read = Worker(path, {ACME: Budget(requests_per_minute=9)}), zlib.crc32
    page = Page(path, boot_id=BOOT, now_ns=0)

    def meanwhile(data: bytes) -> int:
        monkeypatch.undo()
        found = read(data)
        assert one.take() is None
        return found

    monkeypatch.setattr(zlib, "crc32", meanwhile)
    assert sorted(page.rows_for(lines_of({ACME: Budget()})).values()) == [0, 1, 2, 3]


def test_as_many_workers_as_the_settings_allow_count_together_and_so_do_those_that_follow_them(path):
    """A reload starts as many beside those that drain."""
    budgets = {ACME: Budget(requests_per_day=1000, concurrent_streams=2)}
    workers = [Worker(path, budgets) for _ in range(2 * MOST_WORKERS)]

    assert sum(worker.kinds(1, stream=True) for worker in (workers[0], *workers[-5:])) == 2
    assert len({worker.page.worker for worker in workers}) == 2 * MOST_WORKERS
    for worker in workers:
        worker.page.close()


def test_a_damaged_counter_of_streams_is_told_to_whoever_begins(path):
    """It is said as a problem of the file: a worker that cannot begin says why."""
    Worker(path, {ACME: Budget(concurrent_streams=3)}).page.close()
    with path.open("r+b") as file:
        file.seek(4096 + 3 * 256 + 30)
        file.write(b"\xff")

    with pytest.raises(RuleoutError, match="a counter of limits is damaged"):
        Worker(path, {ACME: Budget()})


TOKENS, STREAMS = 2, 3
"""Rows of the first line's counters."""


def test_what_ends_while_another_worker_holds_its_counter_is_counted_and_given_back_later(path):
    """The place of its stream is free for the next; what it used beyond what it took is spent all the same."""
    budgets = {ACME: Budget(tokens_per_day=1000, concurrent_streams=1)}
    one, two = Worker(path, budgets), Worker(path, budgets)

    def ends(used):
        one.budgets.settle("acme", "lumen-2", 0, tokens=10, used=used, has_place=True)

    assert one.take(tokens=10, stream=True) is None
    two.page._locked(STREAMS, lambda: ends(10))
    assert one.take(tokens=10, stream=True) is None
    two.page._locked(TOKENS, lambda: ends(900))
    assert two.take(tokens=1, stream=True) is None
    assert one.take(tokens=100).rules == ("tokens-per-day",)
    assert two.take(tokens=100).rules == ("tokens-per-day",)


@pytest.mark.parametrize("held", [1, TOKENS, STREAMS])
def test_a_request_that_is_refused_for_a_held_counter_counts_nothing(path, held):
    """However often it is tried meanwhile."""
    limits = Budget(requests_per_minute=9, requests_per_day=9, tokens_per_day=900, concurrent_streams=9)
    one, two = (Worker(path, {ACME: limits}) for _ in range(2))

    def tried():
        assert {one.take(tokens=100, stream=True).why for _ in range(20)} == {Why.CLOSED}

    two.page._locked(held, tried)
    assert one.kinds(20, tokens=100, stream=True) == 9


def test_what_is_under_way_when_budgets_are_put_aside_gives_back_what_it_did_not_use(path):
    """Answers outlive the budgets that they were taken from, at each change of permits or limits."""
    budgets = {ACME: Budget(tokens_per_day=1000)}
    worker = Worker(path, budgets)
    assert worker.take(tokens=900) is None
    after = Budgets(budgets, worker.page, worker.page.rows_for(lines_of(budgets)))
    worker.budgets.retire()
    worker.budgets.settle("acme", "lumen-2", 0, tokens=900, used=100)

    assert after.take("acme", "lumen-2", 0, 0, tokens=900) is None
    assert after.take("acme", "lumen-2", 0, 0, tokens=1).rules == ("tokens-per-day",)


def test_a_counter_whose_name_is_damaged_is_not_begun_anew(path):
    """Whoever begins would not find it, and would count from nothing."""
    budgets = {ACME: Budget(requests_per_day=3)}
    assert Worker(path, budgets).kinds(9) == 3
    with path.open("r+b") as file:
        file.seek(4096 + 256 + 3)
        file.write(b"\xff")

    with pytest.raises(RuleoutError, match="a counter of limits is damaged"):
        Worker(path, budgets)


NEW = Line("zenith", "lumen-2")


class Disk(mmap.mmap):
    """A mapped file that remembers what of it is on disk."""

    kept = bytearray()

    def flush(self, first, size):
        super().flush(first, size)
        Disk.kept[first : first + size] = self[first : first + size]


def test_a_day_that_began_with_a_new_counter_outlives_a_loss_of_power(path, monkeypatch):
    """What was not on disk is gone: neither the count nor that there is such a counter is."""
    Disk.kept = bytearray(path.read_bytes())
    monkeypatch.setattr(mmap, "mmap", Disk)
    budgets = {ACME: Budget(requests_per_day=3)}
    assert Worker(path, budgets).kinds(9) == 3
    monkeypatch.undo()
    path.write_bytes(Disk.kept)

    assert Worker(path, budgets, boot=OTHER_BOOT).kinds(9) == 0


def test_a_minute_on_the_counter_of_a_line_that_is_gone_outlives_a_loss_of_power_as_any_other(path, monkeypatch):
    """Whose counter it is by now is on disk: after the boot it is known that this line may have been counted."""
    monkeypatch.setattr(limits, "MOST_ROWS", 12)
    budgets = {Line(tenant, "lumen-2"): Budget(requests_per_minute=3) for tenant in ("acme", "gone", "lost")}
    later = {"now_ns": 10**6 * SECOND, "utc_s": 9 * 86_400}
    Worker(path, budgets).page.close()
    Disk.kept = bytearray(path.read_bytes())
    monkeypatch.setattr(mmap, "mmap", Disk)
    Worker(path, {ACME: Budget(requests_per_minute=3), NEW: Budget()}, **later).page.close()
    monkeypatch.setattr(mmap, "mmap", Disk.__base__)
    path.write_bytes(Disk.kept)

    again = Worker(path, {NEW: Budget(requests_per_minute=3)}, boot=OTHER_BOOT, utc_s=9 * 86_400)
    refused = again.budgets.take(NEW.tenant, NEW.model, 20 * SECOND, 9 * 86_400)
    assert refused.rules == ("requests-per-minute",)


class Dying(Disk):
    """What has it is killed before any of it is on disk."""

    def flush(self, first, size):
        raise KeyboardInterrupt


def test_whose_a_counter_is_by_now_is_on_disk_also_where_who_gave_it_away_was_killed_then(path, monkeypatch):
    """The next one finds it under its new name, and counts a minute on it; the line may have been counted, after a loss of power too."""
    monkeypatch.setattr(limits, "MOST_ROWS", 8)
    later, budgets = {"now_ns": 10**6 * SECOND, "utc_s": 9 * 86_400}, {NEW: Budget(requests_per_minute=3)}
    Worker(path, {Line(tenant, "lumen-2"): Budget() for tenant in ("acme", "gone")}).page.close()
    Disk.kept = bytearray(path.read_bytes())
    monkeypatch.setattr(mmap, "mmap", Dying)
    killed = Page(path, boot_id=BOOT, now_ns=0)
    with pytest.raises(KeyboardInterrupt):
        killed.rows_for(lines_of(budgets), **later)
    killed.close()
    monkeypatch.setattr(mmap, "mmap", Disk)
    worker = Worker(path, budgets, **later)
    assert worker.budgets.take(NEW.tenant, NEW.model, later["now_ns"], later["utc_s"]) is None
    worker.page.close()
    monkeypatch.setattr(mmap, "mmap", Disk.__base__)
    path.write_bytes(Disk.kept)

    again = Worker(path, budgets, boot=OTHER_BOOT, utc_s=9 * 86_400)
    refused = again.budgets.take(NEW.tenant, NEW.model, 20 * SECOND, 9 * 86_400)
    assert refused.rules == ("requests-per-minute",)


def test_a_loss_of_power_between_two_pages_of_the_disk_damages_no_counter(path):
    """Wherever what was written ends, all that was counted by then is counted, and somebody begins."""
    budgets = {Line("acme", f"lumen-{i}"): Budget(requests_per_day=3, concurrent_streams=9) for i in range(8)}

    def counted(worker, **at):
        return [worker.budgets.take(line.tenant, line.model, 0, 0, stream=True, **at) for line in budgets]

    worker = Worker(path, budgets)
    before = path.read_bytes()
    assert counted(worker) == [None] * 8
    after = path.read_bytes()
    worker.page.close()
    for end in range(0, len(after), mmap.PAGESIZE):
        if before[end : end + mmap.PAGESIZE] != after[end : end + mmap.PAGESIZE]:
            path.write_bytes(after[:end] + before[end:])
            again = Worker(path, budgets, boot=OTHER_BOOT)
            assert counted(again) == [None] * 8
            again.page.close()


def test_streams_are_held_by_nobody_after_a_boot_of_the_host(path):
    """However many of them are on disk, or half of them: it was not asked to be there."""
    budgets = {ACME: Budget(concurrent_streams=3)}
    assert Worker(path, budgets).kinds(9, stream=True) == 3
    at = path.read_bytes().index(b"\x03", 4096 + 4 * 256)
    with path.open("r+b") as file:
        file.seek(at)
        file.write(b"\xff")

    with pytest.raises(RuleoutError, match="a counter of limits is damaged"):
        Worker(path, budgets)
    assert Worker(path, budgets, boot=OTHER_BOOT).kinds(9, stream=True) == 3


def test_a_host_has_room_for_many_tools_of_many_tenants(path):
    """Of a tool calls alone are counted; those of the last one are held to its limit as those of the first."""
    tools = ("", *(f"tool-{number}" for number in range(50)))
    budgets = {Line(f"tenant-{i}", "lumen-2", tool): Budget(requests_per_day=1) for i in range(36) for tool in tools}
    one, two = Worker(path, budgets), Worker(path, budgets)

    for line in (min(budgets), max(budgets)):
        took = [worker.budgets.take(line.tenant, line.model, 0, 0, tool=line.tool) is None for worker in (one, two)]
        assert took == [True, False]
