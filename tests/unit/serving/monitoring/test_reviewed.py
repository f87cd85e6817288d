# SPDX-License-Identifier: Apache-2.0
"""Reviews are counted once each, durably, and what is missing or damaged of them is unknown, never zero (G-11)."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ruleout.adapters.monitoring import read_counters
from ruleout.adapters.monitoring.filings import keep_filing, read_filings, reviewed_counters
from ruleout.errors import RuleoutError
from ruleout.serving.monitoring import merged
from ruleout.serving.monitoring.filings import filing_bytes, follows, parse_filing, parse_head
from ruleout.serving.monitoring.metrics import REVIEWED
from ruleout.serving.monitoring.reviewed import Found, Review

AT = "2026-11-23T09:00:00Z"


def review(request: str, found: Found = Found.MISS, hook: str = "bio") -> Review:
    return Review(request=request, hook=hook, found=found, by="safeguards-team")


def filed(folder: Path, *groups: list[Review]) -> list[bytes]:
    """Filings in a folder of counters, one for each group."""
    head, made = None, []
    for number, group in enumerate(groups, start=1):
        made.append(filing_bytes(head, group, at=AT))
        head = parse_head(made[-1])
        keep_filing(folder, number, made[-1])
    return made


def test_the_newest_head_sums_up_every_filing(tmp_path: Path) -> None:
    """And stands among the workers' counters."""
    filed(tmp_path, [review("a"), review("b", Found.FINE)], [review("c"), review("d", Found.CAUGHT, "cyber")])

    state = merged(read_counters(tmp_path))

    assert state.numbers == {
        (REVIEWED.name, ("bio", "miss")): 2,
        (REVIEWED.name, ("bio", "fine")): 1,
        (REVIEWED.name, ("cyber", "caught")): 1,
    }
    assert [len(one.reviews) for one in read_filings(tmp_path)] == [2, 2]


def test_where_nothing_was_filed_nothing_is_unknown(tmp_path: Path) -> None:
    """No folder: no counters of that name; an empty one: none counted."""
    assert read_counters(tmp_path) == {}
    (tmp_path / "reviewed").mkdir()
    assert merged(read_counters(tmp_path)).unknown == ()


@pytest.mark.parametrize("gone", ["000001.reviewed", "000002.reviewed"])
@pytest.mark.parametrize("how", ["removed", "cut", "flipped", "empty", "another"])
def test_filings_that_are_missing_or_damaged_are_unknown(tmp_path: Path, gone: str, how: str) -> None:
    """None of them counts as zero; nothing more is filed on top. The newest may be removed unseen: it leaves no trace here."""
    made = filed(tmp_path, [review("a")], [review("b")])
    path = tmp_path / "reviewed" / gone
    data = path.read_bytes()
    if how == "removed":
        path.unlink()
    else:
        path.write_bytes({"cut": data[:70], "flipped": data.replace(b"1", b"2"), "empty": b"", "another": made[0]}[how])
    if (gone, how) in {("000002.reviewed", "removed"), ("000001.reviewed", "another")}:
        return

    assert reviewed_counters(tmp_path) is None or gone == "000001.reviewed"
    if how == "removed":
        assert merged(read_counters(tmp_path)).unknown == ("reviewed",)
    with pytest.raises(RuleoutError, match="reviewed"):
        read_filings(tmp_path)


REVIEWS = st.builds(
    review, st.text("abc/=-", min_size=1, max_size=9), st.sampled_from(Found), st.sampled_from(["a", "b"])
)


@given(st.lists(REVIEWS, max_size=6), st.lists(REVIEWS, max_size=6))
def test_a_filing_is_read_as_it_was_written(first: list[Review], second: list[Review]) -> None:
    """Each follows the one before it and no other, and sums only rise."""
    one = parse_filing(filing_bytes(None, first, at=AT))
    assert one is not None
    two = parse_filing(filing_bytes(one.head, second, at=AT))
    assert two is not None

    assert (list(one.reviews), list(two.reviews)) == (first, second)
    assert follows(None, one)
    assert follows(one.head, two)
    assert not follows(None, two)
    assert all(count >= one.head.totals.get(key, 0) for key, count in two.head.totals.items())
    assert sum(two.head.totals.values()) == len(first) + len(second)


@given(st.binary(max_size=200), st.integers(0, 400), st.integers(1, 255))
def test_no_bytes_are_taken_for_a_filing(data: bytes, at: int, flip: int) -> None:
    """Whatever they are, and whichever byte of one is another."""
    whole = bytearray(filing_bytes(None, [review("a")], at=AT))
    whole[at % len(whole)] ^= flip

    assert parse_filing(data) is None
    assert parse_head(data) is None
    assert parse_filing(bytes(whole)) is None
