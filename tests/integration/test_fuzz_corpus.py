# SPDX-License-Identifier: Apache-2.0
"""Inputs that fuzzing kept, read again: measurements or a refusal by name, and nothing else (E-1)."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from tests.fuzz.mutations import mutated
from tests.fuzz.readers import KEPT, KEPT_BYTES, answer, kept_input, seeds_of

from ruleout.evidence.readers import READERS

INPUTS = sorted(KEPT.rglob("*.json"))


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.name)
def test_kept_inputs_are_answered(reader):
    """By the reader they were made for, and by whichever recognises them."""
    kept = [path for path in INPUTS if path.parent.name == reader.name]

    assert kept
    for path in kept:
        name, files = kept_input(path)
        assert name == reader.name
        assert answer(reader, files, directly=True)
        assert answer(reader, files, directly=False)


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.name)
def test_a_hundred_fresh_mutations_are_answered(reader):
    """The same hundred each time; thousands more are tried by `tests/fuzz/readers.py`."""
    pool = seeds_of(reader.name)
    for number in range(100):
        rng = random.Random(f"{reader.name} {number}")
        assert answer(reader, mutated(rng.choice(pool), rng.choice(pool), rng), directly=number % 2 == 0)


def test_the_kept_inputs_are_small():
    """They are for replaying, not for measuring."""
    assert sum(Path(path).stat().st_size for path in INPUTS) <= KEPT_BYTES
