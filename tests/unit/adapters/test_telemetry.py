# SPDX-License-Identifier: Apache-2.0
"""What OpenTelemetry is told: names and closed words; nothing where it is not installed or not wanted (G-11)."""

from __future__ import annotations

import importlib.util
from contextlib import contextmanager

import pytest

from ruleout.adapters import telemetry
from ruleout.adapters.telemetry import Telemetry, allowed
from ruleout.serving.monitoring.metrics import REFUSALS


class Recorded:
    """A stand-in for the library: keeps what it is handed."""

    def __init__(self):
        self.spans, self.counts = [], []

    def get_tracer(self, _):
        return self

    get_meter = get_tracer

    @contextmanager
    def start_as_current_span(self, name, **given):
        self.spans.append((name, given))
        yield

    def create_up_down_counter(self, name, **_):
        return self

    def add(self, by, labels):
        self.counts.append((by, labels))


@pytest.fixture
def library(monkeypatch):
    found = Recorded()
    monkeypatch.setattr(telemetry, "_library", lambda _: found)
    return found


def test_only_known_attributes_leave_and_no_exception_is_told(library):
    """Content, a key or a header has no name here; an error's text may quote a request."""
    told = Telemetry(enabled=True)
    with (
        pytest.raises(ValueError, match="secret"),
        told.span("hook", {"tenant": "acme", "text": "secret", "authorization": "k"}),
    ):
        raise ValueError("secret text")
    told.count(REFUSALS, "acme", "lumen-2", "hook", by=2)

    assert library.spans == [
        ("hook", {"attributes": {"tenant": "acme"}, "record_exception": False, "set_status_on_exception": False})
    ]
    assert library.counts == [(2, {"tenant": "acme", "model": "lumen-2", "why": "hook"})]


def test_a_long_name_is_cut():
    """Whatever a client managed to put into it."""
    assert allowed({"model": "m" * 1000}) == {"model": "m" * 128}


@pytest.mark.parametrize("is_installed", [True, False])
def test_without_the_library_or_the_wish_nothing_happens(monkeypatch, is_installed):
    """Every method still works."""
    if not is_installed:
        monkeypatch.setattr(telemetry, "_library", lambda _: None)
    told = Telemetry(enabled=not is_installed)
    with told.span("hook", {}):
        told.count(REFUSALS, "a", "b", "c")

    assert not told.is_on


def test_the_real_library_takes_it():
    """Where it is installed: no-op exporters, the same calls."""
    if importlib.util.find_spec("opentelemetry.trace") is None:
        pytest.skip("opentelemetry-api is not installed")
    told = Telemetry(enabled=True)
    with told.span("hook", {"tenant": "acme"}):
        told.count(REFUSALS, "acme", "lumen-2", "hook")

    assert told.is_on
