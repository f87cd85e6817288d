# SPDX-License-Identifier: Apache-2.0
"""A rate that passed its bar is found, a rate at its bar is not, and the answer only ever tightens (S-3, G-11, A-6)."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ruleout.accountability.deviations.parse import parse_deviation
from ruleout.app.monitoring.breach import deviation_draft, deviation_id, smaller
from ruleout.errors import BadInput
from ruleout.model.permit import LimitKind
from ruleout.serving.monitoring import Counters, look
from ruleout.serving.monitoring.drift import Tightening
from ruleout.serving.monitoring.metrics import REVIEWED, VERDICTS
from ruleout.serving.monitoring.watches import parse_watches

BASE = (Path(__file__).parents[4] / "vectors" / "framework" / "base-watches.yaml").read_bytes()
MISSES, NEAR = parse_watches(BASE, file="watches.yaml")
AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def reviewed(misses, fine):
    counters = Counters()
    counters.add(REVIEWED, "bio", "miss", by=misses)
    counters.add(REVIEWED, "bio", "fine", by=fine)
    counters.add(REVIEWED, "other", "miss", by=10**6)
    return counters.state


@pytest.mark.parametrize(
    ("misses", "fine", "breach"),
    [(0, 0, False), (0, 1000, False), (1, 0, False), (20, 980, False), (80, 920, True), (9, 41, True)],
)
def test_a_bar_is_passed_where_the_counts_speak_against_it(misses, fine, breach):
    """Two of a hundred were assumed: eight of a hundred are a breach, none and one of one are not."""
    looked = look(MISSES, reviewed(misses, fine))

    assert (looked.hits, looked.trials) == (misses, misses + fine)
    assert looked.is_breach is breach


def test_near_misses_are_counted_against_what_the_hook_allowed():
    """Denials are not among them."""
    counters = Counters()
    for verdict, count in (("near", 300), ("allow", 700), ("deny", 10**6), ("time-out", 5)):
        counters.add(VERDICTS, "bio", verdict, by=count)

    looked = look(NEAR, counters.state)

    assert (looked.hits, looked.trials, looked.is_breach) == (300, 1000, True)


def test_a_rate_at_its_bar_is_rarely_called_a_breach_however_often_one_looks():
    """Of 200 runs looked at 30 times each, at alpha 0.01 about two at most; a rate of five times the bar is found."""
    rng = random.Random(7)
    false, found = 0, 0
    for _ in range(200):
        hits = [sum(rng.random() < 0.02 for _ in range(20)) for _ in range(30)]
        false += any(look(MISSES, reviewed(sum(hits[:i]), 20 * i - sum(hits[:i]))).is_breach for i in range(1, 31, 3))
    for _ in range(20):
        misses = sum(rng.random() < 0.1 for _ in range(600))
        found += look(MISSES, reviewed(misses, 600 - misses)).is_breach

    assert false <= 6
    assert found >= 19


def test_a_draft_is_what_a_deviation_is_opened_by():
    """It names the clause, the counts, what was tightened and what was not."""
    wide, narrow = MISSES.tightens
    data = deviation_draft(look(MISSES, reviewed(80, 920)), at=AT, tightened=[wide], left=[narrow])

    deviation = parse_deviation(data, file="draft")
    assert (deviation.id, deviation.framework, deviation.clause) == (
        "drift-bio-misses",
        "northlight-fsf@1.0",
        "bio-2",
    )
    assert "80 of 1000" in deviation.says
    assert "Tightened: requests-per-minute at most 20 for everybody." in deviation.says
    assert "tried again: concurrent-streams at most 2 for acme." in deviation.says


LONG = "a" * 55


@pytest.mark.parametrize(
    ("watch", "number", "want"),
    [
        ("bio", 1, "drift-bio"),
        ("bio", 2, "drift2-bio"),
        ("2-bio", 1, "drift-2-bio"),
        ("a" * 58, 1, f"drift-{'a' * 58}"),
    ],
)
def test_each_breach_has_a_name_of_its_own(watch, number, want):
    """By watch and round."""
    assert deviation_id(watch, number) == want


@given(
    st.lists(st.tuples(st.sampled_from([LONG + "-b", LONG + "-b-2", LONG + "-bcdefg", "2-a", "a"]), st.integers(1, 30)))
)
def test_no_two_breaches_share_a_name(breaches):
    """Nor do long names that begin alike."""
    names = {deviation_id(*one) for one in breaches}

    assert len(names) == len(set(breaches))
    assert all(len(name) <= 64 for name in names)


KINDS = st.sampled_from(list(LimitKind))
TENANTS = st.sampled_from(["", "acme", "zenith"])
TIGHTENINGS = st.builds(Tightening, kind=KINDS, tenant=TENANTS, at_most=st.integers(0, 50))


@given(st.lists(TIGHTENINGS, max_size=6), st.dictionaries(st.tuples(KINDS, TENANTS), st.integers(0, 50)))
def test_no_breach_loosens_any_limit(wanted, standing):
    """Whatever a watch says and whatever holds: what is set is smaller than what held for that tenant."""
    for one in smaller(wanted, standing):
        for tenant in (one.tenant, ""):
            assert one.at_most < standing.get((one.kind, tenant), 2**62)


def test_a_watch_cannot_loosen_by_a_negative_or_huge_figure():
    """The file is refused."""
    with pytest.raises(BadInput):
        parse_watches(BASE.replace(b"at-most: 20", b"at-most: -1"), file="w")
