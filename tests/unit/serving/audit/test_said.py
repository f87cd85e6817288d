# SPDX-License-Identifier: Apache-2.0
"""What was said, as the bytes that are encrypted: read again as it was, or not at all (G-8)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ruleout.errors import VerificationFailed
from ruleout.serving.audit.said import Part, read_said, said_bytes

PARTS = st.lists(st.builds(Part, st.text(max_size=9), st.binary(max_size=50), st.integers(0, 2**53 - 1)), max_size=5)


@given(PARTS)
def test_it_is_read_as_it_was_said(parts: list[Part]) -> None:
    """Whatever the bytes are, a new line at their start too."""
    assert read_said(said_bytes(parts)) == tuple(parts)


@pytest.mark.parametrize(
    "data",
    [
        b"", b"\n", b"tell me", b'{"form":"other/1","parts":[]}\n', b'{"form":"ruleout-said/1","parts":[["a",2,2]]}\nx',
        b'{"form":"ruleout-said/1","parts":[["a",1,1]]}\nxy', b'{"form":"ruleout-said/1","parts":[["a",-1,1]]}\n',
        b'{"form":"ruleout-said/1","parts":[],"more":1}\n',
    ],
)  # fmt: skip
def test_anything_else_is_refused(data: bytes) -> None:
    """Torn, longer, of another form."""
    with pytest.raises(VerificationFailed):
        read_said(data)
