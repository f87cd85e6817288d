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
from ruleout.app.monitoring.breach import answer_breach, tightenings
from ruleout.errors import BadInput, RuleoutError
from ruleout.model.permit import LimitKind
from ruleout.serving.monitoring import Breach, Counters, look
from ruleout.serving.monitoring.drift import Tightening, breach_of
from ruleout.serving.monitoring.metrics import REVIEWED, VERDICTS
from ruleout.serving.monitoring.watches import parse_watches

BASE = (Path(__file__).parents[4] / "vectors" / "framework" / "base-watches.yaml").read_bytes()
MISSES, NEAR = parse_watches(BASE, file="watches.yaml")
AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def reviewed(misses, right):
    counters = Counters()
    counters.add(REVIEWED, "bio", "miss", by=misses)
    counters.add(REVIEWED, "bio", "right", by=right)
    counters.add(REVIEWED, "other", "miss", by=10**6)
    return counters.state


@pytest.mark.parametrize(
    ("misses", "right", "breach"),
    [(0, 0, False), (0, 1000, False), (1, 0, False), (20, 980, False), (80, 920, True), (9, 41, True)],
)
def test_a_bar_is_passed_where_the_counts_speak_against_it(misses, right, breach):
    """Two of a hundred were assumed: eight of a hundred are a breach, none and one of one are not."""
    looked = look(MISSES, reviewed(misses, right))

    assert (looked.hits, looked.trials) == (misses, misses + right)
    assert looked.is_breach is breach
    assert (breach_of(looked) is not None) is breach


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


def breach(tightens=MISSES.tightens):
    looked = look(MISSES, reviewed(80, 920))
    made = breach_of(looked)
    assert made is not None
    return Breach(
        looked=type(looked)(**{**{f: getattr(looked, f) for f in looked.__slots__}, "watch": _with(tightens)})
    )


def _with(tightens):
    return type(MISSES)(**{**{f: getattr(MISSES, f) for f in MISSES.__slots__}, "tightens": tuple(tightens)})


def test_a_breach_tightens_limits_and_drafts_a_deviation_once(tmp_path):
    """The draft is what `ruleout deviation open` reads; done again, nothing changes."""
    said = []
    standing = {(LimitKind.REQUESTS_PER_MINUTE, ""): 100, (LimitKind.CONCURRENT_STREAMS, ""): 1}

    made, path = answer_breach(
        breach(), standing=standing, tighten=lambda *one: said.append(one), drafts=tmp_path, at=AT
    )
    before = path.read_bytes()
    answer_breach(breach(), standing=standing, tighten=lambda *_: None, drafts=tmp_path, at=AT)

    assert said == [(LimitKind.REQUESTS_PER_MINUTE, "", 20)]
    assert [one.kind for one in made] == [LimitKind.REQUESTS_PER_MINUTE]
    assert path.read_bytes() == before
    deviation = parse_deviation(before, file="draft")
    assert (deviation.id, deviation.framework, deviation.clause) == (
        "drift-bio-misses",
        "northlight-fsf@1.0",
        "bio-2",
    )
    assert "80 of 1000" in deviation.says
    assert "requests-per-minute at most 20 for everybody" in deviation.says


def test_a_limit_that_cannot_be_set_is_not_passed_over(tmp_path):
    """The error goes on to whoever runs it; no draft says that it was set."""

    def broken(*_):
        raise RuleoutError("the store is gone")

    with pytest.raises(RuleoutError):
        answer_breach(breach(), standing={}, tighten=broken, drafts=tmp_path, at=AT)
    assert list(tmp_path.iterdir()) == []


KINDS = st.sampled_from(list(LimitKind))
TENANTS = st.sampled_from(["", "acme", "zenith"])
TIGHTENINGS = st.builds(Tightening, kind=KINDS, tenant=TENANTS, at_most=st.integers(0, 50))


@given(st.lists(TIGHTENINGS, max_size=6), st.dictionaries(st.tuples(KINDS, TENANTS), st.integers(0, 50)))
def test_no_breach_loosens_any_limit(wanted, standing):
    """Whatever a watch says and whatever holds: what is set is smaller than what held for that tenant."""
    for one in tightenings(breach(wanted), standing):
        for tenant in (one.tenant, ""):
            assert one.at_most < standing.get((one.kind, tenant), 2**62)


def test_a_watch_cannot_loosen_by_a_negative_or_huge_figure():
    """The file is refused."""
    with pytest.raises(BadInput):
        parse_watches(BASE.replace(b"at-most: 20", b"at-most: -1"), file="w")
