# SPDX-License-Identifier: Apache-2.0
"""Every framework that ships: whole, anchored, readable, and nothing of the document lost without a reason."""

from __future__ import annotations

import re
import statistics
from pathlib import Path

import pytest

from ruleout.framework import caution_exceptions, parse_framework
from ruleout.model.listed_clauses import clauses_of

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / "frameworks").glob("*/*.yaml"))
NAMES = [f"{path.parent.name}@{path.stem}" for path in FILES]
BLOCK = re.compile(r"^(?:    - id: |  [a-z0-9-]+:$)", re.MULTILINE)


def read(path: Path):
    return parse_framework(path.read_bytes(), file=str(path))


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_nine_in_ten_clauses_are_anchored(path):
    """Anyone with a copy of the document can find the sentence behind a clause."""
    clauses = [listed.clause for listed in clauses_of(read(path))]
    anchored = [clause for clause in clauses if clause.anchor]

    assert len(anchored) >= 0.9 * len(clauses)


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_every_commitment_is_encoded_judged_or_left_out_with_a_reason(path):
    """The three lists together are the document; what is left out says why."""
    framework = read(path)
    encoded = len(clauses_of(framework)) - len(framework.judgements) - len(framework.left_out)
    print(
        f"{framework.id}: encoded {encoded}, judgement {len(framework.judgements)}, left out {len(framework.left_out)}"
    )

    assert encoded > len(framework.left_out)
    assert all(len(left.reason.strip()) >= 15 for left in framework.left_out)


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_a_clause_takes_few_lines(path):
    """A person who knows the document can read it: the median clause has fewer than twelve lines."""
    lines = path.read_text("utf-8").splitlines()
    starts = [number for number, line in enumerate(lines) if BLOCK.match(line)]
    sizes = [end - start for start, end in zip(starts, [*starts[1:], len(lines)], strict=True)]

    assert statistics.median(sizes) < 12


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_no_burden_of_proof_opens_a_gate(path):
    """In no shipped framework does what UNKNOWN counts as relax a rule."""
    assert () == caution_exceptions(read(path))


def test_the_document_is_pinned_once_per_file():
    """No two files claim the same document."""
    digests = [read(path).document.sha256 for path in FILES]

    assert len(digests) == len(set(digests))
