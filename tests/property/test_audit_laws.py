# SPDX-License-Identifier: Apache-2.0
"""Laws of the audit record: no harm to a segment goes unseen, and nothing that was acknowledged is lost (G-8)."""

import asyncio
import errno
import hashlib
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.audit_builders import SWIFT, FailingFiles, commit_all, opened, segment_of, some, written

from ruleout.adapters.audit.segment_file import segments_in
from ruleout.adapters.audit.writer import AuditWriter, WriterState
from ruleout.errors import LedgerError
from ruleout.ledger.batches import Batch, first_head
from ruleout.serving.audit import parse_segment
from ruleout.serving.audit.findings import Seen, beside_batches

NAME = "w0-0-0"
with tempfile.TemporaryDirectory() as made:
    DATA = segment_of(some(12), folder=Path(made))
WHOLE = parse_segment(DATA, NAME)
SPLIT = WHOLE.records[7]


def batch(first, last):
    """The batch that seals these records."""
    start = WHOLE.records[first - 1].end if first else 0
    end = WHOLE.records[last].end
    return Batch(
        segment=NAME,
        worker="w0",
        first=first,
        last=last,
        offset=start,
        size=end - start,
        before=WHOLE.records[first - 1].head.hex() if first else first_head(NAME),
        after=WHOLE.records[last].head.hex(),
        digest=hashlib.sha256(DATA[start:end]).hexdigest(),
        gap=False,
    )


BATCHES = (batch(0, 7), batch(8, len(WHOLE.records) - 1))


def found(data):
    return beside_batches(Seen(segment=NAME, data=data, parsed=parse_segment(data, NAME)), BATCHES)


def test_an_untouched_segment_has_no_finding():
    """The law below would hold of a check that always complains."""
    assert found(DATA) == ()


@settings(max_examples=400)
@given(st.integers(0, 8 * len(DATA) - 1))
def test_any_flipped_bit_is_found(bit):
    """By the segment alone, and as a change beside the log."""
    altered = bytearray(DATA)
    altered[bit // 8] ^= 1 << bit % 8

    assert parse_segment(bytes(altered), NAME).fault is not None
    assert any(one.is_change for one in found(bytes(altered)))


@given(st.integers(0, len(DATA) - 1))
def test_any_truncation_is_found_and_named(size):
    """Also one between two records, which a segment alone cannot show."""
    assert [one.kind.value for one in found(DATA[:size])] == ["truncated"]


@given(st.integers(1, len(WHOLE.records) - 2))
def test_a_dropped_record_is_found_and_named(number):
    """The bytes of one record are gone, whether or not the chain was remade."""
    kept = WHOLE.records[number]

    assert [one.kind.value for one in found(DATA[: kept.offset] + DATA[kept.end :])] == ["dropped"]


@given(st.integers(1, 6), st.integers(1, 6))
def test_records_in_another_order_are_found_and_named(one, other):
    """Two neighbours or two apart, within a batch."""
    first, second = WHOLE.records[min(one, other)], WHOLE.records[max(one, other)]
    if first is second:
        return
    parts = (DATA[: first.offset], DATA[second.offset : second.end], DATA[first.end : second.offset])
    swapped = b"".join((*parts, DATA[first.offset : first.end], DATA[second.end :]))

    assert [finding.kind.value for finding in found(swapped)] == ["reordered"]


def test_a_chain_that_was_made_again_is_found():
    """Whoever can write the file can make a sound chain; the log has another head."""
    with tempfile.TemporaryDirectory() as folder:
        records = some(12)
        records[3] = opened(99)
        remade = segment_of(records, folder=Path(folder))

    assert parse_segment(remade, NAME).fault is None
    assert all(one.is_change for one in found(remade))
    assert found(remade)


@settings(max_examples=60, deadline=None)
@given(
    st.integers(1, 40),
    st.integers(0, 400),
    st.sampled_from([errno.EIO, errno.ENOSPC]),
    st.booleans(),
)
def test_nothing_acknowledged_is_lost_whichever_operation_fails(fails_at, torn, code, stays):
    """Each operation fails in turn, once or for a while, with any part of the data written."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made) / "audit"
        ops = FailingFiles(fails_at, torn=torn, code=code, stays=stays)
        acknowledged = asyncio.run(_write(folder, ops))

        assert set(acknowledged) <= written(folder)


async def _write(folder, ops):
    try:
        writer = AuditWriter(folder, "w0", limits=SWIFT, ops=ops)
    except LedgerError:
        return []
    kept = await commit_all(writer, some(8))
    ops.heal()
    for _ in range(12_000):
        if writer.state is WriterState.RUNNING:
            break
        await asyncio.sleep(0.005)
    more = await commit_all(writer, [opened(1000)])
    writer.close()

    assert more, "a writer whose disk is well again goes on"
    failed = ops.count >= ops.fails_at and len(kept) < len(some(8))
    assert not failed or len(segments_in(folder)) > 1, "after a failure a new segment"
    return kept + more
