# SPDX-License-Identifier: Apache-2.0
"""Spans as OTLP has them: written by OpenTelemetry's own classes, read again by their wire format (G-11)."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.otlp_receiver import spans_of

from ruleout.adapters.monitoring.otlp import LONGEST, Otlp
from ruleout.errors import RuleoutError
from ruleout.serving.monitoring.spans import Span

TEXTS = st.text(max_size=LONGEST)
VALUES = TEXTS | st.integers(0, 2**63 - 1) | st.lists(TEXTS, max_size=4).map(tuple)
INSTANTS = st.integers(0, 2**63 - 1)
SPANS = st.builds(
    Span,
    st.binary(min_size=16, max_size=16),
    st.binary(min_size=8, max_size=8),
    TEXTS,
    INSTANTS,
    INSTANTS,
    st.dictionaries(st.text(min_size=1, max_size=20), VALUES, min_size=1, max_size=5),
    st.booleans(),
)


@given(st.lists(SPANS, min_size=1, max_size=4))
def test_what_is_written_is_read(spans: list[Span]) -> None:
    """Every field, whatever the names and numbers."""
    read = spans_of(Otlp().export_bytes(spans, {"service.name": "gateway"}))

    assert [
        Span(one.trace, one.span, one.name, one.start_ns, one.end_ns, one.attributes, one.is_error) for one in read
    ] == spans
    assert all(one.resource == {"service.name": "gateway"} for one in read)


def test_a_long_text_is_cut() -> None:
    """Whatever somebody managed to put into a name."""
    span = Span(bytes(16), bytes(8), "request", 1, 2, {"a": "m" * 1000})

    assert spans_of(Otlp().export_bytes([span], {"b": "c"}))[0].attributes == {"a": "m" * LONGEST}


def test_half_a_character_is_no_error() -> None:
    """A client may send one in a name that is told."""
    span = Span(bytes(16), bytes(8), "request", 1, 2, {"a": "x\ud800"})

    assert spans_of(Otlp().export_bytes([span], {"b": "c"}))[0].attributes == {"a": "x?"}


def test_without_the_package_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """At the start, not at the first span."""
    monkeypatch.setitem(sys.modules, "opentelemetry.proto.trace.v1.trace_pb2", None)

    with pytest.raises(RuleoutError, match="telemetry") as caught:
        Otlp()
    assert "ruleout[telemetry]" in (caught.value.hint or "")
