# SPDX-License-Identifier: Apache-2.0
"""A breach is answered once: limits smaller, a draft; through restarts, silence, missing keys, lost counts (G-11, A-6)."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.kill_builders import KIM, WATCH
from tests.watching_builders import AT, WATCHES, Watched

from ruleout.accountability.deviations.parse import parse_deviation
from ruleout.adapters.monitoring.filings import keep_filing
from ruleout.app.kill.taking import limit_of, tighten
from ruleout.errors import RuleoutError
from ruleout.serving.monitoring.filings import filing_bytes, parse_filing
from ruleout.serving.monitoring.reviewed import Found, Review
from ruleout.serving.monitoring.watches import parse_watches
from ruleout.serving.monitoring.watching import Failing

MISSES = WATCHES.replace("near-misses", "misses")
SMALL = {"requests-per-minute:": 20, "concurrent-streams:acme": 2}


@pytest.fixture
def watched(tmp_path: Path) -> Watched:
    return Watched(tmp_path)


def test_a_rate_below_its_bar_changes_nothing(watched: Watched) -> None:
    """Nor does a look at nothing: that is unknown, and no failing."""
    assert (watched.look().states, watched.look().failing) == ({"bio-near": "unknown"}, {})
    watched.count(2, 98)

    assert watched.look().states == {"bio-near": "no-breach"}
    assert (watched.limits(), watched.drafts, watched.told) == ({}, {}, [])


def test_a_breach_tightens_and_drafts_once_however_often_one_looks(watched: Watched) -> None:
    """And is said once, by names and figures."""
    watched.count(30, 20)
    for _ in range(5):
        seen = watched.look()

    assert (seen.states, seen.failing) == ({"bio-near": "breach"}, {})
    assert watched.limits() == SMALL
    assert len(watched.epochs()) == 3
    deviation = parse_deviation(watched.drafts["drift-bio-near"], file="draft")
    assert "30 of 50" in deviation.says
    assert "requests-per-minute at most 20 for everybody; concurrent-streams at most 2 for acme" in deviation.says
    assert [sorted(set(one) - {"watch"}) for one in watched.told] == [
        ["breach", "round"], ["epoch", "tightened"], ["epoch", "tightened"], ["deviation", "drafted"],
    ]  # fmt: skip


def test_after_a_restart_nothing_is_done_again(watched: Watched) -> None:
    """Not even what people gave back or removed meanwhile; a breach stays one though later counts are good."""
    watched.count(30, 20)
    watched.look()
    watched.give_back("requests-per-minute")
    (watched.folder / "record" / "deviations" / "drift-bio-near.yaml").unlink()
    watched.count(0, 10_000)
    watched.restart()

    assert watched.look().states == {"bio-near": "breach"}
    assert watched.limits() == {"concurrent-streams:acme": 2}
    assert watched.drafts == {}


def test_where_memory_is_lost_the_draft_and_the_kill_state_tell_what_was_done(watched: Watched) -> None:
    """It is set aside and said; nothing is loosened, no second deviation comes."""
    watched.count(30, 20)
    watched.look()
    before, epochs = watched.drafts, len(watched.epochs())
    watched.memory.write_bytes(b"damaged")
    watched.restart()

    assert watched.look().failing == {}
    assert (watched.drafts, len(watched.epochs())) == (before, epochs)
    assert any("damaged" in str(one) for one in watched.told)
    assert (watched.folder / "memory.damaged").read_bytes() == b"damaged"


@pytest.mark.parametrize("what", [Failing.TIGHTENING, Failing.KEY])
def test_what_cannot_be_set_is_said_and_tried_again(watched: Watched, what: Failing) -> None:
    """The draft does not wait for it, and says so."""
    watched.count(30, 20)
    watched.store.is_silent = what is Failing.TIGHTENING
    watched.signer = None if what is Failing.KEY else WATCH
    first = watched.look()
    watched.restart()
    again = watched.look()
    watched.store.is_silent, watched.signer = False, WATCH
    last = watched.look()

    assert what in first.failing
    assert Failing.TIGHTENING in again.failing
    assert last.failing == {}
    assert watched.limits() == SMALL
    assert "Not set at once" in parse_deviation(watched.drafts["drift-bio-near"], file="draft").says
    assert len(watched.drafts) == 1


def test_a_key_without_the_role_fails_before_there_is_a_breach(watched: Watched) -> None:
    """So that somebody mends it in time."""
    watched.signer = None
    assert Failing.KEY in watched.look().failing
    watched.signer = KIM
    assert watched.look().failing == {}


def test_a_limit_that_is_as_small_already_is_left_alone(watched: Watched) -> None:
    """Whoever set it."""
    tighten(watched.site, KIM, limit=limit_of("requests-per-minute=10"), at=AT)
    watched.count(30, 20)
    watched.look()

    assert watched.limits() == {"requests-per-minute:": 10, "concurrent-streams:acme": 2}


def test_counters_that_cannot_be_read_are_no_zero(watched: Watched) -> None:
    """What was read of them stays counted; a rate without a breach is unknown, and the look is not whole."""
    watched.count(2, 8)
    watched.count(1, 9, "worker-2")
    watched.look()
    watched.damage()
    seen = watched.look()

    assert seen.states == {"bio-near": "unknown"}
    assert "worker-1" in seen.failing[Failing.COUNTERS]
    watched.count(30, 0, "worker-2")
    assert watched.look().states == {"bio-near": "breach"}
    assert "33 of 50" in parse_deviation(watched.drafts["drift-bio-near"], file="draft").says


def test_a_worker_that_counts_anew_takes_nothing_back(watched: Watched) -> None:
    """Nor does one whose file is gone."""
    watched.count(3, 30)
    watched.look()
    watched.damage()
    watched.look()
    watched.start_anew()
    assert watched.look().failing == {}
    watched.count(20, 0)
    watched.look()

    assert "23 of 53" in parse_deviation(watched.drafts["drift-bio-near"], file="draft").says


@pytest.mark.parametrize("gone", ["counters", "watches"])
def test_what_is_judged_by_or_judged_that_cannot_be_read_is_said(watched: Watched, gone: str) -> None:
    """A breach from before stays one."""
    watched.count(30, 20)
    watched.look()
    if gone == "counters":
        (watched.folder / "counters").rename(watched.folder / "elsewhere")
    else:
        watched.watching.watches = _refused

    assert Failing(gone) in watched.look().failing
    assert watched.limits() == SMALL


def _refused():
    raise RuleoutError("one problem in watches.yaml")


def test_a_workspace_that_takes_no_draft_is_said_and_tried_again(watched: Watched) -> None:
    """The limits do not wait for it."""
    (watched.folder / "record" / "deviations").write_text("in the way")
    watched.count(30, 20)
    assert Failing.DRAFT in watched.look().failing
    assert watched.limits() == SMALL
    (watched.folder / "record" / "deviations").unlink()

    assert watched.look().failing == {}
    assert list(watched.drafts) == ["drift-bio-near"]


def test_memory_that_cannot_be_kept_is_said_and_limits_are_set_all_the_same(watched: Watched) -> None:
    """A disk that fails is no reason to go on as before."""
    watched.memory.mkdir()
    watched.count(30, 20)

    assert Failing.MEMORY in watched.look().failing
    assert watched.limits() == SMALL


def test_memory_that_cannot_be_read_for_a_moment_is_not_written_over(watched: Watched) -> None:
    """A disk that fails is no damage: what it remembers stands again at the next look that can read it."""
    watched.count(30, 20)
    watched.look()
    watched.start_anew()
    watched.memory.rename(watched.folder / "away")
    watched.memory.symlink_to(watched.memory)
    watched.restart()
    watched.count(0, 100)
    seen = watched.look()
    assert (seen.states, list(seen.failing)) == ({"bio-near": "unknown"}, [Failing.MEMORY])
    (watched.folder / "away").rename(watched.memory)

    seen = watched.look()
    assert (seen.states, seen.failing) == ({"bio-near": "breach"}, {})


class Register:
    """A record that says of deviations whether they are closed."""

    def __init__(self, workspace: Path) -> None:
        self.workspace, self.states = workspace, dict[str, bool]()

    def closed(self, deviation: str) -> bool | None:
        return self.states.get(deviation)

    def is_read(self) -> bool:
        return True


def registered(watched: Watched) -> Register:
    watched.look()
    register = Register(watched.folder / "record")
    watched.watching.record = register
    return register


def test_once_its_deviation_is_closed_the_watch_begins_anew_and_the_next_breach_is_another(watched: Watched) -> None:
    """What was counted before weighs nothing; an open deviation changes nothing."""
    register = registered(watched)
    watched.count(30, 20)
    watched.look()
    register.states["drift-bio-near"] = False
    assert watched.look().states == {"bio-near": "breach"}
    watched.give_back("requests-per-minute", "concurrent-streams:acme")
    register.states["drift-bio-near"] = True
    watched.look()
    watched.count(1, 99)
    assert watched.look().states == {"bio-near": "no-breach"}
    assert watched.limits() == {}
    watched.count(60, 0)
    watched.look()

    assert watched.limits() == SMALL
    assert sorted(watched.drafts) == ["drift-bio-near", "drift2-bio-near"]
    assert "61 of 160" in parse_deviation(watched.drafts["drift2-bio-near"], file="draft").says


@pytest.mark.parametrize("is_closed", [False, True])
def test_a_breach_that_the_record_knows_is_not_drafted_again(watched: Watched, is_closed: bool) -> None:
    """As where memory was lost and the draft was taken away; one that is closed is over, and limits given back stay so."""
    registered(watched).states["drift-bio-near"] = is_closed
    watched.count(30, 20)

    assert watched.look().failing == {}
    assert (watched.limits(), watched.drafts) == ({} if is_closed else SMALL, {})


@pytest.mark.parametrize("gone", [1, 2])
def test_reviews_that_are_no_longer_filed_are_missing_and_not_counted_twice(tmp_path: Path, gone: int) -> None:
    """As where a folder was brought back from an older copy, or moved away: unknown until the filings are there again."""
    watched = Watched(tmp_path, watches=parse_watches(MISSES.encode(), file="watches.yaml"))
    counters, filings = tmp_path / "counters", tmp_path / "counters" / "reviewed"
    filings.mkdir()
    first = filing_bytes(None, [Review(request="r0", hook="bio", found=Found.FINE, by="team")], at="now")
    more = [Review(request=f"r{n}", hook="bio", found=Found.FINE, by="team") for n in range(1, 60)]
    keep_filing(counters, 1, first)
    keep_filing(counters, 2, filing_bytes(parse_filing(first).head, more, at="now"))
    assert watched.look().states == {"bio-near": "no-breach"}
    if gone == 1:
        (filings / "000002.reviewed").rename(tmp_path / "away")
    else:
        filings.rename(tmp_path / "away")

    seen = watched.look()
    assert (seen.states, list(seen.failing)) == ({"bio-near": "unknown"}, [Failing.COUNTERS])
    (tmp_path / "away").rename(filings / "000002.reviewed" if gone == 1 else filings)
    assert (watched.look().states, watched.look().failing) == ({"bio-near": "no-breach"}, {})
    assert watched.watching._known["bio-near"].sums == (0, 60)


def test_where_memory_is_lost_in_a_later_round_its_breach_stands_by_the_record(watched: Watched) -> None:
    """The deviations before are closed, and answer nothing of the one that is open; no draft comes again."""
    states = registered(watched).states
    states |= {"drift-bio-near": True, "drift2-bio-near": True, "drift3-bio-near": False}
    watched.count(30, 20)
    watched.look()
    watched.count(0, 500)

    assert (watched.look().states, watched.limits(), watched.drafts) == ({"bio-near": "breach"}, SMALL, {})
    states["drift3-bio-near"] = True
    watched.look()
    assert watched.look().states == {"bio-near": "unknown"}


@pytest.mark.parametrize("told_by", ["draft", "record"])
def test_where_memory_is_lost_a_breach_that_counts_do_not_show_any_more_stands(watched: Watched, told_by: str) -> None:
    """By its draft, or by its deviation, which is open; that is set again which a breach sets, and no draft comes again."""
    watched.count(30, 20)
    watched.look()
    watched.give_back("requests-per-minute")
    if told_by == "record":
        (watched.folder / "record" / "deviations" / "drift-bio-near.yaml").unlink()
        watched.record = Register(watched.folder / "record")
        watched.record.states["drift-bio-near"] = False
    before = watched.drafts
    watched.memory.write_bytes(b"damaged")
    watched.count(0, 10_000)
    watched.restart()

    assert (watched.look().states, watched.limits(), watched.drafts) == ({"bio-near": "breach"}, SMALL, before)


def test_where_memory_is_lost_what_was_closed_answers_no_later_breach(watched: Watched) -> None:
    """The round that goes on is the one after it, from the counts that there are: its breach is found as soon as any."""
    watched.record = Register(watched.folder / "record")
    watched.record.states["drift-bio-near"] = True
    watched.count(5, 400)
    watched.look()
    watched.count(30, 20)

    assert (watched.look().states, watched.limits()) == ({"bio-near": "breach"}, SMALL)
    assert list(watched.drafts) == ["drift2-bio-near"]
    assert "30 of 50" in parse_deviation(watched.drafts["drift2-bio-near"], file="draft").says


def test_where_memory_is_lost_counting_begins_once_the_record_can_be_read(watched: Watched) -> None:
    """Its disk may be there later than the gateway, and a restart may come between: what it has of a breach stands."""
    watched.count(30, 20)
    watched.look()
    record, away = watched.folder / "record", watched.folder / "away"
    record.rename(away)
    watched.memory.write_bytes(b"damaged")
    watched.count(0, 10_000)
    for _ in range(2):
        watched.restart()
        seen = watched.look()
        assert (seen.states, list(seen.failing)) == ({"bio-near": "unknown"}, [Failing.DRAFT])
    away.rename(record)

    assert (watched.look().states, watched.look().failing) == ({"bio-near": "breach"}, {})


def test_a_log_that_does_not_hold_is_no_record_without_deviations(watched: Watched) -> None:
    """One may stand in it."""
    ledger = watched.folder / "record" / "ledger"
    ledger.mkdir()
    (ledger / "checkpoint").write_bytes(b"damaged")
    watched.count(0, 100)

    assert watched.look().states == {"bio-near": "unknown"}
    assert list(watched.look().failing) == [Failing.DRAFT]
