# SPDX-License-Identifier: Apache-2.0
"""What an audit record and a segment hold, and how each kind of harm is told (G-8)."""

import json

import pytest
from tests.audit_builders import AT, ended, opened, refused, segment_of, some

from ruleout.errors import VerificationFailed
from ruleout.serving.audit import Ended, Opened, Refused, Started, Wrong, parse_segment, read_record, start_record

NAME = "w0-0-0"


@pytest.fixture
def data(tmp_path):
    return segment_of(some(10), folder=tmp_path)


def test_a_record_comes_back_as_it_was():
    """Each kind, field by field."""
    for record, kind in ((opened(1), Opened), (ended(1), Ended), (refused(2), Refused)):
        read = read_record(record)

        assert type(read) is kind
        assert read.request == json.loads(record)["request"]


@pytest.mark.parametrize(
    "bad",
    [
        b"",
        b"[]",
        b'{"kind":"else"}',
        opened(1)[:-1],
        opened(1).replace(b'"tier"', b'"teir"'),
        opened(1) + b" ",
        opened(1).replace(b'"at":', b'"at":1,"at":'),
        opened(1, epoch=2**60),
        ended(1).replace(b"200", b'"200"'),
    ],
)
def test_what_is_not_written_so_is_no_record(bad):
    """Unknown kinds and fields, doubled keys, other spellings, numbers beyond what JSON readers agree on."""
    with pytest.raises(VerificationFailed):
        read_record(bad)


def test_a_segment_is_read_whole(data):
    """Start first, then every record in order."""
    parsed = parse_segment(data, NAME)

    assert parsed.fault is None
    assert parsed.end == len(data)
    assert [kept.number for kept in parsed.records] == list(range(1 + len(some(10))))
    assert isinstance(parsed.records[0].record, Started)


def test_a_torn_tail_is_no_damage(data):
    """A frame that was not finished, with nothing behind it."""
    cut = parse_segment(data[:-5], NAME)
    zeros = parse_segment(data + bytes(100), NAME)

    assert cut.fault.wrong is Wrong.TORN
    assert len(cut.records) == len(some(10))
    assert zeros.fault.wrong is Wrong.TORN
    assert zeros.end == len(data)


def test_an_altered_record_is_damage_even_at_the_end(data):
    """A whole frame with wrong bytes was finished, and then changed."""
    for place in (len(data) // 2, len(data) - 3):
        altered = bytearray(data)
        altered[place] ^= 1

        assert parse_segment(bytes(altered), NAME).fault.wrong is Wrong.DAMAGED


def test_a_segment_under_another_name_does_not_hold(data):
    """The head before the first record is the name's; so a segment cannot stand for another."""
    parsed = parse_segment(data, "w0-0-1")

    assert not parsed.records
    assert parsed.fault.wrong is Wrong.DAMAGED


def test_a_segment_begins_with_its_start_and_has_one(tmp_path):
    """A start in the middle is no start."""
    again = start_record(Started(at=AT, segment=NAME, worker="w0"))
    parsed = parse_segment(segment_of([opened(1), again], folder=tmp_path), NAME)

    assert parsed.fault.number == 2
    assert parsed.fault.wrong is Wrong.DAMAGED
