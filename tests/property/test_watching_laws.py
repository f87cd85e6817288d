# SPDX-License-Identifier: Apache-2.0
"""Laws of watching: it never loosens, no breach has two deviations, counts never fall, a rate at its bar is rarely a breach."""

from __future__ import annotations

import contextlib
import itertools
import random
import tempfile
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.kill_builders import KIM, WATCH, key_id
from tests.watching_builders import AT, Watched

from ruleout.app.kill.taking import limit_of, tighten
from ruleout.errors import RuleoutError
from ruleout.serving.epoch import SignedEpoch, signers_of
from ruleout.serving.monitoring import Counters
from ruleout.serving.monitoring.memory import looked_by, memory_bytes, parse_memory, remembered
from ruleout.serving.monitoring.metrics import VERDICTS
from ruleout.serving.monitoring.watching import Word, failing_now, is_watched, parse_word, word_bytes

EVENTS = st.sampled_from(
    ["bad", "good", "damage", "anew", "restart", "forget", "silent", "heard", "no-key", "key", "give-back", "people"]
)
BOUND = {"requests-per-minute:": 20, "concurrent-streams:acme": 2}


def happen(one: Watched, event: str) -> None:
    """Something that may happen between two looks."""
    match event:
        case "bad":
            one.count(5, 5)
        case "good":
            one.count(0, 100)
        case "damage":
            one.damage()
        case "anew":
            one.start_anew()
        case "restart":
            one.restart()
        case "forget":
            one.memory.unlink(missing_ok=True)
            one.restart()
        case "silent" | "heard":
            one.store.is_silent = event == "silent"
        case "no-key" | "key":
            one.signer = None if event == "no-key" else WATCH
        case "give-back":
            _by_people(one, lambda: one.give_back(*(f"{name.rstrip(':')}" for name in one.limits())))
        case "people":
            _by_people(one, lambda: tighten(one.site, KIM, limit=limit_of("requests-per-minute=7"), at=AT))


def _by_people(one: Watched, act) -> None:
    was, one.store.is_silent = one.store.is_silent, False
    with contextlib.suppress(RuleoutError):  # nothing to give back, or as small already
        act()
    one.store.is_silent = was


def by_machine(signed: SignedEpoch, one: Watched) -> bool:
    return key_id(WATCH) in {holder.key.key_id for holder in signers_of(signed, one.site.keyring())}


@settings(max_examples=60, deadline=None)
@given(st.lists(EVENTS, max_size=14))
def test_whatever_happens_it_never_loosens_and_drafts_one_deviation(events: list[str]) -> None:
    """Each epoch of the machine's makes limits smaller or adds some, none else; what was drafted is not written again."""
    with tempfile.TemporaryDirectory() as folder:
        one = Watched(Path(folder))
        drafted: dict[str, bytes] = {}
        for event in events:
            happen(one, event)
            one.look()
            assert {**one.drafts, **drafted} == one.drafts
            drafted = one.drafts
        one.store.is_silent = False
        epochs = one.epochs()
        for before, after in itertools.pairwise(epochs):
            if by_machine(after, one):
                held = {(limit.kind, limit.tenant): limit.at_most for limit in before.epoch.limits}
                now = {(limit.kind, limit.tenant): limit.at_most for limit in after.epoch.limits}
                assert all(now.get(key, 10**9) <= at_most for key, at_most in held.items())
                assert replace(after.epoch, number=0, prev="", at="", limits=()) == replace(
                    before.epoch, number=0, prev="", at="", limits=()
                )
        assert set(drafted) <= {"drift-bio-near"}
        if "forget" not in events:
            assert sum(by_machine(after, one) for after in epochs) <= len(BOUND)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from("ab"), st.integers(0, 9), st.integers(0, 9), st.sampled_from(["", "?", "anew"])),
        max_size=20,
    )
)
def test_counts_never_fall(readings: list[tuple[str, int, int, str]]) -> None:
    """Whatever becomes of the files: what was read once stays counted, and it is what the workers counted where all was read."""
    with tempfile.TemporaryDirectory() as folder:
        watch = Watched(Path(folder)).watches[0]
    known, counters, sums, whole = None, {"a": Counters(), "b": Counters()}, (0, 0), [0, 0]
    for worker, near, allow, how in readings:
        if how == "anew":
            counters[worker] = Counters()
        counters[worker].add(VERDICTS, "bio", "near", by=near)
        counters[worker].add(VERDICTS, "bio", "allow", by=allow)
        whole = [whole[0] + near, whole[1] + near + allow]
        read = {name: None if how == "?" and name == worker else one.state for name, one in counters.items()}
        known = remembered(known, watch, read)
        assert all(now >= before for now, before in zip(known.sums, sums, strict=True))
        sums = known.sums
        again = parse_memory(memory_bytes({"w": known}))
        assert again == {"w": known}
    if known is not None and not any(how for *_, how in readings):
        assert known.sums == tuple(whole)


def test_a_rate_at_its_bar_is_a_breach_with_probability_alpha_at_most() -> None:
    """Of 200 gateways with alpha 0.05 at most 10 are expected, looked at 20 times."""
    with tempfile.TemporaryDirectory() as folder:
        watch = replace(Watched(Path(folder)).watches[0], bar=Decimal("0.1"), alpha=Decimal("0.05"))
    rng, alarms = random.Random(11), {0.1: 0, 0.2: 0}
    for rate, runs in ((0.1, 200), (0.2, 30)):
        for _ in range(runs):
            known, counters, is_breach = None, Counters(), False
            for _ in range(20):
                near = sum(rng.random() < rate for _ in range(30))
                counters.add(VERDICTS, "bio", "near", by=near)
                counters.add(VERDICTS, "bio", "allow", by=30 - near)
                known = remembered(known, watch, {"a": counters.state})
                is_breach = is_breach or looked_by(known, watch, ()).is_breach
                if rng.random() < 0.05:
                    counters = Counters()
            alarms[rate] += is_breach
    # More than 20 of 200 have probability 0.001 even if it were exactly 0.05.
    assert alarms[0.1] <= 20
    assert alarms[0.2] >= 27


@given(st.binary(max_size=300), st.integers(0, 10**12), st.integers(1, 3600))
def test_no_bytes_are_taken_for_a_word_of_good_news(data: bytes, now_ns: int, every_s: int) -> None:
    """Nor is a word of another start of the host, of the future, or one that is too old."""
    assert parse_word(data) is None
    assert parse_memory(data) is None
    assert failing_now(parse_word(data), boot="b", now_ns=now_ns, every_s=every_s)
    word = Word("b", now_ns, now_ns, {"w": "no-breach"}, {})
    assert parse_word(word_bytes(word)) == word
    late = (3 * every_s + 5) * 10**9
    for boot, at in (("c", now_ns), ("b", now_ns - 1), ("b", now_ns + late + 1)):
        assert failing_now(word, boot=boot, now_ns=at, every_s=every_s)
        assert not is_watched(word, boot=boot, now_ns=at, every_s=every_s)
    assert is_watched(word, boot="b", now_ns=now_ns + late, every_s=every_s)
